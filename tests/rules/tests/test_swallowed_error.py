"""NBC305: what is named of an attempt, and how grave it is."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.tests.swallowed_error import check


def hits(body: str, before: str = "for order in orders:") -> list[tuple[str, str | None]]:
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    text = f"# %%\nimport os\n{before}\n    try:\n{lines}\n    except:\n        continue\n"
    return [(hit.message.split("`")[3], hit.severity) for hit in check.check(Page(percent.read(text, "a.ipynb")))]


@pytest.mark.parametrize(
    "body, named",
    [
        ("size = (15, 2.5)\ndraw(order, size)", "draw(order, size)"),
        ("path = os.path.join(folder, order)\nrows = read(path)", "rows = read(path)"),
        ("found = []\nfound += order['rows']\nkeep(found)", "found += order['rows']"),
        ("total = total + order", "total = total + order"),
    ],
)
def test_what_can_fail_is_named(body: str, named: str) -> None:
    assert hits(body) == [(named, None)]


FIT = "fitted = make(order).fit()\nprint(order, fitted.aic)\nif fitted.aic < best:\n    best = fitted.aic"


def test_a_search_that_lists_what_it_fitted_is_minor() -> None:
    assert hits(FIT) == [("fitted = make(order).fit()", "minor")]
    assert hits(FIT.replace("print", "note")) == [("fitted = make(order).fit()", None)]


@pytest.mark.parametrize(
    "body, severity",
    [
        ("rows.append(table[order])", "minor"),
        ("row = table[order]", "minor"),
        ("if size(order) > 2:\n    rows.append(order)", "minor"),
        ("rows.append(table[order][0])", None),
        ("rows.append(float(table[order]))", None),
        ("rows.append(table[order])\nkeep(rows)", None),
        ("if size(order) > 2:\n    rows.append(read(order))", None),
        ("if size(order) > 2:\n    rows.append(order)\nelse:\n    keep(order)", None),
        ("if size(order) > 2:\n    total += order", None),
    ],
)
def test_a_look_up_is_minor(body: str, severity: str | None) -> None:
    assert [found for _, found in hits(body)] == [severity]
