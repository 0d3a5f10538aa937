"""NBC501 beyond its documentation: what is a split, what is a fit, and how rows flow from one to the other."""

from collections.abc import Callable

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rule import parse_example
from nbcritic.rules.leakage.preprocessing_leakage import check

HEAD = """
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PolynomialFeatures, StandardScaler, scale
df = pd.read_csv("a.csv")
X, y = df.drop(columns="y"), df["y"]
"""


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py", history=True))))


def hits_beside_outputs(text: str) -> list[Hit]:
    return list(check.check(parse_example(f"# %%\n{HEAD}\n# %%\n{text}").page))


@pytest.mark.parametrize(
    "text",
    [
        "X = StandardScaler().fit_transform(X)\na, b = train_test_split(X)",
        "s = StandardScaler()\ns.fit(X)\na, b, c, d = train_test_split(X, y)\nb = s.transform(b)",
        "s = StandardScaler().fit(X)\nX2 = s.transform(X)\na, b = train_test_split(X2)",
        "X[:] = MinMaxScaler().fit_transform(X)\na, b = train_test_split(X)",
        "X = pd.DataFrame(scale(X), columns=X.columns)\na, b = train_test_split(X)",
        "pre = ColumnTransformer([('n', Pipeline([('i', SimpleImputer()), ('s', StandardScaler())]), ['a'])])\n"
        "X = pre.fit_transform(X)\na, b = train_test_split(X)",
        "num = Pipeline([('s', StandardScaler())])\npre = ColumnTransformer([('n', num, ['a'])])\n"
        "X = pre.fit_transform(X)\na, b = train_test_split(X)",
        "Z = PCA(3).fit_transform(X)\nprint(cross_val_score(m, Z, y))",
        "Z = PCA(3).fit_transform(X)\nGridSearchCV(m, {}).fit(Z, y)",
        "Z = PCA(3).fit_transform(X)\nfor i, (a, b) in enumerate(KFold(5).split(Z)):\n    m.fit(Z[a])",
        "Z = PCA(3).fit_transform(X)\nk = KFold(5)\nfor a, b in k.split(X, y):\n    m.fit(Z[a])\n    m.score(Z[b])",
        "Z = MinMaxScaler().fit_transform(X)\ntrain = Z[:100]\ntest = Z[100:]",
        "def prepare(t):\n    t['a'] = StandardScaler().fit_transform(t[['a']])\n    return t\nX = prepare(X)\na, b = train_test_split(X)",
        "def prepare(t):\n    t = StandardScaler().fit_transform(t)\n    return train_test_split(t)",
        "class M:\n    def __init__(self):\n        self.s = StandardScaler()\n    def run(self, t):\n"
        "        t = self.s.fit_transform(t)\n        return train_test_split(t)",
        "docs = []\nfor t in df['text']:\n    docs.append(t.lower())\nZ = TfidfVectorizer().fit_transform(docs)\n"
        "a, b, c, d = train_test_split(Z, y)",
        "if big:\n    X = StandardScaler().fit_transform(X)\na, b = train_test_split(X)",
        "with open('x'):\n    X = StandardScaler().fit_transform(X)\ntry:\n    a, b = train_test_split(X)\nexcept ValueError:\n    pass",
        "df['m'] = df['city'].map(df.groupby('city')['y'].mean())\na, b, c, d = train_test_split(df[['m']], df['y'])",
        "X = (X - X.mean()) / X.std()\na, b = train_test_split(X)",
        "for c in X.columns:\n    X[c] = X[c].fillna(X[c].median())\na, b = train_test_split(X)",
        "k = StandardScaler()\nX = k.fit_transform(X)\nidx_a, idx_b = train_test_split(np.arange(len(X)))\na = X[idx_a]\nb = X[idx_b]",
        "def prepare(t):\n    t['a'] = StandardScaler().fit_transform(t[['a']])\nprepare(X)\na, b = train_test_split(X)",
        "def prepare():\n    X['a'] = StandardScaler().fit_transform(X[['a']])\nprepare()\na, b = train_test_split(X)",
        "X = X.apply(lambda c: c - c.mean())\na, b = train_test_split(X)",
        "X['a'] = X.a.apply(lambda v: X.a.mean() if pd.isnull(v) else v)\na, b = train_test_split(X)",
        "def f(c):\n    return MinMaxScaler().fit_transform(c)\nX = X.apply(f, axis=0)\na, b = train_test_split(X)",
        "X = X.fillna({'a': X['a'].mean(), 'b': 0})\na, b = train_test_split(X)",
        "X = X.fillna(value={c: X[c].median() for c in X.columns})\na, b = train_test_split(X)",
        "X['a'] = X.a.fillna(X.a.dropna().median())\na, b = train_test_split(X)",
        "class Prepare:\n    def __init__(self):\n        self.s = StandardScaler()\n    def fit(self, t):\n"
        "        self.s.fit(t)\n        return self\n    def transform(self, t):\n        return self.s.transform(t)\n"
        "X = Prepare().fit_transform(X)\na, b = train_test_split(X)",
        "class Rows:\n    def __init__(self, t):\n        self.t = t\n    def halves(self):\n"
        "        return train_test_split(self.t)\nrows = Rows(StandardScaler().fit_transform(X))\na, b = rows.halves()",
        "a, b, c, d = train_test_split(X, y)\na = SelectKBest().fit_transform(a, c)\ncross_val_score(m, a, c)",
    ],
)
def test_leaks(text: str) -> None:
    assert hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "a, b = train_test_split(X)\ns = StandardScaler()\na = s.fit_transform(a)\nb = s.transform(b)",
        "a, b = train_test_split(X)\na = StandardScaler().fit_transform(a)\nc, d = train_test_split(a)",
        "a, b, c, d = train_test_split(X, y)\na = StandardScaler().fit_transform(a)\nGridSearchCV(m, {}).fit(a, c)",
        "X = PolynomialFeatures(2).fit_transform(X)\nX = OneHotEncoder().fit_transform(X)\na, b = train_test_split(X)",
        "X = SimpleImputer(strategy='constant', fill_value=0).fit_transform(X)\na, b = train_test_split(X)",
        "y = StandardScaler().fit_transform(df[['y']])\na, b, c, d = train_test_split(X, y)",
        "df['y'] = StandardScaler().fit_transform(df[['y']])\na, b, c, d = train_test_split(df.drop('y', axis=1), df['y'])",
        "Z = StandardScaler().fit_transform(X)\nplt.plot(Z)\na, b = train_test_split(X)",
        "p = make_pipeline(StandardScaler(), m)\nprint(cross_val_score(p, X, y))\np.fit(X, y)",
        "for a, b in KFold(5).split(X):\n    s = StandardScaler()\n    t = s.fit_transform(X[a])\n    v = s.transform(X[b])",
        "for a, b in KFold(5).split(X):\n    t = pd.concat([X.iloc[a], X.iloc[[0, 1]]])\n    s = StandardScaler().fit(t)\n    v = s.transform(X.iloc[b])",
        "other = pd.read_csv('b.csv')\ns = StandardScaler().fit(other)\nX = s.transform(X)\na, b = train_test_split(X)",
        "X = X[X.a < X.a.mean() + 3 * X.a.std()]\na, b = train_test_split(X)",
        "X['a'] = X.a.rolling(3).mean()\nX['b'] = X.b / X.b.max()\na, b = train_test_split(X)",
        "for g in groups:\n    part = X[X.g == g]\n    part = part - part.mean()\n    out.append(part)\na, b = train_test_split(np.array(out))",
        "X['high'] = X.a > X.a.median()\na, b = train_test_split(X)",
        "use = ['a']\nX = StandardScaler().fit_transform(X)\ntrain = X[use]\ntest_too = X[use].copy()",
        "n = X.mean()\nprint(n)\na, b = train_test_split(X)",
        "y = SimpleImputer().fit_transform(df[['y']])\na, b, c, d = train_test_split(X, y)",
        "X = X.ffill()\na, b = train_test_split(X, shuffle=False)",
        "X['a'] = pd.cut(X.a, [0, 18, 65])\na, b = train_test_split(X)",
        "m = LinearRegression().fit(X, y)\nprint(m.coef_)\na, b, c, d = train_test_split(X, y)",
        "X = X.fillna(X.mode().iloc[0])\na, b = train_test_split(X)",
        "whole_train = X\ntrain = whole_train.head(80)\nval = whole_train.tail(20)\ns = StandardScaler()\n"
        "train = s.fit_transform(train)\nval = s.transform(val)",
        "p, q = next((KFold if big else other)(5).split(X))\nwhole_train = X\ntrain_rows, val_rows = p, q\n"
        "train = whole_train.iloc[train_rows]\nval = whole_train.iloc[val_rows]\ns = StandardScaler().fit(train)\nval = s.transform(val)",
        "X['a'] = X.a.apply(lambda v: v > X.a.mean())\na, b = train_test_split(X)",
        "low = X.a.quantile(0.1)\ndef cut(v):\n    if v < low:\n        return low\n    return v\nX['a'] = X.a.apply(cut)\n"
        "a, b = train_test_split(X)",
        "X['a'] = X.a.apply(lambda words: np.mean([len(w) for w in words]))\na, b = train_test_split(X)",
        "out = []\nfor g, part in X.groupby('g'):\n    out.append(part.ffill().bfill())\na, b = train_test_split(out)",
        "other = pd.read_csv('b.csv')\nX['m'] = X.g.map(other.groupby('g')['z'].mean())\nfor p, q in KFold(5).split(X):\n"
        "    a = pd.concat([X.iloc[p], other])\n    m.fit(a)",
    ],
)
def test_no_leak(text: str) -> None:
    assert hits(text) == []


