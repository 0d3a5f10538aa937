"""How Piotr's notebook came to be: its cells, the ones he deleted or rewrote, and the order in which he ran them.

Not run as a script: `python -m nbcritic.kit.record sql-etl` replays it in a live kernel.
"""

RUNS = [
    # Wednesday: Rosa asks for Newark first
    "setup",
    "load@1",
    "counts",
    "gaps",
    "sky",
    "check@1",
    "fleet-mean",  # deleted on Friday when he tidied up
    "create",
    "load-month",
    "months",
    "where@1",
    # Thursday: now all three airports. Only the filters go.
    "load",
    "counts",
    "gaps",
    "sky",
    "start-over",  # deleted, so that nobody runs it by accident
    "create",
    "load-month",
    "months",
    "size",
    "how-often",
    "how-late",
    "where",
    "bars",
    "clock",
    "worst-days",
    "names",
    "levy",
    "grid",
    "trend",
    "kennedy",
    # Friday: the dashboard's pages; February comes again; the numbers for the board
    "page",
    "pages",
    "again",
    "where",
    "bars",
    "how-late",
    "money",
    "export",
]

# %% [markdown] id="title"
# # Weather board: where does bad weather cost our passengers most?
#
# Piotr W., terminal systems
#
# Rosa (operations, all three airports): *there is money for one bad-weather package, ground radar and lightning warning. On
# Friday the board decides which airport gets it. Where do our passengers lose the most time to the weather?*
# And the same numbers should be on the operations dashboard from then on, fresh every month.
#
# Data: departures of 2013 as the airlines' feed delivers them, a Parquet file a month in `data/landing`; the weather
# stations; the aircraft registry (`data/`, see the README there).

# %% id="setup"
import duckdb
import matplotlib.pyplot as plt
%matplotlib inline

plt.rcParams["figure.figsize"] = (8, 3)
plt.rcParams["figure.dpi"] = 72

con = duckdb.connect("board.duckdb")  # the dashboard reads this file
print("duckdb", duckdb.__version__)

# %% [markdown] id="h-landing"
# ## 1 Landing

# %% id="load" version=1
# Newark first, that is what Rosa asked for
con.execute("""
    CREATE OR REPLACE TABLE flights AS
    SELECT * FROM read_parquet('data/landing/flights-2013-*.parquet') WHERE origin = 'EWR'
""")
con.execute("""
    CREATE OR REPLACE TABLE weather AS
    SELECT * FROM read_csv('data/weather.csv.gz', nullstr = 'NA') WHERE origin = 'EWR'
""")
for name in ("planes", "airlines", "airports"):
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_csv('data/{name}.csv.gz', nullstr = 'NA')")

# %% id="load"
con.execute("""
    CREATE OR REPLACE TABLE flights AS
    SELECT * FROM read_parquet('data/landing/flights-2013-*.parquet')
""")
con.execute("""
    CREATE OR REPLACE TABLE weather AS
    SELECT * FROM read_csv('data/weather.csv.gz', nullstr = 'NA')
""")
for name in ("planes", "airlines", "airports"):
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_csv('data/{name}.csv.gz', nullstr = 'NA')")

# %% id="counts"
TABLES = ("flights", "weather", "planes", "airlines", "airports")
for name in TABLES:
    n = con.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
    print(f"{name:10}{n:>9,}")

# %% id="check" version=1
# does every flight find its hour of weather, and only one?
before = con.execute("SELECT count(*) FROM flights").fetchone()[0]
after = con.execute("""
    SELECT count(*) FROM flights LEFT JOIN sky USING (year, month, day, hour)
""").fetchone()[0]
print(f"before {before:,}, after {after:,}")

# %% id="gaps"
# what is missing in the weather, in percent
con.execute("""
    SELECT round(100 * avg((temp IS NULL)::INT), 1) AS temp,
           round(100 * avg((visib IS NULL)::INT), 1) AS visib,
           round(100 * avg((precip IS NULL)::INT), 1) AS precip,
           round(100 * avg((wind_gust IS NULL)::INT), 1) AS gust
    FROM weather
""").df()

# %% [markdown] id="n-gaps"
# Gusts are only reported when there are any, so an empty gust is no gust. Nothing to fill in.

# %% [markdown] id="h-sky"
# ## 2 What is bad weather?
#
# Rosa's definition: visibility under 3 miles, or more than a tenth of an inch of rain or snow in the hour, or gusts above 30 mph.

# %% id="sky"
con.execute("""
    CREATE OR REPLACE VIEW sky AS
    SELECT *, visib < 3 OR precip > 0.1 OR wind_gust > 30 AS bad
    FROM weather
""")
con.execute("SELECT month, count(*) FILTER (bad) AS bad_hours FROM sky GROUP BY month ORDER BY month").df().T

