SELECT origin, time_hour, carrier, flight
FROM board
GROUP BY origin, time_hour, carrier, flight
HAVING count(*) > 1;
