"""Fill the board, one delivered month at a time. Loading a month replaces it, so a load may be repeated freely."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb

from weatherboard.config import Config
from weatherboard.contracts import check
from weatherboard.database import sql, transaction
from weatherboard.landing import DataError, months, stage_flights, stage_reference

log = logging.getLogger(__name__)


def load(
    con: duckdb.DuckDBPyConnection, data: Path, config: Config, only: Sequence[str] = ()
) -> dict[str, tuple[int, int]]:
    """Load the months that lie in `data/landing` (or `only` these); give each one's rows before and after.

    Raises:
        DataError: A file is missing or not as agreed.
        ContractError: A month breaks a contract; what was loaded before it stays, the month itself is left as it was.
    """
    delivered = months(data / "landing")
    if missing := sorted(set(only) - set(delivered)):
        raise DataError(f"no file for {', '.join(missing)}; there are {', '.join(delivered)}")
    con.execute(sql("schema"))
    stage_reference(con, data)
    con.execute(sql("planes"))
    con.execute(
        sql("sky"),
        {
            "visibility_below": config.visibility_below,
            "precipitation_above": config.precipitation_above,
            "gust_above": config.gust_above,
        },
    )
    return {month: load_month(con, delivered[month], month, config) for month in only or delivered}


def load_month(con: duckdb.DuckDBPyConnection, path: Path, month: str, config: Config) -> tuple[int, int]:
    """Replace one month of the board by what the file says; nothing changes unless every contract holds."""
    with transaction(con):
        stage_flights(con, path, month)
        before = _rows(con, month)
        con.execute("DELETE FROM board WHERE month = ?", [month])
        con.execute(sql("board"), {"month": month, "zone": config.zone})
        check(con, month, config)
        after = _rows(con, month)
    log.info("%s: %d departures, before %d", month, after, before)
    return before, after


def _rows(con: duckdb.DuckDBPyConnection, month: str) -> int:
    row = con.execute("SELECT count(*) FROM board WHERE month = ?", [month]).fetchone()
    return int(row[0]) if row else 0
