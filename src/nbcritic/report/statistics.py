"""How often each rule speaks, in place of what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbcritic import __version__
from nbcritic.model import SEVERITIES, Report, Severity
from nbcritic.report.json_ import dumps
from nbcritic.report.terminal import Style, cut, visible
from nbcritic.report.totals import PAINT, Totals, counts, plural


@dataclass
class _Row:
    code: str
    name: str
    severity: Severity
    findings: int = 0
    notebooks: int = 0


def render(reports: Iterable[Report], format: str, *, color: bool, width: int) -> Iterator[str]:
    """One row for each rule that spoke, the most frequent first."""
    rows: dict[str, _Row] = {}
    totals = Totals()
    for report in reports:
        totals.add(report)
        for finding in report.findings:
            row = rows.setdefault(finding.code, _Row(finding.code, finding.name, finding.severity))
            row.severity = min(row.severity, finding.severity, key=SEVERITIES.index)
            row.findings += 1
        for code in {finding.code for finding in report.findings}:
            rows[code].notebooks += 1
    ordered = sorted(rows.values(), key=lambda row: (-row.findings, row.code))
    yield _json(ordered, totals) if format == "json" else _text(ordered, totals, Style(color), width)


def _json(rows: list[_Row], totals: Totals) -> str:
    return (
        dumps(
            {
                "nbcritic": __version__,
                "statistics": [vars(row) for row in rows],
                "notebooks": totals.notebooks,
                "suppressed": totals.suppressed,
                "skipped": sum(totals.skipped.values()),
                "problems": totals.problem_paths,
            }
        )
        + "\n"
    )


def _text(rows: list[_Row], totals: Totals, style: Style, limit: int) -> str:
    size = max((len(row.name) for row in rows), default=4)
    lines = [style(f"{'findings':>8} {'notebooks':>9}  {'code':<7} {'name':<{size}}  severity", "bold")] if rows else []
    for row in rows:
        label = f"{visible(row.code):<7} {visible(row.name):<{size}}  {style(row.severity, *PAINT[row.severity])}"
        lines.append(f"{row.findings:>8,} {row.notebooks:>9,}  {label}")
    end = [plural(totals.notebooks, "notebook")]
    if totals.severities:
        end.append(counts(totals.severities, style))
    end.append(f"{totals.suppressed:,} suppressed")
    end.append(f"{sum(totals.skipped.values()):,} not judged")
    end.append(plural(totals.problems, "problem"))
    lines += ["", " · ".join(end)] if rows else [" · ".join(end)]
    lines += [style(cut(f"problem: {visible(path)}", limit), "red") for path in totals.problem_paths]
    return "\n".join(lines) + "\n"
