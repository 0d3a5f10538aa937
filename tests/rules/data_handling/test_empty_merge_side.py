"""NBC620 beyond its documentation."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook import percent


def count(text: str) -> int:
    page = Page(percent.read(f"# %%\nimport pandas as pd\n{text}", "t.py"))
    return len(list(rules.load()["NBC620"].check(page)))


JOIN = "both = pd.merge(a, b, on='k', indicator=True{0})\n"


@pytest.mark.parametrize(
    ("how", "left", "right"),
    [
        (", how='left'", 0, 1),
        (", how='right'", 1, 0),
        (", how='inner'", 1, 1),
        ("", 1, 1),
        (", how='outer'", 0, 0),
        (", how='cross'", 0, 0),
        (", how=how", 0, 0),
        (", **options", 0, 0),
    ],
)
def test_what_a_join_never_keeps(how: str, left: int, right: int) -> None:
    join = JOIN.format(how)
    assert count(join + "print(both[both['_merge'] == 'left_only'])") == left
    assert count(join + "print(both[both['_merge'] == 'right_only'])") == right
    assert count(join + "print(both[both['_merge'] == 'both'])") == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("both[both._merge == 'right_only']", 1),
        ("both.loc[both['_merge'].isin(['right_only'])]", 1),
        ("both.loc[both['_merge'].isin(['left_only', 'right_only'])]", 0),
        ("both.query('_merge == \"right_only\"')", 1),
        ("both.query('_merge == \"right_only\" or k > 3')", 0),
        ("other.query('_merge == \"right_only\"')", 0),
        ("other[other._merge == 'right_only']", 0),
        ("both[both.k == 'right_only']", 0),
        ("both[both._merge != 'right_only']", 0),
    ],
)
def test_how_it_is_asked(asked: str, found: int) -> None:
    assert count(JOIN.format(", how='left'") + f"print({asked})") == found


def test_two_joins_of_one_name_are_not_told_apart() -> None:
    joins = JOIN.format(", how='left'") + JOIN.format(", how='outer'")
    assert count(joins + "print(both[both._merge == 'right_only'])") == 0
    assert count("print(both[both._merge == 'right_only'])\n# %%\n" + JOIN.format("")) == 0


def test_how_may_be_given_by_place() -> None:
    asked = "both[both._merge == 'left_only']"
    assert count(f"both = pd.merge(a, b, 'left', indicator=True)\n{asked}") == 0
    assert count(f"both = a.merge(b, 'left', indicator=True)\n{asked}") == 0
    assert count(f"both = a.merge(b, indicator=True)\n{asked}") == 1


def test_a_join_without_an_indicator() -> None:
    assert count("both = pd.merge(a, b, how='left')\nboth[both._merge == 'right_only']") == 0
    assert count("both = a.merge(b, indicator=False)\nboth[both._merge == 'right_only']") == 0
