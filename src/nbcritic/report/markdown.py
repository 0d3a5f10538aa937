"""Reports as Markdown, made to be a comment on a pull request.

GitHub takes 65,536 characters. When there is more to say, the notebooks with the least grave findings are left out, and counted.
What comes from a notebook is quoted so that it cannot act: no formatting, no HTML, no link, and nobody is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nbcritic.model import SEVERITIES, CellHead, Finding, Report
from nbcritic.report.entries import Entry, entries
from nbcritic.report.places import advice, evidence, label, page, place, relative, unjudged
from nbcritic.report.terminal import Style, cut, visible
from nbcritic.report.totals import MARKS, Totals, counts, plural

LIMIT = 65_000
"""Bytes of a whole comment in UTF-8; no way of counting characters makes more of them than 65,536."""

_SECTION = 12_000
_RESERVE = 1_000
"""For the head of the comment and its end."""

_TEXT = 300
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&#|~$!^=]")
_CALLS = re.compile(r"[@#!%~$&](?=[\w\"'({])|:(?=//)|(?<=www)(?=\.)|(?<=\bGH)(?=-)", re.IGNORECASE)
"""What code hosts turn into a mention, a reference or a link, also where it is written as an entity."""

_CODE = re.compile(r"`([^`\n]+)`")


def render(reports: Iterable[Report]) -> Iterator[str]:
    """The comment, in one piece: its first line counts what was found. What is kept meanwhile is no more than a comment holds."""
    totals, comment = Totals(), _Comment()
    for report in totals.counting(reports):
        if report.findings or report.problem is not None or report.skipped:
            comment.add(report)
    yield f"{_head(totals)}\n\n{comment.text()}"


def _head(totals: Totals) -> str:
    if not totals.notebooks:
        return "**nbcritic**: no notebooks found"
    said = [counts(totals.severities, Style()) or "no findings", f"in {plural(totals.notebooks, 'notebook')}"]
    if totals.suppressed:
        said.append(f"· {totals.suppressed:,} suppressed")
    if totals.problems:
        said.append(f"· {totals.problems:,} with a problem")
    return f"**nbcritic**: {' '.join(said)}"


@dataclass(order=True)
class _Section:
    """What is said about one notebook; of two, the one that must stay is the greater."""

    gravity: tuple[int, ...]
    number: int
    """Less for a later notebook."""
    text: str = field(compare=False)
    findings: int = field(compare=False)

    @property
    def size(self) -> int:
        return _size(self.text)


class _Comment:
    """The gravest sections that fit."""

    def __init__(self) -> None:
        self._sections: list[_Section] = []
        self._room = LIMIT - _RESERVE
        self._left_out = 0
        self._findings = 0

    def add(self, report: Report) -> None:
        """One more notebook; another one may have to go for it."""
        severities = [finding.severity for finding in report.findings]
        gravity = (int(report.problem is not None), *(severities.count(severity) for severity in SEVERITIES))
        section = _Section(gravity, -len(self._sections) - self._left_out, _section(report), len(severities))
        self._sections.append(section)
        self._room -= section.size
        while self._room < 0:
            least = min(self._sections)
            self._sections.remove(least)
            self._room += least.size
            self._left_out += 1
            self._findings += least.findings

    def text(self) -> str:
        """The sections in the order of the notebooks, and how many there are besides."""
        text = "".join(section.text for section in self._sections)
        if self._left_out:
            what = f"{plural(self._left_out, 'notebook')} with {plural(self._findings, 'finding')}"
            text += f"… and {what} for which there is no room here.\n"
        return text


def _section(report: Report) -> str:
    lines = [f"### {code(relative(report.path))}\n\n"]
    if report.problem is not None:
        lines.append(f"**Problem:** {quoted(report.problem)}\n\n")
    heads = {head.number: head for head in report.heads}
    first = {finding.code: finding for finding in report.start_here}
    folded = entries(report.findings)
    by_code = {entry.lead.code: entry for entry in folded}
    for number, finding in enumerate(report.start_here, 1):
        others = by_code[finding.code].besides(finding)
        lines.append(f"{number}. {_entry(Entry(finding, others), heads)}{_advice(finding)}\n")
    rest = [entry for entry in folded if entry.lead.code not in first]
    end = f"\nNot judged: {quoted(unjudged(report))}\n" if report.skipped else ""
    return "".join([*lines, _more(rest, heads, _SECTION - sum(map(_size, lines)), fold=bool(first)), end, "\n"])


def _more(rest: list[Entry], heads: dict[int, CellHead], room: int, *, fold: bool) -> str:
    """The other entries as far as there is room for them."""
    shown, left = list[str](), list(rest)
    for entry in rest:
        line = f"- {_entry(entry, heads)}\n"
        room -= _size(line)
        if room < 0:
            break
        shown.append(line)
        left.pop(0)
    if left:
        shown.append(f"- … and {plural(sum(len(entry.others) + 1 for entry in left), 'finding')} more\n")
    text = "".join(shown)
    if not fold or not text:
        return text
    return f"\n<details><summary>{len(rest)} more</summary>\n\n{text}\n</details>\n"


def _entry(entry: Entry, heads: dict[int, CellHead]) -> str:
    lead = entry.lead
    doubt = " (possible: judge for yourself)" if lead.confidence == "possible" else ""
    head = heads.get(lead.at.cell)
    ran = f" (In[{head.execution_count}])" if head and head.execution_count is not None else ""
    text = f"{MARKS[lead.severity]} **{lead.severity}** [{_plain(label(lead))}]({page(lead)}) · {place(lead.at)}{ran}: "
    text += quoted(lead.message) + doubt
    for line in evidence(lead):
        text += f" → {quoted(line)}"
    if entry.others:
        cells = list(dict.fromkeys(other.at.cell for other in entry.others if other.at.cell))
        named = ", ".join(map(str, cells[:10])) + (", …" if len(cells) > 10 else "")
        text += f" · and {plural(len(entry.others), 'more place')}" + (f": cells {named}" if cells else "")
    return text


def _advice(finding: Finding) -> str:
    indent = "\n\n   "
    shown = f"{indent}{code(finding.code_line)}" if finding.code_line.strip() else ""
    return f"{shown}{indent}{quoted(advice(finding), 2 * _TEXT)}\n"


def quoted(text: str, limit: int = _TEXT) -> str:
    """A message of ours as Markdown: what stands in backticks is code, everything else plain words."""
    text = cut(visible(" ".join(text.split())), limit)
    parts, done = list[str](), 0
    for found in _CODE.finditer(text):
        parts += [_plain(text[done : found.start()]), code(found[1]) or _plain(found[0])]
        done = found.end()
    return "".join([*parts, _plain(text[done:])])


def code(text: str) -> str:
    """Any text as code, on one line; its fence is longer than any run of backticks in it."""
    text = cut(visible(" ".join(text.split())), _TEXT)
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{space}{text}{space}{fence}"


def _plain(text: str) -> str:
    """Entities instead of whatever Markdown or HTML could take for its own, and a space without width in what calls somebody."""
    pieces = _CALLS.sub(lambda found: f"{found[0]}\0", text)
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", pieces).replace("\0", "&#8203;")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
