"""One page, many opinions, one report: choose the rules, run them, say each fault once, leave out what was silenced."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from nbcritic import rules
from nbcritic.analysis.credentials import masked, redacted
from nbcritic.analysis.memory import uncollected
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import (
    SEVERITIES,
    Category,
    Cell,
    CellHead,
    Confidence,
    Finding,
    Hit,
    Lint,
    Report,
    Severity,
    Skipped,
    Span,
    first_line,
)
from nbcritic.notebook.positions import file_lines
from nbcritic.notebook.suppress import Suppression, suppressions
from nbcritic.readiness import readiness
from nbcritic.ruff import category_of, profile_of, severity_of
from nbcritic.rule import Rule
from nbcritic.rules.suppression._removal import without

UNUSED = "NBC001"
START_HERE = 3
_WEIGHT: dict[Severity, int] = {"blocker": 10, "major": 4, "minor": 2, "nit": 1}
_TRUST: dict[Confidence, float] = {"certain": 1.0, "likely": 0.95, "possible": 0.5}
_AGAIN = 0.6
"""What a second finding of one cause counts beside the first: the reader has heard of it."""
_CAUSES: dict[Category, tuple[str, float]] = {
    "leakage": ("evaluation", 1.0),
    "evaluation-and-baseline": ("evaluation", 1.0),
    "experiment-statistics": ("evaluation", 1.0),
    "fairness": ("evaluation", 1.0),
    "pandas-correctness": ("data", 1.0),
    "data-validation": ("data", 0.9),
    "sql": ("data", 0.9),
    "security-and-privacy": ("exposure", 0.9),
    "reproducibility": ("state", 0.95),
    "tests": ("tests", 0.5),
    "packaging": ("structure", 0.55),
    "configuration": ("structure", 0.55),
    "serving-and-rollback": ("structure", 0.55),
    "performance": ("speed", 0.5),
    "problem-and-kpi": ("words", 0.5),
    "monitoring": ("words", 0.4),
    "readability": ("words", 0.4),
}
"""By category, what a finding comes from, and how much of what the notebook claims depends on it: whether its numbers are right
comes before whether they can be had again, and that before upkeep."""
_CORE = frozenset({"evaluation", "data", "exposure", "state"})
"""Where the claims of a notebook come from; the other causes are upkeep."""
_SLIGHT = frozenset({"structure", "speed", "words"})
"""What nobody says first unless it is major."""
_ELSEWHERE = ("elsewhere", 0.6)
"""The same for what keeps a notebook from running on another machine: here, its numbers stand."""
_SOON_MENDED = frozenset({"NBC210", "NBC211"})
"""What stops a notebook elsewhere until somebody writes down a package: less than a path that only its author has."""
_RUN_ORDER = "NBC101"
_OUT_OF_ORDER = 3.5
"""What a run out of order weighs at least: every result is in doubt, if none is shown to be wrong."""


@uncollected()
def critique(page: Page, config: Config, skipped: Sequence[Skipped] = ()) -> Report:
    """Judge one page. A rule that raises is named in the report's `problem`; the others have had their say.

    `skipped` is what the caller already knows to be unjudged (ruff, where it failed on this notebook).
    """
    stamp = _Stamp(page)
    found: list[tuple[Finding, tuple[str, ...]]] = []
    crashed: list[str] = []
    asked = chosen(config, page)
    judged = dict.fromkeys(rule.family for rule in asked if page.is_python)
    for rule in asked:
        try:
            found += [(stamp.hit(rule, hit), rule.covers) for hit in rule.check(page, **config.options_for(rule.name))]
        except Exception as error:
            judged.pop(rule.family, None)
            crashed.append(f"{rule.code} {rule.name} crashed: {type(error).__name__}: {first_line(str(error), 120)}")
    found += [(stamp.lint(lint), ()) for lint in page.lints or () if _wanted(lint, config)]
    kept, silenced = _silence(page, config, _fold(found))
    kept += [stamp.hit(rule, hit) for rule, hit in _unused(page, config, asked, kept, silenced)]
    findings = stamp.placed(sorted(kept, key=_place))
    return Report(
        page.path,
        findings,
        start_here(findings),
        len(silenced.findings),
        (*skipped, *_unjudged(page)),
        "; ".join(crashed) or None,
        tuple(stamp.heads(findings)),
        readiness(findings, judged),
    )


def chosen(config: Config, page: Page | None = None) -> list[Rule]:
    """The rules that the configuration selects and, given a page, that can read its language; those about a run only after one."""
    return [
        rule
        for rule in rules.load().values()
        if config.selects(rule.code, rule.name, rule.family, rule.profile)
        and (page is None or ((page.is_python or rule.any_language) and (page.run or rule.family != "execution")))
    ]


def start_here(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What a strong reviewer says first: what endangers the notebook's claims most, each of another rule, not all of one cause.

    Upkeep comes after everything major that is sure and endangers the claims, and each kind of it once; what keeps the notebook from
    running elsewhere may be named twice. Three places need not be filled, for a weak point takes the weight from the rest: what is
    minor is named only where nothing graver is, and then one thing alone, unless it puts every result in doubt (the order of the run,
    a leak). Minor points that are no more than possible, or of structure, speed and words, are not named at all, and possible upkeep
    only where nothing else is. Once something that endangers the claims is named, so is no upkeep but what stops the notebook elsewhere.
    """
    ranked = sorted(findings, key=lambda finding: (-_gravity(finding), _place(finding)))
    best: dict[str, Finding] = {}
    for finding in ranked:
        if not _is_small(finding):
            best.setdefault(finding.code, finding)
    chosen: list[Finding] = []
    heard: Counter[str] = Counter()

    def weight(finding: Finding) -> float:
        return _gravity(finding) * (1 if _is_upkeep(finding) else _AGAIN ** heard[_cause(finding)[0]])

    def fills(finding: Finding) -> bool:
        if finding.severity == "minor":
            return not _doubts_results(finding)
        if not _is_upkeep(finding):
            return False
        cause = _cause(finding)[0]
        stops_elsewhere = cause == _ELSEWHERE[0] and finding.code not in _SOON_MENDED
        if not stops_elsewhere and finding.severity != "blocker" and not _CORE.isdisjoint(heard):
            return True
        return finding.confidence == "possible" or heard[cause] >= (2 if cause == _ELSEWHERE[0] else 1)

    while len(chosen) < START_HERE:
        left = [finding for finding in best.values() if not (chosen and fills(finding))]
        if not left:
            break
        first = max(left, key=weight)  # the first of equals: `best` is in order
        grave = [finding for finding in left if finding.severity == "major" and not _is_upkeep(finding)]
        if _is_upkeep(first) and first.severity != "blocker":
            first = max((one for one in grave if one.confidence != "possible"), key=weight, default=first)
        if first.severity == "minor" and first.code != _RUN_ORDER:
            first = max(grave, key=weight, default=first)
        chosen.append(best.pop(first.code))
        heard[_cause(first)[0]] += 1
    return tuple(chosen)


