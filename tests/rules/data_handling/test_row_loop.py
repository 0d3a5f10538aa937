"""NBC601: the columns that its message proposes."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.row_loop import check

HEAD = "# %%\nimport math\nimport numpy as np\nimport pandas as pd\ndf = pd.read_csv('a.csv')\n# %%\n"


def message(text: str) -> str:
    found = list(check.check(Page(percent.read(HEAD + text, "t.py"))))
    return found[0].message if found else ""


@pytest.mark.parametrize(
    "text, better",
    [
        ("s = 0\nfor i, row in df.iterrows():\n    s += row['a'] * row['b']", "s += (df['a'] * df['b']).sum()"),
        ("for i in df.index:\n    df.loc[i, 'c'] = df.loc[i, 'a'] / 2", "df['c'] = df['a'] / 2"),
        ("for i in range(len(df)):\n    df.at[i, 'c'] = df['a'][i] + df.b[i]", "df['c'] = df['a'] + df['b']"),
        (
            "o = []\nfor r in df.itertuples():\n    o.append(math.sqrt(r.a ** 2 + r.b ** 2))",
            "o = np.sqrt((df['a'] ** 2) + (df['b'] ** 2)).tolist()",
        ),
        (
            "df['c'] = df.apply(lambda r: r.a if r.a > r.b else 0, axis=1)",
            "df['c'] = np.where(df['a'] > df['b'], df['a'], 0)",
        ),
        (
            "df['c'] = df.apply(lambda r: r['a'] > 1 and not r['b'] > 2, axis=1)",
            "df['c'] = (df['a'] > 1) & ~(df['b'] > 2)",
        ),
        ("df['c'] = df.apply(lambda r: round(r['a'] * 2, 1), axis='columns')", "df['c'] = (df['a'] * 2).round(1)"),
        ("df['c'] = df.apply(lambda r: r.a * r.b * r.c - 1, 1)", "df['c'] = (df['a'] * df['b'] * df['c']) - 1"),
        (
            "for k, (i, r) in enumerate(df.iterrows()):\n    df.loc[i, 'c'] = -r['a'] + abs(r['b'])",
            "df['c'] = -df['a'] + abs(df['b'])",
        ),
        (
            "def f(r):\n    if r.a == 'x':\n        return 1 / 2\n    elif r.a == 'y':\n        return 2\n    return 0\ndf['c'] = df.apply(f, axis=1)",
            "df['c'] = df['a'].map({'x': 1 / 2, 'y': 2}).fillna(0)",
        ),
        (
            "def f(r):\n    if r.a == 'x':\n        return 1\n    elif r.b == 'y':\n        return 2\n    return 0\ndf['c'] = df.apply(f, axis=1)",
            "df['c'] = np.select([df['a'] == 'x', df['b'] == 'y'], [1, 2], default=0)",
        ),
    ],
)
def test_one_line_for_a_loop(text: str, better: str) -> None:
    assert message(text).endswith(f"write `{better}`")


@pytest.mark.parametrize(
    "text",
    [
        "total = 0\nfor r in df.itertuples():\n    total += r.a * 2\n    print(total)",
        "total = 0\nfor r in df.itertuples():\n    total += r.a * 2\n    out.append(total)",
        "last = 0\nfor r in df.itertuples():\n    out.append(r.a - last)\n    last = r.a",
        "for i in range(1, len(df)):\n    df.loc[i, 'c'] = df.loc[i, 'a'] * 2",
        "for i, r in df.iterrows():\n    text += f'{r.a} is {r.b}'",
        "for i, r in df.iterrows():\n    found[r['a']] = r['b'] * 2",
        "df.apply(lambda r: lookup(r['a']) * 2, axis=1)",
        "df.apply(lambda column: column / column.sum())",
        "for r in df.itertuples():\n    while r.a > 1:\n        pass",
        "for r in rows:\n    out.append(r.a * 2)",
    ],
)
def test_loops_that_need_their_order_or_do_something(text: str) -> None:
    assert message(text) == ""


@pytest.mark.parametrize(("rows", "severity"), [(62_000, None), (2_000, "minor")])
def test_a_function_for_every_row_is_as_grave_as_the_rows_are_many(rows: int, severity: str | None) -> None:
    text = (
        f"df.shape\n#> ({rows}, 3)\n# %%\nby_price = df.sort_values('price')\n"
        "by_price['dear'] = by_price.apply(lambda row: row['price'] > row['limit'], axis=1)"
    )
    (hit,) = check.check(Page(percent.read(HEAD + text, "t.py", history=True)))
    assert hit.severity == severity


def test_the_same_for_a_training_and_a_test_table_is_one_finding() -> None:
    band = "def band(row):\n    return row['a'] * 2 + row['b']\n"
    text = f"{band}test = pd.read_csv('t.csv')\ndf['c'] = df.apply(band, axis=1)\ntest['c'] = test.apply(band, axis=1)"
    (hit,) = check.check(Page(percent.read(HEAD + text, "t.py")))
    assert [place.at.line for place in hit.related] == [hit.at.line + 1]
    text = f"{band}df['c'] = df.apply(band, axis=1)\nprint(df)\ndf['d'] = df.apply(lambda row: row['a'] * row['b'], axis=1)"
    assert len(list(check.check(Page(percent.read(HEAD + text, "t.py"))))) == 2


def test_lines_one_below_the_other_are_one_finding() -> None:
    text = "".join(f"df['{c}'] = df.apply(lambda row: row['a'] * row['b'] > {c!r}, axis=1)\n" for c in "cde")
    (hit,) = check.check(Page(percent.read(HEAD + text, "t.py")))
    assert [place.at.line for place in hit.related] == [hit.at.line + 1, hit.at.line + 2]


@pytest.mark.parametrize(("path", "expected"), [("saved_results/runs.csv", 0), ("out/scores.csv", 0), ("shops.csv", 1)])
def test_few_rows_hold_what_other_runs_have_found(path: str, expected: int) -> None:
    text = f"runs = pd.read_csv('{path}')\nruns['x'] = runs.apply(lambda run: run['a'] * run['b'], axis=1)"
    assert len(list(check.check(Page(percent.read(HEAD + text, "t.py"))))) == expected
