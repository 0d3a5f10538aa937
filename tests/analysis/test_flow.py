"""Which names would be missing if the cells ran: one notebook a line, its cells between bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook


def page(text: str, counts: tuple[int | None, ...] = ()) -> Page:
    """`"x = 1 | print(x)"` is a notebook of two cells."""
    sources = [source.strip(" ").replace("~", "\n") for source in text.split("|")]
    cells = [Cell(n, "code", source) for n, source in enumerate(sources, 1)]
    if counts:
        cells = [Cell(c.number, "code", c.source, execution_count=n) for c, n in zip(cells, counts, strict=True)]
    return Page(Notebook("t.ipynb", tuple(cells)))


def missing(text: str) -> str:
    """`name@cell` of each name that is missing; `name@cell<home` where it stands in a function of another cell, `name@cell?` where
    nothing calls the function."""
    found = page(text).flow.undefined
    return " ".join(
        f"{u.name}@{u.cell}" + (f"<{u.home}" if u.home != u.cell else "") + ("" if u.called else "?") for u in found
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x", "x@1"),
        ("x = 1 | x", ""),
        ("x | x = 1", "x@1"),
        ("x | x", "x@1"),
        ("x = x", "x@1"),
        ("print(x); x = 1", "x@1"),
        ("x = 1 | del x | x", "x@3"),
        ("x = 1 | del x | x = 2 | x", ""),
        ("x = 1 | if a: del x | x", "a@2"),
        # branches bind
        ("if True:~  x = 1 | x", ""),
        ("try:~  import x~except ImportError:~  x = None | x", ""),
        ("for i in []: y = 1 | i, y", ""),
        ("while True:~  x = 1~  break | x", ""),
        ("with open('a') as f: x = 1 | f, x", ""),
        ("[(y := i) for i in [1]] | y", ""),
        ("[i for i in [1]] | i", "i@2"),
        ("import a.b | a.b.c", ""),
        ("import a.b as c | a", "a@2"),
        ("from a import b | b, a", "a@2"),
        ("x: int = 1 | x", ""),
        ("x: int | x", "x@2"),
        ("match 1:~  case x: pass | x", ""),
        # people who expect a missing name
        ("try:~  x~except NameError:~  x = 1", ""),
        ("try:~  x~except:~  pass", ""),
        ("try:~  x~except ValueError:~  pass", "x@1"),
        ("try:~  x; y = 1~except NameError:~  pass | y", "y@2"),
        ("try:~  x; y = 1~except NameError:~  y = 2 | y", ""),
        ("try:~  x~except NameError:~  pass~else:~  y = 2 | y", "y@2"),
        ("try:~  x~except NameError:~  pass~finally:~  y = 2 | y", ""),
        ("try:~  y = 1; x~except NameError:~  pass | y", ""),
        ("try:~  y = (lambda q: q + x)(1)~except NameError:~  pass | y", "y@2"),
        ("try:~  z = [lambda: x]; y = 1~except NameError:~  pass | y", ""),
        ("x = 1 | try:~  x; y = 1~except NameError:~  pass | y", ""),
        ("try:~  if 0 > 1: x~  y = 1~except NameError:~  pass | y", ""),
        ("try:~  if x > 1: pass~  y = 1~except NameError:~  pass | y", "y@2"),
        ("try:~  if True: x~  y = 1~except NameError:~  pass | y", "y@2"),
        ("try:~  for i in x: pass~  y = 1~except NameError:~  pass | y", "y@2"),
        ("try:~  while x: pass~  y = 1~except NameError:~  pass | y", "y@2"),
        ("for i in [1, 2]:~  try:~    if x: y = 1~  except NameError:~    x = 1 | y", ""),
        ("try:~  x += 1~  y = 1~except NameError:~  z = 1 | z | y", "y@3"),
        ("for i in [1]:~  try:~    x; y = 1~  except NameError:~    x = 1 | y", ""),
        ("from a import * | try:~  x; y = 1~except NameError:~  pass | y", ""),
        ("try:~  x~except (ValueError, NameError):~  pass", ""),
        ("if 'x' in globals():~  x", ""),
        ("if 'x' not in locals():~  x = 1~else:~  x", ""),
        ("'x' in dir() and x", ""),
        ("x if 'x' in globals() else 1", ""),
        ("use('a', hoist=globals()) | x", "use@1"),
        ("import a; a.use('a', hoist=globals()) | x", ""),
        ("import timeit; timeit.timeit('x', globals=globals()) | x", "x@2"),
        ("if False:~  x", ""),
        ("if 0:~  x~else:~  y", "y@1"),
        ("import contextlib~with contextlib.suppress(NameError):~  x", ""),
        # rounds of a loop
        ("for i in [1]:~  if i: p~  p = i", ""),
        ("for i in [1]:~  p~  p = i", "p@1"),
        ("for i in [1]:~  if i: q~  p = i", "q@1"),
        ("for i in [1]:~  if i and p: pass~  p = i", ""),
        ("while True:~  try:~    p~  finally:~    p = 1", "p@1"),
        ("for i in [1]:~  if i: p; p = i", "p@1"),
        ("for i in [1]:~  if i: p += i", "p@1"),
        ("for i in [1]:~  (lambda q: q + p)(1)~  p = 1", "p@1"),
        ("for i in [1]:~  (lambda q: q + p if q else 1)(0)~  p = 1", ""),
        ("for i in [1]:~  b = [lambda: p]~  p = 1", ""),
        ("for i in [1]:~  if i: p~  elif i > 1: p = i", ""),
        ("for i in [1]:~  if i: pass~  elif i > 1: p = p + i", "p@1"),
        ("for i in [1]:~  try: p~  except KeyError: p = 1", "p@1"),
        ("for i in [1]:~  for j in []: p~  p = i", ""),
        ("for i in [1]:~  for j in []:~    p~    p = i", "p@1"),
        ("for i in [1]:~  if i:~    while True:~      p~      break~    p = i", "p@1"),
        ("for i in [1]:~  match i:~    case 1: p = 1~    case 2: p", ""),
        ("for i in [1]:~  x = 1~  del x | x", "x@2"),
        ("for i in [1]:~  for j in [1]:~    x = 1~    del x | x", "x@2"),
        ("for i in [1]:~  x = 1~  if i: break~  del x | x", ""),
        ("if 1 > 2:~  for i in [1]:~    x = 1~    del x | x = 1", ""),
        # functions are judged where they are called
        ("def f(): return x | x = 1 | f()", ""),
        ("def f(): return x | f() | x = 1", "x@2<1"),
        ("def f(): return x | x = 1", ""),
        ("def f(): return x", "x@1?"),
        ("def f(): return x | g = f", "x@1"),
        ("def f(): return x | f()", "x@2<1"),
        ("def f(): return g() | def g(): return x | f() | x = 1", "x@3<2"),
        ("def f(): return g() | f() | def g(): pass", "g@2<1"),
        ("def f(): return f() | f()", ""),
        ("f = lambda: x | f() | x = 1", "x@2<1"),
        ("f = lambda: x | x = 1 | f()", ""),
        ("f = lambda: 1 | f() | f = lambda: x | f() | x = 1", "x@4<3"),
        ("def f(): return x | def f(): return 1 | f() | x = 1", ""),
        ("def f():~  def g(): return x~  return g | f() | x = 1", ""),
        ("def f():~  def g(): return x~  return g() | f() | x = 1", "x@2<1"),
        ("def f(): return x | [1].map(f) | x = 1", "x@2<1"),
        ("def f(): return x | b.on_click(f) | x = 1", "b@2"),
        ("try:~  f()~except NameError: pass | def f(): x", "x@2"),
        ("def f(): return x | try:~  f()~except NameError: pass", ""),
        ("def f():~  global x~  x = 1 | x", "x@2"),
        ("def f():~  global x~  x = 1 | run(f) | x", "run@2"),
        ("def f():~  global x~  x = 1 | f() | x", ""),
        ("x | def f():~  global x~  x = 1", "x@1"),
        ("def f():~  global x~  x = 1 | x | f()", "x@2"),
        ("def f():~  global x~  x = 1 | b = run(f) | x | f()", "run@2"),
        ("def f():~  global x~  x = 1 | def g(): f() | x | g()", ""),
        ("def f(a=x): pass | x = 1", "x@1"),
        ("@x~def f(): pass | x = 1", "x@1"),
        ("def f():~  return [y for y in z] | z = 1 | f()", ""),
        # lambdas
        ("d = {'a': lambda: x} | x = 1", ""),
        ("d = {'a': lambda: x}", "x@1"),
        ("sorted([1], key=lambda v: x) | x = 1", "x@1"),
        ("b = call(lambda: x) | x = 1 | def call(f): pass", "call@1"),
        # classes
        ("class A:~  def m(self): return x | A().m() | x = 1", "x@2<1"),
        ("class A:~  def m(self): return x | A().m()", "x@2<1"),
        ("class A:~  def m(self): return x | A()", "x@1?"),
        ("class A:~  def m(self): return x", "x@1?"),
        ("class B: pass | class A(B):~  def m(self): return x | A()", "x@2"),
        ("class A:~  def __init__(self): self.y = x | A() | x = 1", "x@2<1"),
        ("class A:~  y = x | x = 1", "x@1"),
        ("class A:~  def m(self): return __class__", ""),
        # what a session brings
        ("display(In, Out, _, __, _i3, _12, get_ipython())", ""),
        ("spark.sql('x')", ""),
        ("____", ""),
        ("__file__", "__file__@1"),
        # names that nobody sees
        ("from a import * | x", ""),
        ("from math import * | sin, x", "x@2"),
        ("from math import * | def f(): return sin(x)", "x@2?"),
        ("sin | from math import *", "sin@1"),
        ("from math import * | from a import * | x", ""),
        ("from .math import * | x", ""),
        ("print 'a' | from math import * | x", ""),
        ("x | from a import *", "x@1"),
        ("%run a.py | x", ""),
        ("%store -r x | x", ""),
        ("exec(open('a').read()) | x", ""),
        ("%load_ext a | x", "x@2"),
        ("%%unknown_thing~x = 1 | x", ""),
        ("%%bash~x=1 | x", "x@2"),
        ("%%timeit~x = 1 | x", "x@2"),
        ("%%time~x = 1 | x", ""),
        ("x = %sql select 1 | x", ""),
        ("this is x prose | x, y", "y@2"),
        ("print 'a' | unicode(raw_input())", ""),
        ("print 'a', y | y", ""),
        ("import x; x.y", ""),
        ("ls | pwd", ""),
        ("?x | x?", ""),
    ],
)
def test_undefined(text: str, expected: str) -> None:
    assert missing(text) == expected


def test_cells_that_may_fail_are_not_judged() -> None:
    cells = (Cell(1, "code", "x", tags=("raises-exception",)), Cell(2, "code", "y"))
    found = Page(Notebook("t.ipynb", cells)).flow.undefined
    assert [u.name for u in found] == ["y"]


def test_what_is_known_of_a_missing_name() -> None:
    (found,) = page("x = 1 | del x | x | x = 2").flow.undefined
    assert (found.deleted_in, found.binders, found.via) == (2, (1, 4), None)
    (found,) = page("def f(): x | f()").flow.undefined
    assert (found.via, found.home, found.binders) == ("f", 1, ())
    (found,) = page("class A:~  def m(self): x | A().m()").flow.undefined
    assert (found.via, found.called) == ("A.m", True)


def test_recorded_order() -> None:
    found = page("x | x = 1 | y", (2, 1, None))
    assert found.flow.recorded_order == (2, 1)
    assert [u.name for u in found.flow.undefined] == ["x", "y"]
    assert found.flow.undefined_as_recorded == ()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x = 1 | y = x | x + y", {2: {"x": 1}, 3: {"x": 1, "y": 2}}),
        ("x = 1 | x = 2 | x", {3: {"x": 2}}),
        ("x = [] | x.append(1) | x", {2: {"x": 1}, 3: {"x": 2}}),
        ("x = 1 | def f(): return x | f() | f()", {3: {"f": 2, "x": 1}, 4: {"f": 2, "x": 1}}),
        ("x = 1 | def f():~  global x~  x = 2 | f() | x", {3: {"f": 2}, 4: {"x": 3}}),
        ("x = 1 | x = 2; x", {}),
        ("x = 1 | x += 1 | x", {2: {"x": 1}, 3: {"x": 2}}),
    ],
)
def test_sources(text: str, expected: dict[int, dict[str, int]]) -> None:
    assert {cell: dict(names) for cell, names in page(text).flow.sources.items() if names} == expected


@pytest.mark.parametrize(
    "text, changed",
    [
        ("a = []; b = a | b.append(1)", {"a", "b"}),
        ("a = []; b = a | a.append(1)", {"a", "b"}),
        ("a = f(); b = f(); both = [a, b] | for one in both: one['x'] = 1", {"one", "both", "a", "b"}),
        ("a = f(); b = f() | for one in (a, b): one.drop('x', inplace=True)", {"one", "a", "b"}),
        ("a = f(); both = {'a': a} | a['x'] = 1", {"a", "both"}),
        ("a = []; b = a.copy() | b.append(1)", {"b"}),
        ("a = [] | def f(): a.append(1)~f()", {"a"}),
    ],
)
def test_changes_are_seen_through_other_names(text: str, changed: set[str]) -> None:
    assert set(page(text).flow.touched[2].mutates) == changed


def test_called_functions() -> None:
    found = page("def f(): g() | def g(): pass | def h(): pass | f()").flow.called
    assert {function.name: cell for function, cell in found.items()} == {"f": 4, "g": 4}


@pytest.mark.parametrize(
    "text",
    [
        "|".join(f"def f{n}(): return f{n + 1}()" for n in range(3_000)) + "| f0()",
        "def f(): " + ";".join(f"a{n}" for n in range(3_000)) + "|" + "|".join(["f()"] * 3_000),
    ],
)
def test_long_chains_of_calls_take_no_time(text: str) -> None:
    flow = page(text).flow
    assert flow.undefined
    assert len(flow.touched) > 1_000


_STATEMENTS = st.sampled_from(
    [
        "a = 1", "b = a", "a += b", "del a", "c = [a for a in b]", "def f(): return c", "f()", "import os as b",
        "for a in b: c", "if a:~  c = 1", "try:~  a~except NameError:~  a = 1", "b.append(a)", "f = lambda: a", "print(f)",
    ]
)  # fmt: skip


@given(st.lists(_STATEMENTS, max_size=8))
def test_a_name_is_reported_only_if_a_real_run_would_miss_it(cells: list[str]) -> None:
    """Without branches, deletions and functions that the page does not call, the first missing name is the one that Python misses."""
    flow = page("|".join(cells)).flow
    run = [event for function in flow.called for event in function.events]
    found = [missing for missing in flow.undefined if missing.via is None or missing.event in run]
    space: dict[str, object] = {}
    for number, source in enumerate(cells, 1):
        try:
            exec(source.replace("~", "\n"), space)
        except NameError as error:
            first = found[0] if found else None
            assert first is not None, (number, error)
            assert (first.cell, first.name) == (number, error.name) or not first.called
            return
        except (TypeError, AttributeError, RecursionError):
            return
    assert not [u for u in found if u.called and u.binders == () and u.via is None]


@pytest.mark.parametrize(
    "text, expected",
    [
        # generators run when somebody iterates
        ("def g():~  yield x | a = g() | x = 1 | list(a)", ""),
        ("def g():~  yield x | a = g() | list(a) | x = 1", "x@3<1"),
        ("def g():~  yield x | list(g()) | x = 1", "x@2<1"),
        ("a = (n * x for n in [1]) | x = 1 | list(a)", ""),
        ("a = (n * x for n in [1]) | list(a) | x = 1", "x@2<1"),
        ("a = (n for n in x) | x = 1", "x@1"),
        ("a = map(lambda n: n * x, [1]) | x = 1 | list(a)", ""),
        ("a = [n * x for n in [1]] | x = 1", "x@1"),
        # methods and properties run where they are called, of objects whose class is known
        ("class A:~  def m(self): return x | a = A() | x = 1 | a.m()", ""),
        ("class A:~  def m(self): return x | a = A() | a.m() | x = 1", "x@3<1"),
        ("class A:~  def m(self): return self.n()~  def n(self): return x | a = A() | a.m() | x = 1", "x@3<1"),
        ("class A:~  def m(self): return x | class B(A): pass | b = B() | b.m() | x = 1", "x@4<1"),
        ("class A:~  @property~  def m(self): return x | a = A() | a.m | x = 1", "x@3<1"),
        ("class A:~  def m(self): return x | a = A() | for b in [a]: b.m() | x = 1", "x@3<1"),
        ("class A:~  def fit(self): return x | a = A() | other().fit() | x = 1", "other@3"),
        # what is called through others
        ("def f(g): return g() | def h(): return x | f(h) | x = 1", "x@3<2"),
        ("def d(f):~  def w(): return x~  return w | @d~def g(): pass | g() | x = 1", "x@3<1"),
        ("def d():~  def w(): return x~  return w | a = d() | a() | x = 1", "x@3<1"),
        # texts that read names
        ("df = 1 | df.query('a > @limit') | limit = 2", "limit@2"),
        ("df = 1 | df.query('a > 2')", ""),
        ("exec('x = 1', {}) | x", "x@2"),
        ("exec('x = 1') | x", ""),
        ("%timeit x | x = 1", "x@1"),
        ("def f():~  return 1~  print(x) | f() | x = 1", ""),
        ("table | table = 1", "table@1"),
        ("table('orders')", ""),
        ("table", "table@1"),
        ("x = 1 | def f(): return x | f() | del x | f()", "x@5<2"),
        # what only a branch raises, and what no `try` sets off
        ("def f(a):~  if a: raise ValueError(x)~  return y | f(1) | x = y = 1", "y@2<1"),
        ("def f(a):~  if a: raise ValueError(x)~  return a | f(1)", "x@1"),
        ("try:~  a = 1~except NameError:~  b = 1 | print(b)", "b@2"),
        ("try:~  a~except NameError:~  b = 1 | print(b)", ""),
        # a method of unknown objects runs where its name is called first
        ("class A:~  def fit(self): return x | a = other = A | b = [A()] | b[0].fit()", "x@4<1"),
    ],
)
def test_what_runs_when(text: str, expected: str) -> None:
    assert missing(text) == expected


def test_a_module_is_not_changed_by_its_functions() -> None:
    touched = page("import numpy as np | a = np.append([1], 2) | a.append(3) | b = a.append(3)").flow.touched
    assert [sorted(touched[cell].mutates) for cell in (2, 3, 4)] == [[], ["a"], []]
