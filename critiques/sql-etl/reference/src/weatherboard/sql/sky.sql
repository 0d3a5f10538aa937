-- Hourly weather in UTC, where no hour comes twice. Gusts are reported when there are any: an empty gust is no gust.
CREATE OR REPLACE TEMP TABLE sky AS
SELECT
    origin,
    time_hour AT TIME ZONE 'UTC' AS time_hour,
    coalesce(visib < $visibility_below, false)
        OR coalesce(precip > $precipitation_above, false)
        OR coalesce(wind_gust > $gust_above, false) AS bad
FROM staged_weather;
