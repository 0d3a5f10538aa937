"""NBC604: which of the two tables its message takes for the one whose rows must stay."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.unchecked_merge import check

HEAD = "# %%\nimport pandas as pd\na = pd.read_csv('a.csv')\nb = pd.read_csv('b.csv')\n"


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(HEAD + text, "t.py"))))


@pytest.mark.parametrize(
    "join, expected",
    [
        ("both = a.merge(b, on='name')", 'twice doubles rows of `a`; say `validate="m:1"`'),
        ("a = a.merge(b, on='name')", 'twice doubles rows of `a`; say `validate="m:1"`'),
        ("b = a.merge(b, on='name')", 'twice doubles rows of `b`; say `validate="1:m"`'),
    ],
)
def test_the_relation_fits_the_table_that_grows(join: str, expected: str) -> None:
    (hit,) = hits(f"{join}\n{join.partition(' ')[0]}.groupby('c').sum()")
    assert expected in hit.message


@pytest.mark.parametrize(
    "before, count",
    [
        ("", 1),
        ("b = b.drop_duplicates('name')", 0),
        ("b = b.drop_duplicates('name')\nb = b.explode('c')", 1),
        ("b.drop_duplicates('name', inplace=True)", 0),
        ("if x:\n    b = b.drop_duplicates('name')", 1),
        ("b = b.set_index(['name', 'c']).unstack().reset_index()", 0),
        ("b = b.set_index('name').unstack().reset_index()", 1),
        ("b = pd.concat([b.groupby('name').c.sum(), b.groupby('name').d.max()], axis=1).reset_index()", 0),
        ("b = pd.concat([b.groupby('name').c.sum(), b.groupby('name').d.max()]).reset_index()", 1),
        ("assert b['name'].is_unique", 0),
        ("assert 'name' in b.columns", 1),
        ("assert len(b) == b.name.nunique()\n# %%", 0),
        ("assert b['name'].is_unique\nb = f()\nc = 1\nd = 2", 1),
    ],
)
def test_what_makes_keys_unique(before: str, count: int) -> None:
    assert len(hits(f"{before}\nboth = a.merge(b, on='name')\nboth.groupby('c').sum()")) == count


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ("a.groupby('name').last().reset_index()", ""),
        ("a.groupby('name').last(), None", ""),
        ("b", "(so is another join)"),
    ],
)
def test_a_table_that_a_function_is_given(given: str, more: str) -> None:
    calls = "".join(f"print(joined(b, {table}))\n" for table in given.split(", "))
    text = (
        "def joined(table, newest):\n    if newest is not None:\n        table = table.merge(newest, on='name')\n"
        f"    return table.groupby('c').size()\n{calls}both = a.merge(b, on='name')\nboth.groupby('c').sum()"
    )
    (hit,) = hits(text)
    assert ("so is" in hit.message) == bool(more)
    assert more in hit.message


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ("counts = counts.reset_index()", 0),
        ("counts.rename(columns={'c': 'n'}, inplace=True)", 0),
        ("counts = counts.explode('c')", 1),
        ("if long:\n        counts = pd.read_csv('c.csv')", 1),
        ("for part in parts:\n        counts += part", 1),
    ],
)
def test_a_table_that_a_function_makes_in_steps(second: str, count: int) -> None:
    text = (
        f"def joined(table, keys):\n    counts = table.groupby(keys)['c'].nunique()\n    {second}\n"
        "    both = pd.merge(table, counts)\n    return both.groupby('name').size()"
    )
    assert len(hits(text)) == count
