"""NBC507 to NBC512 beyond their documentation: what is evidence, and what silences it."""

import json
from types import MappingProxyType
from typing import Any

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.notebook import percent
from nbcritic.rules.leakage._units import shown_frames

HEAD = """
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
df = pd.read_csv("a.csv")
"""
SPLIT = "X_train, X_test, y_train, y_test = train_test_split(df[['a', 'b']], df['y'])\n"
ACCURACY = SPLIT + "m = LogisticRegression().fit(X_train, y_train)\nprint(accuracy_score(y_test, m.predict(X_test)))\n"


def hits(code: str, text: str) -> list[Hit]:
    return list(rules.load()[code].check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py", history=True))))


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("df['date'] = pd.to_datetime(df['date'])\ndf['b'] = df['y'].rolling(7).mean()\n" + SPLIT, None),
        ("df['date'] = pd.to_datetime(df['date'])\ndf['b'] = df['y'].diff(1)\n" + SPLIT, None),
        (
            "def lags(data):\n    return pd.concat([data.shift(i) for i in range(1, 5)], axis=1)\n"
            "s = lags(df.set_index('date'))\na, b = train_test_split(s)",
            None,
        ),
        (
            "t = df['date']\nX = [df['y'][i - 24 : i] for i in range(24, len(df))]\na, b = train_test_split(X)",
            None,
        ),
        ("df = df.sort_values('order_date')\n" + SPLIT, "possible"),
        (
            "df = df.sort_values(by=['timestamp', 'id'])\nX = df[['a']]\nfor a, b in KFold(5, shuffle=True).split(X):\n    pass",
            "possible",
        ),
        ("# %% [markdown]\n# Forecast of sales\n# %%\ndf['date'] = pd.to_datetime(df['date'])\n" + SPLIT, "possible"),
    ],
)
def test_future_in_training(text: str, confidence: str | None) -> None:
    (hit,) = hits("NBC507", text + "\nm = Ridge().fit(X_train, y_train)")
    assert hit.confidence == confidence
    assert hit.related


@pytest.mark.parametrize(
    "text",
    [
        "df['b'] = df['y'].shift(1)\n" + SPLIT,  # nothing says that the rows are in time
        "df['date'] = pd.to_datetime(df['date'])\n" + SPLIT,
        "df = df.sort_values(['customer', 'date'])\n" + SPLIT,
        "df['date'] = pd.to_datetime(df['date'])\nplot(df['y'].rolling(7).mean())\n" + SPLIT,
        "t = df['date']\nfor i in range(0, len(df), 32):\n    batch = df[i : i + 32]\na, b = train_test_split(batch)",
        "df['b'] = df['date'].shift(1)\na, b = train_test_split(df, shuffle=False)",
        "train = df[df['year'] > 2015]\ntest = df[df['year'] > 2018]",
        "train = df[df['size'] > 2015]\ntest = df[df['size'] < 2015]",
    ],
)
def test_no_future_in_training(text: str) -> None:
    assert hits("NBC507", text + "\nm = Ridge().fit(X_train, y_train)") == []


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        ("patient_id", True),
        ("customerId", True),
        ("subject", True),
        ("district_id", False),
        ("city", False),
        ("order_id", False),
    ],
)
def test_entities(column: str, flagged: bool) -> None:
    text = f"df.groupby('{column}')['a'].transform('count')\n{ACCURACY}"
    assert bool(hits("NBC508", text)) is flagged
    assert hits("NBC508", text + "GroupKFold()") == []


def test_one_row_an_entity() -> None:
    text = "for name, rows in df.groupby('patient_id'):\n    means.append(rows.mean())\n"
    assert hits("NBC508", text + ACCURACY) == []


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        ("#> 0    900\n#> 1    100\n#> Name: y, dtype: int64", "90%"),
        ("#> y\n#> no     0.84\n#> yes    0.16", "84%"),
        ("#> 0    700\n#> 1    300", ""),
        ("#> 0    900", ""),
        ("", ""),
    ],
)
def test_imbalance(counts: str, share: str) -> None:
    found = hits("NBC510", f"df['y'].value_counts()\n{counts}\n# %%\n{ACCURACY}")
    assert [share in hit.message for hit in found] == ([True] if share else [])


@pytest.mark.parametrize(
    "word",
    ["f1_score(a, b)", "stratify = df['y']", "ConfusionMatrixDisplay", "LogisticRegression(class_weight='balanced')"],
)
def test_imbalance_that_is_known(word: str) -> None:
    assert hits("NBC510", f"df['y'].value_counts()\n#> 0    900\n#> 1    100\n# %%\n{ACCURACY}\n{word}") == []


@pytest.mark.parametrize(
    "more",
    [
        "df['y'].value_counts()",
        "# the baseline is 0.5",
        "m.to_csv('submission.csv')",
        "Ridge().fit(X_train, y_train).score(X_test, y_test)",
    ],
)
def test_baseline(more: str) -> None:
    assert len(hits("NBC509", ACCURACY)) == 1
    assert hits("NBC509", ACCURACY + more) == []