def _gravity(finding: Finding) -> float:
    """How grave a finding is, how sure, and how much depends on it, in one number."""
    depends = _cause(finding)[1] * (0.9 if finding.code in _SOON_MENDED else 1)
    weight = max(_WEIGHT[finding.severity], _OUT_OF_ORDER if finding.code == _RUN_ORDER else 0)
    return weight * _TRUST[finding.confidence] * depends


def _is_small(finding: Finding) -> bool:
    """Is it nothing to begin with, even where nothing else was found?"""
    slight = (finding.confidence == "possible" and not _doubts_results(finding)) or _cause(finding)[0] in _SLIGHT
    return finding.severity == "nit" or (finding.severity == "minor" and slight)


def _doubts_results(finding: Finding) -> bool:
    """Is it about every result at once: outputs that are not of one run, or a score that has seen the held-out rows?"""
    return finding.code == _RUN_ORDER or finding.category == "leakage"


def _is_upkeep(finding: Finding) -> bool:
    return _cause(finding)[0] not in _CORE


def _cause(finding: Finding) -> tuple[str, float]:
    if finding.family == "environment" and finding.category == "reproducibility":
        return _ELSEWHERE
    return _CAUSES[finding.category]


def _place(finding: Finding) -> tuple[Span, int, str]:
    return finding.at, SEVERITIES.index(finding.severity), finding.code


