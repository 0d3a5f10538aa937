"""Cells that made-up programs have shown: what a second run changes hangs on order, on parts of things, and on what a name was."""

import pytest
from tests.analysis.test_idempotence import page

SETUP = """import numpy as np, pandas as pd
n = 3; m = 5; rate = 0.5; items = [3, 1, 2]; more = [5, 4]; seen = {1, 2}; other = {2, 9}
ages = {"ann": 31, "bob": 27}; boxes = {"a": [1], "b": []}; rows = [{}, {}]; lookup = {"a": {}}
table = pd.DataFrame({"a": [4.0, 9.0, None], "b": [1, 2, 2], "c": ["x", "Y", "z"]})
grid = np.array([[1.0, 2.0], [3.0, 5.0]])
def count_up():
    global n
    n += 1
    return n
"""


def names(cell: str) -> set[str]:
    """The names that a second run is said to change."""
    return {reason.name for reason in page(SETUP, cell.replace(" ~ ", "\n")).idempotence.reasons(2)}


@pytest.mark.parametrize(
    "cell",
    [
        # an operation that leaves everything as it is
        "n += 0",
        "n = n * 1",
        "n = max(n, n)",
        "other ^= other",
        "table = table.T ~ table = table.T",
        # what is in a set once, or taken out of it
        "other -= {n}",
        "other -= seen",
        "other = other - seen",
        "seen &= other ~ seen |= seen",
        "seen.add(2) ~ seen |= other",
        "if m not in seen: ~     seen.add(m) ~     n += 1 ~ seen |= other",
        # elements of a list or dictionary that are set to the same each time
        "for row in rows: row['x'] = 1",
        "for row in rows: row['x'] = 1 ~ for row in rows: row['x'] += 1",
        "for value in lookup.values(): value['x'] = n",
        "for key, value in lookup.items(): value['x'] = 1",
        "ages = {**ages, 'cho': 0}",
        # a choice that makes itself needless
        "m = len(items) if m > 4 else m",
        "if n < 3: n = 5",
        "while n < 9: n += 1",
        # statistics of the rows that are left
        "table = table.dropna() ~ table['share'] = table['b'] / table['b'].sum()",
        "table = table.head(2) ~ table['b'] = table['b'] - table['b'].mean()",
        "view = grid[:, 0] ~ view[:] = 3",
        "view = grid[0].copy() ~ view += 1",
        "n = 4 ~ most = max([3, 1], key=lambda q: q * n)",
        "class K: ~     v = n",
    ],
)
def test_a_second_run_changes_nothing(cell: str) -> None:
    assert names(cell) == set()


@pytest.mark.parametrize(
    "cell, changed",
    [
        ("n += (n := 1)", "n"),
        ("count_up() ~ n = abs(n) ~ n = 1 / (1 + abs(n))", "n"),
        ("if m > 2: m -= 1", "m"),
        ("for row in rows: row['x'] = row.get('x', 0) + 1", "rows"),
        ("for box in boxes.values(): box.append(n)", "boxes"),
        ("for key, box in boxes.items(): box.append(n)", "boxes"),
        ("for value in lookup.values(): value['x'] = value.get('x', 0) + 1", "lookup"),
        ("view = grid[:, 0] ~ view += 1", "grid"),
        ("items = sorted(items) ~ items[0] = sum(more)", "items"),
        ("table = table.rename(columns={'a': 'A'}) ~ table.loc[len(table)] = [1, 2, 'w']", "table"),
        ("table['share'] = table['b'] / table['b'].sum() ~ table = table.head(2)", "table"),
        ("most = max([3, 1], key=lambda q: q * n) ~ n = n + 5", "most"),
        ("order = sorted(items, key=lambda q: q * n) ~ n = 4", "order"),
        ("class K: ~     v = n ~ n = 9", "K"),
    ],
)
def test_a_second_run_changes(cell: str, changed: str) -> None:
    assert changed in names(cell)
