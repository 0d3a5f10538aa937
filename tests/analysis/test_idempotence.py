"""Whether a second run of a cell changes anything: each cell is run twice, and the answer compared with what happened. `~` ends a line."""

import contextlib
import copy
import io
import warnings
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbcritic.analysis.idempotence.screen import Screen
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

SETUP = """
import pandas as pd, numpy as np, random, math, json, re, os, copy
from collections import Counter, defaultdict
df = pd.DataFrame({"a":["x ","Y","x ","z"],"b":[4.0,9.0,16.0,30.0],"c":[1.0,None,3.0,4.0],"d":["2020-01-01","2021-02-03","2020-05-06","2022-01-01"],"e":["$1,000","$2","$3","$40"],"y":[1,0,1,0]})
df2 = pd.DataFrame({"a":["x ","Y","z"],"k":[1,2,3]})
strange = [df.copy()][0]
X = df[["b", "e"]]; y = df["c"]
lst=[3,1,2]; words=["b","a","b"]; d={"a":1,"b":2}; s={1,2}; n=5; t=" Some, text "; arr=np.array([[1.0,2.0],[3.0,5.0]]); total=0.5; counts={}; nested={"x":[1]}; flag=False; none=None
dd=defaultdict(list); cnt=Counter()
class Acc:
    def __init__(self): self.v=1; self.items=[]
    def add(self,x): self.v += x
    def set(self,x): self.v = x
    def put(self,x): self.items.append(x)
acc=Acc()
def halve(f):
    f["b"] = f["b"]/2
def clean(f):
    f = f.copy()
    f["b"] = f["b"]/2
    return f
def bump():
    global n
    n += 1
def setn():
    global n
    n = 7
def add_to(x, out):
    out.append(x)
def pure(x): return x*2
def push(x):
    lst.append(x)
rng=np.random.default_rng(0)
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler, LabelEncoder
model=LogisticRegression(); sc=StandardScaler()
it=iter([1,2,3,4]); gen=(i for i in range(5))
b=lst
"""
CELLS = [
    "n += 1",
    "n = n + 1",
    "n = 5",
    "n = 1; n += 1",
    "m = n + 1",
    'df["b"] /= 100',
    'df["b"] = df["b"] / 100',
    'df["z"] = df["b"] / 100',
    'df["b"] = df["b"].fillna(0)',
    "df = df.dropna()",
    'df = df.dropna(subset=["c"]).reset_index(drop=True)',
    'df = df[df["b"] > 5]',
    "df = df[df.b > df.b.mean()]",
    'df = df[(df["b"] > 5) & (df.y == 1)]',
    'df = df[df["b"] < df["b"].quantile(0.9)]',
    'df = df.drop(columns=["a"])',
    'df = df.drop(columns=["a"], errors="ignore")',
    'df.drop("a", axis=1, inplace=True)',
    'df.drop(columns="a", inplace=True) ~ x = 3',
    'del df["a"]',
    "del n",
    "m = 3 ~ del m",
    'df["a"] = df["a"].str.strip().str.lower()',
    'df["d"] = pd.to_datetime(df["d"])',
    'df["d"] = pd.to_datetime(df["d"]) ~ df["year"] = df["d"].dt.year',
    'df["d"] = pd.to_datetime(df["d"]).dt.year',
    'df["e"] = df["e"].str.replace("$", "").str.replace(",", "").astype(float)',
    'df["e"] = df["e"].astype(str).str.replace("$", "").str.replace(",", "").astype(float)',
    'df["y"] = df["y"].map({1: "yes", 0: "no"})',
    'df["y"] = df["y"].map({1: 1, 0: 0})',
    'df["y"] = df["y"].replace({1: 10, 0: 20})',
    'df["b"] = df["b"].apply(lambda v: v / 2)',
    'df["a"] = df["a"].apply(lambda v: v.strip())',
    'df["a2"] = df.apply(lambda r: r["b"] + r["y"], axis=1)',
    'df["y"] = df["y"].apply(lambda v: "p" if v == 1 else "q")',
    'df["b"] = np.log(df["b"])',
    'df["logb"] = np.log(df["b"])',
    'df["b"] = np.where(df["b"] > 10, 10, df["b"])',
    'df.loc[df["b"] > 10, "b"] = 10',
    'df.loc[df["b"] > 10, "b"] /= 10',
    'df.loc[df["y"] == 1, "b"] /= 10',
    'df.loc[df["y"] == 1, "b"] = 0',
    'df = df.rename(columns={"a": "name"})',
    'df["l"] = df["a"].str.len() ~ df = df.rename(columns={"a": "name"})',
    'df.columns = ["q","w","e","r","t","u"]',
    "df.columns = df.columns.str.upper()",
    'x = df["a"].nunique() ~ df.columns = ["q","w","e","r","t","u"]',
    'df = df.set_index("a")',
    "df = df.reset_index()",
    'df = df.set_index("a").reset_index()',
    'strange = strange.sort_values("b").reset_index(drop=True)',
    'strange = strange.reset_index().drop_duplicates(subset=["b"]).set_index("b")',
    'df = df.reset_index().set_index("b").dropna()',
    "df = df.iloc[-2:]",
    "df = df[-2:]",
    "lst = lst[-2:]",
    "df = df.iloc[-3:-1]",
    'df["a"] = df["a"].str[-2:]',
    'm = pd.concat([X, y], axis=1) ~ m = m.dropna() ~ X = m.drop("c", axis=1) ~ y = m["c"]',
    'm = pd.concat([y, X], axis=1).dropna() ~ X = m.drop(columns=["c"]) ~ y = m["c"]',
    'm = pd.concat([X, y]) ~ X = m.drop("c", axis=1) ~ y = m["c"]',
    'm = pd.concat([X, y], axis=1) ~ X = m.drop("c", axis=1) ~ y = m["b"]',
    'df = df.merge(df2, on="a")',
    'df = pd.merge(df, df2, on="a", how="left")',
    "df = pd.merge(df, df2)",
    "df = pd.concat([df, df2])",
    "df3 = pd.concat([df, df2])",
    'df = df.sort_values("b")',
    'df = df.sort_values("b") ~ df["rank"] = range(len(df))',
    'df["b2"] = df["b"] * 2 ~ df = df.sort_values("b")',
    "df = df.head(3)",
    "df = df.iloc[1:]",
    "df = df.iloc[:-1]",
    "df = df[:2]",
    "lst.append(4)",
    "lst = lst + [4]",
    "lst = [x for x in lst if x > 1]",
    "lst = [x * 2 for x in lst]",
    "words = [w.upper() for w in words]",
    "lst.sort()",
    "lst.reverse()",
    "lst = lst[::-1]",
    "lst = sorted(lst)",
    "lst.pop()",
    "lst.remove(3)",
    "lst.extend([1, 2])",
    "lst.insert(0, 9)",
    "lst[0] = 10",
    "lst[0] += 10",
    "lst.clear()",
    "out = [] ~ for x in lst: ~     out.append(x)",
    "for x in lst[:2]: ~     lst.append(x)",
    "b.append(5)",
    "c2 = lst ~ c2.append(1)",
    "c2 = list(lst) ~ c2.append(1)",
    'd["c"] = 3',
    'd["a"] += 1',
    'd.update({"z": 1})',
    "d.update(z=2)",
    'v = d.pop("a")',
    'd.pop("a", None)',
    'v = d.setdefault("q", 5)',
    'd.setdefault("q", []).append(1)',
    "s.add(7)",
    "s.update([1, 2, 9])",
    "s.discard(1)",
    "s |= {5}",
    "s.remove(1)",
    "for w in words: ~     counts[w] = counts.get(w, 0) + 1",
    "counts = {} ~ for w in words: ~     counts[w] = counts.get(w, 0) + 1",
    "for w in words: ~     dd[w].append(1)",
    "cnt.update(words)",
    "cnt = Counter(words)",
    'nested["x"].append(2)',
    'nested["x"] = nested["x"] + [2]',
    'y = nested["x"] ~ y.append(3)',
    "nested = {k: v for k, v in nested.items()}",
    "d = {k: v * 2 for k, v in d.items()}",
    "d = dict(sorted(d.items()))",
    "if not flag: ~     n += 1 ~     flag = True",
    "if none is None: ~     none = [1]",
    'if "z" not in d: ~     d["z"] = 1 ~     n += 1',
    'if "a" in df.columns: ~     df = df.drop(columns="a")',
    "while n < 10: ~     n += 1",
    "if flag: ~     n += 1",
    "a1, b1 = 1, 2 ~ a1, b1 = b1, a1",
    "n, total = total, n",
    "m = n ~ n = 9",
    "for i in range(3): ~     n += i",
    "for i in range(3): ~     m = i",
    "acc.add(2)",
    "acc.set(3)",
    "acc.put(3)",
    "acc.v = 10",
    "acc.v += 10",
    "acc = Acc(); acc.add(1)",
    "halve(df)",
    "df = clean(df)",
    "df3 = clean(df)",
    "bump()",
    "setn()",
    "push(3)",
    "add_to(3, lst)",
    "out = [] ~ add_to(3, out)",
    "n = pure(n)",
    "m = pure(n)",
    "x = rng.normal()",
    "x = np.random.default_rng(1).normal()",
    "np.random.seed(0) ~ x = np.random.rand(3)",
    "random.seed(1) ~ random.shuffle(lst)",
    'model.fit(df[["b"]], df["y"])',
    'p = model.fit(df[["b"]], df["y"]).predict(df[["b"]])',
    'X = sc.fit_transform(df[["b"]])',
    'df["b"] = sc.fit_transform(df[["b"]])',
    'df[["b"]] = sc.fit_transform(df[["b"]])',
    'df["a"] = LabelEncoder().fit_transform(df["a"])',
    'df["a"] = df["a"].astype("category").cat.codes',
    'df["a"] = df["a"].astype("category")',
    'df["b"] = df["b"] - df["b"].min()',
    'df["b"] = df["b"] / df["b"].sum()',
    'df["b"] = df["b"].round(1)',
    'df["b"] = (df["b"] / 60).round(2)',
    'df["b"] = df["b"].clip(0, 10)',
    'df["b"] = df["b"].shift()',
    'df["b"] = df["b"].cumsum()',
    'df["cb"] = df["b"].cumsum()',
    'df["tot"] = df[["b", "y"]].sum(axis=1)',
    'num = df.select_dtypes("number") ~ df["tot"] = num.sum(axis=1)',
    'df["nn"] = df.isna().sum(axis=1)',
    'df = pd.get_dummies(df, columns=["a"])',
    'df = pd.get_dummies(df[["a", "b"]])',
    "df = df.drop_duplicates()",
    'df = df.drop_duplicates("a")',
    'df.insert(0, "row", 1)',
    'v = df.pop("a")',
    "arr = arr.T",
    "arr += 1",
    "arr = arr / arr.max()",
    "arr = arr.reshape(4, 1)",
    "arr = arr.flatten()",
    "arr[arr > 2] = 2",
    "arr[0] = 0",
    "arr[0] *= 2",
    "arr = np.append(arr, 1)",
    "arr = arr[:, 0]",
    "arr = arr[1:]",
    "arr2 = arr.copy() ~ arr2 += 1",
    "t = t.strip()",
    "t = t.strip().lower()",
    't = t.split(",")',
    't = t.split(",")[0]',
    't = t + "x"',
    't += "x"',
    't = t.replace("o", "oo")',
    't = t.replace("o", "0")',
    't = re.sub("o", "0", t)',
    "t = len(t)",
    "t = list(t)",
    "n = str(n)",
    "n = float(n)",
    "n = -n",
    "n = abs(n)",
    "n = max(n, 3)",
    "n = min(3, n)",
    "n = n % 3",
    "n = not n",
    "flag = not flag",
    "n = n or 3",
    "n = n * 1.5",
    "z = 3 ~ def f(): return z ~ z = f() + 1",
    'def f(df): ~     df = df.drop(columns="a") ~     return df ~ df = f(df)',
    'def f(df): ~     df = df.drop(columns="a") ~     return df ~ dfx = f(df)',
    'for col in ["a", "d"]: ~     df[col] = df[col].str.strip()',
    'for col in ["b", "y"]: ~     df[col] = df[col] / 2',
    'for frame in [df, df2]: ~     frame["n"] = 1',
    'for frame in (df, df2): ~     frame.drop(columns="a", inplace=True)',
    "for col in df.columns: ~     df[col] = df[col].fillna(0)",
    'for col in df.select_dtypes("number").columns: ~     df[col] = df[col].fillna(df[col].median())',
    'df["c"] = df["c"].fillna(df["c"].mean())',
    'df["c"].fillna(0, inplace=True)',
    "df.fillna(0, inplace=True)",
    'df = df.fillna(0) ~ df["b2"] = df["b"] + df["c"]',
    'os.makedirs("out")',
    'os.makedirs("out", exist_ok=True)',
    'if not os.path.exists("out"): ~     os.mkdir("out")',
    'target = df["y"] ~ df = df.drop(columns=["y"])',
    'X = df.drop(columns=["y"]); y = df["y"]',
    'df = df.assign(z=df["b"] * 2)',
    'df = df.assign(b=df["b"] * 2)',
    'df = df.assign(b=lambda f: f["b"] * 2)',
    'df = df.groupby("a")["b"].sum().reset_index()',
    'df = df.groupby("a", as_index=False)["b"].sum()',
    "df = df.T",
    'df = df[["a", "b"]]',
    'df = df[["a", "b"]].copy() ~ df["b"] = df["b"] * 2',
    'df = df["b"]',
    'df = df.loc[:, ["a", "b"]]',
    "df = df.sample(frac=1, random_state=0)",
    "df = df.sample(2, random_state=0)",
    'df["g"] = df.groupby("a")["b"].transform("mean")',
    'df["b"] = df.groupby("a")["b"].transform("mean")',
    'df["b"] = df["b"].astype(int)',
    'df["b"] = (df["b"] * 100).astype(int)',
    "df.index = range(len(df))",
    'df["w"] = 1 ~ df["w"] += df["b"]',
    'df["w"] = df["b"] ~ df["b"] = df["w"] * 2',
    'tmp = df["b"] * 2 ~ df["b"] = tmp',
    "n = n + 1 ~ n = 3",
    'try: ~     del df["a"] ~ except KeyError: ~     pass',
    "try: ~     n += 1 ~ except ValueError: ~     n = 0",
    "lst = lst * 2",
    "lst *= 2",
    "seen = set() ~ out = [] ~ for w in words: ~     if w not in seen: ~         seen.add(w); out.append(w)",
    "for w in words: ~     if w not in lst: ~         lst.append(w)",
    'data = json.loads("[1]") ~ data.append(2)',
    "best = None ~ for x in lst: ~     if best is None or x > best: ~         best = x",
    "if total < 3: ~     total = 3",
    "total = total if total > 3 else 3",
    "x = [pure(v) for v in lst]",
    "[push(v) for v in [1, 2]]",
    "_ = list(map(push, [1]))",
    "lst = list(map(lambda v: v + 1, lst))",
    "lst = list(filter(lambda v: v > 1, lst))",
    "lst = list(set(lst))",
    "words = list(dict.fromkeys(words))",
    'df["a"] = [x.strip() for x in df["a"]]',
    'df["b"] = [x / 2 for x in df["b"]]',
    'df = df.astype({"b": int})',
    'df["d"] = df["d"].str[:4]',
    'df["d"] = df["d"].str[2:]',
    'df["d"] = df["d"].str.split("-").str[0]',
    'df["d"] = df["d"].str.split("-")',
    'd2 = d.copy() ~ d2["x"] = 3',
    'd2 = d ~ d2["x"] = 3',
    'd["n"] = d.get("n", 0) + 1',
    'd["n"] = len(d)',
    'd["n"] = sum(d.values())',
    "print(df.head()) ~ df.describe()",
    "import math ~ x = math.sqrt(n)",
    "class K: ~     total = 0 ~ K.total += 1",
    "Acc.total = 5",
    "match n: ~     case 5: n = 6 ~     case _: n = 5",
    "if (k := n + 1) > 3: ~     n = k",
    "def counter(c=[]): ~     c.append(1); return len(c) ~ x = counter()",
    'old = dict(d) ~ d = {**d, "z": 1}',
    'd = {**d, "a": d["a"] + 1}',
    "lst = [*lst, 4]",
    "x = n ~ n = x",
    "x, y2 = df.shape ~ df = df.dropna()",
    "before = len(df) ~ df = df.dropna() ~ after = len(df)",
    "df.loc[len(df)] = df.iloc[0]",
    'df.at[0, "b"] = 7',
    'df.at[0, "b"] += 7',
    "df.iloc[0, 1] = 3",
    'df["b"] = df["b"].replace(4.0, 8.0)',
    'df["b"] = -df["b"]',
    'df["b"] = df["b"] ** 2',
    'df["e"] = df["e"].str.replace("$", "", regex=False)',
    'df["b"] = df["b"].rank()',
    'df["ya"] = df["y"].astype(str) + df["a"]',
    'df["a"] = df["a"] + "_x"',
    "arr = np.sort(arr)",
    "arr = np.where(arr > 2, 1, 0)",
    "arr = np.clip(arr, 0, 1)",
    "arr = np.array(arr)",
    "arr = arr.astype(int)",
    "arr = arr.tolist()",
    "arr = np.vstack([arr, arr])",
    "arr = np.expand_dims(arr, 0)",
    "model = LogisticRegression(C=2.0)",
    "model.C = 5",
    'sc = StandardScaler().fit(df[["b"]])',
    'x = sc.fit(df[["b"]]).mean_[0]',
]


