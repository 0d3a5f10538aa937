"""ruff's edits as edits of the notebook. ruff saw the cells without their magics, so not every edit can be carried over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.model import Fix, Replace, Span

_IMPORTS = re.compile(r"\s*(?:import |from |,)")
"""How text starts that adds an import, or a name to one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a cell as ruff's JSON gives it: row and column count from 1."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Change:
    """One of the edits of a fix: `content` in the place of what stands between the two places."""

    content: str
    location: Place
    end_location: Place


@dataclass(frozen=True, slots=True)
class Remedy:
    """The fix of a diagnostic."""

    message: str | None = None
    applicability: str = "display"
    edits: tuple[Change, ...] = ()


def fix_of(cell: CodeCell, remedy: Remedy, at: Span) -> Fix | None:
    """The fix of a diagnostic at this place, where ruff offers one and it holds for the cell as its author wrote it.

    ruff's JSON does not say which cell an edit is in, so that only those are taken that touch the statement of the diagnostic;
    an edit elsewhere may be meant for another cell, and an import that is added nearly always is.
    """
    if remedy.applicability not in ("safe", "unsafe") or not remedy.edits:
        return None
    first, last = _statements(cell, at)
    edits = []
    for change in remedy.edits:
        start, end = change.location, change.end_location
        if not (first <= start.row <= end.row <= last + 1 and (end.row <= last or end.column == 1)):
            return None
        if (start == end or len(remedy.edits) > 1) and _IMPORTS.match(change.content):
            return None
        if not _as_written(cell, start.row, min(end.row, last)):
            return None
        edits.append(_edit(cell, change))
    return Fix(remedy.message or "Apply ruff's fix", tuple(edits), safe=remedy.applicability == "safe")


def _statements(cell: CodeCell, at: Span) -> tuple[int, int]:
    """The first and the last line of the statements of the cell that `at` touches; an empty range where none does."""
    first, last = 1, 0
    for statement in cell.tree.body if cell.tree is not None else ():
        start = min([statement.lineno, *(node.lineno for node in getattr(statement, "decorator_list", ()))])
        end = statement.end_lineno or statement.lineno
        if start <= max(at.end_line, at.line) and end >= at.line:
            first, last = (start if last == 0 else first), end
    return first, last


def _as_written(cell: CodeCell, first: int, last: int) -> bool:
    """Are these lines of the cell what ruff saw?"""
    return cell.plain.source.split("\n")[first - 1 : last] == list(cell.lines[first - 1 : last])


def _edit(cell: CodeCell, change: Change) -> Replace:
    start, end, text = change.location, change.end_location, change.content
    if end.row > len(cell.lines):
        # ruff ends each cell with a line break, which the author's last line may lack.
        end = Place(len(cell.lines), len(cell.lines[-1]) + 1)
        if not text and start.column == 1 and start.row > 1:
            start = Place(start.row - 1, len(cell.lines[start.row - 2]) + 1)
        text = text.rstrip("\n")
    return Replace(Span(cell.number, start.row, start.column, end.row, end.column), text)