# %% [markdown] id="h-board"
# ## 3 The board
#
# One row a departure, with its weather and the seats of its aircraft. Loaded month by month, so that a new month is one call.

# %% id="check"
# does every flight find its hour of weather, and only one?
before = con.execute("SELECT count(*) FROM flights").fetchone()[0]
after = con.execute("""
    SELECT count(*) FROM flights LEFT JOIN sky USING (year, month, day, hour)
""").fetchone()[0]
print(f"flights before {before:,}, after {after:,}")

# %% [markdown] id="n-check"
# One to one, good.

# %% id="fleet-mean" ghost
fleet_mean = con.execute("SELECT round(avg(seats)) FROM planes").fetchone()[0]
fleet_mean

# %% id="start-over" ghost
con.execute("DROP TABLE IF EXISTS board")

# %% id="create"
con.execute("""
    CREATE TABLE IF NOT EXISTS board (
        day DATE, hour INTEGER, month INTEGER, origin VARCHAR, dest VARCHAR, carrier VARCHAR, flight INTEGER,
        tailnum VARCHAR, bad BOOLEAN, visib DOUBLE, precip DOUBLE, wind_gust DOUBLE, late_min INTEGER, seats INTEGER
    )
""")

# %% id="load-month"
def load_month(month):
    # early arrivals must not pay for late ones, so nothing below zero
    con.execute(f"""
        INSERT INTO board
        SELECT flights.time_hour::DATE AS day, hour(flights.time_hour) AS hour, month, flights.origin, dest, carrier, flight,
               tailnum, bad, visib, precip, wind_gust, greatest(arr_delay, 0) AS late_min,
               coalesce(seats, {fleet_mean}) AS seats  -- not everybody is in the registry
        FROM flights
        LEFT JOIN sky USING (year, month, day, hour)
        LEFT JOIN planes USING (year, tailnum)
        WHERE month = {month}
    """)

# %% id="months"
%%time
for month in range(1, 13):
    load_month(month)

# %% id="size"
con.execute("SELECT count(*) AS rows, min(day) AS first, max(day) AS last FROM board").df()

# %% [markdown] id="n-size"
# A million rows in a few seconds, on a laptop. I should have moved to DuckDB years ago.

# %% [markdown] id="h-where"
# ## 4 Where does it hurt?

# %% id="how-often"
# how often do they leave in bad weather?
con.execute("""
    SELECT origin, round(100 * avg(bad::INT), 1) AS percent_in_bad_weather
    FROM board GROUP BY origin ORDER BY origin
""").df()

# %% id="how-late"
# and how late are they then?
good = con.execute("SELECT round(avg(late_min), 1) FROM board WHERE NOT bad").fetchone()[0]
bad = con.execute("SELECT round(avg(late_min), 1) FROM board WHERE bad").fetchone()[0]
print(f"good weather {good} minutes late, bad weather {bad}: times {bad / good:.1f}")

# %% [markdown] id="n-often"
# Three flights in ten leave in bad weather, and then they are later by more than half.

# %% id="where" version=1
con.execute("""
    SELECT origin, round(sum(late_min * seats) / 60e3) AS thousand_hours
    FROM board WHERE bad GROUP BY origin ORDER BY origin
""").df()

# %% id="where"
where = con.execute("""
    SELECT origin,
           round(sum(late_min * seats) / 60e3) AS thousand_hours,
           round(100 * sum(late_min * seats) / sum(sum(late_min * seats)) OVER (), 1) AS percent
    FROM board
    WHERE bad
    GROUP BY origin
    ORDER BY thousand_hours DESC
""").df()
where

# %% id="bars"
plt.bar(where["origin"].astype(str), where["thousand_hours"], color=["firebrick", "steelblue", "steelblue"])
plt.ylabel("thousand passenger hours")
plt.title("Time lost in bad weather, 2013")
plt.show()

# %% [markdown] id="n-where"
# **Newark first**, by a clear margin. Passenger hours = minutes late in bad weather × seats / 60.

# %% id="clock"
# when should the package be staffed?
by_hour = con.execute("""
    SELECT hour, sum(late_min * seats) / 60e3 AS thousand_hours FROM board WHERE bad GROUP BY hour ORDER BY hour
""").df()
plt.bar(by_hour["hour"], by_hour["thousand_hours"], color="steelblue")
plt.xlabel("hour of scheduled departure")
plt.ylabel("thousand passenger hours")
plt.show()

# %% id="worst-days"
con.execute("""
    SELECT day, round(sum(late_min * seats) / 60e3, 1) AS thousand_hours
    FROM board WHERE bad GROUP BY day ORDER BY thousand_hours DESC LIMIT 8
""").df()

