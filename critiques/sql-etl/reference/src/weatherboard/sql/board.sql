-- A month's departures with the weather of their own airport and hour, and the seats of their aircraft by its tail number.
INSERT INTO board BY NAME
SELECT
    $month AS month,
    f.origin, f.time_hour, f.carrier, f.flight, f.dest, f.tailnum,
    ((f.time_hour AT TIME ZONE 'UTC') AT TIME ZONE $zone)::DATE AS local_day,
    hour((f.time_hour AT TIME ZONE 'UTC') AT TIME ZONE $zone)::INTEGER AS local_hour,
    f.arr_delay IS NOT NULL AS arrived,
    f.arr_delay AS minutes,
    s.bad IS NOT NULL AS weather_known,
    coalesce(s.bad, false) AS bad,
    p.seats
FROM staged_flights AS f
LEFT JOIN sky AS s ON s.origin = f.origin AND s.time_hour = f.time_hour
LEFT JOIN planes AS p ON p.tailnum = f.tailnum
ORDER BY f.time_hour, f.origin, f.carrier, f.flight;
