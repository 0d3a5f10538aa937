"""The smallest set of cells that ran out of order, against brute force; which consequence is grave, and what two sessions look like."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.out_of_order_execution import _strays, check


def in_order(counts: list[int]) -> bool:
    return all(a < b for a, b in pairwise(counts))


@given(st.lists(st.integers(1, 50), unique=True, max_size=8))
def test_strays_are_the_fewest_that_leave_order(counts: list[int]) -> None:
    strays = _strays(counts)
    assert in_order([count for at, count in enumerate(counts) if at not in strays])
    fewer = combinations(range(len(counts)), max(len(strays) - 1, 0))
    assert not strays or not any(in_order([c for at, c in enumerate(counts) if at not in left]) for left in fewer)


FIRST = "# %% In[{}]\nimport pandas as pd\ndf = pd.read_csv('a.csv')\n"


def hits(text: str, first: int = 1) -> list[Hit]:
    return list(check.check(Page(percent.read(FIRST.format(first) + text, "t.py", history=True))))


@pytest.mark.parametrize(
    "used, made, severity",
    [
        ("df['a'].sum()", "df = df[df['a'] > 3]", None),
        ("df['a'].sum()", "df['a'] = df['a'] / 100", None),
        ("df['a'].sum()", "df['b'] = df['a'] / 100", "minor"),  # another column
        ("draw(df)", "df['b'] = df['c'] / 100", "minor"),  # one that the chart may not show
        ("draw(df)", "df['b'] = df['b'] / 100", None),
        ("df['a'].sum()", "df = df.dropna()", "minor"),  # which may have changed nothing
        ("df['a'].sum()", "df = pd.read_csv('a.csv')", "minor"),  # as the cell above makes it
        ("df['a'].sum()", "df = pd.read_csv('b.csv')", None),
        ("df['a'].sum()", "df = pd.read_csv('c.csv')\n#! FileNotFoundError: c.csv", "minor"),
        ("df['a'].sum()", "df.eval()", "minor"),
    ],
)
def test_what_a_cell_below_had_left(used: str, made: str, severity: str | None) -> None:
    found = hits(f"# %% In[6]\n{used}\n#> 7\n# %% In[5]\n{made}\n# %% In[3]\nprint(1)\n# %% In[4]\nother = df.copy()\n")
    assert [hit.severity for hit in found] == [severity]


def test_a_gap_in_the_counts_leaves_room_for_another_run() -> None:
    text = "# %% In[{}]\ndf['a'].sum()\n#> 7\n# %% In[3]\ndf = df[df['a'] > 3]\n# %% In[4]\ndf.shape\n"
    (adjacent,) = hits(text.format(5), first=9)
    (apart,) = hits(text.format(6), first=9)
    assert (adjacent.severity, apart.severity) == (None, "minor")


@pytest.mark.parametrize(
    "change, severity",
    [
        ("df['a'] /= 100", None),
        ("df['a'] = df['b'] / 100", "minor"),
        ("df = df.fillna(0)", "minor"),
        ("df['c'] /= 100", "minor"),
    ],
)
def test_a_change_above_that_ran_once_more(change: str, severity: str | None) -> None:
    text = f"# %% In[9]\n{change}\n# %% In[5]\ndf['a'].sum()\n#> 7\n# %% In[4]\nother = df['b'].copy()\n"
    assert [hit.severity for hit in hits(text)] == [severity]


@pytest.mark.parametrize(
    "first, second, flagged",
    [
        ("print(1)\n#> 1", "print(2)\n#> 2", True),
        ("a = 1", "print(2)\n#> 2", True),
        ("print(1)\n#> 1", "print(1)\n#> 1", False),  # a copy
        ("df.shape", "print(2)\n#> 2", False),  # shows nothing: it has not run as it stands
        ("# a = 1", "print(2)\n#> 2", False),
    ],
)
def test_one_count_for_two_cells(first: str, second: str, flagged: bool) -> None:
    found = hits(f"# %% In[2]\n{first}\n# %% In[3]\nb = 3\n# %% In[3]\nc = b\n# %% In[2]\n{second}\n")
    assert any("several sessions" in hit.message for hit in found) == flagged
