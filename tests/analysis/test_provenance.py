"""What happens to the data of a page: splits, fits, scores, and what a value holds."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Provenance
from nbcritic.analysis.provenance_names import Env
from nbcritic.analysis.provenance_values import PLAIN, Value
from nbcritic.notebook import percent

HEAD = """
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import accuracy_score
df = pd.read_csv("a.csv")
X, y = df.drop(columns="t"), df["t"]
"""


def provenance(text: str) -> Provenance:
    return Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py")).provenance


def test_a_split_has_two_sides() -> None:
    facts = provenance("a, b, c, d = train_test_split(X, y)")
    assert [split.held for split in facts.splits] == ["b"]
    assert [facts.value(name).role for name in ("X", "a", "b")] == ["whole", "train", "held-out"]
    assert facts.value("a").rows == facts.value("b").rows == facts.value("X").rows


@pytest.mark.parametrize(
    "text",
    [
        "a, b, c, d = train_test_split(X, y, shuffle=False)",
        "for p, q in KFold(5).split(X):\n    b = X.iloc[q]\n    a = X.iloc[p]",
        "a_train = X[:80]\nb_test = X[80:]\na, b = a_train, b_test",
        "train = df.sample(frac=0.8)\ntest = df.drop(train.index)\na, b = train, test",
        "mask = np.random.rand(len(df)) < 0.8\ntrain = df[mask]\ntest = df[~mask]\na, b = train, test",
        "a_train, b_test = halves(df)\na, b = a_train, b_test",
        "p, q = next(KFold(5).split(X))\na, b = X.iloc[p], X.iloc[q]",
        "p, q = list(KFold(5).split(X))[0]\na, b = X.iloc[p], X.iloc[q]",
        "folds = list(KFold(5).split(X))\nfor p, q in folds:\n    a, b = X.iloc[p], X.iloc[q]",
        "train_test = df\ntrain = train_test[:80]\ntest = train_test[80:]\na, b = train, test",
        "class D:\n    def __init__(self, t):\n        self.t = t\n    def halves(self):\n        return train_test_split(self.t)\n"
        "a, b = D(df).halves()",
        "from torch.utils.data import random_split\na, b = random_split(df, [80, 20])",
        "from tensorflow.keras.datasets import mnist\n(a, ya), (b, yb) = mnist.load_data()",
    ],
)
def test_ways_to_hold_rows_out(text: str) -> None:
    facts = provenance(text + "\nmodel.fit(a)")
    assert (facts.value("a").role, facts.value("b").role) == ("train", "held-out")
    assert len(facts.splits) == 1


@pytest.mark.parametrize(
    ("text", "role", "on_training_rows"),
    [
        ("m = LogisticRegression().fit(a, c)\nm.score(b, d)", "held-out", False),
        ("m = LogisticRegression()\nm.fit(a, c)\np = m.predict(a)\naccuracy_score(c, p)", "train", True),
        (
            "m = LogisticRegression()\nm.fit(a, c)\np = (m.predict_proba(b)[:, 1] > 0.5)\naccuracy_score(d, p)",
            "held-out",
            False,
        ),
        (
            "g = GridSearchCV(LogisticRegression(), {}).fit(a, c)\nbest = g.best_estimator_\nbest.score(b, d)",
            "held-out",
            False,
        ),
        ("def run(m):\n    m.fit(a, c)\n    return m.score(b, d)\nrun(LogisticRegression())", "held-out", False),
        (
            "for m in [LogisticRegression(), LogisticRegression(C=2)]:\n    m.fit(a, c)\n    m.score(a, c)",
            "train",
            True,
        ),
        (
            "import xgboost as xgb\nm = xgb.train({}, xgb.DMatrix(a, c))\naccuracy_score(d, m.predict(xgb.DMatrix(b)))",
            "held-out",
            False,
        ),
        ("m = net()\nm.fit(a, c, epochs=3)\nm.evaluate(b, d)", "held-out", False),
    ],
)
def test_a_score_knows_its_rows_and_its_model(text: str, role: str, on_training_rows: bool) -> None:
    score = provenance(f"a, b, c, d = train_test_split(X, y)\n{text}").scores[-1]
    assert (score.role, score.is_on_training_rows) == (role, on_training_rows)
    assert score.fit is not None
    assert score.fit.role == "train"


def test_what_is_shown_in_a_text_is_a_score_too() -> None:
    facts = provenance("m = LogisticRegression().fit(X, y)\nprint(f'{m.score(X, y):.2f}')")
    assert [score.metric for score in facts.scores] == ["score"]


def test_an_object_keeps_what_is_stored_in_it() -> None:
    text = "class Box:\n    def __init__(self, t):\n        self.t = t\n    def get(self):\n        return self.t\n"
    facts = provenance(f"{text}box = Box(X)\nu = box.get()\nv = box.t\nmodel.fit(u)")
    assert facts.value("u").rows == facts.value("v").rows == facts.value("X").rows


def test_a_function_changes_what_it_is_given_in_place() -> None:
    text = "def change(t):\n    t['k'] = StandardScaler().fit_transform(t[['k']])\n"
    facts = provenance(f"{text}change(df)\nmodel.fit(df)")
    assert [fit.kind for fit, _ in facts.value("df").taints] == ["scaler"]
    facts = provenance(f"{text.replace('    t[', '    t = t.copy()' + chr(10) + '    t[')}change(df)\nmodel.fit(df)")
    assert not facts.value("df").taints


def test_a_score_in_a_loop_names_it() -> None:
    facts = provenance("for m in models:\n    m.fit(X, y)\n    print(m.score(X, y))")
    assert [len(score.loops) for score in facts.scores] == [1]


def test_rows_chosen_otherwise_are_other_rows() -> None:
    facts = provenance("m = LogisticRegression().fit(X[X.a > 1], y[X.a > 1])\nprint(m.score(X[X.a < 1], y[X.a < 1]))")
    assert [score.is_on_training_rows for score in facts.scores] == [False]


def test_columns() -> None:
    facts = provenance("df['u'] = df['t'] * 2\ndf = df.rename(columns=names)\nz = model.fit(df)")
    assert facts.value("X").dropped == {"t"}
    assert facts.value("X").has("a")
    assert not facts.value("X").has("t")
    assert not facts.value("df").exact
    facts = provenance("df['u'] = np.log(df['t'].astype(float)) / df['a']\ndf['v'] = df['t'].shift(1)\nmodel.fit(df)")
    assert facts.value("df").made == {"u": frozenset({"t", "a"}), "v": frozenset()}


def test_rows_put_together_remember_their_parts() -> None:
    facts = provenance("a, b = train_test_split(df)\nboth = pd.concat([a, b])\nmodel.fit(both)")
    assert facts.value("both").role == "whole"
    assert len(facts.value("both").mixed) == 2


def test_a_page_without_models_costs_nothing() -> None:
    facts = Page(percent.read("# %%\nimport pandas as pd\ndf = pd.read_csv('a.csv')\ndf.mean()", "t.py")).provenance
    assert not facts.concerns_models
    assert facts.value("df") is PLAIN
    assert facts.fits == []


def test_to_split_a_text_is_not_to_hold_rows_out() -> None:
    page = Page(percent.read("# %%\ntrain = 'a b'.split()\nprint(train)", "t.py"))
    assert not page.provenance.concerns_models


def test_the_limit_is_said() -> None:
    facts = provenance("x = " + " + ".join(["df"] * 30) + "\n" + "x = f(x)\n" * 60_000 + "model.fit(x)")
    assert not facts.truncated
    assert facts.splits == []
    assert facts.truncated


def functions(size: int) -> str:
    return "\n".join(f"def f{i}(a):\n    return f{i + 1}(f{i + 1}(a))" for i in range(size)) + "\nX = f0(X)"


def calls(size: int) -> str:
    return "X = " + "g(" * size + "X" + ")" * size


def joins(size: int) -> str:
    return "\n".join(f"X = pd.concat([X, pd.read_csv('{i}.csv')])" for i in range(size))


@pytest.mark.parametrize("text", [functions, calls, joins])
def test_comes_to_an_end(text: Callable[[int], str], work: Callable[[Callable[[], object]], int]) -> None:
    def of(size: int) -> int:
        return work(lambda: provenance(f"{text(size)}\na, b = train_test_split(X)").splits)

    of(2)
    assert of(200) < 2.4 * of(100)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=8))
def test_a_branch_taken_back_leaves_nothing(changes: list[tuple[str, bool]]) -> None:
    env = Env()
    env["a"] = Value(file="before")
    before = dict(env)
    env.begin()
    for name, binds in changes:
        if binds:
            env[name] = Value(file="inside")
        else:
            env.forget(name)
    inside = dict(env)
    bound = env.undo()
    assert dict(env) == before
    assert all(inside[name] is value for name, value in bound.items())


def test_nobody_knows_what_an_object_made_of_several_parts_gives() -> None:
    facts = provenance("train, val, test = parts(df)\nbox = Box(train, val, test)\na, b = box.first, box.second()")
    assert [facts.value(name).role for name in ("train", "val", "test")] == ["train", "held-out", "held-out"]
    assert facts.value("a").is_plain
    assert not facts.value("b").rows & facts.value("train").rows
    facts = provenance("train, val, test = parts(df)\nthree = mixed(train, val, test)")
    assert facts.value("three").role == "whole"


def test_an_object_that_deals_its_rows_out() -> None:
    facts = provenance("box = Box(df)\na, b, c = box.x_train, box.x_test, box.x_train")
    one, other, again = (facts.value(name) for name in "abc")
    assert one.rows == other.rows
    assert one.subset == again.subset != other.subset


def test_what_was_learnt_stands_in_the_column_that_it_is_given_for() -> None:
    facts = provenance(
        "from sklearn.feature_extraction.text import TfidfVectorizer\nm = TfidfVectorizer().fit_transform(texts).tocoo()\n"
        "t = pd.DataFrame({'text': m.row, 'word': m.col, 'weight': m.data})\n"
        "names = ['text', 'word']\na = t[names]\nnames = ['weight']\nb = t[names]"
    )
    assert not facts.value("a").taints
    assert {fit.name for fit, _ in facts.value("b").taints} == {"TfidfVectorizer"}
