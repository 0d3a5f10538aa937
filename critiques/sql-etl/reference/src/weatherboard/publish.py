"""A new board is built beside the one on show and takes its place in one step; the last ones are kept.

The dashboard opens the file read-only. DuckDB gives a file to one writer or to readers, never to both, so the job never writes
to the file on show: who has it open keeps the old one until they open it again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from weatherboard.database import opened


def publish(database: Path, build: Callable[[duckdb.DuckDBPyConnection], None], keep: int) -> None:
    """Copy the board (or start an empty one), let `build` change the copy, and put it in place if that did not fail."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{database.name}-", dir=database.parent) as folder:
        fresh = Path(folder) / database.name
        if database.exists():
            shutil.copyfile(database, fresh)
        with opened(fresh) as con:
            build(con)
            con.execute("CHECKPOINT")
        _set_aside(database, keep)
        fresh.replace(database)


def roll_back(database: Path) -> None:
    """Put the last board but one back in place; the one that was on show is gone.

    Raises:
        FileNotFoundError: No earlier board is kept.
    """
    if not _earlier(database, 1).exists():
        raise FileNotFoundError(f"there is no earlier board beside {database}")
    _earlier(database, 1).replace(database)
    number = 2
    while _earlier(database, number).exists():
        _earlier(database, number).replace(_earlier(database, number - 1))
        number += 1


def _set_aside(database: Path, keep: int) -> None:
    """Number the earlier boards, 1 the youngest; the file on show stays where it is."""
    if keep == 0 or not database.exists():
        return
    _earlier(database, keep).unlink(missing_ok=True)
    for number in range(keep - 1, 0, -1):
        if _earlier(database, number).exists():
            _earlier(database, number).replace(_earlier(database, number + 1))
    os.link(database, _earlier(database, 1))


def _earlier(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}.{number}")
