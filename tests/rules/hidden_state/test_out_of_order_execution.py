"""The smallest set of cells that ran out of order, against brute force."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from nbcritic.rules.hidden_state.out_of_order_execution import _strays


def in_order(counts: list[int]) -> bool:
    return all(a < b for a, b in pairwise(counts))


@given(st.lists(st.integers(1, 50), unique=True, max_size=8))
def test_strays_are_the_fewest_that_leave_order(counts: list[int]) -> None:
    strays = _strays(counts)
    assert in_order([count for at, count in enumerate(counts) if at not in strays])
    fewer = combinations(range(len(counts)), max(len(strays) - 1, 0))
    assert not strays or not any(in_order([c for at, c in enumerate(counts) if at not in left]) for left in fewer)
