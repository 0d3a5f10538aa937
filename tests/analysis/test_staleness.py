"""Which cells last ran on older values, by the recorded counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.analysis.staleness import Stale
from nbcritic.analysis.staleness_taint import Steps
from nbcritic.notebook import percent


def stale(text: str) -> dict[int, Stale]:
    return dict(Page(percent.read(text, "t.py", history=True)).staleness.cells)


def page(*cells: tuple[int, str]) -> dict[int, Stale]:
    return stale("".join(f"# %% In[{count}]\n{source}\n#> 7\n" for count, source in cells))


LATER = (9, "kept = [n for n in (10, 30) if n > 20]")


def test_a_cell_that_ran_before_its_source_ran_last() -> None:
    found = page(LATER, (3, "print(kept)"))
    assert {number: (how.evidence, how.cause, how.shown) for number, how in found.items()} == {2: ("rerun", 1, True)}


def test_what_comes_of_an_older_value_is_as_old() -> None:
    found = page(LATER, (3, "total = sum(kept)"), (10, "half = total / 2"), (11, "print(half)"))
    assert [edge.name for edge in found[4].path] == ["kept", "total", "half"]
    assert not found[2].shown


def test_a_name_that_the_old_value_does_not_reach() -> None:
    assert 3 not in page(LATER, (3, "total = sum(kept)\nother = 3"), (10, "print(other)"))


def test_inputs_that_ran_again_are_better_evidence() -> None:
    found = page((8, "base = [n for n in (10, 30)]"), (9, "kept = [n for n in base if n > 20]"), (3, "print(kept)"))
    assert found[3].evidence == "inputs"


def test_the_value_of_another_cell() -> None:
    found = page((1, "prices = [3, 4]"), (3, "print(sum(prices))"), (2, "prices = [5]"))
    assert (found[2].evidence, found[2].seen, found[2].cause) == ("other", 3, 1)


@pytest.mark.parametrize("below", ["prices = [3, 4]", "for prices in [[5]]:\n    pass", "import prices", "_ = prices"])
def test_another_cell_that_makes_no_other_value(below: str) -> None:
    assert not page((1, "prices = [3, 4]"), (3, "print(sum(prices))"), (2, below))


def test_values_that_are_spelled_in_two_ways() -> None:
    assert not page((1, "kept = {'a': [3]}"), (3, "print(kept)"), (2, "kept = dict(a=[3])"))
    assert page((1, "kept = {'a': [3]}"), (3, "print(kept)"), (2, "kept = dict(a=[4])"))


READS = """def grids(rows):
    last = rows[-1]['lat']
    return last, last + 1, make(last)
def fill(grid, last):
    grid[0] = last
    return grid
def simulate(rows, size=3):
    low, high, grid = grids(rows)
    return fill(grid, low)
"""


@pytest.mark.parametrize(
    "functions, is_told",
    [
        (READS, False),
        (READS.replace("last = rows[-1]['lat']", "last = rows[-1]['lat']\n    rows[0] = last"), True),
        (READS.replace("last = rows[-1]['lat']", "item = rows[-1]\n    item['lat'] = last = 3"), True),
        (READS.replace("return fill(grid, low)", "return fill(rows, low)"), True),
        (READS.replace("return fill(grid, low)", "rows.append(3)"), True),
    ],
)
def test_a_function_that_only_reads_what_it_is_given(functions: str, is_told: bool) -> None:
    found = page(
        (1, functions), (2, "rows = [n for n in load()]"), (4, "print(rows)"), (3, "grid = simulate(rows, size=9)")
    )
    assert bool(found) == is_told


SETS = """import pandas as pd
def tidy(data):
    for column in data.columns:
        data[column] = pd.to_datetime(data[column])
    return data
def clean(rows):
    for name in rows.select_dtypes("number").columns:
        rows.loc[:, name] = rows[name].clip(0, 9)
    return rows
