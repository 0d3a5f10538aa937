"""What each fault of the sql-etl notebook costs, measured on the data that ship with it.

`board` builds the notebook's table as the notebook does, and with one repair after the other. "Passenger hours" are the
minutes late in bad weather times the seats of the aircraft, over 60. `MEASURES` names every number of `scenario.toml`.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import duckdb
import numpy as np

DATA = Path(__file__).parents[2] / "notebooks" / "sql-etl" / "data"
AIRPORTS = ("EWR", "JFK", "LGA")
BAD = "(visib < 3 OR precip > 0.1 OR wind_gust > 30)"
FEBRUARY = 2
HOUR, SAVED, PRICE = 47, 0.10, 11e6
SEATS_OF_A_190 = 98


@dataclass(frozen=True, slots=True)
class Build:
    """Which of the notebook's faults a board has. Without any: what the reference computes."""

    any_airport: bool = False
    """Weather joined without the airport."""
    build_year: bool = False
    """Aircraft joined on the year of construction, the unknown ones taken for the fleet's mean."""
    february_twice: bool = False
    inner: bool = False
    """Flights whose aircraft is not in the registry are left out."""


AS_SAVED = Build(any_airport=True, build_year=True, february_twice=True)
HONEST = Build()


@cache
def database() -> duckdb.DuckDBPyConnection:
    """The five tables, in memory, with the notebook's thresholds for bad weather; made once."""
    con = duckdb.connect(config={"threads": 2})
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"CREATE TABLE flights AS SELECT * FROM read_parquet('{DATA}/landing/flights-2013-*.parquet')")
    for name in ("weather", "planes", "airlines", "airports"):
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{DATA}/{name}.csv.gz', nullstr = 'NA')")
    con.execute(f"CREATE VIEW sky AS SELECT *, {BAD} AS bad FROM weather")
    return con


def number(query: str) -> float:
    """The one number that a query gives; `{}` in it is the honest board."""
    row = database().execute(query.replace("{}", board(HONEST))).fetchone()
    if row is None or row[0] is None:
        raise ValueError(f"no number: {query}")
    return float(row[0])


@cache
def board(build: Build) -> str:
    """Make the table and give its name."""
    name = "board_" + "".join("ny"[getattr(build, field)] for field in build.__slots__)
    place = "" if build.any_airport else "AND s.origin = f.origin"
    year = "AND p.year = f.year" if build.build_year else ""
    fleet = (
        "round(avg(seats)) FROM planes" if build.build_year else "avg(seats) FROM flights JOIN planes USING (tailnum)"
    )
    database().execute(
        f"""CREATE TABLE {name} AS
        SELECT f.*, s.bad, coalesce(p.seats, (SELECT {fleet})) AS seats, greatest(f.arr_delay, 0) AS late_min
        FROM flights f
        LEFT JOIN sky s ON s.year = f.year AND s.month = f.month AND s.day = f.day AND s.hour = f.hour {place}
        {"" if build.inner else "LEFT"} JOIN planes p ON p.tailnum = f.tailnum {year}"""
    )
    if build.february_twice:
        database().execute(f"INSERT INTO {name} SELECT * FROM {name} WHERE month = {FEBRUARY}")
    return name


def rows(build: Build) -> float:
    """How many rows the board has."""
    return number(f"SELECT count(*) FROM {board(build)}")


def hours(build: Build, where: str = "true") -> float:
    """Passenger hours lost in bad weather, in thousands."""
    return number(f"SELECT sum(late_min * seats) / 60e3 FROM {board(build)} WHERE bad AND {where}")


def share(build: Build, where: str) -> float:
    """The share of the passenger hours that the condition accounts for."""
    return hours(build, where) / hours(build)


def embraer_share(origin: str) -> float:
    """An airport's share of the honest hours, were the Embraer 190s counted with 98 seats, where the registry has 20."""
    seats = f"CASE WHEN model LIKE 'ERJ 190%' THEN {SEATS_OF_A_190} ELSE b.seats END"
    return number(
        f"""SELECT sum(late_min * {seats}) FILTER (b.origin = '{origin}') / sum(late_min * {seats})
        FROM {{}} b LEFT JOIN planes USING (tailnum) WHERE bad"""
    )


