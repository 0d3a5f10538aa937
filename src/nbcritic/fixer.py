"""Mending what can be mended: fixes are applied, proven on the result, and the notebook is judged again until none is left.

A fix is refused, and the reason said, where the notebook that it makes does not parse, misses a name that it did not miss before,
loses a name that something may still use, or lets a cell take a name from another cell than before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import NOWHERE, Project
from nbcritic.config import Config
from nbcritic.model import Drop, Edit, Finding, Fix, Move, NbcriticError, Notebook, Replace, Report
from nbcritic.notebook.write import Rewritten, rewrite
from nbcritic.scanner.batch import judge

ROUNDS = 50
"""How often a notebook is mended and judged again; each time the fixes that did not touch one another are applied."""

View: TypeAlias = Callable[[Report, Notebook], Report]
"""What a reader sees of the report on a notebook: less where a baseline knows some of its findings, say."""

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Refused:
    """A fix that was not applied, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Mended:
    """What became of a notebook. `report` is about the notebook as it is now.

    `origins` tells for each of its cells the number that it had before, 0 for a new one.
    """

    before: Notebook
    notebook: Notebook
    origins: tuple[int, ...]
    report: Report
    applied: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def changed(self) -> bool:
        """Are the bytes of the file other ones now?"""
        return self.notebook.raw != self.before.raw


def whole(report: Report, notebook: Notebook) -> Report:
    """The report as it is."""
    return report


def applicable(report: Report, *, unsafe: bool = False) -> tuple[Finding, ...]:
    """The findings that have a fix; unsafe ones only where they are asked for."""
    return tuple(finding for finding in report.findings if finding.fix and (unsafe or finding.fix.safe))


def mend(
    notebook: Notebook, config: Config, project: Project = NOWHERE, *, unsafe: bool = False, view: View = whole
) -> Mended:
    """Apply the fixes of a notebook's findings until none is left that can be applied. Writes nothing.

    The result is what a second call would leave as it is. `view` takes from a report what need not be mended. Raises
    NbcriticError where ruff is missing.
    """
    page = Page(notebook, project)
    report = view(_judged(page, config), notebook)
    origins = tuple(range(1, len(notebook.cells) + 1))
    applied: list[Finding] = []
    refused: dict[tuple[str, Fix], Refused] = {}
    for _ in range(ROUNDS):
        step = _step(page, [f for f in applicable(report, unsafe=unsafe) if _key(f) not in refused], refused)
        if step is None:
            break
        after = view(_judged(step.page, config), step.page.notebook)
        if stuck := _not_cleared(step.findings, report, after):
            refused |= {_key(f): Refused(f, "it would not clear the finding") for f in step.findings if f.code in stuck}
            continue
        page, report = step.page, after
        origins = tuple(origins[origin - 1] if origin else 0 for origin in step.origins)
        applied += step.findings
    left = [refused[_key(found)] for found in applicable(report, unsafe=unsafe) if _key(found) in refused]
    return Mended(notebook, page.notebook, origins, report, tuple(applied), tuple(left))


def _judged(page: Page, config: Config) -> Report:
    return next(iter(judge([page], config)))


def _key(finding: Finding) -> tuple[str, Fix]:
    assert finding.fix is not None
    return finding.code, finding.fix


def _not_cleared(fixed: Sequence[Finding], before: Report, after: Report) -> set[str]:
    """The rules that say as much as they did although some of their findings were fixed."""
    was, now = (Counter(finding.code for finding in report.findings) for report in (before, after))
    return {finding.code for finding in fixed if now[finding.code] >= was[finding.code]}


@dataclass(frozen=True)
class _Step:
    """The page after some fixes."""

    page: Page
    origins: tuple[int, ...]
    findings: tuple[Finding, ...]


def _step(page: Page, wanted: Sequence[Finding], refused: dict[tuple[str, Fix], Refused]) -> _Step | None:
    """Apply as many of the fixes as go together; those that do not even go alone are refused. None where none is left."""
    while wanted:
        if found := _together(page, None, _apart(wanted), refused):
            return found
        wanted = [finding for finding in wanted if _key(finding) not in refused]
    return None


def _together(
    page: Page, settled: _Step | None, more: Sequence[Finding], refused: dict[tuple[str, Fix], Refused]
) -> _Step | None:
    """The step with more fixes in it; where they do not go, with each half of them, down to the one that is refused."""
    found = _attempt(page, [*(settled.findings if settled else ()), *more])
    if isinstance(found, _Step):
        return found
    if len(more) == 1:
        refused[_key(more[0])] = Refused(more[0], found)
        return settled
    middle = len(more) // 2
    settled = _together(page, settled, more[:middle], refused)
    return _together(page, settled, more[middle:], refused)


def _apart(wanted: Sequence[Finding]) -> list[Finding]:
    """The findings whose fixes do not touch one another, or are the same; the first of two wins."""
    taken: dict[tuple[Edit, ...], None] = {}
    chosen = []
    for finding in wanted:
        assert finding.fix is not None
        edits = finding.fix.edits
        if edits in taken or not any(_touch(one, other) for done in taken for one in done for other in edits):
            taken[edits] = None
            chosen.append(finding)
    return chosen


