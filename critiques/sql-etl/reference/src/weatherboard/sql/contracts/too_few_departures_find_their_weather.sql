SELECT round(avg(weather_known::INTEGER), 3) AS known
FROM board
WHERE month = $month
HAVING avg(weather_known::INTEGER) < $least_weather_known;
