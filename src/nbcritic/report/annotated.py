"""The critique inside the notebook: a Markdown cell above each cell that something is said about.

What comes from the notebook is quoted so that it cannot act: neither as Markdown nor as HTML nor as a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from nbcritic.model import Drop, Finding, NbcriticError, Notebook, Report, Span
from nbcritic.notebook.edits import NewCell
from nbcritic.notebook.write import Rewritten, rewrite
from nbcritic.report.entries import Entry, entries
from nbcritic.report.terminal import Style
from nbcritic.report.totals import MARKS, Totals, counts

TAG = "nbcritic-review"
"""The tag of a cell that is ours; `strip` takes out the cells that carry it."""

_RELATED = 4
_SPECIAL = re.compile(r"[&<>\\`*_{}\[\]#!|~$^]|:(?=//)|(?<=www)\.|(?<!\w)[-+=](?!\w)", re.IGNORECASE)
_CODE = re.compile(r"`([^`\n]+)`")


def annotate(notebook: Notebook, report: Report) -> Rewritten:
    """The notebook with its critique; every cell that it had keeps its bytes.

    Raises NbcriticError for a script, and for a notebook that carries a critique already.
    """
    if notebook.script:
        raise NbcriticError(f"{notebook.path}: is a script; only notebooks can be annotated")
    if ours(notebook):
        raise NbcriticError(f"{notebook.path}: carries a critique already; --strip takes it out")
    if not notebook.cells:
        return rewrite(notebook, ())
    found = groupby(entries(report.findings), key=lambda entry: entry.lead.at.cell)
    by_cell: dict[int, list[Entry]] = {0: [], **{cell: list(group) for cell, group in found}}
    metadata = {"tags": [TAG]}
    cells = (NewCell(max(cell, 1), _page(cell, group, report), "markdown", metadata) for cell, group in by_cell.items())
    return rewrite(notebook, cells)


def strip(notebook: Notebook) -> Rewritten:
    """The notebook without its critique, byte for byte what it was before."""
    return rewrite(notebook, map(Drop, ours(notebook)))


def ours(notebook: Notebook) -> list[int]:
    """The numbers of the cells that hold a critique."""
    return [cell.number for cell in notebook.cells if cell.kind == "markdown" and TAG in cell.tags]


def _page(cell: int, group: Sequence[Entry], report: Report) -> str:
    """The text of one annotation; that of the notebook as a whole (cell 0) opens with the counts."""
    lines = list[str]()
    if cell == 0:
        severities = Totals.of(report).severities
        lines += [f"**nbcritic** — {counts(severities, Style()) or 'no findings'}", ""]
        lines += [f"{number}. {_start(finding)}" for number, finding in enumerate(report.start_here, 1)]
        lines += [""] * bool(report.start_here)
    for entry in group:
        lines += [*_entry(entry), ""]
    return "\n".join(lines).strip()


def _start(finding: Finding) -> str:
    place = f"cell {finding.at.cell}: " if finding.at.cell else ""
    return f"{place}{quoted(finding.message)}"


def _entry(entry: Entry) -> Iterator[str]:
    lead = entry.lead
    name = "" if lead.name == lead.code else f" {lead.name}"
    doubt = " (possible: judge for yourself)" if lead.confidence == "possible" else ""
    line = f", line {lead.at.line}" if lead.at.line else ""
    yield f"> {MARKS[lead.severity]} **{lead.severity}** · `{lead.code}{name}`{line}: **{quoted(lead.message)}**{doubt}"
    if lead.tool == "nbcritic":
        yield ">"
        yield f"> {quoted(lead.why)} {quoted(lead.remedy)}"
    for related in lead.related[:_RELATED]:
        yield ">"
        yield f"> → {_place(related.at)}{quoted(related.message)}"
    if entry.others:
        places = ", ".join(dict.fromkeys(_where(other.at) for other in entry.others if other.at.cell))
        yield ">"
        yield f"> and {len(entry.others)} more" + (f": {places}" if places else "")


def _place(at: Span) -> str:
    return f"{_where(at)}: " if at.cell else ""


def _where(at: Span) -> str:
    return f"cell {at.cell}, line {at.line}" if at.line else f"cell {at.cell}"


def quoted(text: str) -> str:
    """A message as Markdown: what stands in backticks is code, everything else plain words."""
    text = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    parts, done = list[str](), 0
    for found in _CODE.finditer(text):
        parts += [_plain(text[done : found.start()]), f"`{found[1]}`" if found[1].strip() else _plain(found[0])]
        done = found.end()
    return "".join([*parts, _plain(text[done:])])


def _plain(text: str) -> str:
    """Entities instead of whatever Markdown, HTML or MathJax could take for its own."""
    return _SPECIAL.sub(lambda found: "".join(_entity(char) for char in found[0]), text)


def _entity(char: str) -> str:
    # MathJax looks for its signs when the page is HTML already, but not in code.
    entity = f"&#{ord(char)};"
    return f"<code>{entity}</code>" if char in "$\\" else entity
