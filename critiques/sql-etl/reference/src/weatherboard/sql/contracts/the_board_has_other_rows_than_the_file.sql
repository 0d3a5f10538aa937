SELECT f.departures, b.rows
FROM (SELECT count(*) AS departures FROM staged_flights) AS f,
     (SELECT count(*) AS rows FROM board WHERE month = $month) AS b
WHERE f.departures <> b.rows;
