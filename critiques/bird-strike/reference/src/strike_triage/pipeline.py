"""Train and evaluate. Tables in, a model and numbers out; files are the CLI's."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from strike_triage.artifact import Artifact
from strike_triage.config import Config
from strike_triage.decide import best_threshold
from strike_triage.evaluate import said_and_seen, saved, scores, without_a_model
from strike_triage.features import design
from strike_triage.model import SizeAndPhase, chances, fit
from strike_triage.reports import DataError, grave

log = logging.getLogger(__name__)


def train(reports: pd.DataFrame, config: Config) -> Artifact:
    """Learn, calibrate and set the threshold on three stretches of time that never mix; judge on the last one.

    Without reports from `test_from` on, the judgement is that of the validation period and says so.

    Raises:
        DataError: A period has no reports, or no grave case to learn from.
    """
    table, truth = design(reports), grave(reports)
    before, between, after = _periods(reports, config)
    for name, rows in (("before validate_from", before), ("between validate_from and test_from", between)):
        if truth[rows].nunique() < 2:
            raise DataError(f"reports {name} must hold both grave and harmless strikes")
    model = fit(table[before], truth[before], table[between], truth[between], config)
    threshold = best_threshold(truth[between].to_numpy(), chances(model, table[between]), config)
    log.info("learnt from %d reports, threshold %.4f", int(before.sum()), threshold)
    last, period = (after, "test") if truth[after].nunique() == 2 else (between, "validation")
    paper = SizeAndPhase().fit(table[before], truth[before]).predict(table[last])
    metadata = {
        "learnt_from": {"reports": int(before.sum()), "grave": int(truth[before].sum())},
        "last_day": str(reports["date"].max().date()),
        "threshold": threshold,
        "period": period,
        "evaluation": _judged(truth[last].to_numpy(), chances(model, table[last]), paper, threshold, config),
        "usual": _usual(table[between], chances(model, table[between])),
    }
    return Artifact(model, config, threshold, metadata)


def evaluate(artifact: Artifact, reports: pd.DataFrame) -> dict[str, Any]:
    """Judge a saved model on newer reports, beside the costs without a model.

    Raises:
        DataError: All reports are of one kind, so that nothing can be ranked.
    """
    truth = grave(reports).to_numpy()
    if truth.all() or not truth.any():
        raise DataError("evaluation needs both grave and harmless strikes")
    chance = chances(artifact.model, design(reports))
    return {
        "reports": len(reports),
        "grave": int(truth.sum()),
        "model": asdict(scores(truth, chance, artifact.threshold, artifact.config)),
        **without_a_model(truth, artifact.config),
        "said_and_seen": said_and_seen(truth, chance),
    }


def _periods(reports: pd.DataFrame, config: Config) -> tuple[pd.Series, pd.Series, pd.Series]:
    validate, test = pd.Timestamp(config.validate_from), pd.Timestamp(config.test_from)
    date = reports["date"]
    return date < validate, (date >= validate) & (date < test), date >= test


def _judged(truth: Any, chance: Any, paper: Any, threshold: float, config: Config) -> dict[str, Any]:
    """The model beside the sheet of paper, everybody and nobody, on the same reports."""
    return {
        "reports": len(truth),
        "grave": int(truth.sum()),
        "model": asdict(scores(truth, chance, threshold, config)),
        "size_and_phase": asdict(scores(truth, paper, config.break_even, config)),
        **without_a_model(truth, config),
        "saved_over_size_and_phase": saved(truth, chance >= threshold, paper >= config.break_even, config),
        "said_and_seen": said_and_seen(truth, chance),
    }


def _usual(table: pd.DataFrame, chance: Any) -> dict[str, float]:
    """What monitoring compares tomorrow's requests with."""
    return {
        "mean_chance": float(np.mean(chance)),
        "speed_missing": float(table["speed"].isna().mean()),
        "large": float((table["size"] == "Large").mean()),
    }