def envoys_bill(kind: str, unknown: str) -> float:
    """Envoy's share of the bill by the notebook's rule (under 100 seats: half the rate), an unknown aircraft having `unknown` seats."""
    seats = f"coalesce(p.seats, {unknown})"
    charged = f"late_min * {seats} * CASE WHEN {seats} < 100 THEN 0.5 ELSE 1 END"
    return number(
        f"""SELECT sum({charged}) FILTER (carrier = 'MQ') / sum({charged})
        FROM {{}} b {kind} JOIN planes p USING (tailnum) WHERE bad"""
    )


@cache
def excess() -> dict[str, float]:
    """What bad weather adds, minutes beyond the airport's usual delay at that hour times seats: shares, and thousands of hours."""
    found = database().execute(
        f"""WITH usual AS (
            SELECT origin, hour, avg(arr_delay) AS minutes FROM {board(HONEST)} WHERE bad IS NOT TRUE GROUP BY ALL)
        SELECT origin, sum((b.arr_delay - u.minutes) * b.seats)
        FROM {board(HONEST)} b JOIN usual u USING (origin, hour) WHERE b.bad GROUP BY origin"""
    )
    table = dict(found.fetchall())
    total = sum(table.values())
    return {origin: float(table[origin] / total) for origin in AIRPORTS} | {"hours": float(total / 60e3)}


@cache
def lead() -> tuple[float, float, float]:
    """Kennedy's lead over Newark in shares of the honest hours, by whole days drawn with replacement: mean, 2.5 %, 97.5 %."""
    table = (
        database()
        .execute(
            f"""SELECT month * 100 + day AS date,
                sum(late_min * seats) FILTER (origin = 'JFK') AS jfk,
                sum(late_min * seats) FILTER (origin = 'EWR') AS ewr,
                sum(late_min * seats) AS total
            FROM {board(HONEST)} WHERE bad GROUP BY date ORDER BY date"""
        )
        .fetchnumpy()
    )
    jfk, ewr, every = (np.nan_to_num(np.asarray(table[name], dtype=float)) for name in ("jfk", "ewr", "total"))
    drawn = np.random.default_rng(7).integers(0, len(jfk), (4000, len(jfk)))
    leads = (jfk[drawn].sum(1) - ewr[drawn].sum(1)) / every[drawn].sum(1)
    low, high = np.quantile(leads, [0.025, 0.975])
    return float(leads.mean()), float(low), float(high)


def calm(condition: str, column: str) -> float:
    """The mean of a column over the flights that a condition calls good weather."""
    return number(f"SELECT avg({column}) FROM {board(HONEST)} WHERE {condition}")


def peak(clock: str) -> float:
    """The first of the four hours in a row with the most passenger hours, by a clock."""
    found = database().execute(
        f"SELECT {clock} AS h, sum(late_min * seats) FROM {board(HONEST)} WHERE bad GROUP BY h ORDER BY h"
    )
    table = dict(found.fetchall())
    return float(max(range(24), key=lambda start: sum(table.get((start + step) % 24, 0) for step in range(4))))


def late_shift() -> float:
    """The share of the notebook's hours that lies in the shift it asks for, 20:00 to 01:00 by the board's clock."""
    return share(_OLD_JOIN, "(hour(time_hour) >= 20 OR hour(time_hour) = 0)")


def search(name: str) -> float:
    """How many rows the notebook's `page` reads when its f-string is given this name."""
    query = f"SELECT count(*) FROM flights f JOIN airports a ON a.faa = f.dest WHERE a.name = '{name}'"
    return number(query)


@cache
def pulled() -> tuple[float, float, float, float]:
    """Rows pulled and rows needed; seconds to pull the board and filter it in pandas, and to ask for what is needed."""
    con, name = database(), board(AS_SAVED)
    start = time.perf_counter()
    frame = con.execute(f"SELECT * FROM {name}").df()
    kept = frame[(frame["origin"] == "JFK") & (frame["bad"] == True)]["late_min"]  # noqa: E712
    middle = time.perf_counter()
    asked = con.execute(f"SELECT late_min FROM {name} WHERE origin = 'JFK' AND bad").df()["late_min"]
    end = time.perf_counter()
    if sorted(kept) != sorted(asked):
        raise ValueError("the two forms disagree")
    return float(len(frame)), float(len(asked)), middle - start, end - middle