def test_the_message_names_the_chain() -> None:
    text = "s = StandardScaler()\nX = s.fit_transform(X)\n# %%\nX_tr, X_te, y_tr, y_te = train_test_split(X, y)\n# %%\nm.fit(X_tr, y_tr)"
    (hit,) = hits(text)
    assert hit.message == "`s.fit_transform(X)` has seen the rows that cell 3 splits off as `X_te`"
    assert [place.at.cell for place in hit.related] == [3, 4]


@pytest.mark.parametrize(
    "text",
    [
        "df['m'] = df['city'].map(df.groupby('city')['area'].mean())\na, b, c, d = train_test_split(df[['m']], df['y'])",
        "both = pd.concat([df, pd.read_csv('test.csv')])\nboth = StandardScaler().fit_transform(both)\n"
        "train = both[:9]\ntest = both[9:]",
        "X = X.ffill()\na, b = train_test_split(X)",
    ],
)
def test_what_may_be_meant_is_a_question(text: str) -> None:
    (hit,) = hits(text)
    assert hit.confidence == "possible"


@pytest.mark.parametrize(
    "text",
    [
        "df['m'] = df.groupby('city')['y'].transform('mean')\na, b, c, d = train_test_split(df[['m']], df['y'])",
        "m = LinearRegression().fit(X, y)\nX = X[X.columns[m.coef_ > 0]]\na, b, c, d = train_test_split(X, y)",
        "m = LinearRegression().fit(X, y)\ngood = [c for c, w in zip(X.columns, m.coef_) if w > 0]\nX = X[good]\n"
        "a, b, c, d = train_test_split(X, y)",
        "m = LinearRegression().fit(X, y)\ns = pd.Series(m.coef_, index=X.columns)\nkeep = s.nlargest(5).index\n"
        "a, b, c, d = train_test_split(X[keep], y)",
    ],
)
def test_what_was_learnt_from_the_target_is_grave(text: str) -> None:
    (hit,) = hits(text)
    assert hit.severity == "blocker"


