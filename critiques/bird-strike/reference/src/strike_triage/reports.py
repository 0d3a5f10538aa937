"""Reports enter here, are checked here, and nowhere else.

What the crew can say at the gate (`AT_THE_GATE`) and what was found out later are kept apart by name: costs and species
never leave this module, and neither do names of people.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

COLUMNS = {
    "Flight Date": "date",
    "Aircraft Make Model": "aircraft",
    "Phase of flight": "phase",
    "Wildlife Size": "size",
    "Time of day": "time_of_day",
    "Speed IAS in knots": "speed",
    "Effect Amount of damage": "damage",
}
AT_THE_GATE = ("date", "aircraft", "phase", "size", "time_of_day", "speed")
PHASES = ("Parked", "Taxi", "Take-off run", "Climb", "Descent", "Approach", "Landing Roll")
SIZES = ("Small", "Medium", "Large")
TIMES = ("Dawn", "Day", "Dusk", "Night")
HARMLESS = ("None", "Minor", "Medium")
GRAVE = ("Substantial", "B", "C")
"""Damage that grounds an aircraft. B and C are the armed forces' classes for their dearest mishaps."""
FASTEST = 500
"""Knots. No aircraft in these reports hits a bird faster."""

SCHEMA = pa.DataFrameSchema(
    {
        "date": pa.Column("datetime64[ns]", pa.Check.in_range("1980-01-01", "2100-01-01"), coerce=True),
        "aircraft": pa.Column(str, pa.Check.str_length(min_value=1)),
        "phase": pa.Column(str, pa.Check.isin(PHASES)),
        "size": pa.Column(str, pa.Check.isin(SIZES)),
        "time_of_day": pa.Column(str, pa.Check.isin(TIMES)),
        "speed": pa.Column(float, pa.Check.in_range(0, FASTEST), nullable=True, coerce=True),
        "damage": pa.Column(str, pa.Check.isin((*HARMLESS, *GRAVE))),
    }
)


class DataError(ValueError):
    """A table is not what was promised; the text says where and why."""


def read_reports(path: Path) -> pd.DataFrame:
    """Reports with what was found, oldest first: the columns `AT_THE_GATE` and `damage`; speed in knots or NaN.

    Only an empty speed is a gap. The word None in the damage column is an answer: nothing was found.

    Raises:
        DataError: The file cannot be read, lacks a column, or holds a value that nobody has decided about.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=lambda name: name in COLUMNS)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {path}: {error}") from error
    table = table.rename(columns=COLUMNS)
    if missing := [name for name, short in COLUMNS.items() if short not in table]:
        raise DataError(f"{path}: column `{missing[0]}` is missing")
    if table.empty:
        raise DataError(f"{path} holds no report")
    return _checked(table.assign(speed=table["speed"].replace("", None)), path)


def grave(reports: pd.DataFrame) -> pd.Series:
    """Should the team have gone? True where the damage grounds the aircraft."""
    return reports["damage"].isin(GRAVE)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, for the artefact's metadata."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    try:
        checked = SCHEMA.validate(table, lazy=True)
    except SchemaErrors as error:
        raise DataError(f"{path}: {_explained(error)}") from error
    return checked.sort_values("date", kind="stable", ignore_index=True)[[*AT_THE_GATE, "damage"]]


def _explained(error: SchemaErrors) -> str:
    """The first fault of each column, one phrase each: pandera's own text is a page long."""
    faults = []
    for column, rows in error.failure_cases.groupby("column", sort=False):
        first = rows.iloc[0]
        where = "" if pd.isna(first["index"]) else f" (line {int(first['index']) + 2})"
        faults.append(f"`{column}` may not be {str(first['failure_case'])!r}{where}")
    return "; ".join(faults[:3])
