"""Does a package keep a right board when months come twice and corrected?

It is given March to May, given them once more, and then April alone, corrected. What the board must say is reckoned here, from
the same files, by another road than the reference's: each flight looks its weather up in a dictionary, and nothing is joined. A board whose
joins multiply, whose loads append, whose NULLs swallow rows or whose months are in UTC is off by as much as it deserves.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from nbcritic.kit.contract import Item, Job, deterministic, honest, refuses

MONTHS = ("2013-03", "2013-04", "2013-05")
CORRECTED = "2013-04"
WITHDRAWN = 300
"""Rows that the corrected April no longer has."""
TABLES = ("weather", "planes", "airlines", "airports")
Hours = dict[tuple[str, str], float]


def judge(job: Job) -> Iterator[Item]:
    """Three deliveries, one report; then the first delivery into a fresh board, twice, and a broken file."""
    spring, correction = job.folder / "spring", job.folder / "correction"
    _deliver(job, spring, MONTHS)
    _deliver(job, correction, (CORRECTED,))
    _correct(correction / "landing" / f"flights-{CORRECTED}.parquet")
    board, out, claim = (job.folder / name for name in ("board.duckdb", "report.csv", "claim.json"))

    loads = [job.call("load", data=data, database=board) for data in (spring, spring, correction)]
    loaded = next((ran for ran in loads if not ran.ok), loads[-1])
    yield job.worked("loads", "`load` takes three deliveries", loaded, wrote=board)
    reported = job.call("report", database=board, out=out, claim=claim)
    yield job.worked("reports", "`report` writes a line for each airport and month", reported, wrote=out)

    truth, departures = _truth(
        [spring / "landing" / f"flights-{m}.parquet" for m in MONTHS if m != CORRECTED], correction
    )
    found, fault = _report(out)
    value = None if fault else sum(abs(found.get(key, 0.0) - truth[key]) for key in truth) / sum(truth.values())
    score = next(iter(honest(job, value, None)))
    yield replace(score, seen=fault or score.seen, category="sql", teach=(
        "Count the rows before and after each join, load a month twice on purpose, and ask what NULL does in each condition. One departure "
        "must stay one row, whatever is delivered."
    ))  # fmt: skip
    yield _claim(job.claim(claim), departures)

    texts = []
    for name in ("first", "second"):
        fresh, text = job.folder / f"{name}.duckdb", job.folder / f"{name}.csv"
        job.call("load", data=correction, database=fresh)
        job.call("report", database=fresh, out=text, claim=job.folder / f"{name}.json")
        texts.append(text)
    yield deterministic(*texts)

    broken, bad = job.folder / "broken", job.folder / "bad.duckdb"
    _deliver(job, broken, (CORRECTED,))
    _rewrite(broken / "landing" / f"flights-{CORRECTED}.parquet", "SELECT * EXCLUDE (origin) FROM delivered")
    yield refuses(job, "load", what="a month without the column `origin`", leaves=bad, data=broken, database=bad)


def _claim(claimed: float | None, departures: int) -> Item:
    holds = claimed is not None and abs(claimed - departures) < 1
    return Item(
        "claim",
        "The departures that the report claims to count are those that were delivered",
        float(holds),
        "no number is claimed" if claimed is None else f"claimed {claimed:,.0f}, delivered {departures:,}",
        "A pipeline that does not know how many rows it should have cannot notice when it has three times as many. Count what came in, "
        "count what is on the board, and stop if the two differ.",
        4,
        "data-validation",
        claimed,
    )


def _deliver(job: Job, folder: Path, months: tuple[str, ...]) -> None:
    """A folder as the feed fills it."""
    (folder / "landing").mkdir(parents=True)
    for month in months:
        name = f"landing/flights-{month}.parquet"
        shutil.copyfile(job.data(name), folder / name)
    for table in TABLES:
        shutil.copyfile(job.data(f"{table}.csv.gz"), folder / f"{table}.csv.gz")


def _rewrite(path: Path, query: str) -> None:
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"CREATE TABLE delivered AS SELECT * FROM read_parquet('{path}')")
        con.execute(f"CREATE TABLE changed AS {query}")
        con.execute(f"COPY changed TO '{path}' (FORMAT parquet)")


def _correct(path: Path) -> None:
    """Newark's clock was twenty minutes fast, and some flights had been reported twice under another number."""
    _rewrite(
        path,
        f"""SELECT * REPLACE (CASE origin WHEN 'EWR' THEN arr_delay + 20 ELSE arr_delay END AS arr_delay)
        FROM delivered LIMIT (SELECT count(*) - {WITHDRAWN} FROM delivered)""",
    )


def _truth(kept: list[Path], correction: Path) -> tuple[Hours, int]:
    """Passenger hours by airport and month, and how many departures there are."""
    paths = [*kept, correction / "landing" / f"flights-{CORRECTED}.parquet"]
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("SET TimeZone = 'UTC'")
        read = f"read_csv('{correction}/{{}}.csv.gz', nullstr = 'NA')"
        bad = {
            (origin, hour)
            for origin, hour, sight, rain, gust in con.execute(
                f"SELECT origin, epoch(time_hour), visib, precip, wind_gust FROM {read.format('weather')}"
            ).fetchall()
            if (sight is not None and sight < 3) or (rain or 0) > 0.1 or (gust or 0) > 30
        }
        seats = dict(con.execute(f"SELECT tailnum, seats FROM {read.format('planes')}").fetchall())
        flights = con.execute(
            f"SELECT origin, year, month, epoch(time_hour), tailnum, arr_delay FROM read_parquet({[str(p) for p in paths]})"
        ).fetchall()
    known = [seats[flight[4]] for flight in flights if flight[4] in seats]
    usual = sum(known) / len(known)
    hours: Hours = defaultdict(float)
    for origin, year, month, hour, tailnum, delay in flights:
        lost = max(delay or 0, 0) * seats.get(tailnum, usual) / 60
        hours[origin, f"{year}-{month:02}"] += lost if (origin, hour) in bad else 0.0
    return dict(hours), len(flights)


def _report(path: Path) -> tuple[Hours, str]:
    """What the report says; the text is empty if it can be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found: Hours = defaultdict(float)
        for row in rows:
            found[row["origin"], row["month"]] += float(row["passenger_hours"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, csv.Error) as error:
        return {}, f"the report cannot be read: {type(error).__name__}: {error}"
    return found, "" if found else "the report has no rows"
