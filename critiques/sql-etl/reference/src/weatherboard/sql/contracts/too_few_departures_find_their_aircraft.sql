SELECT round(avg((seats IS NOT NULL)::INTEGER), 3) AS known
FROM board
WHERE month = $month
HAVING avg((seats IS NOT NULL)::INTEGER) < $least_aircraft_known;
