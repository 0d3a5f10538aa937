-- The boundary: what is not of these types, or missing where it must not be, does not get in.
CREATE OR REPLACE TEMP TABLE staged_flights (
    year INTEGER NOT NULL, month INTEGER NOT NULL, hour INTEGER NOT NULL,
    time_hour TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, dest VARCHAR NOT NULL,
    carrier VARCHAR NOT NULL, flight INTEGER NOT NULL, tailnum VARCHAR, arr_delay INTEGER
);
CREATE OR REPLACE TEMP TABLE staged_weather (
    origin VARCHAR NOT NULL, time_hour TIMESTAMPTZ NOT NULL,
    visib DOUBLE CHECK (visib >= 0), precip DOUBLE CHECK (precip >= 0), wind_gust DOUBLE CHECK (wind_gust >= 0)
);
CREATE OR REPLACE TEMP TABLE staged_planes (tailnum VARCHAR NOT NULL, year INTEGER, seats INTEGER CHECK (seats > 0));
CREATE OR REPLACE TEMP TABLE staged_airlines (carrier VARCHAR NOT NULL, name VARCHAR NOT NULL);
CREATE OR REPLACE TEMP TABLE staged_airports (faa VARCHAR NOT NULL, name VARCHAR NOT NULL);