def page(*sources: str) -> Page:
    return Page(Notebook("t.ipynb", tuple(Cell(n, "code", source) for n, source in enumerate(sources, 1))))


def reasons(cell: str, setup: str = SETUP) -> list[tuple[str, str]]:
    """The name and kind of each reason."""
    return [(reason.name, reason.kind) for reason in page(setup, cell).idempotence.reasons(2)]


def same(one: Any, other: Any) -> bool:
    """Is it the same value, whatever the object?"""
    if type(one) is not type(other):
        return False
    if isinstance(one, pd.DataFrame | pd.Series | pd.Index):
        return bool(one.equals(other))
    if isinstance(one, np.ndarray):
        return bool(one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, np.random.Generator):
        return same(one.bit_generator.state, other.bit_generator.state)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, ModuleType | FunctionType | type):
        return True
    return same(vars(one), vars(other)) if hasattr(one, "__dict__") else bool(one == other)


def state(names: dict[str, Any]) -> dict[str, Any]:
    """A copy of everything that a cell could change."""
    fixed = (ModuleType, FunctionType, type)
    kept = {name: value for name, value in names.items() if not isinstance(value, fixed)}
    return {
        name: copy.deepcopy(kept[name]) for name in kept if name not in ("__builtins__", "it", "gen")
    }  # equal to themselves only


