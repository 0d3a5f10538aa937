-- What the weather adds: minutes beyond the mean of the same airport and local hour in other weather, times seats.
WITH usual AS (
    SELECT origin, local_hour, avg(minutes) AS minutes
    FROM board
    WHERE arrived AND NOT bad
    GROUP BY origin, local_hour
)
SELECT s.origin, sum((s.minutes - u.minutes) * s.seats) / 60 AS hours
FROM seated AS s
JOIN usual AS u USING (origin, local_hour)
WHERE s.bad AND s.arrived
GROUP BY s.origin
ORDER BY s.origin;