def _wanted(lint: Lint, config: Config) -> bool:
    return config.selects(lint.code, lint.name or lint.code, "ruff", profile_of(lint.code))


def _fold(found: Sequence[tuple[Finding, tuple[str, ...]]]) -> list[Finding]:
    """Leave out what another finding says already, of the same place or of one that it names."""
    said = {
        (code, at.cell, at.line)
        for finding, covers in found
        for code in covers
        for at in (finding.at, *(place.at for place in finding.related))
    }
    return [finding for finding, _ in found if (finding.code, finding.at.cell, finding.at.line) not in said]


class _Silenced:
    """What the notebook and the configuration silenced."""

    def __init__(self, asked: list[Suppression]) -> None:
        self.asked = asked
        self.findings: list[Finding] = []


def _silence(page: Page, config: Config, findings: Iterable[Finding]) -> tuple[list[Finding], _Silenced]:
    silenced = _Silenced(suppressions(page.notebook))
    first = min((cell.number for cell in page.notebook.cells), default=0)
    kept = []
    for finding in findings:
        # Every suppression is asked, also after one has answered: none of them is unused then.
        answers = [suppression.silences(finding, first) for suppression in silenced.asked]
        if any(answers) or config.ignored_for(page.path, finding.code, finding.name, finding.family):
            silenced.findings.append(finding)
        else:
            kept.append(finding)
    return kept, silenced


def _unused(
    page: Page, config: Config, asked: Iterable[Rule], kept: Iterable[Finding], silenced: _Silenced
) -> Iterator[tuple[Rule, Hit]]:
    """Suppressions that silenced nothing, of rules that did run: what was not asked cannot be called unneeded."""
    rule = rules.load()[UNUSED]
    if not config.selects(rule.code, rule.name, rule.family, rule.profile):
        return
    ran = {key.lower() for r in asked for key in (r.code, r.name, r.family)} | {"*"}
    if page.lints is not None:
        ran.add("ruff")
    said = {(finding.at.cell, finding.at.line) for finding in kept if finding.code == UNUSED}
    for suppression in silenced.asked:
        unused = [key for key in suppression.unused if key in ran]
        if unused and (suppression.at.cell, suppression.at.line) not in said:
            names = "" if unused == ["*"] else " of " + ", ".join(f"`{key}`" for key in unused)
            fix = without(page, suppression, unused)
            yield rule, Hit(suppression.at, f"{suppression.text} silences nothing{names}", fix=fix)


def _unjudged(page: Page) -> Iterator[Skipped]:
    """What no rule could look at, so that silence is not taken for praise."""
    if not page.is_python:
        yield Skipped("rules for Python", f"the notebook's language is {page.notebook.language}")
        return
    for cell in page.cells:
        if cell.too_deep:
            yield Skipped(f"cell {cell.number}", "its code is nested too deeply to be analysed")
        elif cell.number in page.newer_syntax:
            yield Skipped(f"cell {cell.number}", "it needs a newer Python than the one nbcritic runs on")
    other = Counter(cell.language for cell in page.cells if cell.language != "python")
    for language, count in sorted(other.items()):
        yield Skipped(f"{count} cell{'s' * (count > 1)}", f"in {language}, not Python")
    for number, reason in sorted(page.names.unknown.items())[:1]:
        yield Skipped(f"undefined names from cell {number} on", f"{reason} may define any name")
    if page.idempotence.truncated:
        yield Skipped(
            "what a second run of every cell would change", "some cells or functions are too long to be followed"
        )
    if page.provenance.truncated:
        yield Skipped("the rest of what happens to the data", "the notebook is too long to be followed to its end")


class _Where(TypedDict):
    """The part of a finding that its place decides."""

    at: Span
    execution_count: int | None
    cell_id: str | None
    file_line: int
    code_line: str