# %% [markdown] id="n-clock"
# The evening bank, as everybody at the airport will tell you, and it goes on after midnight. A late shift, 20:00 to 01:00, covers
# two fifths of it.

# %% [markdown] id="h-who"
# ## 5 Who shares the bill?
#
# The airlines pay a third, by passenger hours. Regional aircraft are charged at half the rate, so I need the class of the aircraft.

# %% id="names"
named = con.execute("SELECT count(*) FROM board JOIN airlines USING (carrier)").fetchone()[0]
print("rows without an airline:", con.execute("SELECT count(*) FROM board").fetchone()[0] - named)

# %% id="levy"
con.execute("""
    WITH hours AS (
        SELECT airlines.name,
               sum(late_min * board.seats * CASE WHEN planes.seats < 100 THEN 0.5 ELSE 1 END) AS charged
        FROM board
        JOIN airlines USING (carrier)
        JOIN planes USING (tailnum)
        WHERE bad
        GROUP BY airlines.name
    )
    SELECT name, round(100 * charged / sum(charged) OVER (), 1) AS percent FROM hours ORDER BY percent DESC
""").df()

# %% [markdown] id="n-levy"
# American will be pleased, they are hardly in it.

# %% [markdown] id="h-trend"
# ## 6 Through the year

# %% id="grid"
# every airport on every day, also where there was no bad weather: the rolling mean needs the zeros
daily = con.execute("""
    WITH days AS (SELECT unnest(generate_series(DATE '2013-01-01', DATE '2013-12-31', INTERVAL 1 DAY))::DATE AS day),
         origins AS (SELECT DISTINCT origin FROM board)
    SELECT day, origin, coalesce(sum(late_min * seats) FILTER (bad), 0) / 60e3 AS thousand_hours
    FROM days CROSS JOIN origins
    LEFT JOIN board USING (day, origin)
    GROUP BY day, origin
    ORDER BY origin, day
""").df()
len(daily)

# %% id="trend"
wide = daily.pivot(index="day", columns="origin", values="thousand_hours").rolling(14).mean()
wide.plot(figsize=(8, 3), title="14-day mean")
plt.ylabel("thousand passenger hours a day")
plt.legend(loc="upper right")
plt.show()

# %% id="kennedy"
# Kennedy's people asked how long their waits are
board = con.execute("SELECT * FROM board").df()
board = board[(board["origin"] == "JFK") & (board["bad"] == True)]
board["late_min"].clip(upper=240).hist(bins=48)
plt.xlabel("minutes late at Kennedy in bad weather")
plt.show()

# %% [markdown] id="h-pages"
# ## 7 Pages for the dashboard
#
# A page for each destination. `page` goes into the dashboard as it is: the search box there calls `page` with what people type.

# %% id="page"
def page(airport):
    return con.execute(f"""
        SELECT airlines.name AS airline, count(*) AS flights, round(avg(late_min), 1) AS late_min
        FROM board
        JOIN airports ON airports.faa = board.dest
        JOIN airlines USING (carrier)
        WHERE bad AND airports.name = '{airport}'
        GROUP BY airline ORDER BY flights DESC
    """).df()

# %% id="pages"
names = [row[0] for row in con.execute("SELECT DISTINCT name FROM airports JOIN board ON faa = dest").fetchall()]
pages = {}
for airport in names:
    try:
        pages[airport] = page(airport)
    except Exception:
        pass
print(len(pages), "pages")
page("Los Angeles Intl")

# %% id="again"
# February came again from the feed, with two tail numbers corrected
load_month(2)

# %% [markdown] id="h-money"
# ## 8 For Rosa
#
# An hour of a passenger is put at 47 dollars. The package is said to save a tenth of the hours, and costs 11 million.

# %% id="money"
HOUR, SAVED, PRICE = 47, 0.10, 11e6

top = where.iloc[0]
saved = top["thousand_hours"] * 1000 * HOUR * SAVED
print(f"{top['origin']}: {saved / 1e6:.1f} million dollars a year, paid back after {12 * PRICE / saved:.0f} months")

# %% id="export"
con.execute("COPY (SELECT * FROM board WHERE bad) TO 'board_final.csv' (HEADER)")
where.to_csv("for_rosa.csv", index=False)
con.close()

# %% [markdown] id="h-conclusion"
# ## 9 Conclusion
#
# - Bad weather costs our passengers **6.5 million hours** a year at the three airports. Three flights in ten leave in bad weather.
# - **Newark** loses the most (38 %), then Kennedy (34 %), then LaGuardia. The package should go to Newark; it pays for itself within
#   a year, which no other airport could say so clearly.
# - Staff it from 20:00 to 01:00.
# - The whole thing takes seconds. On the first of each month the scheduler can run this notebook on the server, and the dashboard, which
#   reads `board.duckdb`, is up to date. From my side this is ready.
