"""Files enter here: which months have come, and do the tables have the columns that we were promised?"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from weatherboard.database import sql

TABLES = ("weather", "planes", "airlines", "airports")
_MONTH = re.compile(r"flights-(\d{4}-(?:0[1-9]|1[0-2]))\.parquet")


class DataError(ValueError):
    """A file cannot be used; the text says which and why."""


def months(folder: Path) -> dict[str, Path]:
    """The delivered months (`2013-02`) and their files, in order.

    Raises:
        DataError: The folder holds no file of the form `flights-2013-02.parquet`.
    """
    found = {match[1]: path for path in folder.glob("*.parquet") if (match := _MONTH.fullmatch(path.name))}
    if not found:
        raise DataError(f"{folder} holds no flights-YYYY-MM.parquet")
    return dict(sorted(found.items()))


def stage_reference(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read weather, registry, airlines and airports into their typed tables, in place of what was there."""
    con.execute(sql("staging"))
    for name in TABLES:
        path = folder / f"{name}.csv.gz"
        if not path.is_file():
            raise DataError(f"{path} is missing")
        _copy(con, name, "read_csv(?, nullstr = 'NA', header = true)", path)


def stage_flights(con: duckdb.DuckDBPyConnection, path: Path, month: str) -> None:
    """Read one month's departures.

    Raises:
        DataError: A column is missing or of another type, or a row belongs to another month.
    """
    con.execute("DELETE FROM staged_flights")
    _copy(con, "flights", "read_parquet(?)", path)
    row = con.execute(
        "SELECT count(*), count(*) FILTER (printf('%04d-%02d', year, month) <> ?) FROM staged_flights", [month]
    ).fetchone()
    total, strangers = row or (0, 0)
    if total == 0 or strangers:
        raise DataError(f"{path}: {strangers} of {total} departures are not of {month}")


def _copy(con: duckdb.DuckDBPyConnection, name: str, reader: str, path: Path) -> None:
    """The columns of the staging table from a file; its types and NOT NULLs are the check."""
    described = con.execute(f"DESCRIBE staged_{name}").fetchall()  # the name is one of ours
    columns = ", ".join(row[0] for row in described)
    try:
        con.execute(f"INSERT INTO staged_{name} SELECT {columns} FROM {reader}", [str(path)])  # noqa: S608
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{path} is not the {name} table that was agreed on: {reason}") from error
