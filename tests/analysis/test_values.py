"""What `Values` tells from the page alone, and where it must stay silent."""

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent

IMPORTS = """
import os, glob, json
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
from pathlib import Path
from sklearn.model_selection import train_test_split, KFold, GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.linear_model import LogisticRegression
from sklearn.datasets import load_iris, make_classification
df = pd.read_csv("a.csv")
s = df["a"]
a = np.zeros(3)
"""


def page(text: str) -> Page:
    return Page(percent.read(text, "t.py"))


def kind_of(expression: str, before: str = "") -> str | None:
    """The kind of the expression in the last line of a notebook, as expression and as the name that it is bound to."""
    there = page(f"# %%\n{IMPORTS}\n{before}\n# %%\nresult = {expression}\n")
    last = there.code[-1].nodes(ast.Assign)[-1]
    kind = there.values.kind(last.value)
    assert kind == there.values.kind_of_name("result")
    return kind


@pytest.mark.parametrize(
    "kind, expressions",
    {
        "frame": """df; df.copy(); df[["a", "b"]]; df[df.a > 1]; df[df["a"].isnull()]; df[:10]; df.loc[df.a > 0]; df.iloc[:, 1:3]; df.T
            df.loc[:, ["a"]]; df.iloc[[1, 2]]; df.groupby("a").mean(); df.groupby("a")[["b", "c"]].sum(); df.reset_index(); df * 2; -df
            df.isnull(); pd.get_dummies(df); pd.concat([df, df]); pd.concat([s, s], axis=1); df.merge(df, on="a"); np.log(df)
            df.select_dtypes("number"); df.describe(); s.to_frame(); spark.sql("x").toPandas(); df.drop("a", axis=1).dropna()
            df[df.columns[:3]]; df if a else df.copy(); df.rolling(3).mean(); pd.DataFrame({"a": [1]}); s.str.split(",", expand=True)
            pd.concat(frames); s.reset_index(); df.groupby("a").agg({"b": "sum"}); df.query("a > 1"); df.sample(frac=1)""",
        "series": """s; df["a"]; df.price; df["a"] * 2; df.a + df.b; df.a > 1; (df.a > 1) & (df.b < 2); ~df.a.isnull(); df.loc[:, "a"]
            df.iloc[:, 0]; df.iloc[0]; df.loc[df.a > 1, "b"]; s[s > 1]; s.map(len); s.value_counts(); df.isnull().sum(); df.mean(); s.str.lower()
            s.dt.year; pd.to_datetime(df["d"]); pd.cut(s, 3); df.groupby("a")["b"].mean(); df.groupby("a").size(); df.groupby("a").b.sum()
            np.log(df["a"]); df["a"].fillna(df["a"].mean()); s.apply(f); pd.Series([1]); df.dtypes; s.reset_index(drop=True); abs(s)
            df["a"] / unknown; s.rolling(7).mean(); s.cat.codes""",
        "array": """a; a * 2; a[1:]; a[a > 1]; a[:, 0]; df.values; s.values; s.to_numpy(); np.random.rand(3); np.random.normal(0, 1, 100)
            a.reshape(-1, 1); np.vstack([a, a]); np.exp(a); LogisticRegression().fit(a, a).predict(a); StandardScaler().fit_transform(df)
            load_iris().data; np.where(a > 1, 1, 0); s.unique(); np.arange(3) + 1; a.sum(axis=0); a.T; np.random.rand(3, 2)""",
        "list": "[]; [1] + [2]; [x for x in s]; list(s); sorted(s); s.tolist(); 'a b'.split(); os.listdir('.'); glob.glob('*'); [1] * 3",
        "dict": "{}; dict(); {k: 1 for k in s}; df.to_dict(); s.to_dict()",
        "set": "{1}; set(); {x for x in s}; {1} | {2}",
        "tuple": "(1, 2); df.shape; plt.subplots(2, 2); a.shape; train_test_split(df)",
        "str": "'x'; f'{s}'; 'a' + 'b'; 'a %s' % 3; str(3); 'a'.strip(); os.path.join('a', 'b'); input()",
        "number": "1; 1 + 2.5; len(df); s.sum(); a.mean(); np.mean(a); df.shape[0]; -1; int('3'); np.random.rand(); round(s.mean(), 2); np.pi",
        "bool": "True; not df; 1 < 2; 'a' in s; isinstance(a, list); df is None",
        "none": "None; df.dropna(inplace=True); print(1); [].append(1)",
        "groupby": "df.groupby('a'); df.groupby('a')['b']; df.resample('D')",
        "index": "df.columns; s.index; pd.date_range('2020', periods=3); df.columns.difference(['a'])",
        "estimator": "LogisticRegression(); LogisticRegression().fit(a, a); GridSearchCV(LogisticRegression(), {})",
        "transformer": "StandardScaler(); StandardScaler().fit(df)",
        "splitter": "KFold(5)",
        "figure": "plt.figure(); plt.subplots()[0]",
        "axes": "plt.gca(); plt.subplots(2)[1]; plt.subplots(2)[1][0]; df.plot(); sns.heatmap(df)",
        "file": "open('x')",
        "path": "Path('a'); Path('a') / 'b'; Path('a').parent",
        "function": "lambda x: x",
    }.items(),
)
def test_kinds(kind: str, expressions: str) -> None:
    for expression in expressions.replace("\n", ";").split(";"):
        assert kind_of(expression.strip()) == kind, expression


