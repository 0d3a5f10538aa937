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


@pytest.mark.parametrize(
    "text, severity",
    [
        (
            "for file in names:\n    try:\n        last = max(last, int(file.strip('run_')))\n    except:\n        pass",
            "minor",
        ),
        (
            "def number(path):\n    try:\n        return int(path.stem.split('_')[1])\n    except:\n        return -1",
            "minor",
        ),
        ("for user in users:\n    try:\n        ages.append(int(user['age']))\n    except:\n        pass", None),
        ("try:\n    register(kind)\nexcept:\n    pass  # registered twice, nothing to do", "minor"),
        ("try:\n    register(kind)\nexcept:\n    pass  # noqa", None),
        ("try:\n    register(kind)\nexcept:\n    # print(kind)\n    pass", None),
        ("for kind in kinds:\n    try:\n        register(kind)\n    except:\n        pass  # registered twice", None),
    ],
)
def test_what_little_can_be_lost_is_minor(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in check.check(Page(percent.read(f"# %%\n{text}\n", "a.ipynb")))] == [severity]


LOAD = "# %%\n{before}\ntry:\n    {load}\nexcept {caught}:\n    {handler}\n# %%\n{after}\n"


@pytest.mark.parametrize(
    "changes, named",
    [
        ({}, True),
        ({"caught": "FileNotFoundError", "handler": "print('no file')"}, True),
        ({"after": "net.fit(rows)\nnet.predict(rows)"}, False),
        ({"after": "print(net)"}, False),
        ({"handler": "raise"}, False),
        ({"handler": "net = build()"}, False),
        ({"handler": "print(error, 'using the untrained net instead')"}, False),
        ({"before": "table = pd.read_csv('old.csv')", "load": "table = pd.read_csv('new.csv')", "after": "table.sum()"}, True),
        ({"before": "table = None", "load": "table = pd.read_csv('new.csv')", "after": "table.sum()"}, False),
        ({"before": "import pandas", "load": "table = pd.read_csv('new.csv')", "after": "table.sum()"}, False),
        ({"before": "table = f()", "load": "table = pd.read_csv('new.csv')", "after": "table = 1\ntable + 1"}, False),
    ],
)  # fmt: skip
def test_what_could_not_be_loaded_and_is_used_all_the_same(changes: dict[str, str], named: bool) -> None:
    given = {
        "before": "net = build()",
        "load": "net.load_weights('net.h5')",
        "caught": "Exception as error",
        "handler": "print(error)",
        "after": "net.predict(rows)",
    }
    page = Page(percent.read(LOAD.format(**{**given, **changes}), "a.ipynb"))
    assert ["as it was before" in hit.message for hit in check.check(page)] == ([True] if named else [])
