import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strike_triage.config import Config
from strike_triage.decide import best_threshold, cost

CONFIG = Config(visit_cost=10, missed_cost=90)  # break-even at 0.1


def truth(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def test_the_two_errors_have_two_prices() -> None:
    assert cost(truth(1, 1, 0, 0), truth(1, 0, 1, 0), CONFIG) == 100
    assert cost(truth(1, 0), truth(1, 0), CONFIG) == 0
    assert cost(truth(1, 1, 1), truth(0, 0, 0), CONFIG) == 270
    assert cost(truth(0, 0, 0), truth(1, 1, 1), CONFIG) == 30


def test_the_cheapest_threshold_is_found() -> None:
    chance = np.array([0.06, 0.08, 0.12, 0.15, 0.19])
    assert best_threshold(truth(0, 1, 0, 1, 1), chance, CONFIG) == 0.08
    assert best_threshold(truth(0, 0, 0, 1, 1), chance, CONFIG) == 0.15


def test_of_equally_cheap_ones_the_nearest_to_break_even_wins() -> None:
    assert best_threshold(truth(0, 0), np.array([0.01, 0.02]), CONFIG) == pytest.approx(0.1)
    assert best_threshold(truth(0, 1), np.array([0.07, 0.3]), CONFIG) == pytest.approx(0.1)
    assert best_threshold(truth(0, 1, 1), np.array([0.02, 0.06, 0.09]), CONFIG) == 0.06


def test_luck_may_move_the_threshold_by_a_factor_of_two_and_no_further() -> None:
    chance = np.array([0.001, 0.05, 0.12, 0.2, 0.9])
    assert best_threshold(truth(1, 1, 1, 1, 1), chance, CONFIG) == 0.05
    assert best_threshold(truth(0, 0, 0, 0, 0), chance, CONFIG) == 0.2


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_no_candidate_within_the_limits_is_cheaper(rows: list[tuple[bool, float]]) -> None:
    grave = np.array([row[0] for row in rows])
    chance = np.array([row[1] for row in rows])
    chosen = best_threshold(grave, chance, CONFIG)
    assert 0.05 <= chosen <= 0.2
    best = cost(grave, chance >= chosen, CONFIG)
    assert all(
        best <= cost(grave, chance >= value, CONFIG) for value in [0.1, *chance[(chance >= 0.05) & (chance <= 0.2)]]
    )