def payback(lost_hours: float) -> float:
    """Months until the package has paid for itself, by the notebook's own rule, for thousands of hours lost at the airport."""
    return 12 * PRICE / (lost_hours * 1000 * HOUR * SAVED)


def pages() -> float:
    """How many destinations get a page: a known airport, and a name that the f-string survives."""
    found = database().execute("SELECT DISTINCT name FROM airports JOIN flights ON dest = faa").fetchall()
    made = 0
    for (name,) in found:
        try:
            made += search(name) > 0
        except duckdb.ParserException:
            continue
    return float(made)


def writer_refused() -> float:
    """1 if the night job cannot open the file while a dashboard reads it, 0 if it can."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "board.duckdb")
        duckdb.connect(file).close()
        reader = duckdb.connect(file, read_only=True)
        code = f"import duckdb; duckdb.connect({file!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        reader.close()
    return float(done.returncode != 0 and "lock" in done.stderr)


def _shares(name: str, build: Build) -> dict[str, Callable[[], float]]:
    found: dict[str, Callable[[], float]] = {
        f"shares.{name}.{origin}": partial(share, build, f"origin = '{origin}'") for origin in AIRPORTS
    }
    return found | {f"hours.{name}": partial(hours, build)}


def _rows(build: Build) -> Callable[[], float]:
    return partial(rows, build)


_FLIGHTS = "SELECT count(*) FROM flights f"
_BOTH = "carrier IN ('AA', 'MQ')"
_INJECTED = "x' OR 'a' = 'a"
_OLD_JOIN = Build(any_airport=True, build_year=True)

MEASURES: dict[str, Callable[[], float]] = {
    "rows.flights": partial(number, _FLIGHTS),
    "rows.joined_without_airport": _rows(Build(any_airport=True)),
    "rows.joined_with_airport": _rows(HONEST),
    "rows.as_saved": _rows(AS_SAVED),
    "rows.february_twice": lambda: rows(AS_SAVED) - rows(_OLD_JOIN),
    "rows.without_weather": partial(number, f"{_FLIGHTS} ANTI JOIN weather USING (origin, year, month, day, hour)"),
    "rows.weather": partial(number, "SELECT count(*) FROM weather"),
    "rows.weather_local_hours": partial(
        number, "SELECT count(*) FROM (SELECT DISTINCT origin, year, month, day, hour FROM weather)"
    ),
    "rows.weather_utc_hours": partial(number, "SELECT count(*) FROM (SELECT DISTINCT origin, time_hour FROM weather)"),
    "rows.departures_in_the_hour_twice": partial(number, f"{_FLIGHTS} WHERE month = 11 AND day = 3 AND hour = 1"),
    **_shares("as_saved", AS_SAVED),
    **_shares("february_once", _OLD_JOIN),
    **_shares("with_airport", Build(build_year=True)),
    **_shares("with_seats_only", Build(any_airport=True)),
    **_shares("honest", HONEST),
    **_shares("registered_only", Build(inner=True)),
    **{f"shares.excess.{origin}": partial(lambda o: excess()[o], origin) for origin in AIRPORTS},
    **{f"shares.embraer_190_with_98.{origin}": partial(embraer_share, origin) for origin in AIRPORTS},
    "hours.excess": lambda: excess()["hours"],
    "lead.mean": lambda: lead()[0],
    "lead.low": lambda: lead()[1],
    "lead.high": lambda: lead()[2],
    "seats.known_by_tail_number": partial(number, f"{_FLIGHTS} JOIN planes p ON p.tailnum = f.tailnum"),
    "seats.known_by_year_too": partial(
        number, f"{_FLIGHTS} JOIN planes p ON p.tailnum = f.tailnum AND p.year = f.year"
    ),
    "seats.unknown_flights": partial(number, f"{_FLIGHTS} ANTI JOIN planes USING (tailnum)"),
    "seats.unknown_of_american_and_envoy": partial(
        number, f"{_FLIGHTS} ANTI JOIN planes USING (tailnum) WHERE {_BOTH}"
    ),
    "seats.embraer_190_flights": partial(
        number, f"{_FLIGHTS} JOIN planes USING (tailnum) WHERE model LIKE 'ERJ 190%' AND seats = 20"
    ),
    "seats.filled_in": partial(number, "SELECT round(avg(seats)) FROM planes"),
    "seats.flown": partial(number, "SELECT avg(seats) FROM flights JOIN planes USING (tailnum)"),
    "levy.american_and_envoy.registered_only": partial(share, Build(inner=True), _BOTH),
    "levy.american_and_envoy.honest": partial(share, HONEST, _BOTH),
    "levy.envoy_charged.registered_only": partial(envoys_bill, "", "0"),
    "levy.envoy_charged.mean_of_all": partial(envoys_bill, "LEFT", "b.seats"),
    "levy.envoy_charged.fifty_seats": partial(envoys_bill, "LEFT", "CASE WHEN carrier = 'MQ' THEN 50 ELSE b.seats END"),
    "calm.neither_good_nor_bad": partial(number, "SELECT count(*) FROM {} WHERE bad IS NULL"),
    "calm.share_bad_of_classified": partial(number, "SELECT avg(bad::INT) FROM {}"),
    "calm.share_bad_of_all": partial(number, "SELECT avg((bad IS TRUE)::INT) FROM {}"),
    "calm.late_not_bad": partial(calm, "NOT bad", "late_min"),
    "calm.late_all_others": partial(calm, "bad IS NOT TRUE", "late_min"),
    "calm.late_bad": partial(calm, "bad", "late_min"),
    "calm.gust_missing": partial(number, "SELECT avg((wind_gust IS NULL)::INT) FROM weather"),
    "cancelled.bad": partial(number, "SELECT count(*) FROM {} WHERE bad AND arr_delay IS NULL"),
    "cancelled.share_bad": partial(number, "SELECT avg((arr_delay IS NULL)::INT) FROM {} WHERE bad"),
    "cancelled.share_other": partial(number, "SELECT avg((arr_delay IS NULL)::INT) FROM {} WHERE bad IS NOT TRUE"),
    "cancelled.blizzard": partial(number, f"{_FLIGHTS} WHERE month = 2 AND day IN (8, 9) AND arr_delay IS NULL"),
    "cancelled.blizzard_flights": partial(number, f"{_FLIGHTS} WHERE month = 2 AND day IN (8, 9)"),
    "clocks.other_day": partial(
        number, "SELECT avg((time_hour::DATE <> make_date(year, month, day))::INT) FROM flights"
    ),
    "clocks.late_shift": late_shift,
    "clocks.peak_utc": partial(peak, "hour(time_hour)"),
    "clocks.peak_local": partial(peak, "hour"),
    "search.injected_rows": partial(search, _INJECTED),
    "search.flights_with_a_known_airport": partial(number, f"{_FLIGHTS} JOIN airports a ON a.faa = f.dest"),
    "search.vineyard": partial(number, f"{_FLIGHTS} WHERE dest = 'MVY'"),
    "search.airport_unknown": partial(number, f"{_FLIGHTS} ANTI JOIN airports a ON a.faa = f.dest"),
    "search.destinations": partial(number, "SELECT count(DISTINCT dest) FROM flights"),
    "search.pages": pages,
    "payback.newark_as_saved": lambda: payback(hours(AS_SAVED, "origin = 'EWR'")),
    "payback.newark_honest": lambda: payback(hours(HONEST, "origin = 'EWR'")),
    "payback.kennedy_honest": lambda: payback(hours(HONEST, "origin = 'JFK'")),
    "payback.kennedy_excess": lambda: payback(excess()["hours"] * excess()["JFK"]),
    "pulled.rows": lambda: pulled()[0],
    "pulled.needed": lambda: pulled()[1],
    "pulled.frame_seconds": lambda: pulled()[2],
    "pulled.query_seconds": lambda: pulled()[3],
    "serving.writer_refused": writer_refused,
}
"""Every number under `[measured]` in scenario.toml, by its dotted name."""


def main() -> int:
    """Print every number that the key and the scenario quote."""
    for name, measure in MEASURES.items():
        print(f"{name} = {measure():.6g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
