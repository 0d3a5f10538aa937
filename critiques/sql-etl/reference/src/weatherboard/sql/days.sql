SELECT origin, local_day, sum(minutes_late * seats) / 60 AS hours
FROM seated
WHERE bad AND arrived
GROUP BY origin, local_day
HAVING sum(minutes_late * seats) > 0
ORDER BY origin, local_day;
