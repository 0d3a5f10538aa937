"""NBC502, 504, 505 and 506 beyond their documentation."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rule import Rule
from nbcritic.rules.leakage import fit_on_test, overlap_leakage, scored_on_training_data, target_in_features

HEAD = """
import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.utils import resample
df = pd.read_csv("a.csv")
X, y = df.drop(columns="t"), df["t"]
m = RandomForestClassifier()
"""
TABLE = "from sklearn.svm import SVC\nm.fit(X, y)\nprint(m.score(X, y))\nk = SVC().fit(X, y)\nprint(k.score(X, y))\n"
SPLIT = "a, b, c, d = train_test_split(X, y)\n"


def hits(rule: Rule, text: str) -> list[Hit]:
    return list(rule.check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py"))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("X, y = SMOTE().fit_resample(X, y)\nprint(cross_val_score(m, X, y))", 1),
        ("up = resample(df[df.t == 1], n_samples=900)\ndf = pd.concat([df[df.t == 0], up])\na, b = train_test_split(df)", 1),
        ("df = df.sample(frac=2, replace=True)\na, b = train_test_split(df)", 1),
        ("a, b = train_test_split(df)\na = pd.concat([a, b])\nm.fit(a[['x']], a.t)\nprint(m.score(b[['x']], b.t))", 1),
        (SPLIT + "m.fit(X, y)\np = m.predict(b)\nprint(accuracy_score(d, p))", 1),
        (SPLIT + "a, c = SMOTE().fit_resample(a, c)\nm.fit(a, c)\nprint(m.score(b, d))", 0),
        (SPLIT + "v, w, vy, wy = train_test_split(b, d)\nm.fit(pd.concat([a, v]), pd.concat([c, vy]))\nprint(m.score(w, wy))", 0),
        (SPLIT + "m.fit(pd.concat([a, pd.read_csv('more.csv')]), e)\nprint(m.score(b, d))", 0),
        (SPLIT + "a, c = SMOTE().fit_resample(a, c)\nprint(cross_val_score(m, a, c), m.fit(a, c).score(b, d))", 1),
        (SPLIT + "print(cross_val_score(m, a, c))\na, c = SMOTE().fit_resample(a, c)\nm.fit(a, c)", 0),
        (SPLIT + "m.fit(a, c)\nprint(m.score(b, d))\nm.fit(X, y)", 0),
        ("if big:\n    " + SPLIT + "else:\n    a, c = X, y\nm.fit(a, c)\nprint(m.score(b, d))", 0),
        ("df = df.sample(frac=1)\nfew = resample(df, replace=False)\na, b = train_test_split(few)", 0),
    ],
)  # fmt: skip
def test_overlap(text: str, found: int) -> None:
    assert len(hits(overlap_leakage.check, text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SPLIT + "v = CountVectorizer()\na = v.fit_transform(a)\nb = v.fit_transform(b)", 1),
        ("for p, q in KFold(5).split(X):\n    s = StandardScaler()\n    a = s.fit_transform(X[p])\n    b = s.fit_transform(X[q])", 1),
        ("df = pd.read_csv('train.csv')\ntest = pd.read_csv('test.csv')\ne = LabelEncoder()\ndf['k'] = e.fit_transform(df['k'])\ntest['k'] = e.fit_transform(test['k'])", 1),
        (SPLIT + "b['x'] = b['x'].fillna(b['x'].mean())\nm.fit(a, c)", 1),
        (SPLIT + "s = StandardScaler().fit(b)\na = s.transform(a)", 1),
        ("def prepare(train, test):\n    s = StandardScaler()\n    u = s.fit_transform(test)\n    return s.transform(train), u", 1),
        ("def prepare(train, test):\n    s = StandardScaler()\n    u = s.fit_transform(train)\n    return u, s.transform(test)", 0),
        (SPLIT + "b['x'] = b['x'].fillna(a['x'].mean())\nm.fit(a, c)", 0),
        (SPLIT + "s = StandardScaler()\na = s.fit_transform(a)\nb = s.transform(b)", 0),
        (SPLIT + "s = LabelEncoder()\ny_train = s.fit_transform(c)\ny_test = d\ny_test = s.fit_transform(y_test)", 0),
        (SPLIT + "m.fit(b, d)\nprint(m.feature_importances_)", 0),
        (
            "df, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\ne = LabelEncoder()\ndef code(t, is_train):\n    if is_train:\n"
            "        t['k'] = e.fit_transform(t['k'])\n    else:\n        t['k'] = e.transform(t['k'])\ncode(df, True)\ncode(test, False)",
            0,
        ),
        (SPLIT + "base, hold, yb, yh = train_test_split(a, c)\ns = StandardScaler().fit(base)\nt = StandardScaler().fit(a)", 0),
    ],
)  # fmt: skip
def test_fit_on_test(text: str, found: int) -> None:
    assert len(hits(fit_on_test.check, text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("m.fit(X, y)\nprint(m.score(X, y))", 1),
        ("def run(m):\n    m.fit(X, y)\n    return accuracy_score(y, m.predict(X))\nprint(run(m))", 1),
        ("g = GridSearchCV(m, {}).fit(X, y)\nprint(g.score(X, y))", 1),
        ("g = GridSearchCV(m, {}).fit(X, y)\nprint(g.best_score_, g.score(X, y))", 0),
        ("m.fit(X, y)\nprint(m.score(X, y))\nprint(cross_val_score(m, X, y))", 0),
        (
            "m.fit(X, y)\nprint(m.score(X, y))\nnew = pd.read_csv('new.csv')\nprint(accuracy_score(new.t, m.predict(new)))",
            0,
        ),
        ("n = net()\nn.fit(X, y, validation_split=0.2)\nn.evaluate(X, y)", 0),
        ("m.fit(X, y)\nprint(accuracy_score(y, guess()))", 0),
        ("m.fit(X, y)\nprint(m.predict(X))", 0),
        (SPLIT + "m.fit(a, c)\nguess = m.predict(b)\nprint(m.score(a, c))", 1),
        (SPLIT + "m.fit(a, c)\nguess = m.predict(b)\nprint(m.score(a, c), error(d, guess))", 0),
        (TABLE + "print(cross_val_score(LinearRegression(), X, y))", 1),
        (TABLE + "print(cross_val_score(k, X, y))", 0),
        (TABLE + "print(cross_val_score(choice, X, y))", 0),
        (TABLE + SPLIT + "k.fit(a, c)\nprint(k.score(b, d))", 0),
    ],
)
def test_scored_on_training_data(text: str, found: int) -> None:
    assert len(hits(scored_on_training_data.check, text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("m.fit(df, df['t'])", 1),
        ("m.fit(df.drop('x', axis=1).dropna(), df.t)", 1),
        ("print(cross_val_score(m, df, df['t']))", 1),
        ("df['u'] = df['t'].map({'a': 0, 'b': 1})\nm.fit(df.drop(columns='u'), df['u'])", 1),
        ("target = 't'\nuse = ['a', 't']\na, b, c, d = train_test_split(df[use], df[target])\nm.fit(a, c)", 1),
        ("y = df.pop('t')\nm.fit(df, y)", 0),
        ("df['t'] = LabelEncoder().fit_transform(df['t'])\nm.fit(df.drop(columns='t'), df['t'])", 0),
        ("df['u'] = df.groupby('g')['t'].transform('mean')\nm.fit(df.drop(columns='t'), df['t'])", 0),
        ("df['u'] = df['t'].rolling(3).mean()\nm.fit(df.drop(columns='t'), df['t'])", 0),
        ("df['u'] = df['a'] + df['b']\nm.fit(df.drop(columns='u'), df['u'])", 0),
        ("a, b, c, d = train_test_split(df, df['t'])\na = a.drop(columns='t')\nm.fit(a, c)", 0),
        ("df = df.drop(columns=leaky)\nm.fit(df, df['t'])", 0),
        ("m.fit(df[[c for c in df if c != 't']], df['t'])", 0),
        ("del df['t']\nm.fit(df, y)", 0),
        ("StandardScaler().fit(df, df['t'])", 0),
    ],
)
def test_target_in_features(text: str, found: int) -> None:
    assert len(hits(target_in_features.check, text)) == found


@pytest.mark.parametrize(
    ("rule", "text", "cells"),
    [
        (overlap_leakage.check, "X, y = SMOTE().fit_resample(X, y)\n# %%\n" + SPLIT + "m.fit(a, c)\n# %%\nm.score(b, d)", [3, 3, 4]),
        (overlap_leakage.check, SPLIT + "# %%\nm.fit(X, y)\n# %%\nm.score(b, d)", [3, 2]),
        (fit_on_test.check, SPLIT + "# %%\ns = StandardScaler().fit(a)\n# %%\nt = StandardScaler().fit(b)", [3, 2]),
        (scored_on_training_data.check, "m.fit(X, y)\n# %%\nm.score(X, y)", [2]),
    ],
)  # fmt: skip
def test_the_chain_of_cells(rule: Rule, text: str, cells: list[int]) -> None:
    (hit,) = hits(rule, text)
    assert [place.at.cell for place in hit.related] == cells