def test_counts_that_say_otherwise() -> None:
    text = "pass\n# %% In[9]\nX = StandardScaler().fit_transform(X)\n# %% In[3]\na, b = train_test_split(X)"
    (hit,) = hits(text)
    assert hit.confidence == "possible"


def test_a_statistic_weighs_less() -> None:
    (hit,) = hits("X['a'] = X['a'].fillna(X['a'].mean())\na, b = train_test_split(X)")
    assert hit.severity == "minor"


def fits(size: int) -> str:
    return "\n".join(f"X = StandardScaler().fit_transform(X)\nX['a{i}'] = X.a.fillna(X.a.mean())" for i in range(size))


def functions(size: int) -> str:
    return "\n".join(f"def f{i}(a):\n    return f{i + 1}(a) + f{i + 2}(a)" for i in range(size)) + "\nX = f0(X)"


def branches(size: int) -> str:
    return "\n".join(f"if x:\n    X{i} = df\nelse:\n    X{i} = 1" for i in range(size))


def deep(size: int) -> str:
    return "X = X" + "[0]" * size


@pytest.mark.parametrize(
    ("text", "size", "limit"),
    [
        (fits, 150, 2.2),
        (functions, 150, 2.2),
        (branches, 200, 2.2),
        (deep, 400, 2.2),
    ],
)
def test_comes_to_an_end(
    text: Callable[[int], str], size: int, limit: float, work: Callable[[Callable[[], object]], int]
) -> None:
    def of(size: int) -> int:
        return work(lambda: hits(f"{text(size)}\na, b = train_test_split(X)"))

    of(2)  # loads what is loaded once
    assert of(2 * size) < limit * of(size)


