"""The three jobs: train, evaluate, and make the morning list. Tables in, tables and numbers out; files are the CLI's."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

import pandas as pd

from newark_ontime.artifact import Artifact
from newark_ontime.config import Config
from newark_ontime.data import DataError, disrupted
from newark_ontime.evaluate import calibration, saved_per_day, scores
from newark_ontime.features import design
from newark_ontime.model import RateTable, build, probability

log = logging.getLogger(__name__)


def train(history: pd.DataFrame, weather: pd.DataFrame, config: Config) -> Artifact:
    """Judge on the last `test_days` days, fit on the days before them, and keep both in the metadata."""
    table = design(history, history, weather, config)
    late = disrupted(history, config.late_minutes)
    first = history["date"].max() - pd.Timedelta(days=config.test_days - 1)
    later = history["date"] >= first
    if later.all():
        raise DataError(
            f"`test_days` is {config.test_days}, and the history has no day before those: nothing to train on"
        )
    model = build(config).fit(table[~later], late[~later])
    log.info("trained on %d flights before %s", int((~later).sum()), first.date())
    days = history.loc[~later, "date"]
    metadata = {
        "trained_on": {"flights": len(days), "first": str(days.min().date()), "last": str(days.max().date())},
        "disrupted_share": round(float(late[~later].mean()), 4),
        "evaluation": _judged(model, table, late, history["date"], later, config),
    }
    return Artifact(model, config, tuple(table.columns), metadata)


def evaluate(artifact: Artifact, history: pd.DataFrame, weather: pd.DataFrame) -> dict[str, Any]:
    """Judge a saved model on the days of `history` that came after those it was trained on."""
    table = design(history, history, weather, artifact.config)[list(artifact.columns)]
    late = disrupted(history, artifact.config.late_minutes)
    later = history["date"] > pd.Timestamp(artifact.metadata["trained_on"]["last"])
    if later.all() or not later.any():
        raise DataError("evaluation needs days after the last training day, and the days before for the baseline")
    return _judged(artifact.model, table, late, history["date"], later, artifact.config)


def morning_list(
    artifact: Artifact, schedule: pd.DataFrame, history: pd.DataFrame, weather: pd.DataFrame
) -> pd.DataFrame:
    """Every scheduled flight with its chance of disruption and whether a crew pays, most likely first.

    Rows of `history` from the first scheduled day on are left out: at five they have not happened yet.
    """
    known = history[history["date"] < schedule["date"].min()]
    if known.empty:
        raise DataError("the history has no day before the schedule's first")
    age = (schedule["date"].min() - known["date"].max()).days
    if age > 1:
        log.warning("the history ends %d days before the schedule: recent delays are not known", age)
    table = design(schedule, known, weather, artifact.config)[list(artifact.columns)]
    chance = probability(artifact.model, table)
    listed = schedule[["date", "carrier", "flight", "dest", "sched_dep_time"]].assign(
        chance=chance.round(4), crew=chance >= artifact.config.threshold
    )
    return listed.sort_values(["date", "chance"], ascending=[True, False], kind="stable", ignore_index=True)


def _judged(
    model: Any, table: pd.DataFrame, late: pd.Series, date: pd.Series, later: pd.Series, config: Config
) -> dict[str, Any]:
    """The model beside the baseline on the later days; the baseline counts the earlier ones."""
    chance = probability(model, table[later])
    rates = RateTable().fit(table[~later], late[~later]).predict(table[later])
    saved, low, high = saved_per_day(late[later], chance, rates, date[later], config)
    return {
        "from": str(date[later].min().date()),
        "to": str(date[later].max().date()),
        "disrupted_share": round(float(late[later].mean()), 4),
        "model": asdict(scores(late[later], chance, date[later], config)),
        "baseline": asdict(scores(late[later], rates, date[later], config)),
        "saved_per_day": {"mean": saved, "low": low, "high": high},
        "calibration": calibration(late[later], chance),
    }
