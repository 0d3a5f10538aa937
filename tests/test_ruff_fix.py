"""Which of ruff's edits are carried over to a cell as its author wrote it."""

import pytest

from nbcritic.analysis.code import CodeCell
from nbcritic.model import Cell, Fix, Replace, Span
from nbcritic.ruff_fix import Change, Place, Remedy, fix_of


def fix(source: str, line: int, *edits: tuple[str, int, int, int, int], applicability: str = "safe") -> Fix | None:
    changes = tuple(Change(text, Place(a, b), Place(c, d)) for text, a, b, c, d in edits)
    remedy = Remedy("Mend it", applicability, changes)
    return fix_of(CodeCell(Cell(4, "code", source)), remedy, Span(4, line, 1, line, 2))


def test_an_edit_of_the_statement() -> None:
    found = fix("import os\nx = 1", 1, ("", 1, 1, 2, 1))
    assert found == Fix("Mend it", (Replace(Span(4, 1, 1, 2, 1), ""),), safe=True)


def test_the_last_line_goes_with_the_break_before_it() -> None:
    found = fix("x = 1\nimport os", 2, ("", 2, 1, 3, 1))
    assert found and found.edits == (Replace(Span(4, 1, 6, 2, 10), ""),)


def test_the_only_line_leaves_nothing() -> None:
    found = fix("import os", 1, ("", 1, 1, 2, 1))
    assert found and found.edits == (Replace(Span(4, 1, 1, 1, 10), ""),)


def test_unsafe_is_said() -> None:
    found = fix("x = 1", 1, ("y", 1, 1, 1, 2), applicability="unsafe")
    assert found and not found.safe


@pytest.mark.parametrize(
    "source, line, edit",
    [
        pytest.param("import os\nx = 1", 2, ("import re\n", 1, 1, 1, 1), id="another statement, or another cell"),
        pytest.param("x = 1", 1, ("import re\n", 1, 1, 1, 1), id="an import on the same line of another cell"),
        pytest.param("f(a)", 1, (", b", 1, 4, 1, 4), id="a name for an import of another cell"),
        pytest.param("x = 1", 1, ("", 7, 1, 7, 2), id="beyond the cell"),
        pytest.param("%time import os", 1, ("", 1, 1, 2, 1), id="a magic"),
        pytest.param("f(1,\n  2)\nx = !ls", 3, ("", 3, 1, 3, 2), id="a shell line"),
    ],
)
def test_what_may_be_meant_for_another_place_is_left(
    source: str, line: int, edit: tuple[str, int, int, int, int]
) -> None:
    assert fix(source, line, edit) is None


def test_an_import_beside_another_edit_is_in_another_cell() -> None:
    edits = (("import numpy as np", 1, 1, 1, 9), ("np.trapezoid", 1, 5, 1, 13))
    assert fix("a = np.trapz(x)", 1, *edits) is None


def test_what_ruff_only_shows_is_no_fix() -> None:
    assert fix("x = 1", 1, ("y", 1, 1, 1, 2), applicability="display") is None
    assert fix("x = 1", 1) is None


def test_a_decorator_belongs_to_its_function() -> None:
    assert fix("@f\ndef g():\n    pass", 2, ("", 1, 1, 2, 1)) is not None
