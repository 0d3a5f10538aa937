"""NBC507: ordinary folds of rows in time."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.leakage.future_in_training import check

HEAD = """# %%
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, TimeSeriesSplit, cross_val_score
df = pd.read_csv("a.csv", parse_dates=["date"])
"""
LAGGED = "df['before'] = df['sold'].shift(1)\nX = df[['before']]\n"


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(HEAD + text, "t.py"))))


@pytest.mark.parametrize(
    "text, severity",
    [
        ("cross_val_score(Ridge(), X, df.sold)", None),
        ("cross_val_score(Ridge(), X, df.sold, cv=KFold(5, shuffle=True))", None),
        ("folds = KFold(5)\ncross_val_score(Ridge(), X, df.sold, cv=folds)", None),
        ("GridSearchCV(Ridge(), {}, cv=5).fit(X, df.sold)", "minor"),
    ],
)
def test_rows_tied_to_their_neighbours(text: str, severity: str | None) -> None:
    (hit,) = hits(LAGGED + text)
    assert (hit.severity, hit.confidence) == (severity, "possible")


@pytest.mark.parametrize("folds, count", [("5", 1), ("TimeSeriesSplit()", 0), ("in_time", 0)])
def test_rows_that_are_cut_in_time_elsewhere(folds: str, count: int) -> None:
    text = "X = df[['price']]\nin_time = TimeSeriesSplit()\nfor a, b in in_time.split(df):\n    Ridge().fit(X.iloc[a], df.sold.iloc[a])\n"
    found = hits(f"{text}cross_val_score(Ridge(), X, df.sold, cv={folds})")
    assert [hit.confidence for hit in found] == [None] * count


@pytest.mark.parametrize(
    "text",
    [
        "cross_val_score(Ridge(), df[['price']], df.sold)",
        LAGGED + "cross_val_score(Ridge(), df[['price']][['price']], df.sold, cv=TimeSeriesSplit())",
        LAGGED + "cross_val_score(Ridge(), X, df.sold, groups=df.shop, cv=GroupKFold())",
        LAGGED + "cross_val_score(Ridge(), X, df.sold, cv=folds_of(df))",
    ],
)
def test_innocent(text: str) -> None:
    assert hits(text) == []