@pytest.mark.parametrize(
    ("model", "severity"),
    [
        ("sklearn.naive_bayes.GaussianNB", "minor"),
        ("sklearn.linear_model.LinearRegression", "nit"),
        ("sklearn.linear_model.Ridge", "major"),
        ("sklearn.neighbors.KNeighborsClassifier", "major"),
        ("sklearn.svm.SVC", "major"),
        ("torch.nn.Linear", "major"),
    ],
)
def test_a_scaler_weighs_by_the_models_that_it_feeds(model: str, severity: str) -> None:
    module, _, name = model.rpartition(".")
    (hit,) = hits(
        f"from {module} import {name}\nX = StandardScaler().fit_transform(X)\n"
        f"X_train, X_test, y_train, y_test = train_test_split(X, y)\nprint({name}().fit(X_train, y_train))"
    )
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("shown", "severity"),
    [
        ("print(s.best_params_)", "minor"),
        ("print(s.cv_results_['mean_fit_time'])", "minor"),
        ("print(s.best_score_)", "major"),
        ("print(s.cv_results_['mean_test_score'])", "major"),
        ("t = pd.DataFrame(s.cv_results_)", "major"),
    ],
)
def test_a_search_whose_scores_nobody_reads_spoils_no_number(shown: str, severity: str) -> None:
    (hit,) = hits(f"Z = PCA(3).fit_transform(X)\ns = GridSearchCV(m, {{}})\ns.fit(Z, y)\n{shown}")
    assert hit.severity == severity


@pytest.mark.parametrize(("rows", "severity"), [(284_807, "minor"), (2_000, "major")])
def test_many_rows_hold_a_scaler_steady(rows: int, severity: str) -> None:
    text = f"df.shape\n#> ({rows}, 9)\n# %%\nX = StandardScaler().fit_transform(X)\na, b, c, d = train_test_split(X, y)"
    (hit,) = hits_beside_outputs(text)
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("def enc(t, by, of):\n    t['m'] = t.groupby(by)[of].transform('mean')\n    return t\ndf = enc(df, 'c', 'y')", "blocker"),
        ("def enc(t, by, of='y'):\n    t['m'] = t.groupby(by)[of].transform('mean')\n    return t\ndf = enc(df, 'c')", "blocker"),
        ("df['m'] = df.groupby('c')[CFG.TARGET].transform('mean')", "blocker"),
        ("def enc(t):\n    t['m'] = t.groupby('c')[TARGET].transform('mean')\n    return t\ndf = enc(df)", "blocker"),
        ("df['m'] = df['c'].map(df.groupby('c').agg({'y': 'mean'}))", "blocker"),
        ("df['m'] = df['c'].map(df.groupby('c').agg(dear=('y', 'mean')))", "blocker"),
        ("def fill(t, by, target_col):\n    t[target_col] = t.groupby(by)[target_col].transform('mean')\n    return t\n"
         "for c in ['a', 'b']:\n    df = fill(df, 'c', c)", "minor"),
        ("df['m'] = df['c'].map(df.groupby('c').agg({'a': 'mean'}))", "minor"),
    ],
)  # fmt: skip
def test_a_mean_of_the_target_by_whatever_name(text: str, severity: str) -> None:
    (hit,) = hits(f"{text}\na, b, c, d = train_test_split(df.drop(columns='y'), df['y'])")
    assert hit.severity == severity


