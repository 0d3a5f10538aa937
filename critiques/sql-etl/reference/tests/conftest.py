"""A made-up year of a dozen flights, written as the feed writes it. Each test says what it needs to know in its own rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from weatherboard.config import Config
from weatherboard.database import opened
from weatherboard.load import load

Row = dict[str, Any]
TYPES = {"flights": "parquet", "weather": "csv", "planes": "csv", "airlines": "csv", "airports": "csv"}


def flight(time_hour: str = "2013-01-10 17:00", **changes: Any) -> Row:
    """A departure from Newark: scheduled in UTC, the local columns as the feed fills them (winter: five hours behind)."""
    utc = datetime.fromisoformat(time_hour)
    local = utc - timedelta(hours=changes.pop("behind", 5))
    return {
        "year": local.year, "month": local.month, "day": local.day, "hour": local.hour, "time_hour": utc,
        "origin": "EWR", "dest": "LAX", "carrier": "UA", "flight": 1, "tailnum": "N1", "arr_delay": 30,
    } | changes  # fmt: skip


def sky(time_hour: str = "2013-01-10 17:00", **changes: Any) -> Row:
    """An hour of weather at Newark: fog unless the changes say otherwise."""
    row = {"origin": "EWR", "time_hour": f"{time_hour}:00+00:00", "visib": 1.0, "precip": 0.0, "wind_gust": None}
    return row | changes


CLEAR: Row = {"visib": 10.0}
PLANES = [{"tailnum": "N1", "year": 2001, "seats": 100}, {"tailnum": "N2", "year": 2013, "seats": 50}]
AIRLINES = [{"carrier": "UA", "name": "United"}, {"carrier": "AA", "name": "American"}]
AIRPORTS = [{"faa": "LAX", "name": "Los Angeles Intl"}, {"faa": "MVY", "name": "Martha\\\\'s Vineyard"}]


def write(path: Path, rows: Sequence[Row]) -> None:
    """Rows as Parquet, or as gzipped CSV with NA for what is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        columns = list(rows[0])
        con.execute(f"CREATE TABLE t ({', '.join(f'{name} {_type(rows, name)}' for name in columns)})")
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", [list(row.values()) for row in rows])
        how = "(FORMAT parquet)" if path.suffix == ".parquet" else "(HEADER, NULLSTR 'NA', COMPRESSION gzip)"
        con.execute(f"COPY t TO '{path}' {how}")


def _type(rows: Sequence[Row], name: str) -> str:
    value = next((row[name] for row in rows if row[name] is not None), "")
    return {int: "INTEGER", float: "DOUBLE", datetime: "TIMESTAMP"}.get(type(value), "VARCHAR")


class Feed:
    """A folder as it is delivered, and a board to load it into."""

    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.con = con
        self.config = Config(least_weather_known=0.0, least_aircraft_known=0.0)
        self.tables([sky()])

    def tables(
        self, weather: Sequence[Row], planes: Sequence[Row] = PLANES, airports: Sequence[Row] = AIRPORTS
    ) -> None:
        """Deliver everything but the flights."""
        for name, rows in (("weather", weather), ("planes", planes), ("airlines", AIRLINES), ("airports", airports)):
            write(self.folder / f"{name}.csv.gz", rows)

    def month(self, rows: Sequence[Row], month: str = "2013-01") -> Path:
        """Deliver a month of flights."""
        path = self.folder / "landing" / f"flights-{month}.parquet"
        write(path, rows)
        return path

    def load(self, *only: str) -> dict[str, tuple[int, int]]:
        """Load what was delivered."""
        return load(self.con, self.folder, self.config, only)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the board."""
        return self.con.execute(query).fetchall()


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    with opened(":memory:") as con:
        yield Feed(tmp_path / "data", con)


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "weatherboard")
