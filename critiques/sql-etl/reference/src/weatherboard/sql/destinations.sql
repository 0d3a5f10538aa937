-- Every destination that was flown to; where the airport is not in the table, its code is its name.
SELECT DISTINCT b.dest, coalesce(a.name, b.dest) AS name
FROM board AS b
LEFT JOIN airports AS a ON a.faa = b.dest
ORDER BY b.dest;
