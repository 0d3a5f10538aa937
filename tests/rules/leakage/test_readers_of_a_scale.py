"""NBC501: which models were given what a scaler made, and which means by group tell nothing of other rows."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.leakage.preprocessing_leakage import check

HEAD = """
import pandas as pd
import tensorflow as tf
from interpret.glassbox import ExplainableBoostingRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from xgboost import XGBRegressor
df = pd.read_csv("a.csv")
X, y = df.drop(columns="y"), df["y"]
"""
SCALED = "Z = StandardScaler().fit_transform(X)\na, b, c, d = train_test_split(Z, y)\n"
PLAIN = "e, f, g, h = train_test_split(X, y)\n"


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py", history=True))))


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("XGBRegressor().fit(a, c)", ""),
        ("ExplainableBoostingRegressor().fit(a, c)", ""),
        (PLAIN + "XGBRegressor().fit(a, c)\nSVR().fit(e, g)", ""),
        (PLAIN + "SVR().fit(a, c)\nXGBRegressor().fit(e, g)", "major"),
        ("XGBRegressor().fit(a, c)\nSVR().fit(a, c)", "major"),
        ("XGBRegressor().fit(PCA(2).fit_transform(a), c)", "minor"),
        ("VotingRegressor([('x', XGBRegressor())]).fit(a, c)\nXGBRegressor().fit(a, c)", ""),
        ("LinearRegression().fit(a, c)\nExplainableBoostingRegressor().fit(a, c)", "nit"),
        ("Ridge().fit(a, c)", "major"),
        ("build().fit(a, c)", "major"),
    ],
)
def test_the_models_that_read_this_very_matrix(text: str, severity: str) -> None:
    assert [hit.severity for hit in hits(SCALED + text)] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("shown", "severity"),
    [
        ("X shape (70988, 84) y shape (70988,)", "minor"),
        ("X shape (988, 84)", "major"),
        ("Xt shape (70988, 84)", "major"),
    ],
)
def test_the_shape_that_the_cell_prints(shown: str, severity: str) -> None:
    cell = f"X = StandardScaler().fit_transform(X)\nprint(text)\n#> {shown}\n# %%\na, b, c, d = train_test_split(X, y)"
    (hit,) = hits(f"{cell}\nSVR().fit(a, c)")
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("limit", "model", "count"),
    [
        ("df['a'].quantile(0.99)", "XGBRegressor", 0),
        ("df['a'].quantile(0.99)", "Ridge", 1),
        ("df['a'].mean()", "XGBRegressor", 1),
    ],
)
def test_trees_mind_no_limit(limit: str, model: str, count: int) -> None:
    text = f"df['a'] = df['a'].clip(upper={limit})\ntrain, test = train_test_split(df)\n"
    assert len(hits(f"{text}{model}().fit(train[['a']], train['y'])")) == count


MEANS = "df['m'] = df.groupby('shop')['paid'].transform('mean')\n"
SIDE = "bills = pd.read_csv('bills.csv')\nmeans = bills.groupby('kind')['paid'].mean()\ndf = df.merge(means, on='id')\n"
FIT = "Ridge().fit(train[['a', 'm']], train['y'])"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"{MEANS}train, test = train_test_split(df)\n{FIT}", 1),
        (f"{MEANS}train, test = df[df['part'] == 'train'], df[df['part'] == 'test']\n{FIT}", 0),
        (f"{MEANS}train, test = df[:800], df[800:]\n{FIT}", 1),
        (f"{MEANS}for p, q in GroupKFold().split(df, groups=df['shop']):\n    train = df.iloc[p]\n    {FIT}", 0),
        (f"{SIDE}train, test = train_test_split(df)\n{FIT}", 0),
    ],
)
def test_means_by_group_that_tell_no_part_of_another(text: str, count: int) -> None:
    assert len(hits(text)) == count


def test_a_mean_of_the_target_tells_in_any_case() -> None:
    text = "df['m'] = df.groupby('shop')['sold'].transform('mean')\ntrain, test = df[df['part'] == 'train'], df[df['part'] == 'test']\n"
    (hit,) = hits(f"{text}Ridge().fit(train[['a', 'm']], train['sold'])")
    assert hit.severity is None or hit.severity == "blocker"


def test_words_whose_weights_are_dropped() -> None:
    text = "m = TfidfVectorizer().fit_transform(df['text']).tocoo()\nt = pd.DataFrame({'row': m.row, 'word': m.col, 'weight': m.data})\n"
    for columns, count in ((["row", "word"], 0), (["word", "weight"], 1)):
        assert len(hits(f"{text}a, b = train_test_split(t[{columns}])\nSVR().fit(a, labels)")) == count


HAND = "X = (X - X.mean()) / X.std()\na, b, c, d = train_test_split(X, y)\n"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("LinearRegression().fit(a, c)", 0),
        ("XGBRegressor().fit(a, c)", 0),
        ("LinearRegression().fit(a, c)\ne, f, g, h = train_test_split(df[['x']], y)\nRidge().fit(e, g)", 0),
        ("Ridge().fit(a, c)", 1),
    ],
)
def test_a_scale_by_hand_moves_no_least_squares(text: str, count: int) -> None:
    assert bool(hits(HAND + text)) == bool(count)


@pytest.mark.parametrize(
    ("source", "count"),
    [("np.random.multivariate_normal(mean, cov, n)", 0), ("np.random.choice(df, n)", 1), ("df.values", 1)],
)
def test_rows_drawn_at_random_have_no_held_out_ones(source: str, count: int) -> None:
    text = (
        f"import numpy as np\nfrom sklearn.preprocessing import scale\ndef made(n):\n    data = {source}\n"
        "    return scale(data[:, :3]), data[:, 3]\nX, y = made(9)\na, b, c, d = train_test_split(X, y)\n"
        "SVR().fit(a, c).score(b, d)"
    )
    assert len(hits(text)) == count