def _touch(one: Edit, other: Edit) -> bool:
    if isinstance(one, Replace) and isinstance(other, Replace):
        a, b = one.at, other.at
        apart = (a.end_line, a.end_column) < (b.line, b.column) or (b.end_line, b.end_column) < (a.line, a.column)
        return a.cell == b.cell and not apart
    cells = [_cell(one), _cell(other)]
    structural = any(isinstance(edit, Move | Drop) for edit in (one, other))
    return structural and cells[0] == cells[1] != 0


def _cell(edit: Edit) -> int:
    if isinstance(edit, Replace):
        return edit.at.cell
    return edit.cell if isinstance(edit, Move | Drop) else 0


def _attempt(page: Page, chosen: Sequence[Finding]) -> _Step | str:
    """The page after these fixes, or what speaks against them."""
    groups = dict.fromkeys(finding.fix.edits for finding in chosen if finding.fix)
    edits = [edit for group in groups for edit in group]
    try:
        done = rewrite(page.notebook, edits)
        if emptied := _emptied(page, done):
            kept = [edit for edit in edits if _cell(edit) not in emptied]
            done = rewrite(page.notebook, [*kept, *map(Drop, sorted(emptied))])
    except NbcriticError as error:
        return str(error)
    after = Page(done.notebook, page.project)
    reason = next(_objections(page, after, done), "")
    return reason or _Step(after, done.origins, tuple(chosen))


def _emptied(page: Page, done: Rewritten) -> set[int]:
    """The cells that lost all they held, and carry nothing else that anybody could miss."""
    cells = {cell.number: cell for cell in page.cells if cell.source.strip() and not cell.outputs and not cell.tags}
    pairs = zip(done.origins, done.notebook.cells, strict=True)
    return {origin for origin, cell in pairs if origin in cells and not cell.source.strip()}


def _objections(before: Page, after: Page, done: Rewritten) -> Iterator[str]:
    """What speaks against a change of the page, the gravest first."""
    old = {cell.number: cell.source for cell in before.notebook.cells}
    changed = [n for n, origin in enumerate(done.origins, 1) if old.get(origin) != after.notebook.cells[n - 1].source]
    if not before.is_python or (not changed and done.origins == tuple(old)):
        return
    yield from _broken(before, after, done.origins, changed)
    missing = {undefined.name for undefined in before.flow.undefined}
    for undefined in after.flow.undefined:
        if undefined.name not in missing:
            yield f"it would leave `{undefined.name}` undefined in cell {done.origins[undefined.cell - 1]}"
    yield from _lost(before, after)
    yield from _redirected(before, after, done.origins)


def _broken(before: Page, after: Page, origins: Sequence[int], changed: Sequence[int]) -> Iterator[str]:
    code = {cell.number: cell for cell in after.cells}
    for number in changed:
        origin = origins[number - 1]
        if number not in code:
            continue
        if origin and before.cell(origin).tree is None:
            yield f"cell {origin} cannot be read as Python"
        elif code[number].tree is None:
            yield f"it would break cell {origin}" if origin else "the new cell would not parse"


def _lost(before: Page, after: Page) -> Iterator[str]:
    """Names that are bound no more and that something may need: another cell, a magic, code that is not shown."""
    gone = before.names.bindings.keys() - after.names.bindings.keys()
    if not gone:
        return
    used = {event.name for _, event in after.names.everything if event.kind != "bind"} | after.names.maybe
    for cell in after.cells:
        if cell.language != "python":
            used |= set(_WORD.findall(cell.source))
        for magic in cell.magics:
            used |= {*magic.reads, *_WORD.findall(magic.argument)}
    # A star import makes names, and uses none.
    reasons = (event.how for _, event in after.names.everything if event.kind == "unknown")
    hidden = next((how for how in reasons if not how.startswith("`from ")), None)
    for name in sorted(gone):
        if name in used:
            yield f"`{name}` is used elsewhere in the notebook"
        elif hidden:
            yield f"{hidden} may use `{name}`"


def _redirected(before: Page, after: Page, origins: Sequence[int]) -> Iterator[str]:
    """Cells that would take a name from another cell than before, of the names that are bound where they were."""
    places = _places(after.names.bindings, origins)
    same = {name for name, cells in _places(before.names.bindings, ()).items() if places.get(name) == cells}
    for number, taken in after.flow.sources.items():
        origin = origins[number - 1]
        if not origin:
            continue
        for name, source in before.flow.sources.get(origin, {}).items():
            if name not in same or name not in after.flow.touched[number].reads:
                continue
            now = taken.get(name)
            if now is None or origins[now - 1] != source:
                yield f"cell {origin} would take `{name}` from another cell than before"


def _places(bindings: Mapping[str, Sequence[tuple[int, object]]], origins: Sequence[int]) -> dict[str, set[int]]:
    """For each name the cells that bind it, by the numbers that they had before."""
    return {
        name: {origins[number - 1] if origins else number for number, _ in bound} for name, bound in bindings.items()
    }