def test_one_split() -> None:
    assert len(hits("NBC512", ACCURACY)) == 1
    assert hits("NBC512", ACCURACY + SPLIT) == []
    assert hits("NBC512", ACCURACY + "KFold(5)") == []


def table(columns: list[str], rows: dict[str, list[float]]) -> dict[str, Any]:
    """A result as pandas saves it."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(
        f"<tr><th>{label}</th>{''.join(f'<td>{value}</td>' for value in values)}</tr>" for label, values in rows.items()
    )
    html = f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": html}}


def page(look: str, output: dict[str, Any], fit: str) -> Page:
    sources = [(HEAD, []), (look, [output]), (fit, [])]
    cells = (
        Cell(number, "code", source, outputs=json.dumps(outputs).encode())
        for number, (source, outputs) in enumerate(sources, 1)
    )
    return Page(Notebook("t.ipynb", tuple(cells), MappingProxyType({})))


DESCRIBED = table(["a", "b", "y", "id"], {"count": [99, 99, 99, 99], "std": [1.5, 400.0, 0.5, 9e6]})


@pytest.mark.parametrize(
    ("fit", "flagged"),
    [
        ("KMeans(3).fit(df[['a', 'b']])", True),
        ("X = df.drop(columns='y')\nKNeighborsClassifier().fit(X, df['y'])", True),
        ("X = df.drop(columns=['y', 'b'])\nKNeighborsClassifier().fit(X, df['y'])", False),
        ("KMeans(3).fit(df[['a', 'y']])", False),
        ("RandomForestClassifier().fit(df[['a', 'b']], df['y'])", False),
        ("KMeans(3).fit((df[['a', 'b']] - m) / df[['a', 'b']].std())", False),
        ("KMeans(3).fit(pd.read_csv('b.csv'))", False),
    ],
)
def test_units_shown(fit: str, flagged: bool) -> None:
    found = list(rules.load()["NBC511"].check(page("df.describe()", DESCRIBED, fit)))
    assert bool(found) is flagged


def test_units_named() -> None:
    assert len(hits("NBC511", "KMeans(3).fit(df[['age', 'annual_income']])")) == 1
    assert hits("NBC511", "KMeans(3).fit(df[['age', 'score']])") == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("X, y = load_wine(return_X_y=True)\nKNeighborsClassifier().fit(X, y)", True),
        ("X, y = load_wine(return_X_y=True)\nmake_pipeline(PCA(2), LogisticRegression()).fit(X, y)", True),
        ("X, y = load_wine(return_X_y=True)\nRandomForestClassifier().fit(X, y)", False),
        ("X, y = load_iris(return_X_y=True)\nKNeighborsClassifier().fit(X, y)", False),
        ("X, y = load_wine(return_X_y=True)\nKNeighborsClassifier().fit(X[:, :2], y)", False),
    ],
)
def test_units_known(text: str, flagged: bool) -> None:
    imports = "from sklearn.datasets import load_iris, load_wine\nfrom sklearn.decomposition import PCA\nfrom sklearn.pipeline import make_pipeline\n"
    assert bool(hits("NBC511", imports + text)) is flagged


def test_spread_of_tables() -> None:
    head = table(["a", "b"], {"0": [1, 10], "1": [2, 30], "2": [4, 20]})
    ((cell, name, spread),) = shown_frames(page("df.head(3)", head, ""))
    assert (cell.number, name, spread) == (2, "df", {"a": 3, "b": 20})
    assert next(shown_frames(page("df.describe()", DESCRIBED, "")))[2] == {"a": 1.5, "b": 400, "y": 0.5, "id": 9e6}
    assert list(shown_frames(page("df.info()", head, ""))) == []


@pytest.mark.parametrize(
    ("path", "expected"), [("evaluate.py", 1), ("models/evaluate_baseline.py", 0), ("baseline/evaluate.py", 1)]
)
def test_a_page_that_is_the_baseline(path: str, expected: int) -> None:
    assert len(list(rules.load()["NBC509"].check(Page(percent.read(HEAD + ACCURACY, path))))) == expected


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("m = RandomForestClassifier().fit(df[['a']], df['y'])\nprint('score', m.score(df[['a']], df['y']))", None),
        ("m = RandomForestClassifier().fit(df[['a']], df['y'])\ntrain_acc = m.score(df[['a']], df['y'])", "minor"),
        (
            "m = RandomForestClassifier().fit(df[['a']], df['y'])\nprint('training', m.score(df[['a']], df['y']))",
            "minor",
        ),
        ("y = [0, 0, 1]\nm = RandomForestClassifier().fit(make(9), y)\nprint(m.score(make(9), y))", ""),
    ],
)
def test_a_score_that_says_which_rows_it_is_of(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits("NBC505", text)] == ([severity] if severity != "" else [])