def changes(cell: str) -> bool:
    """Does a second run stop, or leave anything else than the first?"""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(SETUP, names)
        exec(cell, names)
        once = state(names)
        try:
            exec(cell, names)
        except Exception:
            return True
        return not same(once, state(names))


@pytest.mark.parametrize("text", CELLS)
def test_the_answer_is_what_happens(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell = text.replace(" ~ ", "\n")
    assert bool(reasons(cell)) == changes(cell)


@pytest.mark.parametrize(
    "cell, expected",
    [
        ("n += 1", [("n", "accumulates")]),
        ("lst.append(1)", [("lst", "accumulates")]),
        ("df['b'] = df['b'] / 100", [("df", "reapplies")]),
        ("df = df.drop(columns='a')", [("df", "raises")]),
        ("m = n\nn = 9", [("m", "crosses")]),
        ("n = mystery(n)", [("n", "rebinds")]),
        ("x = np.random.rand(3)", [("x", "draws")]),
        ("import time\nx = time.time()", [("x", "draws")]),
        ("open('log.txt', 'a').write('done')", [("", "writes")]),
        ("bump()", [("n", "accumulates")]),
        ("add_to(1, lst)", [("lst", "accumulates")]),
    ],
)
def test_kinds(cell: str, expected: list[tuple[str, str]]) -> None:
    assert reasons(cell)[: len(expected)] == expected


def test_the_reason_stands_in_the_function() -> None:
    found = page("def f(t):\n    t.append(1)\nitems = []", "x = 1\nf(items)").idempotence.reasons(2)
    assert [(reason.span.cell, reason.span.line, reason.operation) for reason in found] == [(2, 2, "append")]
    assert getattr(found[0].node, "lineno", 0) == 2


@pytest.mark.parametrize(
    "cell", ["x = " + "+".join(["1"] * 3000), "x = [" * 90 + "]" * 90, "def f(): return f()\nf()", "(yield)"]
)
def test_odd_cells(cell: str) -> None:
    page("x = 1", cell).idempotence.reasons(2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4))