@pytest.mark.parametrize(
    "expression",
    """unknown; unknown["a"]; unknown.loc[:, "a"]; df[unknown]; df.loc["a"]; df.apply(f, axis=1); json.load(f); a[0]; s["x"]; s[0]
    df.groupby("a").apply(f); pd.read_html; dd.read_csv("a"); spark.read.csv("x"); max(1, 2); sum(x); np.array; df.agg("sum")
    pd.concat([unknown]); unknown + 1; [1][0]; {}["a"]; s.iloc[0]; df if x else s; df.at[0, "a"]; f(df); unknown.fit_transform(df)""".replace(
        "\n", ";"
    ).split(";"),
)
def test_doubt(expression: str) -> None:
    assert kind_of(expression.strip()) is None


@pytest.mark.parametrize(
    "kind, text",
    [
        ("frame", "x = df\nx = x.drop('a', axis=1)\nx = x[x.a > 1]\nresult = x"),
        (None, "x = df\nx = x.values\nresult = x"),
        (None, "x = x.copy()\nresult = x"),
        ("frame", "x = None\nif True:\n    x = df\nresult = x"),
        ("frame", "x, y = df.copy(), 1\nresult = x"),
        ("frame", "X_train, X_test, y_train, y_test = train_test_split(df, s)\nresult = X_test"),
        ("series", "X_train, X_test, y_train, y_test = train_test_split(df, s)\nresult = y_test"),
        ("array", "X, y = make_classification()\nresult = train_test_split(X, y)[1]"),
        ("axes", "fig, ax = plt.subplots()\nresult = ax"),
        ("series", "for i, row in df.iterrows():\n    result = row"),
        ("frame", "for name, group in df.groupby('a'):\n    result = group"),
        ("number", "for i in range(3):\n    result = i"),
        ("array", "for train, test in KFold(3).split(df):\n    result = train"),
        ("frame", "for train, test in KFold(3).split(df):\n    result = df.iloc[train]"),
        ("series", "for c in df.columns:\n    result = df[c]"),
        ("series", "for c in ['a', 'b']:\n    result = df[c]"),
        ("frame", "for x in [df, df.copy()]:\n    result = x"),
        ("str", "for i, line in enumerate(open('x')):\n    result = line"),
        ("file", "with open('x') as f:\n    result = f"),
        ("frame", "def load():\n    d = pd.read_csv('a')\n    return d\nresult = load()"),
        (None, "def load():\n    if x:\n        return df\n    return df.a\nresult = load()"),
        (None, "def load():\n    yield df\nresult = load()"),
        ("number", "x = 1\ndef f(x):\n    x = df\nresult = x"),
        ("frame", "def f():\n    global x\n    x = df\nresult = x"),
        (None, "x = 1\nx = 'a'\nresult = x"),
        ("list", "x = []\nx += [1]\nresult = x"),
        ("series", "x = df.a\nx += 1\nresult = x"),
        ("str", "t = 'a'\nt += 'b'\nresult = t"),
        (None, "x = ''\nx = json\nresult = x"),
        (None, "a1, *rest = df\nresult = a1"),
        ("list", "a1, *rest = df\nresult = rest"),
        ("frame", "if (x := df.copy()) is not None:\n    pass\nresult = x"),
        (None, "x = (x, 1)\nresult = x[0]"),
    ],
)
def test_bindings(kind: str | None, text: str) -> None:
    assert page(f"# %%\n{IMPORTS}\n# %%\n{text}").values.kind_of_name("result") == kind


