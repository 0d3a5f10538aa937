"""What a cell does with names, one line at a time."""

import ast
import symtable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent


def page(text: str) -> Page:
    return Page(percent.read(text, "t.ipynb", history=True))


def events(source: str) -> str:
    """The events of a one-cell notebook as words: `use:x bind:y`."""
    cell = page("# %%\n" + source).names.of(1)
    short = {"bind": "=", "use": "?", "mutate": "!", "delete": "-", "unknown": "*"}
    return " ".join(short[e.kind] + e.name for e in cell.events if e.kind != "call")


@pytest.mark.parametrize(
    "source, expected",
    [
        ("x = 1", "=x"),
        ("x = y", "?y =x"),
        ("x = y = z", "?z =x =y"),
        ("x, (y, *z) = w", "?w =x =y =z"),
        ("x += y", "?x ?y =x"),
        ("x.a = y", "?y ?x !x"),
        ("x[i] = y", "?y ?x ?i !x"),
        ("x[i].a[j] += 1", "?x ?i ?j !x"),
        ("del x", "?x -x"),
        ("del x[0]", "?x !x"),
        ("x: int = y", "?int ?y =x"),
        ("x: int", "?int"),
        ("import a.b", "=a"),
        ("import a.b as c", "=c"),
        ("from a import b as c, d", "=c =d"),
        ("from a import *", "*"),
        ("for i in xs: y = i", "?xs =i ?i =y"),
        ("while x: y = 1", "?x =y"),
        ("with a as b, b.c() as d: e", "?a =b ?b =d ?e"),
        ("try:\n    a\nexcept E as e:\n    e", "?a ?E =e ?e"),
        ("[x for x in xs if x]", "?xs"),
        ("[x for x in x]", "?x"),
        ("[y for x in xs for y in x]", "?xs"),
        ("[y for x in xs for y in ys]", "?xs ?ys"),
        ("{k: v + w for k, v in d}", "?d ?w"),
        ("[(z := x) for x in xs]", "?xs =z"),
        ("print(y := 1, y)", "?print =y ?y"),
        ("f(lambda a: a + b)", "?f ?b"),
        ("lambda a=c: a", "?c"),
        ("def f(a, b=c): return a + d", "?c =f"),
        ("def f(a: T) -> R: pass", "?T ?R =f"),
        ("@g\ndef f(): pass", "?g =f"),
        ("class A(B, metaclass=M):\n    x = y\n    z = x", "?B ?M ?y =A"),
        ("a if b else c", "?b ?a ?c"),
        (
            "match x:\n    case [a, *b]: a\n    case {'k': c, **d}: pass\n    case P(e) as f: pass",
            "?x =a =b ?a =c =d ?P =e =f",
        ),
        ("f'{x!r:{y}}'", "?x ?y"),
        ("x.sort()", "?x !x"),
        ("x.drop(columns=y, inplace=True)", "?x ?y !x"),
        ("x.drop(columns=y, inplace=False)", "?x ?y"),
        ("x[0].append(1)", "?x !x"),
        ("f().append(x)", "?f ?x"),
        ("exec(s)", "?exec ?s *"),
        ("globals()['x'] = 1", "* ?globals"),
        ("globals().update(d)", "?globals ?d *"),
        ("vars(a)['x'] = 1", "?vars ?a"),
        ("var('x y')", "?var *"),
        ("df.var()", "?df"),
        ("get_ipython().run_line_magic('run', 'a.py')", "?get_ipython *"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", "?get_ipython"),
        ("%run a.py", "*"),
        ("%store -r", "*"),
        ("%store -r x", "=x"),
        ("x = !ls", "?get_ipython =x"),
        ("%%capture out\nprint(x)", "=out ?print ?x"),
        ("%%timeit\ny = f(x)\ny", "?f ?x"),
        ("%time y = f(x)", "?f ?x =y"),
        ("%%bash\nx=1", ""),
        ("if a and b: c", "?a ?b ?c"),
        ("global x\nx = 1", "=x"),
        ("nonlocal_ = 1", "=nonlocal_"),
        ("async def f():\n    async with a as b: await c\nawait f()", "=f ?f"),
    ],
)
def test_events(source: str, expected: str) -> None:
    assert events(source) == expected


@pytest.mark.parametrize(
    "source, now, later",
    [
        ("def f(x): return x + y", {"y"}, set()),
        ("def f():\n    y = 1\n    return y + z", {"z"}, set()),
        ("def f():\n    for i in y: i\n", {"y"}, set()),
        ("def f():\n    import y\n    y.z", set(), set()),
        ("def f():\n    def g(): return y\n    return g()", {"y"}, set()),
        ("def f():\n    def g(): return y\n    return g", set(), {"y"}),
        ("def f(a):\n    return lambda: a + y", set(), {"y"}),
        ("def f(a):\n    return a.apply(lambda v: v + y)", {"y"}, set()),
        ("class f:\n    def __init__(self): y\n    def m(self): z\n    w = 1\n    def n(self): w", {"y"}, {"z", "w"}),
        ("class f:\n    def m(self): return __class__, super()", set(), {"super"}),
        ("def f():\n    x: y = 1", set(), set()),
        ("f = lambda a: a + y", {"y"}, set()),
    ],
)
def test_what_a_function_reads_from_outside(source: str, now: set[str], later: set[str]) -> None:
    (function,) = page("# %%\n" + source).names.functions["f"]
    assert {e.name for e in function[1].events if e.kind == "use" and e.how != "later"} == now
    deferred = {e.name for e in function[1].events if e.how == "later"}
    assert deferred | {e.name for e in function[1].afterwards if e.kind == "use"} == later


def test_a_global_of_a_function_is_a_binding_of_the_notebook() -> None:
    names = page("# %%\ndef f():\n    global x\n    x = 1\n").names
    assert [(number, event.how) for number, event in names.bindings["x"]] == [(1, "global")]


def test_annotations_are_no_uses_where_they_are_text() -> None:
    text = "# %%\nfrom __future__ import annotations\n# %%\ndef f(a: T) -> R: pass\nx: S = 1"
    assert page(text).names.of(2).uses == frozenset()


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import numpy as np\nnp.random.rand", "numpy.random.rand"),
        ("import os.path\nos.path.join", "os.path.join"),
        ("from sklearn import svm\nsvm.SVC", "sklearn.svm.SVC"),
        ("from .a import b\nb.c", ".a.b.c"),
        ("from . import b\nb.c", ".b.c"),
        ("open", "open"),
        ("open = 1\nopen", None),
        ("import numpy as np\nnp = 1\nnp.x", None),
        ("x.y", None),
        ("f().y", None),
        ("def f():\n    import a\nprint.b", "print.b"),
        ("try:\n    import cPickle as p\nexcept ImportError:\n    import pickle as p\np.load", "cPickle.load"),
    ],
)
def test_qualified(source: str, expected: str | None) -> None:
    found = page("# %%\n" + source)
    tree = found.cells[0].tree
    assert tree is not None
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    assert found.qualified(last.value) == expected


