"""Every late minute counts, whatever the weather, for an aircraft of an average size: a start, and no more than that."""

from pathlib import Path

import duckdb

SEATS = 137


class BadFileError(ValueError):
    """A delivered file cannot be used."""


def load(data: Path, database: Path) -> None:
    """Add the delivered months to the database.

    Raises:
        BadFileError: There is no month, or one of them lacks a column.
    """
    paths = sorted(str(path) for path in (data / "landing").glob("flights-*.parquet"))
    if not paths:
        raise BadFileError(f"{data / 'landing'} holds no month")
    query = "SELECT origin, strftime(make_date(year, month, 1), '%Y-%m'), greatest(arr_delay, 0) FROM read_parquet(?)"
    try:
        with duckdb.connect() as memory:
            memory.execute(f"CREATE TABLE seen AS {query}", [paths])
        with duckdb.connect(str(database)) as con:
            con.execute("CREATE TABLE IF NOT EXISTS departures (origin VARCHAR, month VARCHAR, minutes INTEGER)")
            con.execute(f"INSERT INTO departures {query}", [paths])
    except duckdb.Error as error:
        raise BadFileError(str(error).splitlines()[0]) from error


def report(database: Path) -> str:
    """Passenger hours by airport and month, as CSV."""
    with duckdb.connect(str(database), read_only=True) as con:
        found = con.execute(
            "SELECT origin, month, round(sum(minutes) * ? / 60, 1) FROM departures GROUP BY ALL ORDER BY ALL", [SEATS]
        ).fetchall()
    lines = [f"{origin},{month},{hours}" for origin, month, hours in found]
    return "\n".join(["origin,month,passenger_hours", *lines]) + "\n"


def departures(database: Path) -> int:
    """How many departures the report counts."""
    with duckdb.connect(str(database), read_only=True) as con:
        row = con.execute("SELECT count(*) FROM departures").fetchone()
    return row[0] if row else 0
