"""What a page printed while it ran and nobody took up: scores, warnings, and the calls and words around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Span

FITS = frozenset(
    "fit fit_predict fit_generator cross_val_score cross_val_predict cross_validate curve_fit solve_power sample train".split()
)
"""What fits a model, by its last word."""
_RETURNS = regex(r"[\r\x08]+")
_ESCAPES = regex(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printed(page: Page, *words: str) -> Iterator[tuple[CodeCell, str]]:
    """The cells whose saved outputs hold one of the words, with all that they printed."""
    for cell in page.code:
        texts = [output.text for output in cell.outputs if output.kind != "error"]
        if any(word in text for text in texts for word in words):
            yield cell, "\n".join(_ESCAPES.sub("", _RETURNS.sub("\n", text)) for text in texts)


def call_in(cell: CodeCell, wanted: Callable[[str], bool]) -> ast.Call | None:
    """The first call of the cell, in the order of its text, of something with a wanted last word."""
    calls = [call for call in cell.nodes(ast.Call) if wanted(called_name(call.func))]
    return min(calls, key=lambda call: (call.lineno, call.col_offset), default=None)


def place(cell: CodeCell, call: ast.Call | None) -> Span:
    """Where the call stands, or else the whole cell."""
    return cell.at(call) if call is not None else Span(cell.number)


def is_taken_up(page: Page, cell: CodeCell, words: re.Pattern[str], announced: re.Pattern[str] | None = None) -> bool:
    """Does the page speak of it: in a comment of the cell, in the Markdown of the two cells below, or right above (`announced`)?"""
    if any(words.search(line.partition("#")[2]) for line in cell.lines if "#" in line):
        return True
    cells = page.notebook.cells
    below = cells[cell.number : cell.number + 2]
    above = cells[max(cell.number - 2, 0) : cell.number - 1]
    return any(words.search(one.source) for one in below if one.kind == "markdown") or any(
        (announced or words).search(one.source) for one in above if one.kind == "markdown"
    )
