"""What the board says: hours by airport and month, how sure the ranking is, the levy, and pages for destinations."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import duckdb
import numpy as np

from weatherboard.config import Config
from weatherboard.database import sql


class ReportError(ValueError):
    """The board cannot answer that; the text says why."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How far one airport's share of the lost hours lies above another's, and the 95 % interval by whole days."""

    first: str
    second: str
    share: float
    low: float
    high: float


def hours(con: duckdb.DuckDBPyConnection, config: Config) -> duckdb.DuckDBPyConnection:
    """Departures, flights in bad weather, flights that did not arrive, and passenger hours, by airport and month."""
    return con.execute(sql("hours"), {"minutes_if_not_arrived": config.minutes_if_not_arrived})


def excess(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Passenger hours by airport beyond what its flights of the same hour lose in other weather."""
    return dict(con.execute(sql("excess")).fetchall())


def levy(con: duckdb.DuckDBPyConnection, config: Config) -> dict[str, float]:
    """Each airline's share of the charged hours; aircraft below the limit are charged at the regional rate."""
    given = {"seats_below": config.regional_seats_below, "rate": config.regional_rate}
    return dict(con.execute(sql("levy"), given).fetchall())


def lead(con: duckdb.DuckDBPyConnection, seed: int = 7, draws: int = 4000) -> Lead:
    """Compare the two airports with the most passenger hours, drawing whole days: a storm hits all flights of a day.

    Raises:
        ReportError: Fewer than two airports lost any hours.
    """
    table: dict[str, dict[object, float]] = {}
    for origin, day, lost in con.execute(sql("days")).fetchall():
        table.setdefault(origin, {})[day] = lost
    ranked = sorted(table, key=lambda origin: (-sum(table[origin].values()), origin))
    if len(ranked) < 2:
        raise ReportError("a lead needs two airports with hours lost in bad weather")
    dates = sorted({str(day) for origin in table for day in table[origin]})
    by_text = {origin: {str(day): lost for day, lost in table[origin].items()} for origin in ranked}
    lost = np.array([[by_text[origin].get(date, 0.0) for date in dates] for origin in ranked])
    drawn = np.random.default_rng(seed).integers(0, len(dates), (draws, len(dates)))
    totals = lost[:, drawn].sum(axis=2)
    leads = (totals[0] - totals[1]) / totals.sum(axis=0)
    low, high = np.quantile(leads, [0.025, 0.975])
    whole = lost.sum(axis=1)
    return Lead(ranked[0], ranked[1], float((whole[0] - whole[1]) / whole.sum()), float(low), float(high))


def page(con: duckdb.DuckDBPyConnection, airport: str) -> duckdb.DuckDBPyConnection:
    """Flights in bad weather and their mean lateness by airline, for a destination by its code or name.

    Raises:
        ReportError: Nobody flies there.
    """
    flown = {code: name for code, name in con.execute(sql("destinations")).fetchall()}
    codes = [code for code, name in flown.items() if airport in (code, name)]
    if not codes:
        raise ReportError(f"nobody flies to {airport!r}; give a code such as {min(flown, default='LAX')}")
    return con.execute(sql("page"), {"dest": codes[0]})


def as_csv(answer: duckdb.DuckDBPyConnection) -> str:
    """An answer as CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column[0] for column in answer.description or []])
    writer.writerows(answer.fetchall())
    return text.getvalue()
