"""Whether the last cell uses a value that is older than what it was computed from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.analysis.staleness_replay import uses_stale_value
from nbcritic.notebook import percent


def stale(*cells: str) -> bool:
    return uses_stale_value(Page(percent.read("".join(f"# %%\n{cell}\n" for cell in cells), "t.py")).cells)


CLASS = "class Box:\n    def __init__(self, w):\n        self.w = w\n    @property\n    def area(self):\n        return self.w * side"


@pytest.mark.parametrize(
    "cells",
    [
        ("n = 1", "m = n + 1", "n = 2", "print(m)"),
        ("n = 1", "m = n + 1", "k = m + 1", "n = 2", "print(k)"),
        ("v = [1, 2]", "m = v[0] + 1", "v[0] = 5", "print(m)"),
        ("v = [1, 2]", "m = v + [3]", "v = [4]", "print(m)"),
        ("v = [1, 2]", "w = v", "m = w + [3]", "v[1] = 7", "print(m)"),
        ("n = 1\ndef f(k=n):\n    return k", "n = 2", "m = f()"),
        ("def f():\n    return n", "n = 1", "m = f()", "n = 2", "print(m)"),
        ("def f():\n    return 1", "m = f()", "def f():\n    return 2", "print(m)"),
        ("n = 1", "m = 1", "m += n", "n = 2", "print(m)"),
        ("a, b = 1, 2", "c, d = a + 1, b + 1", "b = 3", "print(d)"),
        ("n = 1", "text = f'{n}'", "n = 2", "print(text)"),
        ("n = 1", "def f():\n    global n\n    n = 2", "m = n + 1", "f()", "print(m)"),
        (CLASS, "side = 2", "box = Box(3)", "a = box.area", "side = 3", "print(a)"),
        (CLASS, "box = Box(3)", "m = box.w + 1", "box.w = 4", "print(m)"),
        ("n = 1", "n", "m = _ + 1", "n = 2", "n", "print(m)"),
        ("import numpy as np", "v = np.ones(3)", "m = v + 1", "np.random.shuffle(v)", "print(m)"),
        ("n = 1", "fs = []", "fs.append(lambda k: k + n)", "m = fs[0](3)", "n = 2", "print(m)"),
        ("v = [1, 2, 3]", "m = 0\nfor k in range(2):\n    m += v[k]", "v[1] = 9", "print(m)"),
    ],
)
def test_older_than_what_it_was_made_of(cells: tuple[str, ...]) -> None:
    assert stale(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        ("n = 1", "m = n + 1", "n = 1", "print(m)"),
        ("n = 1", "m = n + 1", "n = 2", "print(n)"),
        ("n = 1", "m = n + 1", "n = 2", "m = n + 1", "print(m)"),
        ("n = 1", "m = n + 1\nn = 2", "print(m)"),
        ("v = [1, 2]", "m = v[0] + 1", "v[1] = 5", "print(m)"),
        ("v = [1, 2]", "w = v", "v[0] = 5", "print(w)"),
        ("a, b = 1, 2", "c, d = a + 1, b + 1", "b = 3", "print(c)"),
        ("a = 1\nb = 2", "pair = [a + 1, b + 1]", "c, d = pair", "b = 3", "print(c)"),
        ("def f(n):\n    return lambda: n", "n = 1", "m = f(3)()", "n = 2", "print(m)"),
        ("n = 1\nk = 2\ndef f():\n    print(k)\n    return n", "m = f()", "k = 3", "print(m)"),
        ("n = 1\nk = 2", "if n == 1:\n    m = 3\nelse:\n    m = k", "k = 4", "print(m)"),
        (CLASS, "n = 1\nbox = Box(n)\nbox.h = 4", "m = box.h + 1", "n = 2", "print(m)"),
        ("n = 1", "try:\n    raise ValueError\n    m = n\nexcept ValueError:\n    m = 3", "n = 2", "print(m)"),
        ("v = [1, 2, 3]", "m = 0\nfor k in range(2):\n    m += v[k]", "v[-1] = 9", "print(m)"),
        ("import numpy as np", "v = np.ones(3)", "np.random.seed(3)", "print(v)"),
    ],
)
def test_as_new_as_what_it_was_made_of(cells: tuple[str, ...]) -> None:
    assert not stale(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        ("f = lambda n: f(n) + f(n) + f(n)", "f(3)"),
        ("def f(n):\n    return f(n) + f(n)", "f(3)"),
        ("while True:\n    n = 3", "print(n)"),
        ("n = " + "-" * 3000 + "1", "print(n)"),
        ("v = []\nv.append(v)", "print(v)"),
        ("v = [*u, *range(10**9), *range(3, 1, 0)]", "a, *b = v", "print(a, b)"),
        ("return 3\nbreak", "del n, n[0]", "class A(A): pass", "@A\ndef f(): pass", "f.x = f\nprint(f.x.x)"),
        ("x = 10**5 * 10**5 * 10**5 * 10**5", "y = 'a' * 10**9", "z = 1 % 0", "print(x, y, z)"),
    ],
)
def test_odd_pages_come_to_an_end(cells: tuple[str, ...]) -> None:
    assert stale(*cells) in (True, False)


STATEMENTS = st.sampled_from(
    ["a = 1", "a = 2", "b = a + 1", "c = [a, b]", "c[0] = b", "b = c[1]", "a += b", "d = c + [a]", "a = d[0]", "b = d"]
)


@given(st.lists(STATEMENTS, max_size=8), st.sampled_from("abcd"))
def test_a_page_in_one_cell_is_never_stale(statements: list[str], name: str) -> None:
    """Nothing was set in a later cell than the one that read it."""
    assert not stale("\n".join(statements) or "pass", f"print({name})")


@given(st.lists(STATEMENTS, max_size=8), st.sampled_from("abcd"))
def test_running_every_cell_again_as_it_is_changes_nothing_for_a_constant(statements: list[str], name: str) -> None:
    assert not stale(*statements, "e = 3", "f = e", "e = 3", "print(f)")
