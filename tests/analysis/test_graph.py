"""What flows between cells, and what a cell needs: one notebook a line, its cells between bars, `~` for a new line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbcritic.analysis.graph import Graph
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook


def page(text: str, counts: tuple[int | None, ...] = ()) -> Page:
    sources = [source.strip(" ").replace("~", "\n") for source in text.split("|")]
    runs = counts or (None,) * len(sources)
    cells = [Cell(n, "code", s, execution_count=run) for n, (s, run) in enumerate(zip(sources, runs, strict=True), 1)]
    return Page(Notebook("t.ipynb", tuple(cells)))


def flows(text: str) -> str:
    """`1>2 x` for each name that flows, `:code` behind code, `*` behind a name that is only another one of the same object."""
    edges = page(text).graph.edges
    return ", ".join(
        f"{e.from_cell}>{e.cell} {e.name}" + (":code" if e.kind == "code" else "") + ("*" if e.shared else "")
        for e in edges
    )


def needs(text: str, cell: int | None = None) -> tuple[int, ...]:
    """The slice of a cell, of the last one by default."""
    graph = page(text).graph
    return graph.slice(graph.order[-1] if cell is None else cell)


@pytest.mark.parametrize(
    "text, expected",
    [
        # the last binding counts
        ("x = 1 | x", "1>2 x"),
        ("x = 1 | x = 2 | x", "2>3 x"),
        ("x = 1; x | x", "1>2 x"),
        ("x | x = 1", ""),
        ("x = 1 | x = x + 1 | x", "1>2 x, 2>3 x"),
        ("x = 1 | x += 1 | x", "1>2 x, 2>3 x"),
        ("x = 1 | x: int = 2 | x", "2>3 x"),
        ("x = 1 | print(y := x) | y", "1>2 x, 2>3 y"),
        ("a, (b, *c) = load() | a, b, c", "1>2 a, 1>2 b, 1>2 c"),
        ("a, b = 1, 2 | a, b = b, a | a", "1>2 a, 1>2 b, 2>3 a"),
        ("for i in [1, 2]: x = i | x, i", "1>2 i, 1>2 x"),
        ("with open('f') as f: x = 1 | x", "1>2 x"),
        ("match load():~  case [x, *y]: pass | x, y", "1>2 x, 1>2 y"),
        ("x = 1 | del x | x", "1>2 x"),
        ("x = 1 | %timeit x = 2 | x", "1>3 x"),
        ("%%timeit~x = 1 | x", ""),
        ("files = !ls | files", "1>2 files"),
        ("x = 1 | !echo {x}", "1>2 x"),
        # code
        ("import a.b as c | c.d", "1>2 c:code"),
        ("from a import b, c as d | b, d", "1>2 b:code, 1>2 d:code"),
        ("def f(): pass | f()", "1>2 f:code"),
        ("class A: pass | A()", "1>2 A:code"),
        ("f = lambda: 1 | f()", "1>2 f:code"),
        ("from a import * | b", "1>2 b:code"),
        ("%run a.py | b", "1>2 b"),
        ("b = 1 | %run a.py | b", "1>3 b"),
        ("b | from a import * | b", "2>3 b:code"),
        ("len([]) | from a import * | len([])", ""),
        ("T = int | def f(x: T): pass", "1>2 T"),
        ("from __future__ import annotations | T = int | def f(x: T): pass", ""),
        # changes in place
        ("d = {} | d['a'] = 1 | d", "1>2 d, 2>3 d"),
        ("d = {} | d['a']['b'].c = 1 | d", "1>2 d, 2>3 d"),
        ("d = {} | del d['a'] | d", "1>2 d, 2>3 d"),
        ("d = {} | d['a'] += 1 | d", "1>2 d, 2>3 d"),
        ("import pandas as pd~d = pd.read_csv('a') | d.dropna(inplace=True) | d", "1>2 d, 2>3 d"),
        ("import pandas as pd~d = pd.read_csv('a') | d.dropna(inplace=False) | d", "1>2 d, 1>3 d"),
        ("import pandas as pd~d = pd.read_csv('a') | d['x'].fillna(0, inplace=True) | d", "1>2 d, 2>3 d"),
        ("import pandas as pd~d = pd.read_csv('a') | d.append(1) | d", "1>2 d, 1>3 d"),
        ("import pandas as pd~d = pd.read_csv('a') | d.insert(0, 'x', 1) | d", "1>2 d, 2>3 d"),
        ("d = [] | d.append(1) | d", "1>2 d, 2>3 d"),
        ("d = load() | d.append(1) | d", "1>2 d, 2>3 d"),
        ("d = load() | e = d.append(1) | d", "1>2 d, 1>3 d"),
        ("s = 'a' | s.replace('a', 'b') | s", "1>2 s, 1>3 s"),
        ("from sklearn.svm import SVC~m = SVC() | m.fit(X, y) | m.predict(X)", "1>2 m, 2>3 m"),
        ("m = load() | m.fit(1) | m.predict(1)", "1>2 m, 2>3 m"),
        ("w = load() | w.grad.zero_() | w", "1>2 w, 2>3 w"),
        ("import random~x = [1, 2] | random.shuffle(x) | x", "1>2 random:code, 1>2 x, 2>3 x"),
        ("it = load() | next(it) | it", "1>2 it, 2>3 it"),
        ("import numpy as np~x = np.ones(2) | np.sin(x, out=x) | x", "1>2 np:code, 1>2 x, 2>3 x"),
        ("import a | a.b = 1 | a.b", "1>2 a:code, 1>3 a:code"),
        ("import matplotlib.pyplot as plt~fig = plt.figure() | fig.clear() | fig", "1>2 fig, 1>3 fig"),
        # branches keep what was there before, unless all of them bind
        ("x = 1 | if c():~  x = 2 | x", "1>3 x, 2>3 x"),
        ("x = 1 | if c():~  x = 2~else:~  x = 3 | x", "2>3 x"),
        ("x = 1 | if c():~  x = 2~elif d():~  x = 3~else:~  x = 4 | x", "2>3 x"),
        ("x = 1 | if c():~  x = 2~elif d():~  x = 3 | x", "1>3 x, 2>3 x"),
        ("x = 1 | if c():~  x = 2~else:~  raise E | x", "2>3 x"),
        ("x = 1 | if c():~  x = 2~print(x)", "1>2 x"),
        ("x = 1 | if c():~  x = 2~else:~  x = 3~print(x)", ""),
        ("x = 1 | if __name__ == '__main__':~  x = 2 | x", "2>3 x"),
        ("x = 1 | if False:~  x = 2 | x", "1>3 x"),
        ("x = 1 | if True:~  x = 2 | x", "2>3 x"),
        ("x = 1 | if c():~  del x | x", "1>2 x, 1>3 x"),
        ("x = 1 | for i in load(): x = i | x", "2>3 x"),
        ("x = 1 | for i in [1]: x = i | x", "2>3 x"),
        ("x = 1 | for i in range(3): x = i | x", "2>3 x"),
        ("x = 1 | for i in range(n()): x = i | x", "2>3 x"),
        ("x = 1 | while c(): x = 2 | x", "1>3 x, 2>3 x"),
        ("x = 1 | while True:~  x = 2~  break | x", "2>3 x"),
        ("x = 1 | try:~  x = 2~except E: pass | x", "1>3 x, 2>3 x"),
        ("x = 1 | try:~  x = 2~except E:~  x = 3 | x", "2>3 x"),
        ("x = 1 | try:~  x = 2~except E:~  raise | x", "2>3 x"),
        ("x = 1 | try:~  c()~finally:~  x = 2 | x", "2>3 x"),
        ("x = 1 | match c():~  case 1: x = 2~  case _: x = 3 | x", "2>3 x"),
        ("x = 1 | match c():~  case 1: x = 2 | x", "1>3 x, 2>3 x"),
        ("f = 1 | f = None if c() else f | f", "1>2 f, 2>3 f"),
        # rounds of a loop
        ("t = 1 | for i in range(3):~  if i == 0:~    t = i~  else:~    t = t + i", ""),
        ("t = 1 | for i in range(3):~  if i > 0:~    t = t + i~  else:~    t = i", ""),
        ("t = 1 | for i in range(3):~  t = t + i", "1>2 t"),
        ("t = 1 | for i in range(3):~  if i: t = i~  else: print(i) | t", "1>3 t, 2>3 t"),
        # scopes
        ("x = 1 | [x for x in range(3)] | x", "1>3 x"),
        ("x = 1 | [y for y in range(x)]", "1>2 x"),
        ("x = 1 | def f(x): return x~f(2)", ""),
        ("x = 1 | def f():~  x = 2~  return x~f()", ""),
        ("x = 1 | class A:~  x = x", "1>2 x"),
        ("x = 1 | class A:~  x = 2~  def f(self): return x~A().f()", "1>2 x"),
        # functions: what they read and write at the call
        ("x = 1 | def f(): return x | f()", "1>3 x, 2>3 f:code"),
        ("def f(): return x | x = 1 | f()", "1>3 f:code, 2>3 x"),
        ("x = 1 | def f(a=x): pass | f()", "1>2 x, 2>3 f:code"),
        ("def f():~  global x~  x = 1 | f() | x", "1>2 f:code, 2>3 x"),
        ("x = 1 | def g(): return x | def f(): return g() | f()", "1>4 x, 2>4 g:code, 3>4 f:code"),
        ("x = 1 | def f(v): return x | [1].map(f)", "1>3 x, 2>3 f:code"),
        ("x = 1 | list(map(lambda v: x, [1]))", "1>2 x"),
        ("x = 1 | def d(f): return lambda: f(x) | @d~def g(v): pass | g()", "1>4 x, 2>3 d:code, 3>4 g:code"),
        ("x = 1 | def f():~  def g(): return x~  return g | f()()", "1>3 x, 2>3 f:code"),
        ("def f(): return f() | f()", "1>2 f:code"),
        ("x = 1 | class A:~  def m(self): return x | a = A() | a.m()", "1>4 x, 2>3 A:code, 3>4 a"),
        ("x = 1 | class A:~  def __init__(self): self.v = x | A()", "1>3 x, 2>3 A:code"),
        ("class A:~  def m(self): self.v = 1 | a = A() | a.m() | a", "1>2 A:code, 2>3 a, 3>4 a"),
        (
            "class A:~  def m(self): self.v = 1 | class B(A): pass | a = B() | a.m() | a",
            "1>2 A:code, 2>3 B:code, 3>4 a, 4>5 a",
        ),
        ("x = 1 | class A:~  def forward(self): return x | a = A() | a()", "1>4 x, 2>3 A:code, 3>4 a"),
        (
            "x = 1 | class A:~  @staticmethod~  def m(v): v.append(x) | a = A() | d = [] | a.m(d) | d",
            "1>5 x, 2>3 A:code, 3>5 a, 4>5 d, 5>6 d",
        ),
        # functions that change what they are given
        ("def f(): return [], [] | a, b = f(), f() | a | b", "1>2 f:code, 2>3 a, 2>4 b"),
        ("def f(): return [], [] | a = f() | b = f() | b[0].append(1) | a", "1>2 f:code, 1>3 f:code, 2>5 a, 3>4 b"),
        ("d = {} | def f(v): v['a'] = 1~list(map(f, [d])) | d", "1>2 d, 2>3 d"),
        ("def f(v): v['a'] = 1 | d = {} | f(d) | d", "1>3 f:code, 2>3 d, 3>4 d"),
        ("def f(*, v): v.append(1) | d = [] | f(v=d) | d", "1>3 f:code, 2>3 d, 3>4 d"),
        ("def f(*v): v[0].append(1) | d = [] | f(d) | d", "1>3 f:code, 2>3 d, 3>4 d"),
        ("def g(w): w.append(1)~def f(v): g(v) | d = [] | f(d) | d", "1>3 f:code, 1>3 g:code, 2>3 d, 3>4 d"),
        ("def f(v):~  v = v + [1]~  v.append(1) | d = [] | f(d) | d", "1>3 f:code, 2>3 d, 2>4 d"),
        ("def f(v): return v | d = [] | e = f(d) | e.append(1) | d", "1>3 f:code, 2>3 d, 2>4 d*, 3>4 e, 4>5 d, 4>5 e*"),
        # aliases: under whatever name an object is changed
        ("a = [] | b = a | b.append(1) | a", "1>2 a, 1>3 a*, 2>3 b, 3>4 a, 3>4 b*"),
        ("a = [] | b = a | b = [] | b.append(1) | a", "1>2 a, 3>4 b, 1>5 a"),
        ("a = b = [] | b.append(1) | a", "1>2 b, 1>2 a*, 2>3 a, 2>3 b*"),
        ("a = 1 | b = a | b += 1 | a", "1>2 a, 2>3 b, 1>4 a"),
        ("a = load() | b = a.copy() | b['x'] = 1 | a", "1>2 a, 2>3 b, 1>4 a"),
        ("import numpy as np~a = np.ones(3) | b = a[:2] | b[0] = 1 | a", "1>2 a, 1>3 a*, 2>3 b, 3>4 a, 3>4 b*"),
        ("import numpy as np~a = np.ones(3) | b = a[[0, 1]] | b[0] = 1 | a", "1>2 a, 2>3 b, 1>4 a"),
        ("import pandas as pd~a = pd.read_csv('a') | b = a['x'] | b[0] = 1 | a", "1>2 a, 2>3 b, 1>4 a"),
        ("from sklearn.svm import SVC~m = SVC() | n = m.fit(1) | n.fit(2) | m", "1>2 m, 2>3 m*, 2>3 n, 3>4 m, 3>4 n*"),
        ("m = load() | h = m.fit(1) | h.x | m", "1>2 m, 2>3 h, 2>4 m"),
        # containers: with an element the list changes, with the list its elements do not
        ("a = load() | c = [a] | a['x'] = 1 | c", "1>2 a, 1>3 a, 2>3 c*, 3>4 c, 3>4 a*"),
        ("a = load() | c = [a] | c.append(1) | a", "1>2 a, 1>3 a*, 2>3 c, 1>4 a, 3>4 c*"),
        ("a = load() | c = {'k': a} | c['k']['x'] = 1 | a", "1>2 a, 1>3 a*, 2>3 c, 3>4 a, 3>4 c*"),
        ("a = load() | for d in [a]: d['x'] = 1 | a", "1>2 a, 2>3 a"),
        ("a = load() | for i, d in enumerate((a,)): d['x'] = 1 | a", "1>2 a, 2>3 a"),
        ("a = load() | for k, d in {'k': a}.items(): d['x'] = 1 | a", "1>2 a, 2>3 a"),
        ("a = load() | [d.update(x=1) for d in [a]] | a", "1>2 a, 1>3 a"),
        ("a = load(); b = load() | c = [a, b] | c = [a.f(), b] | c", "1>2 a, 1>2 b, 1>3 a, 1>3 b, 1>4 b*, 3>4 c"),
        ("c = [load()] | x = c[0] | x.append(1) | c", "1>2 c, 2>3 x, 3>4 c"),
        ("a = load() | c = [] | c.append(a) | a.sort() | c", "2>3 c, 1>3 a, 1>4 a, 3>4 c*, 4>5 c, 4>5 a*"),
        # another name is no news where nobody reads it, or where the cell binds it anew
        ("a = load() | b = a | a", "1>2 a, 1>3 a"),
        ("a = load() | c = [a] | c | a = a.f(); c = [a] | c", "1>2 a, 2>3 c, 1>3 a*, 1>4 a, 4>5 c, 4>5 a*"),
        # names that no cell binds: what is changed is there from then on
        ("d['x'] = 1 | d", "1>2 d"),
    ],
)
def test_what_flows(text: str, expected: str) -> None:
    assert sorted(flows(text).split(", ")) == sorted(expected.split(", "))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x = 1 | y = 2 | x", (1, 3)),
        ("x = 1 | x = 2 | x", (2, 3)),
        ("x = 1 | y = x | z = 3 | y", (1, 2, 4)),
        ("d = {} | d['a'] = 1 | e = 1 | d", (1, 2, 4)),
        ("x = 1 | if c: x = 2 | x", (1, 2, 3)),
        ("x = 1 | for i in load(): x = i | x", (1, 2, 3)),
        ("x = 1 | for i in (1, 2): x = i | x", (2, 3)),
        # a list that was changed through its element needs the cell that made the list
        ("a = [] | c = [a] | a.append(1) | c", (1, 2, 3, 4)),
        ("a = []; b = [] | c = [a, b] | a.append(1) | b.append(1) | c", (1, 2, 3, 4, 5)),
        # … and an element does not need what happened to the others
        ("a = []; b = [] | c = [a, b] | a.append(1) | b", (1, 4)),
        ("a = [] | b = a | b.append(1) | a", (1, 2, 3, 4)),
        ("x = 1 | def f(): return x | y = 2 | f()", (1, 2, 4)),
        ("from a import * | y = 1 | b", (1, 3)),
    ],
)
def test_a_slice_is_what_a_cell_needs(text: str, expected: tuple[int, ...]) -> None:
    assert needs(text) == expected


def test_what_comes_before_and_after_a_cell() -> None:
    graph = page("a = 1 | b = a | c = b | d = a | c, d").graph
    assert graph.ancestors(3) == (1, 2)
    assert graph.ancestors(5) == (1, 2, 3, 4)
    assert graph.descendants(2) == (3, 5)
    assert graph.ancestors(1) == graph.descendants(5) == ()
    assert graph.slice(2, 4) == (1, 2, 4)


def test_the_recorded_order() -> None:
    it = page("x = 1 | x | x = 2 | y", (3, 4, 2, None))
    graph = Graph(it.cells, it.flow.recorded_order, it.names, it.values)
    assert graph.order == (3, 1, 2)
    assert [(edge.from_cell, edge.cell) for edge in graph.edges] == [(1, 2)]


def test_a_cell_that_cannot_be_read_hides_nothing_else() -> None:
    assert flows("x = 1 | x = ( | x") == "1>3 x"


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "+".join(["y"] * 3000),
        "x = y" + ".a()" * 3000,
        "\n".join(f"def f{n}(): f{n + 1}(); f{n + 1}()" for n in range(200)) + "\nf0()",
        "\n".join(f"{' ' * n}if c:" for n in range(60)) + "\n" + " " * 60 + "x = 1",
        "a = []\na.append(a)\na[0].append(a)",
        "class A(A): pass\nA().f()",
        "class A: pass\nclass B(A): pass\nclass A(B): pass\nA().f()",
    ],
)
def test_odd_cells_are_survived(source: str) -> None:
    assert "1>3 z" in flows(f"z = 1 | {source.replace('|', ' ')} | z")


NAMES = st.sampled_from("abcd")
STATEMENTS = (
    "{0} = [1, 2]",
    "{0} = {1}",
    "{0} = [{1}, {2}]",
    "{0} = {{'k': {1}}}",
    "{0} = {1}[:]",
    "{0} = list({1})",
    "{0} = {1}[0]",
    "{0} = {1}['k']",
    "{0} = {1} if len({2}) > 2 else {2}",
    "{0}, {1} = {1}, {0}",
    "{0} = [x for x in {1}]",
    "{0}.append(3)",
    "{0}.append({1})",
    "{0} += [4]",
    "{0} = {0} + [5]",
    "{0}[0] = 6",
    "{0}[0].append(7)",
    "{0}[0] = {1}",
    "{0}['k'].append(8)",
    "{0}.pop()",
    "for x in {0}:\n    x.append(9)\n    if len(x) > 9:\n        break",
    "for x in {0}:\n    {1} = x",
    "for i, x in enumerate({0}):\n    {1}.append(i)\n    if i > 3:\n        break",
    "while len({0}) < 4:\n    {0}.append(0)",
    "if len({0}) > 2:\n    {1} = [10]",
    "if len({0}) > 2:\n    {1} = [11]\nelse:\n    {2} = [12]",
    "if len({0}) > 2:\n    {1} = {2}\nelse:\n    {1} = {0}",
    "if len({0}) > 2:\n    {1}.append(13)",
    "try:\n    {0} = {1}[3]\nexcept (IndexError, KeyError):\n    {0} = [14]",
    "try:\n    {0} = {1}[3]\nexcept (IndexError, KeyError):\n    pass",
    "def f():\n    return list({0})",
    "def f():\n    {0}.append(15)\n    return {1}",
    "def f():\n    global {0}\n    {0} = [len({1})]\n    return {2}",
    "f = lambda: {0} + [16]",
    "{0} = f()",
    "f()",
    "def g(x, y=None):\n    x.append(17)\n    return x",
    "def g(x, y=None):\n    x = [18, y]\n    return x",
    "def g(x, y=None):\n    if y:\n        x.append(y)\n    return {0}",
    "{0} = g({1})",
    "{0} = g({1}, {2})",
    "g({0}, y={1})",
    "class K:\n    def __init__(self, v):\n        self.v = v\n    def m(self, w):\n        self.v.append(19)\n        self.v = w",
    "k = K({0})",
    "k.m({0})",
    "{0} = k.v",
    "k.v = {0}",
    "k.v.append(20)",
    "del {0}",
)
CELLS = st.lists(
    st.builds(
        lambda texts, names, shown: "\n".join([text.format(*names) for text in texts] + [f"seen = repr({shown})"]),
        st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=2),
        st.lists(NAMES, min_size=3, max_size=3),
        NAMES,
    ),
    min_size=3,
    max_size=9,
)


def ran(sources: list[str]) -> object:
    """What the last of these cells has seen."""
    space: dict[str, object] = {}
    for source in sources:
        exec(source, space)
    return space.get("seen")


def runs(sources: list[str]) -> bool:
    try:
        ran(sources)
    except Exception:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_the_slice_of_a_cell_alone_does_what_the_cell_did(drawn: list[str]) -> None:
    sources = ["a = [1]; b = [[2], 3]; c = [4, 5, 6]; d = {'k': [7]}"]
    for source in drawn:
        if runs([*sources, source]):
            sources.append(source)
    cells = tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))
    graph = Page(Notebook("t.ipynb", cells)).graph
    for number in range(2, len(sources) + 1):
        part = [sources[cell - 1] for cell in graph.slice(number)]
        assert ran(part) == ran(sources[:number])
