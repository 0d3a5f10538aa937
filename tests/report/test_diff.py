"""What a fix changes, as text."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from nbcritic.model import Cell, Notebook
from nbcritic.report.diff import render


def notebook(*sources: str, count: int | None = None) -> Notebook:
    cells = tuple(Cell(number, "code", source, execution_count=count) for number, source in enumerate(sources, 1))
    return Notebook("a.ipynb", cells)


@pytest.mark.parametrize(
    "before, after, origins, lines",
    [
        (("a",), ("a",), (1,), []),
        (("a\nb",), ("b",), (1,), ["--- a.ipynb:cell 1", "+++ a.ipynb:cell 1", "@@ -1,2 +1 @@", "-a", " b"]),
        (("a",), ("n", "a"), (0, 1), ["--- /dev/null", "+++ a.ipynb:cell 1", "@@ -0,0 +1 @@", "+n"]),
        (("a", "b"), ("b",), (2,), ["--- a.ipynb:cell 1", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"]),
        (("a", "b", "c"), ("c", "a", "b"), (3, 1, 2), ["# a.ipynb: cell 3 moves to become cell 1"]),
        (("a", "b", "c"), ("b", "c", "a"), (2, 3, 1), ["# a.ipynb: cell 1 moves to become cell 3"]),
    ],
)
def test_diff(before: Sequence[str], after: Sequence[str], origins: Sequence[int], lines: list[str]) -> None:
    assert "".join(render(notebook(*before), notebook(*after), origins)).splitlines() == lines


def test_cleared_counts_are_told() -> None:
    text = "".join(render(notebook("a", "b", count=3), notebook("a", "b"), (1, 2)))
    assert text == "# a.ipynb: the execution counts of 2 cells are cleared\n"


def test_colour_and_control_characters() -> None:
    hostile = replace(notebook("\x1b[2J\ta"), path="a\x1b.ipynb")
    text = "".join(render(hostile, notebook("b"), (1,), color=True))
    assert "\x1b[2J" not in text
    assert "a\x1b:" not in text
    assert "\x1b[31m-\\x1b[2J\ta\x1b[0m" in text
