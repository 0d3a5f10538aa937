"""Shares of late flights by carrier and hour."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

LATE_MINUTES = 15


def read_flights(path: Path) -> pd.DataFrame:
    """Past departures. ValueError: a departure time is no number."""
    flights = pd.read_csv(path)
    if not pd.api.types.is_integer_dtype(flights["sched_dep_time"]):
        raise ValueError(f"{path}: sched_dep_time holds something else than HHMM")
    return flights


def late(flights: pd.DataFrame) -> pd.Series:
    """More than 15 minutes late, or never arrived."""
    return (flights["arr_delay"] > LATE_MINUTES) | flights["arr_delay"].isna()


def share_by_hour(flights: pd.DataFrame) -> pd.Series:
    """Share of late flights by carrier and hour of departure."""
    return late(flights).groupby([flights["carrier"], _hour(flights)]).mean().rename("late")


def chances(schedule: pd.DataFrame, rates: pd.Series) -> pd.Series:
    """The share of each flight's carrier and hour; a pair that was never seen gets the mean of all."""
    pairs = pd.MultiIndex.from_arrays([schedule["carrier"], _hour(schedule)])
    return pd.Series(rates.reindex(pairs).fillna(rates.mean()).to_numpy(), index=schedule.index)


def _hour(flights: pd.DataFrame) -> pd.Series:
    return (flights["sched_dep_time"] // 100).rename("hour")