def test_what_could_not_be_read_may_bind_anything_it_mentions() -> None:
    names = page("# %%\nprint 'x', y = 3").names
    assert {"x", "y"} <= names.maybe
    assert names.python2 == {1}


@pytest.mark.parametrize(
    "source",
    [
        "print 'a'",
        "x = 1\nprint x, y",
        "for i in x: print i",
        "exec 'x = 1'",
        "raise ValueError, 'bad'",
        "try:\n    x\nexcept ValueError, e:\n    pass",
        "x = 10L",
        "x = 0777",
        "if a <> b: pass",
        "x = `y`",
        "x = ur'a'",
    ],
)
def test_python_2(source: str) -> None:
    assert page("# %%\n" + source).names.python2 == {1}


@pytest.mark.parametrize(
    "source",
    [
        "x = ",
        "print(x",
        "def f(:",
        "x = 1 +* 2",
        "<<<<<<< HEAD",
        "this is prose",
        "!ls",
        "%%html\n<b>",
        "Training Error:  0.07811",
        "from 2018-01-05 on",
        "at 10:07 h",
        "a volume of 0.75l",
    ],
)
def test_not_python_2(source: str) -> None:
    assert not page("# %%\n" + source).names.python2


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "+".join(["a"] * 20_000),
        "x" + ".a" * 2_000,
        "x" + ".a()" * 2_000,
        "if a: b\n" + "elif a: b\n" * 1_000,
        "lambda: " * 150 + "x",
        "[" * 90 + "x" + " for x in x]" * 90,
    ],
)
def test_survives_deep_trees(source: str) -> None:
    found = page("# %%\n" + source)
    assert len(found.names.of(1).events) >= 0
    assert found.flow.undefined is not None


