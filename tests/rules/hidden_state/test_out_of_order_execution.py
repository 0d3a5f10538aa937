"""The smallest set of cells that ran out of order, against brute force; which consequence is grave, and what two sessions look like."""

import json
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
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


def test_columns_that_a_rerun_adds_and_nobody_below_reads() -> None:
    again = "# %% In[9]\ndf['b'] = df['a'] / 2\n# %% In[3]\nprint({})\n#> 7\n"
    assert not hits(again.format("df['a'].sum() / df.shape[0]"))
    assert [hit.severity for hit in hits(again.format("df['b'].sum()"))] == ["minor"]
    assert [hit.severity for hit in hits(again.format("df.columns"))] == ["minor"]
    assert [hit.severity for hit in hits(again.format("df.shape"))] == ["minor"]


@pytest.mark.parametrize(
    "output, severity",
    [("#> 7", None), ("#> mapping\n#> 100%, 20 it/s", "minor"), ("#> 100%\n#> score 0.7", None)],
)
def test_how_far_a_cell_has_come_is_no_result(output: str, severity: str | None) -> None:
    (hit,) = hits(f"# %% In[3]\nfit(df)\n{output}\n# %% In[2]\ndf = df[df['a'] > 3]\n")
    assert hit.severity == severity


def test_a_name_that_was_missing_when_the_cell_ran() -> None:
    text = "# %% In[2]\nprint(total)\n#! NameError: name 'total' is not defined\n# %% In[3]\nother = 4\n"
    (hit,) = hits("# %% In[4]\ntotal = sum(df['a'])\n" + text)
    assert (hit.severity, hit.message[-53:]) == (None, "missed `total`, which cell 2 (In[4]) above made later")


def test_a_function_that_was_defined_after_its_use() -> None:
    text = (
        "# %% In[5]\ndef mean(x):\n    return x\n# %% In[4]\nbest = mean(3)\nprint(best)\n#> 7\n# %% In[3]\nb = f(3)\n"
    )
    (hit,) = hits(text + "# %% In[2]\nc = f(4)\n")
    assert hit.message.endswith("used `mean` before cell 2 (In[5]) last defined it, and no other cell does")


def test_a_cell_uses_nothing_below_the_line_where_it_stopped() -> None:
    quoted = "Cell In[3], line 1\n----> 1 check()\n      2 print(df['a'])\n"
    saved = {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": [quoted]}
    for line, found in (("check()\nprint(df['a'])", 0), ("print(df['a'])\ncheck()", 1)):
        cells = (
            Cell(1, "code", "import pandas as pd\ndf = pd.read_csv('a.csv')", execution_count=9),
            Cell(2, "code", line, execution_count=3, outputs=json.dumps([saved]).encode()),
        )
        if not found:
            assert not list(check.check(Page(Notebook("t.ipynb", cells))))
        else:
            assert list(check.check(Page(Notebook("t.ipynb", cells))))