table = pd.read_csv('a.csv')
"""


@pytest.mark.parametrize(
    "functions, is_told",
    [
        (SETS, False),
        (SETS.replace("data[column] =", "data.loc[:, column] ="), False),
        (SETS.replace("data[column] =", "data['new'] ="), True),
        (SETS.replace("return data", "return data.dropna(axis=1)"), True),
    ],
)
def test_names_of_columns_that_stay(functions: str, is_told: bool) -> None:
    found = page(
        (1, functions),
        (2, "table = clean(table)"),
        (4, "print([c for c in table.columns if c != 'a'])"),
        (3, "table = tidy(table)"),
    )
    assert bool(found) == is_told


def test_a_gap_in_which_the_source_may_have_run() -> None:
    """In[3] may have been the first run of the first cell, whose last is In[6]."""
    found = page((6, "prices = [n for n in (3, 4)]"), (4, "print(sum(prices))"), (2, "prices = [5]"))
    assert found[2].evidence == "rerun"


@pytest.mark.parametrize(
    "above",
    [
        "limit = 20",
        "def kept():\n    return 3",
        "import kept",
        "import pandas as pd\nkept = pd.read_csv('a.csv')",
        "import pandas as pd\npath = 'a.csv'\nkept = pd.read_csv(path)\nkept.columns = ['a']",
        "for kept in (1, 2):\n    pass",
        "with open('a') as kept:\n    pass",
    ],
)
def test_what_runs_again_to_the_same_effect(above: str) -> None:
    assert not page((9, above), (3, "print(kept)"))


@pytest.mark.parametrize("counts", [(9, 1), (9, 9)])
def test_two_sessions(counts: tuple[int, int]) -> None:
    assert not page((counts[0], LATER[1]), (counts[1], "print(kept)"))


def test_no_room_for_an_earlier_run() -> None:
    """The cell ran as In[2] after In[1]: nothing can have set `kept` in this session, so it was another one."""
    assert not page((1, "a = 3"), LATER, (2, "print(kept)"), (3, "b = 3"))


def test_other_columns() -> None:
    table = (1, "import pandas as pd\ntable = pd.read_csv('a.csv')")
    assert not page(table, (9, "table['net'] = table['gross'] / 1.19"), (3, "table['gross'].mean()"))
    assert not page(table, (4, "table['gross'].mean()"), (3, "table = table.drop(columns=['shop'])"))
    found = page(table, (4, "print(table['gross'].mean())"), (3, "table['gross'] = table['gross'] / 1.19"))
    assert found[2].seen == 3


@pytest.mark.parametrize("look", ["table", "table.head()", "table.shape"])
def test_a_look_at_the_table_changes_no_column(look: str) -> None:
    table = (1, "import pandas as pd\ntable = pd.read_csv('a.csv')")
    assert not page(table, (4, "table['gross'].mean()"), (3, f"table = table.drop(columns=['shop'])\n{look}"))


@pytest.mark.parametrize(
    "source, name, reached",
    [
        ("b = a", "a", "ab"),
        ("a = 3\nb = a", "a", ""),
        ("for n in (1, 2):\n    if n > a:\n        print(n)\n    b = n", "a", "a"),
        ("if a:\n    b = 3\nelse:\n    c = 3", "a", "abc"),
        ("for n in (1, 2):\n    c = b\n    b = a", "a", "abc"),
        ("for n in a:\n    b = n", "a", "abn"),
        ("with f(a) as b:\n    c = b", "a", "abc"),
        ("if d:\n    a = 3", "a", "a"),
        ("b.append(a)\nc[0] = b", "a", "abc"),
        ("def f():\n    return a\nb = f()", "a", "abf"),
        ("b = 3\nc = b", "a", "a"),
    ],
)
def test_what_a_value_reaches_within_a_cell(source: str, name: str, reached: str) -> None:
    (cell,) = Page(percent.read(f"# %%\n{source}\n", "t.py")).cells
    assert Steps(cell).reached(name) == set(reached)


def test_what_an_output_shows() -> None:
    assert page(LATER, (3, "print(kept)"))[2].shown
    assert page(LATER, (3, "for n in kept:\n    print(n)"))[2].shown
    assert not page(LATER, (3, "total = sum(kept)\nprint('done')"))[2].shown
    assert not page(LATER, (3, "type(kept)"))[2].shown


def test_cells_that_failed_say_nothing() -> None:
    failed = "# %% In[9]\nkept = [n for n in (10, 30) if n > 20]\n#! ValueError: bad\n"
    assert not stale(failed + "# %% In[3]\nprint(kept)\n#> 7\n")


COUNTS = st.lists(st.integers(1, 12), min_size=6, max_size=6, unique=True)
SOURCES = ("a = [n for n in (1, 2)]", "b = sum(a)", "a = a + [b]", "c = (a, b)", "b = 3", "print(a, b, c)")


@given(COUNTS)
def test_only_runs_out_of_order_make_values_old(counts: list[int]) -> None:
    found = page(*zip(counts, SOURCES, strict=True))
    if counts == sorted(counts):
        assert not found
    for number, how in found.items():
        assert how.path[-1].cell == number
        assert [edge.cell for edge in how.path[:-1]] == [edge.from_cell for edge in how.path[1:]]


def test_the_next_run_is_of_the_same_inputs() -> None:
    assert not page((4, LATER[1]), (3, "print(kept)"))


@pytest.mark.parametrize(
    "shown", ["print(len(kept))", "len(kept)", "print(f'{len(kept)} rows', kept.shape)", "kept.size"]
)
def test_a_size_tells_of_no_values(shown: str) -> None:
    assert not page(LATER, (3, shown))[2].shown
    assert page(LATER, (3, f"{shown}\nprint(kept, len(kept))"))[2].shown


def test_a_global_that_a_click_sets() -> None:
    callback = "def pick(_):\n    global chosen\n    chosen = 5\n"
    cells = (1, "chosen = [n for n in (3, 4)]"), (3, "print(chosen)")
    assert page(*cells, (2, f"{callback}pick(0)"))
    assert not page(*cells, (2, f"{callback}button.on_click(pick)\npick(0)"))


@pytest.mark.parametrize(
    "body, is_stale",
    [
        ("table['net'] = table['price'] / 2", False),
        ("table[f'{name}_net'] = table['price'] / 2", False),
        ("table['price'] = table['price'] / 2", True),
        ("table.loc[0] = 1", True),
        ("table.dropna(inplace=True)", True),
    ],
)
def test_a_new_column_that_a_function_adds(body: str, is_stale: bool) -> None:
    made = (1, f"import pandas as pd\ndef add(table):\n    {body}\nsales = pd.concat([pd.read_csv('a.csv')] * 2)")
    found = page(made, (2, "sales.pop('shop')"), (4, "add(sales)"), (3, "print(sales['price'].mean())"))
    assert (4 in found) == is_stale
