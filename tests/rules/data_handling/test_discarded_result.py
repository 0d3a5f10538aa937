"""NBC606: what it says of a column that a discarded `drop` leaves in the frame."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.discarded_result import check

HEAD = "# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\nd.drop(columns='x')\n"
KEPT = "so delete the call"
ASSIGNED = "write `d = d.drop(columns='x')`"


@pytest.mark.parametrize(
    "after, advice, severity",
    [
        ("print(d)", ASSIGNED, None),
        ("print(d['x'])", KEPT, "minor"),
        ("d = d.rename(columns={'y': 'x'})\nprint(d.x)", ASSIGNED, None),
        ("d = d.rename(columns={'x': 'y'})\nprint(d)", KEPT, "minor"),
        ("d['x'] = 1\nprint(d['x'], d)", ASSIGNED, None),
        ("d['x'] = d.x + 1\nprint(d)", KEPT, "minor"),
        ("d['x'] = d['x'] + 1\nprint(d)", KEPT, "minor"),
        ("print(d['y'], d[['y', 'z']])", ASSIGNED, "minor"),
        ("print(d['y'])\n# %%\nprint(d.shape)", ASSIGNED, None),
        ("plot(d.y, d['z'])", ASSIGNED, "minor"),
        ("def show(k):\n    one = d[d['y'] == k]\n    one = one[one['z'] > 0]\n    plot(one['z'])", ASSIGNED, "minor"),
        ("def show(k):\n    one = d[d['y'] == k]\n    return one", ASSIGNED, None),
        ("print(d['y'])\n# %%\ndef fit(d):\n    return d.drop(columns='y')", ASSIGNED, "minor"),
        ("plot(d.y, d.columns)", ASSIGNED, None),
    ],
)
def test_a_discarded_drop(after: str, advice: str, severity: str | None) -> None:
    (hit,) = check.check(Page(percent.read(HEAD + after, "t.py")))
    assert advice in hit.message
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("given['a'].astype('int')", "a new object"),
        ("given[columns].astype('Float64', copy=False)", "a new object"),
        ("distances.flatten()", ""),
        ("d.astype(int)", "a new frame"),
        ("d.x.astype(int)", "a new series"),
        ("pd.to_datetime(d.x)", "a new object"),
        ("d.rename(columns={'x': 'y'})", "a new frame"),
        ("given.rename(columns={'x': 'y'}, copy=False)", ""),
    ],
)
def test_what_is_thrown_away_in_the_middle_of_a_cell(line: str, lost: str) -> None:
    text = f"# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\n{line}\nprint(d)"
    found = list(check.check(Page(percent.read(text, "t.py"))))
    assert [lost in hit.message for hit in found] == ([True] if lost else [])


@pytest.mark.parametrize(
    "line, severities",
    [
        ("try:\n    pd.to_datetime(d['day'])\n    print('fine')\nexcept ValueError:\n    print('odd days')", []),
        ("try:\n    d.dropna()\n    save(d)\nexcept ValueError:\n    print('no')", [None]),
        ("d.query('x > 3')\nsave(d)", ["nit"]),
    ],
)
def test_a_trial_is_none_and_a_look_weighs_less(line: str, severities: list[str | None]) -> None:
    head = "# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\n"
    found = list(check.check(Page(percent.read(head + line, "t.py"))))
    assert [hit.severity for hit in found] == severities
    assert not any("query" in hit.message and "write" in hit.message for hit in found)


@pytest.mark.parametrize(
    "lines, places",
    [
        (
            "a.reset_index(drop=True)\nb.reset_index(drop=True)\nsave(b)\n# %%\na.reset_index(drop=True)\nsave(a)",
            [(1, 2)],
        ),
        ("a.reset_index(drop=True)\na.dropna()\nsave(a)", [(1, 0), (1, 0)]),
        ("a.reset_index(drop=True)\nsave(a)\nsave(b)\nb.reset_index(drop=True)\nsave(b)", [(1, 0), (1, 0)]),
    ],
)
def test_the_same_call_side_by_side_is_one_fault(lines: str, places: list[tuple[int, int]]) -> None:
    head = "# %%\nimport pandas as pd\na, b = pd.read_csv('a.csv'), pd.read_csv('b.csv')\n"
    found = list(check.check(Page(percent.read(head + lines, "t.py"))))
    assert [(1, len(hit.related)) for hit in found] == places


@pytest.mark.parametrize("use, severity", [("print(b)", None), ("print(a)", "minor")])
def test_a_none_that_nothing_reads_weighs_less(use: str, severity: str | None) -> None:
    text = f"# %%\nimport pandas as pd\na = pd.read_csv('a.csv')\nb = a.fillna(0, inplace=True)\n{use}\n"
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("after", "severity"),
    [
        ("print(d)", None),
        ("display(d)", None),
        ("d", None),
        ("print(table(d, k=1))", None),
        ("print(len(s))\nprint(d)", "minor"),
    ],
)
def test_what_is_printed_at_once_is_shown_in_the_wrong_order(after: str, severity: str | None) -> None:
    text = f"# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\nd.sort_values('x')\n{after}\n"
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    assert hit.severity == severity
    assert ("write `d = " in hit.message) == (severity is None)