@pytest.mark.parametrize(
    "kind, text",
    [
        (None, "def f(df):\n    return df['a']"),
        ("series", "def f():\n    return df['a']"),
        ("series", "def f(d: pd.DataFrame):\n    return d['a']"),
        ("series", "def f(d: 'pd.DataFrame' = None):\n    return d['a']"),
        ("frame", "def f(path):\n    local = pd.read_csv(path)\n    return local"),
        (None, "def f(*df):\n    return df[0]"),
        ("frame", "class A:\n    s = 1\n    def f(self):\n        return df"),
        ("series", "def g():\n    def h():\n        return s\n    return s"),
    ],
)
def test_scopes(kind: str | None, text: str) -> None:
    there = page(f"# %%\n{IMPORTS}\n# %%\n{text}")
    assert there.values.kind(there.code[-1].nodes(ast.Return)[-1].value or ast.Constant(None)) == kind


def test_a_comprehension_has_names_of_its_own() -> None:
    there = page(f"# %%\n{IMPORTS}\n# %%\nx = [s for s in ['a']]\ny = s")
    assert there.values.kind(there.code[-1].nodes(ast.ListComp)[0].elt) == "str"
    assert there.values.kind_of_name("y") == "series"


def test_a_magic_binds_anything() -> None:
    assert page("# %%\nx = 'a'\n# %%\n%%capture x\n1").values.kind_of_name("x") is None


def test_a_function_and_a_module() -> None:
    there = page("# %%\nimport os\nclass A: pass\ndef f(): pass\nx = A()")
    assert [there.values.kind_of_name(name) for name in ("os", "A", "f", "x")] == ["module", "class", "function", None]


def terms(size: int) -> str:
    return "x = " + " + ".join(f"a{i}" for i in range(size))


def chain(size: int) -> str:
    return "\n".join(f"x{i + 1} = x{i}.copy()" for i in range(size)) + f"\nx = x{size}"


def rebound(size: int) -> str:
    return "\n".join(f"x = x.drop('{i}')" for i in range(size))


def cycles(size: int) -> str:
    return "\n".join(f"a{i} = [a{i - 1}, a{i + 1}]\nb{i} = (b{i - 1}, b{i + 1})" for i in range(1, size))


def calls(size: int) -> str:
    return "x = " + "f(" * size + ")" * size


def comprehensions(size: int) -> str:
    return "x = " + "[" * size + "1" + " for x in x]" * size


def attributes(size: int) -> str:
    return "df = df['a']" + ".b" * size


