"""How often each rule speaks, and how ready the notebooks are, in place of what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

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


@dataclass
class _Ready:
    """The figures of a family over all notebooks in which it was judged."""

    family: str
    median: int
    lowest: int
    notebooks: int


def render(reports: Iterable[Report], format: str, *, color: bool, width: int) -> Iterator[str]:
    """One row for each rule that spoke, the most frequent first."""
    rows: dict[str, _Row] = {}
    totals = Totals()
    figures: dict[str, list[int]] = {}
    for report in reports:
        totals.add(report)
        for family, figure in report.readiness:
            figures.setdefault(family, []).append(figure)
        for finding in report.findings:
            row = rows.setdefault(finding.code, _Row(finding.code, finding.name, finding.severity))
            row.severity = min(row.severity, finding.severity, key=SEVERITIES.index)
            row.findings += 1
        for code in {finding.code for finding in report.findings}:
            rows[code].notebooks += 1
    ordered = sorted(rows.values(), key=lambda row: (-row.findings, row.code))
    ready = [_Ready(family, int(median(values)), min(values), len(values)) for family, values in figures.items()]
    yield _json(ordered, ready, totals) if format == "json" else _text(ordered, ready, totals, Style(color), width)


def _json(rows: list[_Row], ready: list[_Ready], totals: Totals) -> str:
    return (
        dumps(
            {
                "nbcritic": __version__,
                "statistics": [vars(row) for row in rows],
                "readiness": [vars(row) for row in ready],
                "notebooks": totals.notebooks,
                "suppressed": totals.suppressed,
                "skipped": sum(totals.skipped.values()),
                "problems": totals.problem_paths,
            }
        )
        + "\n"
    )


def _text(rows: list[_Row], ready: list[_Ready], totals: Totals, style: Style, limit: int) -> str:
    size = max((len(row.name) for row in rows), default=4)
    lines = [style(f"{'findings':>8} {'notebooks':>9}  {'code':<7} {'name':<{size}}  severity", "bold")] if rows else []
    for row in rows:
        label = f"{visible(row.code):<7} {visible(row.name):<{size}}  {style(row.severity, *PAINT[row.severity])}"
        lines.append(f"{row.findings:>8,} {row.notebooks:>9,}  {label}")
    if ready:
        lines += ["", style("readiness  lowest  notebooks  family", "bold")]
        lines += [f"{row.median:>9} {row.lowest:>7} {row.notebooks:>10,}  {row.family}" for row in ready]
    end = [plural(totals.notebooks, "notebook")]
    if totals.severities:
        end.append(counts(totals.severities, style))
    end.append(f"{totals.suppressed:,} suppressed")
    end.append(f"{sum(totals.skipped.values()):,} not judged")
    end.append(plural(totals.problems, "problem"))
    lines += ["", " · ".join(end)] if lines else [" · ".join(end)]
    lines += [style(cut(f"problem: {visible(path)}", limit), "red") for path in totals.problem_paths]
    return "\n".join(lines) + "\n"
