"""What the rules propose instead of a loop gives what the loop gives: both are run on the same data."""

import re

import numpy as np
import pandas as pd
import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook import percent

HEAD = "# %%\nimport math\nimport numpy as np\nimport pandas as pd\ndf = pd.read_csv('a.csv')\na = df['a'].values\nb = df['b'].values\n# %%\n"
FRAME = pd.DataFrame({"a": [1.5, -2.0, 0.0, 4.25], "b": [2.0, 2.0, -1.0, 3.0], "n": [1, 2, 3, 4]})
ROWS = "for i, row in df.iterrows():\n    "

LOOPS = [
    ROWS + "df.loc[i, 'c'] = row['a'] * 2 + row['n']",
    ROWS + "df.loc[i, 'c'] = abs(row['a']) if row['a'] > row['b'] and not row['n'] == 2 else -row['b']",
    "df['c'] = 0\n" + ROWS + "if row['a'] > 0:\n        df.loc[i, 'c'] = 7",
    ROWS + "if 0 < row['a'] <= 4:\n        df.loc[i, 'c'] = 'high'\n    else:\n        df.loc[i, 'c'] = 'low'",
    "c = []\n" + ROWS + "c.append(-row['a'] ** 2 / row['b'])",
    "c = []\n" + ROWS + "c.append((-row['a']) ** 2 - (row['b'] - row['n']))",
    "c = []\n" + ROWS + "c.append(math.pow(row['b'], 2) - math.atan2(row['a'], row['b']))",
    "c = []\n"
    + ROWS
    + "if row['a'] > 1 or row['b'] < 0:\n        c.append(row['a'])\n    else:\n        c.append(row['a'] * 2)",
    "c = 1\n" + ROWS + "c += round(row['a'] / 3, 1)",
    "c = 0\n" + ROWS + "if row['a'] > 0:\n        c += 1",
    "c = 0\n" + ROWS + "if row['a'] > 0:\n        c += row['b'] * row['n']",
]
APPLIED = [
    "df.apply(lambda r: r['a'] // r['b'] - (r['n'] % 2), axis=1)",
    "df.apply(lambda r: r['a'] > 1 and r['b'] > 2 or r['n'] == 3, axis=1)",
    "df.apply(lambda r: 1 if not np.isnan(r['a']) and not pd.isna(r['b']) else r['n'], axis=1)",
    "df.apply(lambda r: np.sqrt(abs(r['a'])) if r['a'] < 1 else 0, axis=1)",
]
FUNCTIONS = [
    "if r['a'] > 1:\n        return 'high'\n    elif r['a'] > 0:\n        return 'some'\n    return 'none'",
    "if r['a'] > 1:\n        return r['b']\n    if r['n'] > 2 and r['b'] > 0:\n        return 1\n    else:\n        return r['n'] * 2",
    "'''By case.'''\n    if r['a'] > r['b']:\n        return r['a'] - r['b']\n    return 0",
]


def proposed(text: str, name: str) -> str:
    rule = rules.find(name)
    assert rule is not None
    hits = list(rule.check(Page(percent.read(HEAD + text, "t.py"))))
    found = [match[1] for hit in hits if (match := re.search(r"write `(.*)`", hit.message))]
    assert len(found) == 1, [hit.message for hit in hits]
    return found[0]


def run(code: str) -> dict[str, object]:
    df = FRAME.copy()
    space: dict[str, object] = {"df": df, "np": np, "pd": pd, "a": df["a"].to_numpy(), "b": df["b"].to_numpy()}
    exec("import math\n" + code, space)
    return space


def same(one: object, other: object) -> None:
    assert np.asarray(one).tolist() == pytest.approx(np.asarray(other).tolist())


@pytest.mark.parametrize("text", LOOPS)
def test_loops_over_rows(text: str) -> None:
    better = proposed(text, "row-loop")
    start = text.split("for ")[0]
    slow, fast = run(text), run(start + better)
    if start.startswith("c"):
        same(slow["c"], fast["c"])
    else:
        pd.testing.assert_frame_equal(slow["df"], fast["df"], check_dtype=False)


@pytest.mark.parametrize("text", APPLIED)
def test_applied_lambdas(text: str) -> None:
    same(run(f"c = {text}")["c"], run(proposed(f"c = {text}", "row-loop"))["c"])


@pytest.mark.parametrize("body", FUNCTIONS)
def test_applied_functions(body: str) -> None:
    text = f"def f(r):\n    {body}\n"
    slow = run(text + "c = df.apply(f, axis=1)")["c"]
    same(slow, run(proposed(f"{text}c = df.apply(f, axis=1)", "row-loop"))["c"])


ARRAYS = [
    "c = np.zeros(len(a))\nfor i in range(len(a)):\n    c[i] = a[i] * b[i] - 1",
    "c = 0\nfor x in a:\n    c += x ** 2",
    "c = []\nfor x, y in zip(a, b):\n    c.append(math.hypot(x, y))",
    "c = [max_ + x / 2 for x in a]",
    "c = sum(-x if x < 0 else x for x in a)",
]


@pytest.mark.parametrize("text", ARRAYS)
def test_loops_over_arrays(text: str) -> None:
    better = proposed(f"max_ = 3\n{text}", "python-loop-over-array")
    start = text.split("for ")[0] if "\n" in text else ""
    if not better.startswith("c"):
        better = f"c = {better}"
    same(run(f"max_ = 3\n{text}")["c"], run(f"max_ = 3\n{start}{better}")["c"])


@pytest.mark.parametrize(
    "text",
    [
        ROWS + "df.loc[i, 'c'] = row['a'] ** -1",
        ROWS + "df.loc[i, 'c'] = row['a'] * 2 if row['a'] and row['b'] else 0",
        ROWS + "df.loc[i, 'c'] = 'none' if row['a'] > 1 else 0",
        "c.append(1)\n" + ROWS + "c.append(row['a'] * 2)",
        ROWS + "row['c'] = row['a'] * 2",
    ],
)
def test_no_proposal_that_gives_something_else(text: str) -> None:
    hits = list(rules.load()["NBC601"].check(Page(percent.read(HEAD + text, "t.py"))))
    assert not any("write `" in hit.message for hit in hits)
