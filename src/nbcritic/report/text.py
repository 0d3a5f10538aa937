"""Reports for people: first what a strong reviewer would say first, then the rest cell by cell, then the counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from nbcritic.model import CellHead, Finding, Report
from nbcritic.report.entries import Entry, entries
from nbcritic.report.terminal import Style, cut, excerpt, visible, width, wrap, wrap_after
from nbcritic.report.totals import MARKS, PAINT, Totals, counts, plural

_WHY = 210
"""Characters of the reason to show; `nbcritic explain` has the rest."""

_RELATED = 4
"""Second places to show of one finding."""

NONE_FOUND = (
    "No notebooks found. What git ignores and what `exclude` names is left out of folders; "
    "a notebook that is named is always read.\n"
)


def render(reports: Iterable[Report], *, color: bool, width: int, brief: bool) -> Iterator[str]:
    """A section for each notebook that needs one, as soon as it is judged, and the summary of all.

    Notebooks with nothing to say about them appear only in the summary's count.
    """
    style = Style(color)
    totals = Totals()
    hint: str | None = None
    for report in reports:
        totals.add(report)
        if report.findings or report.problem or report.skipped:
            short = brief or not report.findings
            yield _line(report, style, width) if short else _Section(report, style, width).text()
            # One rule to read on about: the first thing to say of the first notebook.
            hint = hint or next((found.name for found in report.start_here if found.tool == "nbcritic"), None)
    yield _end(totals, style, width, None if brief else hint)


def _end(totals: Totals, style: Style, limit: int, hint: str | None) -> str:
    if totals.notebooks == 0:
        return NONE_FOUND
    text = ""
    if totals.notebooks > 1:
        text = _rule(plural(totals.notebooks, "notebook"), style, limit) + "\n" + _summary_of_all(totals, style, limit)
    elif totals.clean:
        # Any other has said in its own section what there is to say.
        text = f"{style('✔', 'green', 'bold')} {visible(totals.last)}: no findings{_suppressed(totals.suppressed, style)}\n"
    text += _fixable(totals, style)
    if hint:
        text += style(f"Why, with examples: nbcritic explain {visible(hint)}", "dim") + "\n"
    return text


def _fixable(totals: Totals, style: Style) -> str:
    safe, unsafe = totals.fixable, totals.unsafely_fixable
    if not safe:
        return style(f"{unsafe} can be fixed with --fix --unsafe-fixes", "dim") + "\n" if unsafe else ""
    more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
    return style(f"[*] {safe} can be fixed with --fix{more}", "dim") + "\n"


def _suppressed(count: int, style: Style) -> str:
    return style(f" · {count} suppressed", "dim") if count else ""


def _summary_of_all(totals: Totals, style: Style, limit: int) -> str:
    parts = [f"{totals.with_findings} with findings", f"{totals.clean} clean"]
    if totals.unsaid:
        parts.append(f"{totals.unsaid} without findings, but not judged in full")
    if totals.problems:
        parts.append(style(f"{totals.problems} with a problem", "red"))
    lines = [" · ".join(parts)]
    if totals.severities:
        lines.append(counts(totals.severities, style) + _suppressed(totals.suppressed, style))
    elif totals.suppressed:
        lines.append(f"{totals.suppressed} suppressed")
    for reason, number in totals.skipped.most_common(5):
        lines += _hanging(f"not judged ({number}×): ", reason, limit)
    if len(totals.skipped) > 5:
        lines.append(f"… and {len(totals.skipped) - 5} more reasons")
    for path in totals.problem_paths[:10]:
        lines.append(style(f"problem: {visible(path)}", "red"))
    if totals.problems > 10:
        lines.append(f"… and {totals.problems - 10} more")
    return "\n".join(lines) + "\n"


def _line(report: Report, style: Style, limit: int) -> str:
    """All about one notebook in a line, and in a line more for what could not be judged."""
    head = counts(Totals.of(report).severities, style) if report.findings else "" if report.problem else "no findings"
    head += _suppressed(report.suppressed, style)
    return (
        "\n".join(
            [f"{style(visible(report.path), 'bold')}: {head}".rstrip(": "), *_unjudged(report, style, limit, "  ")]
        )
        + "\n"
    )


def _unjudged(report: Report, style: Style, limit: int, indent: str = "") -> list[str]:
    lines = []
    if report.problem:
        lines += [style(line, "red") for line in _hanging(f"{indent}problem: ", report.problem, limit)]
    if report.skipped:
        text = "; ".join(f"{skipped.what} ({skipped.reason})" for skipped in report.skipped)
        lines += [style(line, "dim") for line in _hanging(f"{indent}not judged: ", text, limit)]
    return lines


def _rule(title: str, style: Style, limit: int) -> str:
    """A line with a title. A long path stays whole: it is there to be copied."""
    return f"{style('──', 'dim')} {style(title, 'bold')} {style('─' * max(limit - width(title) - 4, 2), 'dim')}"


def _hanging(head: str, text: str, limit: int) -> list[str]:
    """Wrapped text after a head, the later lines indented as far as the head is wide."""
    indent = width(head)
    first, *rest = wrap(text, limit - indent) or [""]
    return [head + first, *(" " * indent + line for line in rest)]


class _Section:
    """What is said about one notebook."""

    def __init__(self, report: Report, style: Style, limit: int) -> None:
        self._report = report
        self._style = style
        self._limit = limit
        self._heads = {head.number: head for head in report.heads}
        self._script = report.path.endswith(".py")
        self._entries = entries(report.findings)

    def text(self) -> str:
        """The whole section, with an empty line after it."""
        lines = [_rule(visible(self._report.path), self._style, self._limit), ""]
        first = {finding.code for finding in self._report.start_here}
        by_code = {entry.lead.code: entry for entry in self._entries}
        if first:
            lines += [self._style("Start here", "bold", "magenta"), ""]
            for number, finding in enumerate(self._report.start_here, 1):
                lines += self._start(number, finding, by_code[finding.code])
        rest = [entry for entry in self._entries if entry.lead.code not in first]
        if rest:
            lines += [self._style("Then, cell by cell", "bold", "magenta"), ""]
            for cell, group in groupby(rest, key=lambda entry: entry.lead.at.cell):
                lines += self._cell(cell, list(group))
        return "\n".join([*lines, *self._summary()]) + "\n\n"

    def _start(self, number: int, finding: Finding, entry: Entry) -> list[str]:
        style, indent = self._style, 5
        mark = style(MARKS[finding.severity], *PAINT[finding.severity])
        message = wrap(finding.message, self._limit - indent)
        lines = [f" {style(str(number), 'bold')} {mark} {style(message[0] if message else '', 'bold')}"]
        lines += [" " * indent + style(line, "bold") for line in message[1:]]
        about = (finding.severity, self._label(finding), *self._doubt(finding))
        lines.append(" " * indent + style(" · ".join(about), *PAINT[finding.severity][:1]))
        lines.append(" " * indent + self._where(finding))
        lines += self._evidence(finding, entry.besides(finding), indent)
        for text in (_some_sentences(finding.why), finding.remedy):
            lines += [" " * indent + self._prose(line) for line in wrap(text, self._limit - indent - 2)]
        return [*lines, ""]

    def _prose(self, line: str) -> str:
        head, _, tail = line.partition(" ")
        if head.rstrip(",") == "Instead":
            return f"{self._style(head, 'green', 'bold')} {self._style.quoted(tail)}"
        return self._style.quoted(line)

    def _cell(self, cell: int, group: Sequence[Entry]) -> list[str]:
        lines = [self._where(group[0].lead)]
        for entry in group:
            finding = entry.lead
            paint = PAINT[finding.severity]
            mark, label = self._style(MARKS[finding.severity], *paint), self._label(finding)
            text = " ".join((finding.message, *(f"({word})" for word in self._doubt(finding))))
            # The first line is shorter by the label, which is painted and must not be broken.
            first, *more = wrap_after(width(label) + 2, text, self._limit - 3)
            lines.append(f" {mark} {self._style(label, paint[0])}  {self._style.quoted(first)}".rstrip())
            lines += ["   " + self._style.quoted(line) for line in more]
            lines += self._evidence(finding, entry.others, 3)
        return [*lines, ""]

    def _label(self, finding: Finding) -> str:
        name = "" if finding.name == finding.code else f" {visible(finding.name)}"
        return visible(finding.code) + name + " [*]" * (finding.fix is not None and finding.fix.safe)

    def _doubt(self, finding: Finding) -> tuple[str, ...]:
        return ("possible: judge for yourself",) if finding.confidence == "possible" else ()

    def _where(self, finding: Finding) -> str:
        """The cell as a person finds it: JupyterLab shows no cell numbers, but counts and code."""
        cell = finding.at.cell
        if cell == 0:
            return self._style("the whole script" if self._script else "the whole notebook", "bold")
        head = self._heads.get(cell, CellHead(cell, "code", finding.execution_count, ""))
        parts = [f"cell {cell}"]
        if self._script:
            parts.append(f"from line {finding.file_line - max(finding.at.line - 1, 0)}")
        elif head.kind != "code":
            parts.append(head.kind.capitalize())
        else:
            parts.append(f"In[{head.execution_count if head.execution_count is not None else ' '}]")
        name = " · ".join(parts)
        line = cut(visible(head.first_line), max(self._limit - width(name) - 8, 10))
        return self._style(name, "bold") + (self._style(f" · {line}", "dim") if line else "")

    def _evidence(self, finding: Finding, others: Sequence[Finding], indent: int) -> list[str]:
        """The line of code with the marks under it, the places that belong to it and those that are like it."""
        style, lines = self._style, list[str]()
        gutter = f"{finding.at.line:>4} │ "
        pad, empty = " " * indent, " " * (len(gutter) - 2) + "│ "
        if finding.at.line and finding.code_line.strip():
            at = finding.at
            end = at.end_column if at.end_line <= at.line else 0
            shown = excerpt(finding.code_line, at.column, end, self._limit - indent - len(gutter))
            lines.append(pad + style(gutter, "dim") + shown.code)
            lines.append(pad + style(empty, "dim") + style(shown.marks, *PAINT[finding.severity]))
        inner = " " * (indent + 5)
        for related in finding.related[:_RELATED]:
            place = "" if related.at.cell == 0 else _place(related.at.cell, related.at.line, long=True) + ": "
            texts = _hanging(f"→ {place}", related.message, self._limit - len(inner))
            lines += [inner + style.quoted(text) for text in texts]
        if len(finding.related) > _RELATED:
            lines.append(inner + f"→ … and {len(finding.related) - _RELATED} more")
        if others:
            lines.append(inner + style(cut(_others(others, self._limit - len(inner)), self._limit - len(inner)), "dim"))
        return lines

    def _summary(self) -> list[str]:
        report, style = self._report, self._style
        line = counts(Totals.of(report).severities, style) + _suppressed(report.suppressed, style)
        return [line, *self._readiness(), *_unjudged(report, style, self._limit)]

    def _readiness(self) -> list[str]:
        """The figures of the families of which some rule spoke."""
        figures = [f"{family} {figure}" for family, figure in self._report.readiness if figure < 100]
        lines = _hanging("readiness: ", " · ".join(figures), self._limit) if figures else []
        return [self._style(line, "dim") for line in lines]


def _place(cell: int, line: int, *, long: bool = False) -> str:
    if long:
        return f"cell {cell}, line {line}" if line else f"cell {cell}"
    return f"{cell}:{line}" if line else f"{cell}"


def _others(others: Sequence[Finding], limit: int) -> str:
    """`and 12 more places: cells 3, 5, 9:2, …`, with as many places as a line holds."""
    places = list(dict.fromkeys(_place(finding.at.cell, finding.at.line) for finding in others if finding.at.cell))
    text = f"and {plural(len(others), 'more place')}"
    if len(others) == 1 and others[0].at.cell:
        return f"{text}: {_place(others[0].at.cell, others[0].at.line, long=True)}"
    for index, place in enumerate(places):
        more = f", {place}" if index else f": {'cells' if len(places) > 1 else 'cell'} {place}"
        if len(text) + len(more) > limit - 3:
            return f"{text}, …"
        text += more
    return text


def _some_sentences(text: str) -> str:
    """The first sentences that fit into `_WHY` characters, one at least."""
    kept = ""
    for sentence in text.replace(". ", ".\0").split("\0"):
        if kept and len(kept) + len(sentence) > _WHY:
            break
        kept = f"{kept} {sentence}" if kept else sentence
    return kept