def test_any_cells_together_can_be_followed(cells: list[str]) -> None:
    found = page(SETUP, "\n".join(cells).replace(" ~ ", "\n")).idempotence.reasons(2)
    assert all(reason.span.cell == 2 for reason in found)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3))
def test_what_is_not_followed_would_be_found_idempotent(cells: list[str]) -> None:
    source = "\n".join(cells).replace(" ~ ", "\n")
    asked = page(SETUP, source)
    if not Screen(asked).passes(asked.cell(2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Screen, "passes", lambda self, cell: True)
            assert page(SETUP, source).idempotence.reasons(2) == ()


@pytest.mark.parametrize(
    "first, cell, suspects",
    [
        ("x = [1]", "y = x[0]", set()),
        ("x = [1]", "x = [2]", set()),
        ("x = [1]", "x = x + [2]", {"x"}),
        ("x = {'a': []}", "y = x['a']\ny.append(1)", {"x"}),
        ("def put(box, thing):\n    box.append(thing)\nx, y = [], []", "put(x, y)", {"x"}),
        ("def put(box, thing):\n    box.append(thing)\ndef both(one): put(one, 1)\nx = []", "both(one=x)", {"x"}),
        ("def put(): add(x)\ndef add(box): box.append(1)\nx = []", "put()", {"x"}),
        ("def drop():\n    global x\n    del x\nx = 1", "drop()\nprint(x)", {"x"}),
        ("class A:\n    def grow(self): self.n += 1\nx = A()", "x.grow().grow()", {"x"}),
    ],
)
def test_suspects(first: str, cell: str, suspects: set[str]) -> None:
    assert page(first, cell).idempotence.suspects(2) & {"x", "y"} == suspects


def test_a_page_is_followed_only_so_far_and_says_so() -> None:
    short = page("n = 0", "n += 1")
    assert short.idempotence.reasons(2) and not short.idempotence.truncated
    long = page("n = 0", "n += 1\n" * 4000, "n += 1")
    assert not long.idempotence.reasons(2) and long.idempotence.truncated


def test_without_chance_a_draw_is_the_same_each_time() -> None:
    asked = page(SETUP, "x = np.random.rand(3)\nn += 1").idempotence
    assert [reason.name for reason in asked.reasons(2, chance=False)] == ["n"]
    assert [reason.name for reason in asked.reasons(2)] == ["x", "n"]
