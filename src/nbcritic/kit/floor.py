"""What nbcritic alone would score: its findings read as a critique, graded as anybody's.

Every scorecard shows this floor beside the score. Keys and tool are public, so a critique that is no better than the floor says
nothing about the person; and the same numbers are the tool's own recall and precision against what people found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from nbcritic.kit.answer import Answer
from nbcritic.kit.grade import Scorecard, grade
from nbcritic.kit.place import Places
from nbcritic.kit.scenario import Scenario
from nbcritic.model import SEVERITIES, Finding, NbcriticError, Notebook, Report
from nbcritic.report.places import advice

_BEGIN, _END = "<!-- floor:begin -->", "<!-- floor:end -->"


def report(notebook: Notebook) -> Report:
    """What nbcritic says of a notebook by its own defaults, whatever project stands around it."""
    from nbcritic import critique
    from nbcritic.config import Config

    return critique(notebook, Config())


def answers(found: Report) -> tuple[Answer, ...]:
    """The findings as lines of a critique: what the report opens with, then the gravest; one line for a rule in a cell."""
    first = {finding.fingerprint: place for place, finding in enumerate(found.start_here)}

    def order(finding: Finding) -> tuple[int, int]:
        return first.get(finding.fingerprint, len(first)), SEVERITIES.index(finding.severity)

    lines: dict[tuple[str, int], Answer] = {}
    for finding in sorted(found.findings, key=order):
        lines.setdefault((finding.code, finding.at.cell), _line(finding))
    return tuple(lines.values())


def _line(finding: Finding) -> Answer:
    return Answer(
        what=finding.message,
        where=str(finding.at.cell) if finding.at.cell else "whole",
        severity=finding.severity,
        category=finding.category,
        fix=advice(finding),
    )


@cache
def floor(scenario: Scenario) -> Scorecard:
    """How nbcritic does on a scenario's key."""
    return grade(scenario.key, answers(report(scenario.notebook)), scenario.notebook)


def flagged(scenario: Scenario) -> frozenset[str]:
    """Ids of the Remarks of which one rule that they name flags one of their places: exact, where the grade goes by words."""
    places = Places(scenario.notebook)
    found = {(finding.code, finding.at.cell) for finding in report(scenario.notebook).findings}
    return frozenset(
        remark.id
        for remark in scenario.key.remark
        if any((rule, places.number(place)) in found for rule in remark.rules for place in remark.places)
    )


def table(scenarios: Sequence[Scenario]) -> str:
    """Recall and precision of nbcritic on each key, as Markdown."""
    rows = ["| scenario | remarks | only a person can see | flagged by a rule | recall as graded | precision | score |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    for scenario in scenarios:
        card, remarks = floor(scenario), scenario.key.remark
        judgement = sum(remark.judgement for remark in remarks)
        rows.append(
            f"| {scenario.slug} | {len(remarks)} | {judgement} | {len(flagged(scenario))} of {len(remarks) - judgement} "
            f"| {card.recall:.0%} | {card.precision:.0%} | {card.score:.0f} |"
        )
    return "\n".join(rows) + "\n"


def placed(rows: str, text: str) -> str:
    """A text with the table between its marks, `<!-- floor:begin -->` and `<!-- floor:end -->`.

    Raises:
        NbcriticError: The text has no such marks.
    """
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise NbcriticError(f"the table has no place: write {_BEGIN} and {_END} where it belongs")
    return f"{before}{begin}\n{rows}{end}{after}"