@pytest.mark.parametrize(
    ("text", "size", "limit"),
    [
        (terms, 450, 2.2),
        (chain, 600, 2.2),
        (rebound, 600, 2.2),
        (cycles, 300, 2.2),
        (calls, 45, 2.2),
        (comprehensions, 25, 4.2),  # a name is looked for in every scope around it: the square of the depth
        (attributes, 450, 2.2),
    ],
)
def test_near_linear(
    text: Callable[[int], str], size: int, limit: float, work: Callable[[Callable[[], object]], int]
) -> None:
    def of(size: int) -> int:
        there = page(f"# %%\n{text(size)}")
        nodes = [node for cell in there.code for node in cell.nodes(ast.Name, ast.BinOp, ast.Call)]
        assert nodes, "the text has to be Python"
        return work(lambda: [there.values.kind(node) for node in nodes])

    of(2)  # loads what is loaded once
    assert of(2 * size) < limit * of(size)


def test_what_is_too_deep_to_parse() -> None:
    assert page(f"# %%\n{terms(20_000)}").values.kind_of_name("x") is None


@pytest.mark.parametrize(
    "calls, kind",
    [
        ("f(df)", "frame"),
        ("f(x=df)", "frame"),
        ("f(df)\nf(df.copy())", "frame"),
        ("f(df)\nf(s)", None),
        ("f(df)\ng = map(f, frames)", None),
        ("f(*frames)", None),
        ("f(**options)", None),
        ("f()", "none"),
        ("f(df)\ndef f(x, y=0): return y", None),
        ("", None),
    ],
)
def test_a_parameter_is_what_is_handed_over(calls: str, kind: str | None) -> None:
    there = page(f"# %%\n{IMPORTS}\ndef f(x=None, y=0):\n    result = x\n    x = x\n    return result\n# %%\n{calls}\n")
    names = [name for cell in there.code for name in cell.nodes(ast.Name) if name.id == "result"]
    assert there.values.kind(names[-1]) == kind


def test_the_source_of_a_parameter_is_not_told() -> None:
    there = page(f"# %%\n{IMPORTS}\ndef f(x):\n    return x\nf(df)\n")
    (name,) = [name for cell in there.code for name in cell.nodes(ast.Name) if name.id == "x"]
    assert there.values.source(name) is None
    assert there.values.kind(name) == "frame"


def test_nested_comprehensions_are_near_linear(work: Callable[[Callable[[], object]], int]) -> None:
    def of(depth: int) -> int:
        nested = "[" * depth + "0" + " for i in y]" * depth
        return work(lambda: page(f"# %%\nx = {nested}\n").values.kind_of_name("x"))

    of(2)  # loads what is loaded once
    assert of(80) < 3 * of(40)  # names are looked up scope by scope


NAMES = st.sampled_from(["a", "b", "c", "pd.read_csv('x')", "{}", "[]", "(a, b)", "1", "np.zeros(3)"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} + {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}, {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        inner.map(lambda e: f"{e}.drop('x')"),
        inner.map(lambda e: f"{e}.values"),
        inner.map(lambda e: f"[{e} for a in {e}]"),
        inner.map(lambda e: f"list(zip({e}, {e}))"),
    ),
    max_leaves=8,
)
LINES = st.one_of(
    st.tuples(st.sampled_from("abc"), EXPRESSIONS).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    st.tuples(st.sampled_from("abc"), EXPRESSIONS).map(lambda pair: f"{pair[0]} += {pair[1]}"),
    st.tuples(st.sampled_from(["a, b", "(a, (b, c))", "a, *b"]), EXPRESSIONS).map(
        lambda pair: f"for {pair[0]} in {pair[1]}: pass"
    ),
    st.tuples(st.sampled_from(["a, b", "(a, (b, c))", "a[0]"]), EXPRESSIONS).map(lambda pair: f"{pair[0]} = {pair[1]}"),
)


@given(st.lists(LINES, max_size=12))
def test_any_program_comes_to_an_end(lines: list[str]) -> None:
    there = page("# %%\nimport pandas as pd, numpy as np\n" + "\n".join(lines))
    first = [there.values.kind_of_name(name) for name in "abc"]
    again = page("# %%\nimport pandas as pd, numpy as np\n" + "\n".join(lines))
    assert first == [again.values.kind_of_name(name) for name in "abc"]
