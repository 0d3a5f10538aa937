import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newark_ontime.config import Config
from newark_ontime.evaluate import calibration, cost, saved_per_day, scores

CONFIG = Config(wasted_crew_cost=300, missed_flight_cost=1200)
LATE = pd.Series([True, True, False, False])
DAYS = pd.Series(pd.to_datetime(["2013-01-01", "2013-01-01", "2013-01-02", "2013-01-02"]))


def test_every_kind_of_error_has_its_price() -> None:
    late = np.array([True, True, False, False])
    assert cost(late, np.array([True, False, True, False]), CONFIG) == 1500
    assert cost(late, late, CONFIG) == 0
    assert cost(late, ~late, CONFIG) == 2 * 300 + 2 * 1200


def test_scores_by_hand() -> None:
    found = scores(LATE, np.array([0.9, 0.1, 0.2, 0.0]), DAYS, CONFIG)
    assert found.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.04 + 0) / 4)
    assert found.cost_per_day == (1200 + 300) / 2
    assert found.alerts_per_day == 1.0
    assert found.caught == 0.5


def test_the_threshold_itself_is_an_alert() -> None:
    assert scores(LATE, np.array([0.2, 0.2, 0.19, 0.19]), DAYS, CONFIG).cost_per_day == 0


def test_saving_is_by_day_and_its_interval_holds_the_mean() -> None:
    model, baseline = np.array([0.9, 0.9, 0.0, 0.0]), np.array([0.9, 0.0, 0.0, 0.9])
    mean, low, high = saved_per_day(LATE, model, baseline, DAYS, CONFIG)
    assert mean == (1200 + 300) / 2
    assert (low, high) == (300, 1200)


def test_nothing_is_saved_over_oneself() -> None:
    chance = np.array([0.9, 0.1, 0.4, 0.0])
    assert saved_per_day(LATE, chance, chance, DAYS, CONFIG) == (0, 0, 0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_the_interval_always_holds_the_mean_or_says_why(rows: list[tuple[bool, float, float]]) -> None:
    late = pd.Series([row[0] for row in rows])
    model, baseline = (np.array([row[place] for row in rows]) for place in (1, 2))
    days = pd.Series(np.arange(len(rows)) // 4)
    mean, low, high = saved_per_day(late, model, baseline, days, CONFIG)
    swapped, _, _ = saved_per_day(late, baseline, model, days, CONFIG)
    assert low <= high
    assert swapped == pytest.approx(-mean)


def test_calibration_puts_said_beside_seen() -> None:
    late = pd.Series([False] * 8 + [True] * 2 + [False] * 2 + [True] * 8)
    chance = np.array([0.2] * 10 + [0.8] * 10)
    assert calibration(late, chance, bins=2) == [{"said": 0.2, "seen": 0.2}, {"said": 0.8, "seen": 0.8}]
