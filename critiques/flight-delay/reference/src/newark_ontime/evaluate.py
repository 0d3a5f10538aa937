"""How good is it, in the desk's own terms? Every score stands beside the baseline's, on days that came later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss

from newark_ontime.config import Config
from newark_ontime.model import Floats

RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Scores:
    """Average precision (ranking), Brier score (probabilities), and dollars a day at the threshold that costs set."""

    average_precision: float
    brier: float
    cost_per_day: float
    alerts_per_day: float
    caught: float
    """Share of disrupted flights that were on the list."""


def scores(disrupted: pd.Series, chance: Floats, days: pd.Series, config: Config) -> Scores:
    """Judge probabilities against what happened."""
    alert = chance >= config.threshold
    late = disrupted.to_numpy(dtype=bool)
    number = days.nunique()
    return Scores(
        average_precision=float(average_precision_score(late, chance)),
        brier=float(brier_score_loss(late, chance)),
        cost_per_day=cost(late, alert, config) / number,
        alerts_per_day=float(alert.sum()) / number,
        caught=float(alert[late].mean()),
    )


def cost(late: np.ndarray, alert: np.ndarray, config: Config) -> float:
    """Dollars: crews that stood by for nothing, and late flights that nobody was there for."""
    wasted, missed = int((alert & ~late).sum()), int((~alert & late).sum())
    return wasted * config.wasted_crew_cost + missed * config.missed_flight_cost


def saved_per_day(
    disrupted: pd.Series, model: Floats, baseline: Floats, days: pd.Series, config: Config
) -> tuple[float, float, float]:
    """Dollars a day that the model saves over the baseline: mean and a 95 % interval.

    Whole days are drawn with replacement: flights of one day share their weather, so they are no independent rows.
    """
    late = disrupted.to_numpy(dtype=bool)
    wasted, missed = config.wasted_crew_cost, config.missed_flight_cost

    def per_flight(chance: Floats) -> Floats:
        alert = chance >= config.threshold
        return np.where(alert & ~late, wasted, 0.0) + np.where(~alert & late, missed, 0.0)

    saved = pd.Series(per_flight(baseline) - per_flight(model)).groupby(days.to_numpy()).sum().to_numpy()
    drawn = np.random.default_rng(config.seed).choice(saved, size=(RESAMPLES, len(saved))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(saved.mean()), float(low), float(high)


def calibration(disrupted: pd.Series, chance: Floats, bins: int = 10) -> list[dict[str, float]]:
    """Said and seen: mean probability and share of disrupted flights in equally filled bins."""
    table = pd.DataFrame({"said": chance, "seen": disrupted.to_numpy(dtype=float)})
    groups = table.groupby(pd.qcut(table["said"].rank(method="first"), bins, labels=False))
    return [{key: round(float(value), 4) for key, value in row.items()} for row in groups.mean().to_dict("records")]
