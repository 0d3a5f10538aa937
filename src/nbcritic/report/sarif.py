"""Reports as SARIF 2.1.0, the format of code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. A result stands on the line of the raw file, because that is
all that viewers know; its cell is the logical location. The results come first and what they refer to last, so that they can
be written while the scan goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any, TypeAlias

from nbcritic import __version__, rules
from nbcritic.model import Confidence, Finding, Report, Severity, Span
from nbcritic.report.json_ import dumps
from nbcritic.report.places import SITE, evidence, page, place, sentence, uri
from nbcritic.report.terminal import visible
from nbcritic.rule import FLAG, Example, Rule

Json: TypeAlias = dict[str, Any]

LEVELS: MappingProxyType[Severity, str] = MappingProxyType(
    {"blocker": "error", "major": "warning", "minor": "note", "nit": "note"}
)
_SCORE: MappingProxyType[Severity, str] = MappingProxyType(
    {"blocker": "8.0", "major": "6.0", "minor": "3.0", "nit": "1.0"}
)
"""GitHub shows these as high, medium, low and low, for rules about security."""

_PRECISION: MappingProxyType[Confidence, str] = MappingProxyType(
    {"certain": "very-high", "likely": "high", "possible": "medium"}
)
_CHAINS = ("leakage", "hidden-state")
"""Families whose related places are the steps on the way to the fault; those of the others are more of the same."""

_HEAD = (
    '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", '
    '"runs": [{"columnKind": "unicodeCodePoints", "results": ['
)
_NOTIFICATIONS = [
    {"id": "problem", "shortDescription": {"text": "The notebook could not be read, or a rule failed on it."}},
    {"id": "not-judged", "shortDescription": {"text": "A part of the notebook was not judged."}},
]


def render(reports: Iterable[Report]) -> Iterator[str]:
    """One SARIF document, a line for each result."""
    run = _Run()
    separator = _HEAD
    for report in reports:
        run.add(report)
        for finding in report.findings:
            yield f"{separator}\n{dumps(run.result(finding))}"
            separator = ","
    yield f"{_HEAD if separator == _HEAD else ''}\n],\n{dumps(run.rest())[1:-1]}}}]}}\n"


class _Run:
    """What the results refer to, gathered on the way."""

    def __init__(self) -> None:
        self._artifacts: list[Json] = []
        self._rules: dict[str, tuple[int, Json]] = {}
        self._notifications: list[Json] = []
        self._successful = True
        self._suppressed = 0
        self._file: Json = {}

    def add(self, report: Report) -> None:
        """Begin with the next notebook."""
        self._file = _file(report.path)
        kind = "text/x-python" if report.path.endswith(".py") else "application/x-ipynb+json"
        properties = {"suppressed": report.suppressed, "readiness": dict(report.readiness)}
        self._artifacts.append({"location": self._file, "mimeType": kind, "properties": properties})
        self._file = {**self._file, "index": len(self._artifacts) - 1}
        self._suppressed += report.suppressed
        if report.problem is not None:
            self._successful = False
            self._notify("problem", "error", report.problem)
        for skipped in report.skipped:
            self._notify("not-judged", "note", f"{skipped.what}: {skipped.reason}")

    def result(self, finding: Finding) -> Json:
        """A finding in the notebook that was added last."""
        if finding.code not in self._rules:
            self._rules[finding.code] = (len(self._rules), _rule(finding))
        related = [self._location(near.at, 0, near.message) for near in finding.related]
        for number, location in enumerate(related, 1):
            location["id"] = number
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self._rules[finding.code][0],
            "level": LEVELS[finding.severity],
            "message": {"text": _text("; ".join([sentence(finding), *evidence(finding)]))},
            "locations": [self._location(finding.at, finding.file_line, code=finding.code_line, id_=finding.cell_id)],
            "relatedLocations": related,
            "codeFlows": self._flows(finding) if finding.at.cell and finding.family in _CHAINS else [],
            # GitHub knows an alert by the second; left to itself, it hashes lines of the raw file, outputs and counts among them.
            "partialFingerprints": {
                "nbcritic/v1": finding.fingerprint,
                "primaryLocationLineHash": f"{finding.fingerprint}:1",
            },
            "properties": _known(
                severity=finding.severity,
                confidence=finding.confidence,
                category=finding.category,
                executionCount=finding.execution_count,
                fix=visible(finding.fix.title) if finding.fix else None,
            ),
        }
        return {key: value for key, value in result.items() if value != []}

    def rest(self) -> Json:
        """Everything of the run but its results."""
        return {
            "tool": {
                "driver": {
                    "name": "nbcritic",
                    "semanticVersion": __version__,
                    "informationUri": SITE,
                    "rules": [rule for _, rule in self._rules.values()],
                    "notifications": _NOTIFICATIONS,
                }
            },
            "artifacts": self._artifacts,
            "invocations": [
                {"executionSuccessful": self._successful, "toolExecutionNotifications": self._notifications}
            ],
            "properties": {"suppressed": self._suppressed},
        }

    def _notify(self, id_: str, level: str, text: str) -> None:
        location = {"physicalLocation": {"artifactLocation": self._file}}
        self._notifications.append(
            {"descriptor": {"id": id_}, "level": level, "message": {"text": _text(text)}, "locations": [location]}
        )

    def _location(self, at: Span, file_line: int, message: str = "", *, code: str = "", id_: str | None = None) -> Json:
        """A place; `file_line` is 0 where the line of the raw file is not known."""
        physical: Json = {"artifactLocation": self._file}
        if file_line:
            physical["region"] = {"startLine": file_line, **({"snippet": {"text": code}} if code else {})}
        location: Json = {"physicalLocation": physical}
        if at.cell:
            location["logicalLocations"] = [_cell(at, id_)]
        if message:
            location["message"] = {"text": _text(message)}
        return location

    def _flows(self, finding: Finding) -> list[Json]:
        """The places that belong to a finding in the order in which they stand on the page."""
        steps = [(near.at, 0, near.message) for near in finding.related if near.at.cell]
        if not steps:
            return []
        steps.append((finding.at, finding.file_line, finding.message))
        steps.sort(key=lambda step: step[0])
        return [{"threadFlows": [{"locations": [{"location": self._location(*step)} for step in steps]}]}]


def _file(path: str) -> Json:
    known = uri(path)
    return {"uri": known} if known.startswith("file:") else {"uri": known, "uriBaseId": "%SRCROOT%"}


def _cell(at: Span, id_: str | None) -> Json:
    properties = _known(
        cell=at.cell, line=at.line, column=at.column, endLine=at.end_line, endColumn=at.end_column, id=id_
    )
    return {"name": f"cell {at.cell}", "fullyQualifiedName": place(at), "kind": "cell", "properties": properties}


def _known(**values: str | int | None) -> Json:
    """Without what is unknown: a column 0, a missing id."""
    return {key: value for key, value in values.items() if value}


def _text(text: str) -> str:
    """A message as plain text: what SARIF would take for a link is none."""
    return visible(text).replace("](", "] (")


def _rule(finding: Finding) -> Json:
    rule = rules.find(finding.code) if finding.tool == "nbcritic" else None
    severity = rule.severity if rule else finding.severity
    tags = [finding.family, finding.category]
    properties: Json = {"precision": _PRECISION[rule.confidence if rule else finding.confidence]}
    if finding.category == "security-and-privacy":
        tags.append("security")
        properties["security-severity"] = _SCORE[severity]
    return {
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": _text(rule.summary if rule else finding.name.replace("-", " "))},
        "fullDescription": {"text": _text(rule.why if rule else finding.why)},
        "help": _help(rule) if rule else {"text": _text(finding.why)},
        "helpUri": page(finding),
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {**properties, "tags": list(dict.fromkeys(tags))},
    }


def _help(rule: Rule) -> Json:
    """The documentation of a rule: its words, and each of its examples."""
    words = "\n\n".join(filter(None, [rule.why, rule.remedy]))
    return {"text": words, "markdown": "\n\n".join([words, *map(_example, rule.examples)])}


def _example(example: Example) -> str:
    code = example.text.rstrip("\n").replace(FLAG, "# <-")
    return f"{example.kind}:\n\n```python\n{code}\n```"
