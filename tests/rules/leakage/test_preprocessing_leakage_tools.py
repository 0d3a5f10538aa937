"""NBC501: what learns words, means inside a network, or which columns are worth keeping; and what reaches no model."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rule import parse_example
from nbcritic.rules.leakage import overlap_leakage
from nbcritic.rules.leakage.preprocessing_leakage import check

HEAD = """
import gensim
import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
import tensorflow as tf
from gensim.models import Doc2Vec, TfidfModel, Word2Vec
from mlxtend.feature_selection import SequentialFeatureSelector as SFS
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold, f_classif, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from tensorflow.keras.preprocessing.text import Tokenizer
df = pd.read_csv("a.csv")
X, y = df.drop(columns="y"), df["y"]
m = LogisticRegression()
"""
SPLIT = "\na, b, c, d = train_test_split(X, y)\nm.fit(a, c)\nm.score(b, d)"


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py", history=True))))


@pytest.mark.parametrize(
    "text",
    [
        "t = Tokenizer(5000)\nt.fit_on_texts(df.text)\nX = pad(t.texts_to_sequences(df.text))" + SPLIT,
        "a, b, c, d = train_test_split(df.text, y)\nt = Tokenizer()\nt.fit_on_texts(df.text)\nb = t.texts_to_sequences(b)",
        "v = tf.keras.layers.TextVectorization()\nv.adapt(df.text)\nX = v(df.text)" + SPLIT,
        "n = tf.keras.layers.Normalization()\nn.adapt(X)\nm = tf.keras.Sequential([n, tf.keras.layers.Dense(1)])"
        + SPLIT,
        "n = tf.keras.layers.Normalization()\nn.adapt(X)\nm = tf.keras.Sequential()\nm.add(n)" + SPLIT,
        "n = tf.keras.layers.Normalization()\nn.adapt(X)\nm = tf.keras.Model(i, tf.keras.layers.Dense(1)(n(tf.keras.Input((3,)))))"
        + SPLIT,
        "w = Word2Vec(df.words, vector_size=9)\ndef vector(t):\n    return np.mean([w.wv[x] for x in t], axis=0)\n"
        "X = np.array([vector(t) for t in df.words])" + SPLIT,
        "w = Word2Vec(vector_size=9)\nw.build_vocab(df.words)\nw.train(df.words)\nX = df.words.apply(lambda t: w.wv[t])"
        + SPLIT,
        "w = Doc2Vec(df.words)\nX = [w.infer_vector(t) for t in df.words]" + SPLIT,
        "w = gensim.corpora.Dictionary(df.words)\nX = TfidfModel([w.doc2bow(t) for t in df.words])[df.words]" + SPLIT,
        "X = X.loc[:, VarianceThreshold().fit(X).get_support()]" + SPLIT,
    ],
)
def test_words_and_layers_weigh_little(text: str) -> None:
    found = hits(text)
    assert found
    assert {hit.severity for hit in found} == {"minor"}


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("r = RFE(m).fit(X, y)\nX = X[X.columns[r.support_]]" + SPLIT, "blocker"),
        ("r = RFE(m).fit(X, y)\nX = X.drop(columns=X.columns[~r.support_])" + SPLIT, "blocker"),
        ("X = X[SelectKBest().fit(X, y).get_feature_names_out()]" + SPLIT, "blocker"),
        ("s = SFS(m, k_features=5).fit(X, y)\nX = X[list(s.k_feature_names_)]" + SPLIT, "blocker"),
        ("s = pd.Series(mutual_info_classif(X, y), index=X.columns)\nX = X[s[s > 0.1].index]" + SPLIT, "blocker"),
        ("f, p = f_classif(X, y)\nX = X.loc[:, p < 0.05]" + SPLIT, "blocker"),
        ("k = df.corr()['y'].abs()\nX = df[k[k > 0.3].index].drop(columns='y')" + SPLIT, "major"),
        ("k = df.corr()\nlow = k.index[abs(k['y']) < 0.1].tolist()\nX = df.drop(low, axis=1)" + SPLIT, "major"),
        ("k = df.corrwith(df['y'])\nX = df[k.nlargest(9).index]" + SPLIT, "major"),
    ],
)
def test_columns_chosen_by_the_target(text: str, severity: str) -> None:
    assert [hit.severity for hit in hits(text)] == [severity]


@pytest.mark.parametrize(
    "text",
    [
        "a, b, c, d = train_test_split(df.text, y)\nt = Tokenizer()\nt.fit_on_texts(a)\nb = t.texts_to_sequences(b)",
        "n = tf.keras.layers.Normalization()\na, b, c, d = train_test_split(X, y)\nn.adapt(a)\nm = tf.keras.Sequential([n])\nm.fit(a, c)\nm.score(b, d)",
        "w = gensim.models.KeyedVectors.load('w')\nX = [w[t] for t in df.words]" + SPLIT,
        "print(mutual_info_classif(X, y), df.corr()['y'].sort_values())" + SPLIT,
        "k = df.corr()['age']\nX = df[k[k > 0.3].index]" + SPLIT,
        "k = X.corr()\nX = X.drop(columns=[n for n in k.columns if any(k[n] > 0.9)])" + SPLIT,
        "X = X.iloc[:, df.corrwith(df['y']).argsort()[::-1]]" + SPLIT,
        "X = X[SelectKBest().fit(other, y).get_feature_names_out()]" + SPLIT,
    ],
)
def test_nothing_held_out_is_seen(text: str) -> None:
    assert not hits(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (
            "df['m'] = df.groupby('c')['y'].transform('mean')\na, b = train_test_split(df)\nsmf.ols('y ~ x + C(c)', a).fit()",
            0,
        ),
        (
            "df['m'] = df.groupby('c')['y'].transform('mean')\na, b = train_test_split(df)\nsmf.ols('y ~ x + m', a).fit()",
            1,
        ),
        ("df['m'] = df.groupby('c')['y'].transform('mean')\na, b = train_test_split(df)\nm.fit(a[['x']], a.y)", 0),
        ("df['m'] = df.groupby('c')['y'].transform('mean')\na, b = train_test_split(df)\nm.fit(a[['x', 'm']], a.y)", 1),
        ("df['m'] = df.groupby('c')['y'].transform('mean')\na, b = train_test_split(df)\nlearn(a)", 1),
    ],
)
def test_columns_that_no_model_is_given(text: str, count: int) -> None:
    assert len(hits(text)) == count


@pytest.mark.parametrize(
    ("between", "kind", "count"),
    [
        ("", "object", 0),
        ("df = df.replace('?', np.nan)\n", "object", 0),
        ("df = df.replace(0, np.nan)\n", "object", 1),
        ("df = pd.read_csv('b.csv')\n", "object", 1),
        ("", "float64", 1),
    ],
)
def test_numbers_that_are_all_there_leave_nothing_to_fill(between: str, kind: str, count: int) -> None:
    text = (
        "# %%\nimport numpy as np\nimport pandas as pd\nfrom sklearn.model_selection import train_test_split\ndf = pd.read_csv('a.csv')\n"
        "df.info()\n#> RangeIndex: 690 entries, 0 to 689\n#>  #   Column  Non-Null Count  Dtype\n#>  0   age  690 non-null    int64\n"
        f"#>  1   city  600 non-null    {kind}\n# %%\n{between}df.fillna(df.mean(), inplace=True)\na, b = train_test_split(df)\n"
    )
    assert len(list(check.check(parse_example(text).page))) == count


@pytest.mark.parametrize(
    ("train", "test", "count"),
    [
        ("X[:800]", "X[:200]", 1),
        ("X.iloc[:800]", "X.iloc[500:900]", 1),
        ("X[:800]", "X[800:1000]", 0),
        ("X[:800]", "X[740:1000]", 0),
        ("X[:n]", "X[:m]", 0),
        ("X[X.age > 5]", "X[X.age > 3]", 1),
        ("X[X.age > 5]", "X[X.age <= 5]", 0),
        ("X[X.age > 5]", "X[X.size > 3]", 0),
        ("X[X.age > old]", "X[X.age > young]", 0),
    ],
)
def test_choices_of_rows_that_share_some(train: str, test: str, count: int) -> None:
    text = f"# %%\n{HEAD}\n# %%\nX_train, X_test = {train}, {test}\nm.fit(X_train, y)\nprint(m.score(X_test, z))"
    assert len(list(overlap_leakage.check.check(Page(percent.read(text, "t.py"))))) == count


FILES = (
    "train, test = pd.read_csv('train.csv'), pd.read_csv('test.csv')\ntrain['a'] = train.a.fillna(train.a.median())\n"
    "both = pd.concat([train, test])\ntrain, test = both[:n], both[n:]"
)


@pytest.mark.parametrize(
    ("more", "held"), [("", []), ("\na, b, c, d = train_test_split(train[['a']], train.t)", ["`b`"])]
)
def test_what_saw_one_file_has_not_seen_the_other(more: str, held: list[str]) -> None:
    assert [hit.message.rpartition(" ")[2] for hit in hits(FILES + more)] == held
