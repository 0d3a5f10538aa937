SELECT
    coalesce(a.name, s.carrier) AS airline,
    count(*) AS flights,
    count(*) FILTER (NOT s.arrived) AS not_arrived,
    round(avg(s.minutes_late) FILTER (s.arrived), 1) AS mean_minutes_late
FROM seated AS s
LEFT JOIN airlines AS a ON a.carrier = s.carrier
WHERE s.bad AND s.dest = $dest
GROUP BY airline
ORDER BY flights DESC, airline;