class _Stamp:
    """Makes findings of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cells = {cell.number: cell for cell in page.notebook.cells}
        self._sources: dict[int, str] = {}
        self._lines: dict[int, list[str]] = {}
        self._ordinals: Counter[str] = Counter()
        self._keys = {cell.number: self._key(cell.id, cell.source) for cell in page.notebook.cells}

    def hit(self, rule: Rule, hit: Hit) -> Finding:
        """A rule's hit with the rule's own name and weight."""
        return Finding(
            code=rule.code,
            name=rule.name,
            family=rule.family,
            category=rule.category,
            severity=hit.severity or rule.severity,
            confidence=hit.confidence or rule.confidence,
            message=masked(self._page, hit.message),
            why=rule.why,
            remedy=rule.remedy,
            tool="nbcritic",
            related=tuple(replace(place, message=masked(self._page, place.message)) for place in hit.related),
            fix=hit.fix,
            **self._where(hit.at),
        )

    def lint(self, lint: Lint) -> Finding:
        """One of ruff's diagnostics, with its weight on our scale."""
        return Finding(
            code=lint.code,
            name=lint.name or lint.code,
            family="ruff",
            category=category_of(lint.code),
            severity=lint.severity or severity_of(lint.code),
            confidence="certain",
            message=masked(self._page, lint.message),
            why=f"`ruff rule {lint.code}` explains it.",
            remedy=lint.fix_title,
            tool="ruff",
            fix=lint.fix,
            **self._where(lint.at),
        )

    def _where(self, at: Span) -> _Where:
        cell = self._cells.get(at.cell)
        lines = self._lines.get(at.cell)
        if lines is None:
            lines = self._lines[at.cell] = self._shown(cell).split("\n") if cell else []
        return {
            "at": at,
            "execution_count": cell.execution_count if cell else None,
            "cell_id": cell.id if cell else None,
            "file_line": 1,  # until `placed`: the file is looked through once
            "code_line": lines[at.line - 1] if 0 < at.line <= len(lines) else "",
        }

    def _shown(self, cell: Cell) -> str:
        """The source of a cell as a report may show it: no credential can be read in it."""
        if cell.number not in self._sources:
            self._sources[cell.number] = redacted(self._page, cell)
        return self._sources[cell.number]

    def heads(self, findings: Iterable[Finding]) -> Iterator[CellHead]:
        """The cells that the findings name, in order."""
        named = {at.cell for f in findings for at in (f.at, *(place.at for place in f.related))} - {0}
        for cell in self._page.notebook.cells:
            if cell.number in named:
                yield CellHead(cell.number, cell.kind, cell.execution_count, first_line(self._shown(cell)))

    def _key(self, id_: str | None, source: str) -> str:
        """What identifies a cell from one version of a notebook to the next."""
        if id_:
            key = f"id:{id_}"
        else:
            key = "source:" + hashlib.blake2b(source.encode("utf-8", "replace"), digest_size=8).hexdigest()
        self._ordinals[key] += 1
        return f"{key}#{self._ordinals[key]}"

    def placed(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Give each finding its line in the file, and an identity that survives a re-run of the notebook and new cells above."""
        seen: Counter[str] = Counter()
        named = {finding.at.cell for finding in findings} - {0}
        lines = file_lines(self._page.notebook, named) if named else ()
        stamped = []
        for finding in findings:
            cell = self._keys.get(finding.at.cell, "notebook")
            base = "\0".join((finding.code, cell, " ".join(finding.code_line.split())))
            seen[base] += 1
            text = f"{base}\0{seen[base]}".encode("utf-8", "replace")
            identity = hashlib.blake2b(text, digest_size=10).hexdigest()
            stamped.append(replace(finding, file_line=_line(lines, finding.at), fingerprint=identity))
        return tuple(stamped)


def _line(lines: Sequence[Sequence[int]], at: Span) -> int:
    """The line of the file; 1 for what concerns the whole notebook."""
    if at.cell == 0 or at.cell > len(lines):
        return 1
    own = lines[at.cell - 1]
    return own[min(max(at.line, 1), len(own)) - 1] if own else 1
