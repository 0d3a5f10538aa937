SELECT f.origin, f.time_hour, f.hour AS timetable, b.local_hour AS board
FROM staged_flights AS f
JOIN board AS b USING (origin, time_hour, carrier, flight)
WHERE f.hour <> b.local_hour AND b.month = $month;