# -- Python's own compiler as the oracle -----------------------------------------------------------------------------

_NAMES = st.sampled_from("abcd")
_ATOMS = _NAMES | st.just("1")


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("{}({}, k={})".format, _NAMES, inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, _NAMES, inner, inner),
        st.builds("{{{0}: {0} for {1} in {2} for {3} in {4}}}".format, inner, _NAMES, inner, _NAMES, inner),
        st.builds("(lambda {}={}: {})".format, _NAMES, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}.x[{}]".format, _NAMES, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("f'{{{}}}'".format, _NAMES),
    )


_EXPRESSIONS = st.recursive(_ATOMS, _expressions, max_leaves=6)


def _indented(blocks: list[str]) -> str:
    return "\n".join("    " + line for block in blocks for line in block.split("\n"))


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_indented)
    return st.one_of(
        st.builds("def {}({}, *{}_):\n{}".format, _NAMES, _NAMES, _NAMES, body),
        st.builds("class {}({}):\n{}".format, _NAMES, _EXPRESSIONS, body),
        st.builds("for {} in {}:\n{}".format, _NAMES, _EXPRESSIONS, body),
        st.builds("if {}:\n{}\nelse:\n{}".format, _EXPRESSIONS, body, body),
        st.builds("with {} as {}:\n{}".format, _EXPRESSIONS, _NAMES, body),
        st.builds("try:\n{}\nexcept {} as {}:\n{}".format, body, _NAMES, _NAMES, body),
        st.builds("while {}:\n{}".format, _EXPRESSIONS, body),
    )


_SIMPLE = st.one_of(
    st.builds("{} = {}".format, _NAMES, _EXPRESSIONS),
    st.builds("{} += {}".format, _NAMES, _EXPRESSIONS),
    st.builds("{}, {} = {}".format, _NAMES, _NAMES, _EXPRESSIONS),
    st.builds("{}.x = {}".format, _NAMES, _EXPRESSIONS),
    st.builds("import {}".format, _NAMES),
    st.builds("import x.y as {}".format, _NAMES),
    st.builds("del {}".format, _NAMES),
    _EXPRESSIONS,
)
_PROGRAMS = st.lists(st.recursive(_SIMPLE, _statements, max_leaves=8), min_size=1, max_size=5).map("\n".join)


def _globals_by_the_compiler(source: str) -> tuple[set[str], set[str]]:
    """The names of the module that the program binds, and those that it reads (in functions too), as CPython sees them."""
    binds: set[str] = set()
    uses: set[str] = set()
    todo = [symtable.symtable(source, "t", "exec")]
    while todo:
        table = todo.pop()
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if top and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
                binds.add(symbol.get_name())
            if symbol.is_referenced() and (top or symbol.is_global()):
                uses.add(symbol.get_name())
        todo += table.get_children()
    return binds, uses


@given(_PROGRAMS)
def test_scopes_agree_with_the_compiler(source: str) -> None:
    try:
        binds, uses = _globals_by_the_compiler(source)
    except SyntaxError:
        return
    names = page("# %%\n" + source).names
    everything = [event for _, event in names.everything]
    ours = {event.name for event in everything if event.kind == "use"}
    assert {event.name for event in everything if event.kind == "bind"} <= binds
    assert binds <= {event.name for event in everything if event.kind in ("bind", "delete")}
    # `del x` and `x += 1` read x for us; a class body that binds a name after reading it hides the reading.
    deleted = {event.name for event in everything if event.kind in ("delete", "mutate") or event.how == "augment"}
    assert ours - uses <= deleted
    assert "class " in source or uses <= ours
