"""Whether a second run of a cell changes anything: each cell is run twice, and the answer compared with what happened."""

import contextlib
import copy
import io
import warnings
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.analysis.cells import CELLS, SETUP

from nbcritic.analysis.idempotence.screen import Screen
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")


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
@example(["setn()", "n += 1"])  # who follows it does not know that the function gives `n` anew each time
def test_what_is_not_followed_is_idempotent_as_found_or_as_it_runs(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    source = "\n".join(cells).replace(" ~ ", "\n")
    asked = page(SETUP, source)
    if not Screen(asked).passes(asked.cell(2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Screen, "passes", lambda self, cell: True)
            found = page(SETUP, source).idempotence.reasons(2)
        with contextlib.chdir(tmp_path_factory.getbasetemp()):
            assert found == () or not changes(source)


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
