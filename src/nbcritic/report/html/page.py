"""What stands on a page, put together from a report and its notebook; the templates only lay it out."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbcritic import __version__
from nbcritic.model import SEVERITIES, CellHead, Finding, NbcriticError, Report, Span
from nbcritic.report.html import cells
from nbcritic.report.html.trend import Previous
from nbcritic.report.places import advice
from nbcritic.report.places import page as documentation
from nbcritic.report.terminal import visible

if TYPE_CHECKING:
    from markupsafe import Markup

    from nbcritic.analysis.page import Page
    from nbcritic.model import Cell

_MOST_OTHERS = 20
"""Of one rule in one cell the gravest finding is a note of its own; so many others are listed in it, and more are counted."""


@dataclass(frozen=True, slots=True)
class Note:
    """One remark in the margin."""

    number: int
    finding: Finding
    message: Markup
    brief: Markup
    """Why it matters in a sentence, and what to do."""
    why: Markup
    related: Sequence[tuple[int, Markup]]
    """The places that belong to it: the number of the cell (0: the notebook), and what is there."""
    chain: tuple[int, ...]
    """The cells that belong to it, its own first, each once."""
    new: bool
    documentation: str
    others: Sequence[Finding]
    """What the same rule says besides of the same cell."""
    told: Sequence[tuple[int, Markup]]
    """Line and message of the first of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the notebook with what is said about it."""

    number: int
    kind: str
    label: str
    lines: Sequence[Markup]
    marked: frozenset[int]
    body: Markup | None
    outputs: Sequence[Markup]
    notes: Sequence[Note]


def notebook_page(report: Report, previous: Previous | None = None, index: str | None = None) -> str:
    """The page of one notebook."""
    notes = _notes(report, previous)
    by_cell: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        by_cell[note.finding.at.cell].append(note)
    rows, unread = _rows(report, by_cell)
    return _rendered(
        "page.html",
        title=Path(report.path).name,
        report=report,
        index=index,
        start=[_of(finding, notes) for finding in report.start_here],
        whole=by_cell[0],
        rows=rows,
        notes=notes,
        unread=unread,
        families=Counter(note.finding.family for note in notes).most_common(),
        severities=_severities(report.findings),
        readiness=report.readiness,
        change=previous.change(report) if previous else None,
    )


def index_page(reports: Sequence[tuple[Report, str]], previous: Previous | None = None) -> str:
    """The list of all notebooks, the gravest first, each with a link to its page."""

    def gravity(item: tuple[Report, str]) -> tuple[int, ...]:
        found = _severities(item[0].findings)
        return tuple(-found[severity] for severity in SEVERITIES)

    return _rendered(
        "index.html",
        title=f"{len(reports)} notebooks",
        entries=[
            (
                report,
                link,
                _severities(report.findings),
                previous.change(report) if previous and report.problem is None else None,
                _prose(report.start_here[0].message) if report.start_here else None,
            )
            for report, link in sorted(reports, key=gravity)
        ],
        severities=_severities(finding for report, _ in reports for finding in report.findings),
        clean=sum(not report.findings and report.problem is None for report, _ in reports),
    )


def _severities(findings: Iterable[Finding]) -> dict[str, int]:
    count = Counter(finding.severity for finding in findings)
    return {severity: count[severity] for severity in SEVERITIES}


def _notes(report: Report, previous: Previous | None) -> list[Note]:
    """One note for each rule and cell, in the order of the cells."""
    groups: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        groups[finding.code, finding.at.cell].append(finding)
    folded = [sorted(group, key=_gravest) for group in groups.values()]
    folded.sort(key=lambda group: (group[0].at.cell, _gravest(group[0])))
    return [_note(number, group, report, previous) for number, group in enumerate(folded, 1)]


def _of(finding: Finding, notes: Sequence[Note]) -> Note:
    """The note that tells a finding."""
    return next(note for note in notes if (note.finding.code, note.finding.at.cell) == (finding.code, finding.at.cell))


def _gravest(finding: Finding) -> tuple[int, Span, str]:
    return SEVERITIES.index(finding.severity), finding.at, finding.code


def _note(number: int, group: Sequence[Finding], report: Report, previous: Previous | None) -> Note:
    lead, *others = group
    return Note(
        number,
        lead,
        _prose(lead.message),
        _prose(advice(lead)),
        _prose(" ".join(filter(None, (lead.why, lead.remedy)))),
        [(related.at.cell, _prose(related.message)) for related in lead.related],
        _chain(group),
        previous is not None and any(previous.is_new(report, finding.fingerprint) for finding in group),
        documentation(lead),
        others,
        [(other.at.line, _prose(other.message)) for other in others[:_MOST_OTHERS]],
    )


def _chain(group: Sequence[Finding]) -> tuple[int, ...]:
    places = (at.cell for finding in group for at in (finding.at, *(related.at for related in finding.related)))
    return tuple(dict.fromkeys(number for number in places if number))


def _prose(text: str) -> Markup:
    """A sentence of ours with its `code` set as code; everything in it is escaped."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _rows(report: Report, by_cell: dict[int, list[Note]]) -> tuple[list[Row], str]:
    """The notebook's cells; where it cannot be read again, the cells that the report names, and why."""
    from nbcritic.analysis.page import Page
    from nbcritic.notebook.read import read

    try:
        page = Page(read(Path(report.path).read_bytes(), report.path))
    except (OSError, ValueError, NbcriticError) as error:  # a path may hold what no file system takes
        return [_head_row(head, by_cell[head.number]) for head in report.heads], str(error)
    return [_row(page, cell, by_cell[cell.number]) for cell in page.notebook.cells], ""


def _head_row(head: CellHead, notes: Sequence[Note]) -> Row:
    from markupsafe import escape

    return Row(
        head.number, head.kind, _label(head.execution_count), (escape(head.first_line),), frozenset(), None, (), notes
    )


def _row(page: Page, cell: Cell, notes: Sequence[Note]) -> Row:
    if cell.kind == "markdown":
        return Row(cell.number, cell.kind, "", (), frozenset(), cells.markdown(cell.source), (), notes)
    language = (cell.language or page.notebook.language) if cell.kind == "code" else "text"
    spans = [finding.at for note in notes for finding in (note.finding, *note.others)]
    marked = {line for at in spans if at.line for line in range(at.line, max(at.end_line, at.line) + 1)}
    return Row(
        cell.number,
        cell.kind,
        _label(cell.execution_count) if cell.kind == "code" else "",
        cells.source(page, cell, language),
        frozenset(marked),
        None,
        tuple(cells.shown(cell)) if cell.kind == "code" else (),
        notes,
    )


def _label(count: int | None) -> str:
    return f"In[{count}]" if count else "In[ ]"


def _rendered(template: str, **values: Any) -> str:
    style, script = _file("style.css"), _file("script.js")
    text: str = (
        _environment()
        .get_template(template)
        .render(
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
            version=__version__,
            all_severities=SEVERITIES,
            **values,
        )
    )
    if text.replace("\n", "").isprintable():
        return text
    return "\n".join(visible(line) for line in text.replace("\t", "&#9;").split("\n"))


@cache
def _file(name: str) -> Any:
    from markupsafe import Markup

    return Markup((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """What a content security policy names an inline style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
