"""Does a package make Jo's lists, from what is known at five in the morning and nothing else?

It is trained on the days before October and makes the lists of every third day after, each from a folder of what was known that
morning. What happened on these days stands in none of the files: histories leave them out, so that no morning can be
read in a later one. Fewer days would not do: with eight of them, luck decides whether a model beats a table of rates.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from nbcritic.kit.contract import Item, Job, deterministic, honest, refuses

TRAIN_UNTIL = date(2013, 10, 1)
DAYS = tuple(date(2013, 10, 1) + timedelta(days=3 * number) for number in range(31))
RECENT = 60
"""Days of history that a morning is given."""
LATE = 15
DECISION_HOUR = 5
OUTCOMES = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time")
KEY = ("carrier", "flight", "sched_dep_time")
Row = dict[str, str]


def judge(job: Job) -> Iterator[Item]:
    """Train, make the lists, score them; then the same again, and broken input."""
    flights, weather = (_read(job.data(f"{name}.csv.gz")) for name in ("flights", "weather"))
    past = {name: job.folder / f"{name}.csv" for name in ("flights", "weather")}
    _write(past["flights"], (row for row in flights if _date(row) < TRAIN_UNTIL))
    _write(past["weather"], (row for row in weather if _date(row) < TRAIN_UNTIL))
    model, again = job.folder / "model", job.folder / "again"
    trained = job.call("train", **past, model=model)
    yield job.worked("trains", "`train` runs on the days before October", trained, wrote=model)

    _mornings(job.folder / "mornings", flights, weather, DAYS)
    replayed = job.call("replay", mornings=job.folder / "mornings", model=model, out=job.folder / "lists")
    found, faults = _lists(job.folder / "lists", flights)
    if not replayed.ok:
        faults.insert(0, replayed.ended)
    yield Item(
        "replays",
        "`replay` lists every scheduled flight of each morning, from what is known at five",
        float(not faults),
        "; ".join(faults[:2]) or f"{len(DAYS)} mornings, {len(found)} flights",
        "Each morning has the departures of the days before, the weather before five and a schedule without outcomes. Code that "
        "needs the delay of the flight itself, or loses flights in a join or a dropna, stops here.",
        4,
        "leakage",
    )
    score = None if faults else _score([late for late, _ in found], [chance for _, chance in found])
    yield from honest(job, score, job.claim(model / "claim.json"))

    _mornings(job.folder / "last", flights, weather, DAYS[-1:])
    if score is not None and job.call("train", **past, model=again).ok:
        job.call("replay", mornings=job.folder / "last", model=again, out=job.folder / "lists-again")
    name = f"{DAYS[-1]}.csv"
    yield deterministic(job.folder / "lists" / name, job.folder / "lists-again" / name)

    broken, bad = job.folder / "broken.csv", job.folder / "bad"
    _write(broken, (row | {"sched_dep_time": "soon"} for row in flights[:50]))
    what = "departure times that are no times"
    yield refuses(job, "train", what=what, leaves=bad, flights=broken, weather=past["weather"], model=bad)


def _mornings(folder: Path, flights: list[Row], weather: list[Row], days: Iterable[date]) -> None:
    """A folder each with what is known at five: no outcome of a day that is asked about stands in any of them."""
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in flights:
        by_day[_date(row)].append(row)
    observed: dict[date, list[Row]] = defaultdict(list)
    for row in weather:
        observed[_date(row)].append(row)
    asked = set(DAYS)
    for day in days:
        morning = folder / str(day)
        morning.mkdir(parents=True)
        before = [day - timedelta(days=back) for back in range(RECENT, 0, -1)]
        _write(morning / "flights.csv", (row for one in before if one not in asked for row in by_day[one]))
        _write(
            morning / "weather.csv", (row for one in [*before, day] for row in observed[one] if _seen(row, one, asked))
        )
        schedule = ({name: row[name] for name in row if name not in OUTCOMES} for row in by_day[day])
        _write(morning / "schedule.csv", schedule)


def _seen(row: Row, day: date, asked: set[date]) -> bool:
    """Of the days that are asked about, the weather ends at five in every folder."""
    return day not in asked or int(row["hour"]) < DECISION_HOUR


def _lists(folder: Path, flights: list[Row]) -> tuple[list[tuple[bool, float]], list[str]]:
    """Whether each flight was late beside the chance that the package gave it, and what is wrong with its lists."""
    truth: dict[date, dict[tuple[str, ...], bool]] = {day: {} for day in DAYS}
    for row in flights:
        if _date(row) in truth:
            truth[_date(row)][_key(row)] = _late(row)
    pairs: list[tuple[bool, float]] = []
    faults = []
    for day, late in truth.items():
        try:
            rows = _read(folder / f"{day}.csv")
            chances = {_key(row): float(row["chance"]) for row in rows}
        except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
            faults.append(f"{day}.csv cannot be read: {error!r}")
            continue
        if len(chances) < len(rows) or set(chances) != set(late):
            faults.append(
                f"{day}.csv does not name each scheduled flight once: {len(rows)} rows for {len(late)} flights"
            )
        elif not all(0 <= chance <= 1 for chance in chances.values()):
            faults.append(f"{day}.csv: a chance is not between 0 and 1")
        else:
            pairs += [(late[key], chance) for key, chance in chances.items()]
    return pairs, faults


def _score(late: list[bool], chances: list[float]) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(late, chances))


def _read(path: Path) -> list[Row]:
    """The rows of a CSV file, every value as it is spelt."""
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(rows):
            if number == 0:
                writer.writerow(row)
            writer.writerow(row.values())


def _date(row: Row) -> date:
    return _day(row["year"], row["month"], row["day"])


@cache
def _day(year: str, month: str, day: str) -> date:
    return date(int(year), int(month), int(day))


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def _late(row: Row) -> bool:
    """More than 15 minutes late, or never arrived."""
    return row["arr_delay"] in ("", "NA") or float(row["arr_delay"]) > LATE
