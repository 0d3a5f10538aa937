"""Which names statements take from outside, and which they are sure to bind."""

import ast

import pytest

from nbcritic.analysis.liveness import life


def reads(source: str) -> str:
    return " ".join(life(ast.parse(source).body).reads)


def sure(source: str) -> str:
    return " ".join(sorted(life(ast.parse(source).body).sure))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b\nc = a", "b"),
        ("x = x + 1", "x"),
        ("x += 1", "x"),
        ("if c:\n    x = 1\ny = x", "c x"),
        ("if c:\n    x = 1\nelse:\n    x = 2\ny = x", "c"),
        ("if c:\n    x = 1\nelse:\n    raise E\ny = x", "c E"),
        ("for i in rows:\n    t = i\nt", "rows"),
        ("while c:\n    t = 1\nt", "c t"),
        ("while True:\n    t = 1\nt", ""),
        ("[v + k for v in rows if v]", "rows k"),
        ("{k: v for k, v in pairs.items()}", "pairs"),
        ("f = lambda a, b=c: a + b + d", "c d"),
        ("def f(a, b=c):\n    t = a + d\n    return f(t)", "c d"),
        ("class A(B):\n    x = y\n    def m(self):\n        return z", "B y z"),
        ("df['x'] = y", "y df"),
        ("with open(p) as f:\n    t = f.read()\nt", "open p"),
        ("try:\n    a = b\nexcept E as e:\n    a = str(e)\na", "b E str"),
        ("try:\n    a = b\nexcept E:\n    pass\na", "b E a"),
        ("match v:\n    case [x, *rest]:\n        x, rest\n", "v"),
        ("if (n := len(a)) > 1:\n    n", "len a"),
        ("x: T = 1\ny: U", "T U"),
        ("del a\na", "a"),
        ("f'{a:{w}}'", "a w"),
    ],
)
def test_reads(source: str, expected: str) -> None:
    assert reads(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b = 1\n(c, *d) = e", "a b c d"),
        ("if x:\n    a = 1\nelse:\n    a = b = 2", "a"),
        ("for i in x:\n    a = 1\n    if i:\n        continue\n    b = 2", "a b i"),
        ("import os.path, sys as s\nfrom m import n", "n os s"),
        ("try:\n    a = 1\nfinally:\n    b = 2", "a b"),
    ],
)
def test_sure(source: str, expected: str) -> None:
    assert sure(source) == expected


def test_names_in_queries_and_formulas_are_quoted() -> None:
    found = life(ast.parse("low = 1\nd.query('a > @low and b < @high')\nols('y ~ np.log(x)', d)").body)
    assert {"high", "np", "x"} <= found.quoted
    assert "low" not in found.quoted


def test_what_is_deleted_from_outside() -> None:
    assert life(ast.parse("x = 1\ndel x, y").body).deletes == {"y"}
