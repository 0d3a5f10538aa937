"""Connections, and the SQL that lies in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb


def sql(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return files("weatherboard").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def contracts() -> dict[str, str]:
    """Each contract's name and query, in order of the name."""
    folder = files("weatherboard").joinpath("sql", "contracts")
    found = [path for path in folder.iterdir() if path.name.endswith(".sql")]
    return {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in sorted(found, key=str)}


@contextmanager
def opened(path: Path | str, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose clock is UTC, closed at the end of the block."""
    with duckdb.connect(str(path), read_only=read_only) as con:
        con.execute("SET TimeZone = 'UTC'")
        yield con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or nothing of it."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")
