-- One row a departure: (origin, time_hour, carrier, flight) is the key. time_hour is UTC; local_* is the clock on the wall.
CREATE TABLE IF NOT EXISTS board (
    month         VARCHAR   NOT NULL,  -- the delivery it came with, such as 2013-02
    origin        VARCHAR   NOT NULL,
    time_hour     TIMESTAMP NOT NULL,
    carrier       VARCHAR   NOT NULL,
    flight        INTEGER   NOT NULL,
    dest          VARCHAR   NOT NULL,
    tailnum       VARCHAR,
    local_day     DATE      NOT NULL,
    local_hour    INTEGER   NOT NULL,
    arrived       BOOLEAN   NOT NULL,  -- false: cancelled or diverted
    minutes       INTEGER,             -- arrival delay, early is negative; NULL unless arrived
    weather_known BOOLEAN   NOT NULL,
    bad           BOOLEAN   NOT NULL,  -- false where the weather is not known
    seats         INTEGER              -- NULL where the aircraft is not in the registry
);
-- An aircraft that nobody knows counts the mean seats of the departures whose aircraft is known; `estimated` says so.
CREATE OR REPLACE VIEW seated AS
SELECT
    * REPLACE (coalesce(seats, avg(seats) OVER ()) AS seats),
    seats IS NULL AS estimated,
    greatest(minutes, 0) AS minutes_late  -- early arrivals do not pay for late ones; read it only where `arrived`
FROM board;
