-- Passenger hours lost by flights in bad weather. A flight that did not arrive counts what was agreed on, and is counted apart.
SELECT
    origin,
    month,
    count(*) AS departures,
    count(*) FILTER (bad) AS bad_departures,
    count(*) FILTER (bad AND NOT arrived) AS bad_not_arrived,
    count(*) FILTER (NOT weather_known) AS weather_unknown,
    count(*) FILTER (estimated) AS seats_estimated,
    round(coalesce(sum(
        CASE WHEN arrived THEN minutes_late ELSE $minutes_if_not_arrived END * seats
    ) FILTER (bad), 0) / 60, 3) AS passenger_hours
FROM seated
GROUP BY origin, month
ORDER BY origin, month;
