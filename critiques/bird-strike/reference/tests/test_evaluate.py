import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strike_triage.config import Config
from strike_triage.evaluate import dollars, said_and_seen, saved, scores, without_a_model

CONFIG = Config(visit_cost=10, missed_cost=90, resamples=200)


def truth(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def test_scores_by_hand() -> None:
    found = scores(truth(1, 0, 1, 0), np.array([0.9, 0.8, 0.05, 0.01]), 0.1, CONFIG)
    assert found.auc == pytest.approx(0.75)
    assert found.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert found.brier == pytest.approx((0.1**2 + 0.8**2 + 0.95**2 + 0.01**2) / 4)
    assert found.dollars == 1000 * (10 + 90) / 4
    assert found.visits == 500
    assert found.found == 0.5


def test_the_team_goes_at_the_threshold_itself() -> None:
    assert scores(truth(1, 0), np.array([0.1, 0.05]), 0.1, CONFIG).found == 1.0


def test_costs_are_for_a_thousand_strikes() -> None:
    assert dollars(truth(1, 0, 0, 0), truth(0, 0, 0, 1), CONFIG) == 25_000
    assert without_a_model(truth(1, 0, 0, 0), CONFIG) == {"everybody": 7_500, "nobody": 22_500}


def test_savings_are_the_difference_of_the_costs() -> None:
    grave, visit, other = truth(1, 1, 0, 0), truth(1, 0, 0, 0), truth(0, 1, 1, 0)
    found = saved(grave, visit, other, CONFIG)
    assert found["mean"] == dollars(grave, other, CONFIG) - dollars(grave, visit, CONFIG) == 2_500
    assert found["low"] < found["mean"] < found["high"]
    assert saved(grave, visit, other, CONFIG) == found


def test_the_interval_is_that_of_a_mean() -> None:
    rng = np.random.default_rng(0)
    grave = rng.random(4000) < 0.1
    visit, other = grave.copy(), np.zeros(4000, dtype=bool)
    found = saved(grave, visit, other, Config(visit_cost=10, missed_cost=90, resamples=400))
    error = 1000 * 90 * np.sqrt(0.1 * 0.9 / 4000)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert found["mean"] - found["low"] == pytest.approx(1.96 * error, rel=0.2)


def test_nothing_is_saved_over_oneself() -> None:
    found = saved(truth(1, 0), truth(1, 1), truth(1, 1), CONFIG)
    assert found == {"mean": 0.0, "low": 0.0, "high": 0.0}


def test_said_and_seen_in_bins_from_low_to_high() -> None:
    chance = np.array([0.9, 0.1, 0.2, 0.8])
    assert said_and_seen(truth(1, 0, 1, 1), chance, bins=2) == [
        {"said": 0.15, "seen": 0.5},
        {"said": 0.85, "seen": 1.0},
    ]
    assert len(said_and_seen(truth(*[0, 1] * 10), np.linspace(0, 1, 20))) == 5


def test_equal_chances_fill_their_bins_all_the_same() -> None:
    assert said_and_seen(truth(0, 0, 1, 1), np.full(4, 0.123456), bins=2) == [
        {"said": 0.1235, "seen": 0.0},
        {"said": 0.1235, "seen": 1.0},
    ]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_no_decision_beats_knowing_and_none_is_worse_than_both_errors(rows: list[tuple[bool, bool]]) -> None:
    grave, visit = (np.array(column) for column in zip(*rows, strict=True))
    assert dollars(grave, grave, CONFIG) == 0 <= dollars(grave, visit, CONFIG) <= dollars(grave, ~grave, CONFIG)
