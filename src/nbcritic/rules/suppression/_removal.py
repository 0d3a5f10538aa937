"""Taking out of a notebook a suppression that it does not need."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Replace, Span
from nbcritic.notebook.edits import replaced
from nbcritic.notebook.suppress import COMMENT, Suppression


def without(page: Page, suppression: Suppression, keys: Collection[str]) -> Fix | None:
    """The fix that takes these keys out of a suppression, `*` for all of it; None for one that is no comment in readable code."""
    at = suppression.comment
    cell = next((cell for cell in page.cells if at is not None and cell.number == at.cell), None)
    if at is None or cell is None or cell.tree is None:
        return None
    line = cell.lines[at.line - 1]
    found = COMMENT.match(line, at.column - 1)
    if found is None or line[found.end() :].strip():
        return None  # somebody wrote down why
    left = [key.strip() for key in (found["keys"] or "").split(",") if key.strip().lower() not in keys and key.strip()]
    if left and "*" not in keys:
        inner = found.span("keys")
        edit = Replace(Span(cell.number, at.line, inner[0] + 1, at.line, inner[1] + 1), ", ".join(left))
    else:
        edit = Replace(_whole(cell, at, line), "")
    mended = CodeCell(replace(cell.cell, source=replaced(cell.source, [edit])), page.notebook.language)
    if mended.tree is None or ast.dump(mended.tree) != ast.dump(cell.tree):
        return None  # it was no comment but part of a text
    return Fix("Remove what silences nothing", (edit,), safe=True)


def _whole(cell: CodeCell, at: Span, line: str) -> Span:
    """A comment with the space before it, or with its line where it is alone on it."""
    code = len(line[: at.column - 1].rstrip())
    if code or len(cell.lines) == 1:
        return Span(cell.number, at.line, code + 1, at.line, len(line) + 1)
    if at.line < len(cell.lines):
        return Span(cell.number, at.line, 1, at.line + 1, 1)
    return Span(cell.number, at.line - 1, len(cell.lines[at.line - 2]) + 1, at.line, len(line) + 1)
