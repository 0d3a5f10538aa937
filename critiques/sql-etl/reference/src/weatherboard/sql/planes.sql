-- The registry's year is the year of construction; here it is called so, and nothing is joined on it.
CREATE OR REPLACE TABLE planes AS
SELECT tailnum, any_value(year) AS built, any_value(seats) AS seats
FROM staged_planes
GROUP BY tailnum;
CREATE OR REPLACE TABLE airlines AS SELECT carrier, name FROM staged_airlines;
CREATE OR REPLACE TABLE airports AS SELECT faa, regexp_replace(name, '\\+''', '''', 'g') AS name FROM staged_airports;
