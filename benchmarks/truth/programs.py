"""Small programs for Hypothesis to make up: cells of assignments, functions, calls, branches, loops, comprehensions, try and del.

Every statement can fail only for want of a name: values are numbers, whatever is called is a function of the page, and functions call
only such as stand above them. Conditions hold unless they say otherwise, since no reader of the text could know better.
"""

from __future__ import annotations

from hypothesis import strategies as st

VARIABLES = ("a", "b", "c", "d", "e")
FUNCTIONS = ("f", "g", "h")
PARAMETER = "p"

variable = st.sampled_from(VARIABLES)
function = st.sampled_from(FUNCTIONS)


def _joined(*parts: st.SearchStrategy[str], form: str) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda found: form.format(*found))


def _indented(block: list[str]) -> str:
    return "\n".join("    " + line for statement in block for line in statement.split("\n"))


def expressions(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Numbers, made of these names."""
    leaves = st.one_of(names, st.sampled_from(["1", "2"]), names)
    return st.one_of(
        leaves,
        _joined(leaves, leaves, form="{} + {}"),
        _joined(names, leaves, form="sum([{} for i in range({} % 3 + 1)])"),
        _joined(variable, names, form="sum({0} for {0} in [1, {1}])"),
        _joined(names, form="(lambda q: q + {})(1)"),
        _joined(names, form="max([3, 1], key=lambda q: q * {})"),
        _joined(leaves, form="({0} if {0} == {0} else 1)"),
        _joined(names, form='len(f"{{{}}}")'),
        _joined(variable, leaves, form="({} := {})"),
    )


def calls(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls of the page's functions: by name, handed over, and kept under another name."""
    return st.one_of(
        _joined(function, names, form="{}({})"),
        _joined(function, names, form="list(map({}, [{}]))"),
        _joined(function, names, form="sorted([{1}, 2], key={0})"),
        _joined(function, names, form="[{}({}) for _ in range(2)]"),
    )


def simple(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements of one line."""
    values = expressions(names)
    return st.one_of(
        _joined(variable, values, form="{} = {}"),
        _joined(variable, variable, values, form="{}, {} = 1, {}"),
        _joined(variable, values, form="{} += {}"),
        _joined(values, form="print({})"),
        _joined(variable, form="{} = [n * 2 for n in range(3)][1]"),
        _joined(variable, form="import math as {0}; {0} = 5"),
    )


def _blocks(inner: st.SearchStrategy[str], names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements around other statements."""
    body = st.lists(inner, min_size=1, max_size=2).map(_indented)
    return st.one_of(
        _joined(variable, body, form="for {} in [1, 2]:\n{}"),
        _joined(body, form="if True:\n{}"),
        _joined(names, body, form="if {0} == {0}:\n{1}"),
        _joined(body, variable, form="try:\n{}\nexcept NameError:\n    {} = 1"),
        _joined(body, body, form="try:\n{}\nexcept KeyError:\n    pass\nelse:\n{}"),
        _joined(body, variable, form="try:\n{}\nfinally:\n    {} = 1"),
        _joined(body, form="while True:\n{}\n    break"),
    )


_local = st.one_of(st.just(PARAMETER), variable)


def _functions(depth: int) -> st.SearchStrategy[str]:
    """A definition; what it calls stands above it in the list of names, so that no call goes on for ever."""
    name = FUNCTIONS[depth]
    read = expressions(_local)
    deeper = st.sampled_from([f"{other}(p)" for other in FUNCTIONS[:depth]] or ["abs(p)"])
    lines = st.one_of(
        _joined(st.sampled_from(["q", "r"]), form="{} = 1"),
        _joined(read.filter(lambda text: ":=" not in text), form="print({})"),
        _joined(deeper, form="print({})"),
        _joined(_local, form="for k in [1]:\n    print({} + k)"),
    )
    body = st.lists(lines, max_size=2).map(_indented)
    result = st.one_of(_joined(_local, form="p + {}"), deeper.map(lambda text: f"({text}, 1)[1]"))
    plain = st.tuples(body, result).map(
        lambda f: f"def {name}(p):\n" + (f[0] + "\n" if f[0] else "") + f"    return {f[1]}"
    )
    return st.one_of(
        plain,
        plain,
        _joined(variable, form=f"{name} = lambda p: p + {{}}"),
        _joined(variable, form=f"def {name}(p, q={{}}):\n    return p + q"),
        _joined(variable, form=f"def {name}(p):\n    global {{0}}\n    {{0}} = p\n    return p"),
        _joined(_local, form=f"def {name}(p):\n    def inner():\n        return p + {{}}\n    return inner()"),
    )


def statements() -> st.SearchStrategy[str]:
    """One statement of a cell."""
    names: st.SearchStrategy[str] = variable
    lines = st.one_of(simple(names), simple(names), _joined(calls(names), form="print({})"))
    return st.one_of(
        lines,
        lines,
        _blocks(lines, names),
        _blocks(st.one_of(lines, _blocks(lines, names)), names),
        st.integers(0, len(FUNCTIONS) - 1).flatmap(_functions),
        _joined(variable, form="del {}"),
        _joined(variable, form="class K:\n    v = {}"),
    )


def notebooks() -> st.SearchStrategy[tuple[str, ...]]:
    """A few cells, the first of which gives some names a value."""
    cells = st.lists(st.lists(statements(), min_size=1, max_size=3).map("\n".join), min_size=2, max_size=6)
    first = st.sets(variable, min_size=1, max_size=4).map(lambda names: "; ".join(f"{n} = 1" for n in sorted(names)))
    return st.tuples(first, cells).map(lambda found: (found[0], *found[1]))
