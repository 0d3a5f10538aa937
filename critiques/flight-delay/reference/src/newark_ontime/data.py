"""Tables enter here, are checked here, and nowhere else.

`flights` are scheduled departures. What the desk knows at five (`SCHEDULE`) and what is known only afterwards
(`OUTCOME`) are kept apart by name: no feature may read a column of `OUTCOME` of the same day.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

SCHEDULE = ("date", "carrier", "flight", "dest", "sched_dep_time", "sched_arr_time", "distance")
OUTCOME = "arr_delay"
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
KEY = ("date", "carrier", "flight", "sched_dep_time")

_HHMM = pa.Check(lambda times: (times % 100 < 60) & times.between(0, 2400), error="not a time of day (HHMM)")
_CALENDAR = {
    "year": pa.Column(int, pa.Check.in_range(1987, 2100)),
    "month": pa.Column(int, pa.Check.in_range(1, 12)),
    "day": pa.Column(int, pa.Check.in_range(1, 31)),
}

SCHEDULE_SCHEMA = pa.DataFrameSchema(
    _CALENDAR
    | {
        "carrier": pa.Column(str, pa.Check.str_length(2, 3)),
        "flight": pa.Column(int, pa.Check.ge(1)),
        "dest": pa.Column(str, pa.Check.str_length(3, 3)),
        "sched_dep_time": pa.Column(int, _HHMM),
        "sched_arr_time": pa.Column(int, _HHMM),
        "distance": pa.Column(float, pa.Check.in_range(10, 10_000), coerce=True),
    },
    unique=["year", "month", "day", "carrier", "flight", "sched_dep_time"],
)
HISTORY_SCHEMA = SCHEDULE_SCHEMA.add_columns(
    {OUTCOME: pa.Column(float, pa.Check.in_range(-180, 3000), nullable=True, coerce=True)}
)
WEATHER_SCHEMA = pa.DataFrameSchema(
    _CALENDAR
    | {"hour": pa.Column(int, pa.Check.in_range(0, 23))}
    | {name: pa.Column(float, nullable=True, coerce=True) for name in WEATHER}
)


class DataError(ValueError):
    """A table is not what the pipeline was promised; the text says which rows and why."""


def read_history(path: Path) -> pd.DataFrame:
    """Departures with what became of them: the columns of `SCHEDULE` and `arr_delay` (minutes; NaN: never arrived)."""
    table = _checked(path, HISTORY_SCHEMA)
    if table[OUTCOME].isna().all():
        raise DataError(f"{path}: no flight has an arrival delay; is this a schedule?")
    return _dated(table)[[*SCHEDULE, OUTCOME]]


def read_schedule(path: Path) -> pd.DataFrame:
    """Departures to judge. Whatever else the file holds is dropped, so that no outcome can slip in."""
    return _dated(_checked(path, SCHEDULE_SCHEMA))[list(SCHEDULE)]


def read_weather(path: Path) -> pd.DataFrame:
    """Hourly observations. The hour that clocks repeat in autumn comes twice; the first is kept."""
    table = _dated(_checked(path, WEATHER_SCHEMA))
    return table.drop_duplicates(["date", "hour"])[["date", "hour", *WEATHER]].reset_index(drop=True)


def disrupted(history: pd.DataFrame, late_minutes: int) -> pd.Series:
    """Who needed a crew: arrived more than `late_minutes` late, or did not arrive at all (cancelled, diverted)."""
    return (history[OUTCOME] > late_minutes) | history[OUTCOME].isna()


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, for the artefact's metadata."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
        return schema.validate(table, lazy=True)
    except SchemaErrors as error:
        raise DataError(f"{path}: {_explained(error)}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {path}: {error}") from error


def _explained(error: SchemaErrors) -> str:
    """The first few faults, one phrase each: pandera's own text is a page long."""
    cases = error.failure_cases
    faults = []
    for (column, check), rows in cases.groupby(["column", "check"], dropna=False, sort=False):
        if check == "column_in_dataframe":
            faults.append(f"column `{rows['failure_case'].iloc[0]}` is missing")
        else:
            numbers = [f"{int(row) + 2}" for row in rows["index"].dropna().head(3)]
            where = f" (line {', '.join(numbers)})" if numbers else ""
            faults.append(f"`{column}`: {check}, {len(rows)} times{where}")
    return "; ".join(faults[:5])


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    parts = table[["year", "month", "day"]]
    dates = pd.to_datetime(parts, errors="coerce")
    if dates.isna().any():
        year, month, day = parts[dates.isna()].iloc[0]
        raise DataError(f"there is no day {year}-{month:02}-{day:02}")
    return table.assign(date=dates)
