"""The driver that compares static answers with runs, on a small slice, so that it goes on working."""

import sys
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.truth import execute
from benchmarks.truth.again import ERROR, FILES, changed_by_rerun
from benchmarks.truth.answers import answer
from benchmarks.truth.variants import Variant, bases, variants
from benchmarks.truth.vary import fixed_names

PATIENCE = 120.0
"""Seconds for what ends: a busy machine takes many times as long as a quiet one."""


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    execute.warm()


def verdict(*cells: str) -> str:
    return answer(Variant("own", "own", cells), PATIENCE).verdict


@pytest.mark.slow
def test_verdicts() -> None:
    assert verdict("a = 1", "print(a)") == "clean"
    assert verdict("a = 1", "print(b)") == "right"
    assert verdict("if not []:\n    a = 1\nelse:\n    b = 2", "print(b)") == "missed"
    assert verdict("if []:\n    print(b)", "b = 2") == "false alarm"
    assert verdict("1 / 0", "print(b)") == "undecided"
    assert verdict("print(b)", "1 / 0") == "right"
    assert verdict("exec('c = ' + '1')", "print(b)") == "open"


@pytest.mark.slow
def test_an_error_that_a_magic_swallows_counts() -> None:
    assert execute.run(["%%capture\nmissing", "1 / 0"], PATIENCE) == execute.Outcome("NameError", 1, "missing")


@pytest.mark.slow
def test_a_run_that_does_not_end_is_ended() -> None:
    assert execute.run(["while True: pass"], timeout=1.0).error == "Timeout"


@pytest.mark.slow
def test_the_notebooks_run_and_nothing_is_said_of_them() -> None:
    originals = bases()
    assert len(originals) >= 30
    assert {found.verdict for found in map(partial(answer, timeout=PATIENCE), originals[::4])} == {"clean"}


@pytest.mark.slow
def test_most_broken_notebooks_are_judged_rightly() -> None:
    answers = [answer(variant) for variant in islice(variants(bases(), seed=5), 40)]
    decided = [found.verdict for found in answers if found.verdict not in ("undecided", "open")]
    assert sum(found in ("right", "clean") for found in decided) >= 0.9 * len(decided)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell, here, elsewhere",
    [
        ("x = 2 * x", ["x"], []),
        ("x = 4 // x", [], ["x"]),  # 2 stays 2; 1 and 4 change places
        ("x = abs(x)", [], []),
        ("y = y.strip()", [], []),
        ("y = y + '!'", ["y"], []),
        ("del x", [ERROR], []),
        ("open('log.txt', 'a').write('done')", [FILES], []),
        ("open('log.txt', 'w').write('done')", [], []),
        ("x = 0 if LIMIT == 9 else x + 1", [], []),
        ("total = total / sum([total, total])", [], []),
    ],
)
def test_what_a_second_run_changes(cell: str, here: list[str], elsewhere: list[str]) -> None:
    cells = ("LIMIT = 9; x = 0; y = 'a'; total = 0.1", "x = 1 + abs(1)", cell)
    found = changed_by_rerun(cells)[2]
    assert (found.here, bool(found.elsewhere)) == (here, bool(elsewhere))


@pytest.mark.slow
def test_what_the_clock_says_is_noise() -> None:
    assert changed_by_rerun(("import time", "now = time.time_ns()"))[1].noise == ["now"]


def test_a_name_bound_once_to_a_literal_keeps_it() -> None:
    assert fixed_names(("a = 1; b = 2", "b += 1", "c = a", "for d in []: pass\nd = 3")) == {"a"}
