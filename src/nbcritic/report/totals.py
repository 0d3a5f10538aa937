"""The counts at the end of a report, and how severities look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nbcritic.model import SEVERITIES, Report, Severity
from nbcritic.report.terminal import Style, visible

MARKS = MappingProxyType({"blocker": "✖", "major": "▲", "minor": "●", "nit": "○"})
PAINT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"blocker": ("red", "bold"), "major": ("yellow", "bold"), "minor": ("blue",), "nit": ("dim",)}
)


@dataclass
class Totals:
    """What has been seen so far."""

    notebooks: int = 0
    with_findings: int = 0
    clean: int = 0
    suppressed: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    """By reason."""
    problem_paths: list[str] = field(default_factory=list)
    last: str = ""
    unsaid: int = 0
    """Notebooks without findings of which something was not judged: they are not called clean."""
    fixable: int = 0
    """Findings with a safe fix."""
    unsafely_fixable: int = 0
    """Findings with a fix that is not safe."""

    @classmethod
    def of(cls, *reports: Report) -> Totals:
        """The totals of these reports."""
        totals = cls()
        for report in reports:
            totals.add(report)
        return totals

    def counting(self, reports: Iterable[Report]) -> Iterator[Report]:
        """The same reports, each counted as it goes by."""
        for report in reports:
            self.add(report)
            yield report

    def add(self, report: Report) -> None:
        """Count one report."""
        self.notebooks += 1
        self.last = report.path
        self.suppressed += report.suppressed
        self.severities.update(finding.severity for finding in report.findings)
        self.skipped.update(visible(skipped.reason) for skipped in report.skipped)
        fixes = [finding.fix.safe for finding in report.findings if finding.fix]
        self.fixable += sum(fixes)
        self.unsafely_fixable += len(fixes) - sum(fixes)
        if report.problem:
            self.problem_paths.append(report.path)
        self.with_findings += bool(report.findings)
        if not report.findings and not report.problem:
            self.clean += not report.skipped
            self.unsaid += bool(report.skipped)

    @property
    def problems(self) -> int:
        """The number of notebooks that could not be judged in full."""
        return len(self.problem_paths)


def plural(number: int, noun: str) -> str:
    """`1 notebook`, `2 notebooks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counts(severities: Mapping[Severity, int], style: Style) -> str:
    """`✖ 2 blockers · ▲ 1 major`, the gravest first."""
    parts = []
    for severity in SEVERITIES:
        if number := severities.get(severity, 0):
            noun = plural(number, severity) if severity in ("blocker", "nit") else f"{number:,} {severity}"
            parts.append(style(f"{MARKS[severity]} {noun}", *PAINT[severity]))
    return " · ".join(parts)
