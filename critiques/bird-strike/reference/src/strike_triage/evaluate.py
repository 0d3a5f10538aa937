"""How good is it, in maintenance control's own terms? Every score stands beside what one could do without a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from strike_triage.config import Config
from strike_triage.decide import Bools, cost
from strike_triage.model import Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """Ranking (AUC, average precision), chances (Brier), and decisions: dollars and visits for 1,000 strikes."""

    auc: float
    average_precision: float
    brier: float
    dollars: float
    visits: float
    found: float
    """Share of the grave cases that somebody went to see."""


def scores(grave: Bools, chance: Floats, threshold: float, config: Config) -> Scores:
    """Judge chances, and the decisions that a threshold makes of them, against what was found."""
    visit = chance >= threshold
    return Scores(
        auc=float(roc_auc_score(grave, chance)),
        average_precision=float(average_precision_score(grave, chance)),
        brier=float(brier_score_loss(grave, chance)),
        dollars=dollars(grave, visit, config),
        visits=1000 * float(visit.mean()),
        found=float(visit[grave].mean()),
    )


def dollars(grave: Bools, visit: Bools, config: Config) -> float:
    """Cost of these decisions for 1,000 strikes."""
    return 1000 * cost(grave, visit, config) / len(grave)


def without_a_model(grave: Bools, config: Config) -> dict[str, float]:
    """Dollars for 1,000 strikes if the team always goes, and if it never does."""
    always = np.ones(len(grave), dtype=bool)
    return {"everybody": dollars(grave, always, config), "nobody": dollars(grave, ~always, config)}


def saved(grave: Bools, visit: Bools, other: Bools, config: Config) -> dict[str, float]:
    """Dollars for 1,000 strikes that the first decisions save over the others: mean and a 95 % interval.

    Reports are drawn with replacement: one strike has nothing to do with the next.
    """

    def each(decision: Bools) -> Floats:
        wasted, missed = decision & ~grave, ~decision & grave
        return np.where(wasted, config.visit_cost, 0.0) + np.where(missed, config.missed_cost, 0.0)

    gain = 1000 * (each(other) - each(visit))
    generator = np.random.default_rng(config.seed)
    means = [float(generator.choice(gain, len(gain)).mean()) for _ in range(config.resamples)]
    low, high = np.quantile(means, [0.025, 0.975])
    return {"mean": float(gain.mean()), "low": float(low), "high": float(high)}


def said_and_seen(grave: Bools, chance: Floats, bins: int = 5) -> list[dict[str, float]]:
    """Mean chance and share of grave cases in equally filled bins, from the least likely to the likeliest."""
    table = pd.DataFrame({"said": chance, "seen": grave.astype(float)})
    groups = table.groupby(pd.qcut(table["said"].rank(method="first"), bins, labels=False))
    means = groups.mean().round(4)
    return [{"said": float(said), "seen": float(seen)} for said, seen in means[["said", "seen"]].to_numpy()]
