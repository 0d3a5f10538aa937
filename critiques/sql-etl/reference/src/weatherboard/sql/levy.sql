-- Who shares the bill. Every airline that flew is in it, also those whose aircraft the registry does not know.
WITH charged AS (
    SELECT
        coalesce(a.name, s.carrier) AS airline,
        sum(s.minutes_late * s.seats * CASE WHEN s.seats < $seats_below THEN $rate ELSE 1 END)
            FILTER (s.bad AND s.arrived) AS hours
    FROM seated AS s
    LEFT JOIN airlines AS a ON a.carrier = s.carrier
    GROUP BY airline
)
SELECT airline, coalesce(hours / nullif(sum(hours) OVER (), 0), 0) AS share
FROM charged
ORDER BY share DESC, airline;