def test_the_target_may_be_told_by_another_model() -> None:
    (hit,) = hits(
        "df['m'] = df['c'].map(df.groupby('c')['price'].mean())\nX, Y = df.iloc[:, 1:], df.iloc[:, 0]\n"
        "a, b, c, d = train_test_split(X, Y)\nLinearRegression().fit(df[['m']], df['price'])"
    )
    assert hit.severity == "blocker"


def test_least_squares_say_that_nothing_moves() -> None:
    (hit,) = hits(
        "X = MinMaxScaler().fit_transform(X)\na, b, c, d = train_test_split(X, y)\n"
        "m = LinearRegression().fit(a, c)\nprint(m.score(b, d))"
    )
    assert hit.severity == "nit"
    assert "moves no score" in hit.message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("T = TfidfVectorizer().fit_transform(X)\na, b = train_test_split(T)\nU = TfidfVectorizer().fit_transform(X)\n"
         "a, b = train_test_split(U)", 1),
        ("Z = StandardScaler().fit_transform(X)\nZ = PCA(2).fit_transform(Z)\na, b = train_test_split(Z)", 1),
        ("Z = StandardScaler().fit_transform(X)\nZ = SelectKBest().fit_transform(Z, y)\na, b = train_test_split(Z)", 2),
    ],
)  # fmt: skip
def test_like_faults_are_one(text: str, count: int) -> None:
    found = hits(text)
    assert len(found) == count
    assert ("(and 1 more like it)" in found[0].message) == (count == 1)
    assert any(place.message == "so is this" for place in found[0].related) == (count == 1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Z = StandardScaler().fit_transform(PolynomialFeatures().fit_transform(X))", 0),
        ("Z = PolynomialFeatures().fit_transform(StandardScaler().fit_transform(X))", 1),
        ("Z = ColumnTransformer([('n', MinMaxScaler(), ['a']), ('c', OneHotEncoder(), ['b'])]).fit_transform(X)", 0),
        ("Z = ColumnTransformer([('n', MinMaxScaler(), ['a']), ('c', SimpleImputer(), ['b'])]).fit_transform(X)", 1),
    ],
)
def test_trees_read_no_scale(text: str, count: int) -> None:
    head = "from sklearn.ensemble import RandomForestClassifier as Forest\nPCA = 0\n"
    tail = "\na, b, c, d = train_test_split(Z, y)\nForest().fit(a, c)"
    assert len(hits(head + text + tail)) == count


@pytest.mark.parametrize(
    ("between", "count"),
    [
        ("", 0),
        ("X['a'] = X['a'].astype(int)\n", 1),
        ("X['a'] = codes_of(X['a'])\n", 1),
    ],
)
def test_whole_numbers_had_no_gaps(between: str, count: int) -> None:
    text = f"X['a'] = X['a'].fillna(X['a'].mean())\n{between}# %%\nX.dtypes\n#> a    int64\n#> b    float64\n#> dtype: object\n"
    assert len(hits_beside_outputs(f"{text}# %%\na, b = train_test_split(X)")) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("X = X.interpolate().bfill()", 0),
        ("X['a'] = X['a'].interpolate()\nX['a'] = X['a'].bfill()", 0),
        ("X['a'] = X['a'].interpolate()\nX['b'] = X['b'].bfill()", 1),
        ("X = X.bfill()\nX = X.interpolate()", 1),
    ],
)
def test_what_is_left_after_an_interpolation_is_nothing(text: str, count: int) -> None:
    assert len(hits(f"{text}\na, b = train_test_split(X)")) == count


@pytest.mark.parametrize(("other", "count"), [("df['price']", 0), ("df['a']", 1)])
def test_a_helper_model_is_not_the_evaluation(other: str, count: int) -> None:
    text = (
        "df['b'] = df['b'].fillna(df['b'].mean())\nknown = df[df['a'].notna()]\n"
        "p, q, r, s = train_test_split(known[['b']], known['a'])\nm = LinearRegression().fit(p, r)\nprint(m.score(q, s))\n"
        "df.loc[df['a'].isna(), 'a'] = m.predict(df.loc[df['a'].isna(), ['b']])\n"
        f"LinearRegression().fit(df[['b']], {other})"
    )
    assert len(hits(text)) == count
