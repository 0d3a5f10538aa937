"""What must hold of the board before anybody sees it. A contract is a query in `sql/contracts/` that gives the rows that break it."""

from __future__ import annotations

import duckdb

from weatherboard.config import Config
from weatherboard.database import contracts


class ContractError(ValueError):
    """A contract is broken; the text names it and shows a row."""


def check(con: duckdb.DuckDBPyConnection, month: str, config: Config) -> None:
    """Check every contract for the month that was just loaded.

    Raises:
        ContractError: The first broken one, with how many rows break it and one of them.
    """
    given = {
        "month": month,
        "least_weather_known": config.least_weather_known,
        "least_aircraft_known": config.least_aircraft_known,
    }
    for name, query in contracts().items():
        wanted = {key: value for key, value in given.items() if f"${key}" in query}
        cursor = con.execute(query, wanted)
        broken = cursor.fetchall()
        if broken:
            columns = [column[0] for column in cursor.description or []]
            example = ", ".join(f"{column} {value}" for column, value in zip(columns, broken[0], strict=True))
            raise ContractError(f"{month}: {name.replace('_', ' ')} ({len(broken)} rows, such as {example})")
