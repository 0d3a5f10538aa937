"""Changes to a percent script, line by line: what is not changed keeps its bytes, line ends included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from nbcritic.model import NbcriticError, Notebook, Replace
from nbcritic.notebook.edits import NewCell, Plan, offsets
from nbcritic.notebook.percent import COUNT, starts

_NO_COUNT = re.compile(rf"[ \t]*{COUNT.pattern}")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def rewrite(text: bytes, notebook: Notebook, plan: Plan) -> bytes:
    """The script after the plan. `text` is UTF-8 without a byte order mark."""
    whole = text.decode("utf-8")
    lines = _LINE.findall(whole)
    firsts = starts(whole)
    if len(firsts) != len(notebook.cells):
        raise NbcriticError("its cells cannot be found in the file")
    if not firsts:
        raise NbcriticError("it has no cells")
    line_end = next((found[0] for line in lines if (found := re.search(r"\r\n|\r|\n", line))), "\n")
    # A chunk is a cell from its header to the next one; what stands above the first header belongs to no cell and stays.
    tops = [max(first - 2, 0) for first in firsts]
    chunks = []
    for number, (top, end) in enumerate(pairwise([*tops, len(lines)]), 1):
        body = firsts[number - 1] - 1
        head = "".join(lines[top:body])
        if plan.clears_counts:
            head = _NO_COUNT.sub("", head)
        source = "".join(lines[body:end])
        if number in plan.replacements:
            source = _replaced(notebook, number, lines[body:end], plan.replacements[number], line_end)
        chunks.append(head + source)
    if firsts[0] == 1 and plan.order[:1] != (1,):
        raise NbcriticError("its first cell has no `# %%` line, so that nothing can stand above it")
    pieces = [_new(entry, line_end) if isinstance(entry, NewCell) else chunks[entry - 1] for entry in plan.order]
    return ("".join(lines[: tops[0]]) + _joined(pieces, line_end)).encode("utf-8")


def _joined(pieces: Sequence[str], line_end: str) -> str:
    """The chunks one after the other; each but the last must end its line."""
    whole = ""
    for piece in pieces:
        if whole and not whole.endswith(("\n", "\r")):
            whole += line_end
        whole += piece
    return whole


def _replaced(
    notebook: Notebook, number: int, body: Sequence[str], replacements: Sequence[Replace], line_end: str
) -> str:
    cell = notebook.cells[number - 1]
    if cell.kind != "code":
        raise NbcriticError(f"cell {number} is no code: in a script only code can be edited")
    lines = cell.source.split("\n")
    if [line.rstrip("\r\n") for line in body[: len(lines) - 1]] != lines[:-1]:
        raise NbcriticError(f"cell {number} stands in the file in a way that cannot be edited")
    # A line break is one character of the source, and may be two in the file.
    starts_at = [0, *accumulate(len(line) for line in body)]
    text, edited, done = "".join(body), list[str](), 0
    for edit in replacements:
        offsets(cell.source, edit.at)
        start = starts_at[edit.at.line - 1] + edit.at.column - 1
        edited += [text[done:start], edit.text.replace("\n", line_end)]
        done = starts_at[edit.at.end_line - 1] + edit.at.end_column - 1
    return "".join([*edited, text[done:]])


def _new(cell: NewCell, line_end: str) -> str:
    if cell.kind != "code":
        raise NbcriticError("only code can be inserted into a script")
    return f"# %%\n{cell.source}\n\n".replace("\n", line_end)
