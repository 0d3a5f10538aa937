"""Reports as JSON, for other tools; `schema.json` beside this module is the contract.

The text is plain ASCII: it survives every encoding of a pipe or terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from nbcritic import __version__
from nbcritic.model import Drop, Edit, Finding, Fix, Insert, Move, Related, Replace, Report, Span

SCHEMA = 1
"""Version of the contract; a field that goes or changes its meaning raises it, a new one does not."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(reports: Iterable[Report]) -> Iterator[str]:
    """One JSON document, a line for each report."""
    head = f'{{"schema": {SCHEMA}, "nbcritic": {json.dumps(__version__)}, "reports": ['
    # The head waits for the first report, so that an error before it leaves nothing half-written.
    separator = head
    for report in reports:
        yield f"{separator}\n{dumps(record(report))}"
        separator = ","
    yield "\n]}\n" if separator == "," else head + "]}\n"


def dumps(value: Any) -> str:
    """The value as JSON; half a surrogate pair, which no JSON reader need accept, becomes U+FFFD."""
    return json.dumps(_whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(item) for item in value]
    return value


def record(report: Report) -> dict[str, Any]:
    """One report as the schema describes it."""
    return {
        "path": report.path,
        "findings": [_finding(finding) for finding in report.findings],
        "start_here": [finding.fingerprint for finding in report.start_here],
        "suppressed": report.suppressed,
        "skipped": [{"what": skipped.what, "reason": skipped.reason} for skipped in report.skipped],
        "problem": report.problem,
        "readiness": dict(report.readiness),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "family": finding.family,
        "category": finding.category,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "why": finding.why,
        "tool": finding.tool,
        "cell": finding.at.cell,
        "in": finding.execution_count,
        "cell_id": finding.cell_id,
        "line": finding.at.line,
        "column": finding.at.column,
        "end_line": finding.at.end_line,
        "end_column": finding.at.end_column,
        "file_line": finding.file_line,
        "code_line": finding.code_line,
        "related": [_related(related) for related in finding.related],
        "fix": _fix(finding.fix) if finding.fix else None,
        "fingerprint": finding.fingerprint,
    }


def _related(related: Related) -> dict[str, Any]:
    at = related.at
    return {"cell": at.cell, "line": at.line, "column": at.column, "message": related.message}


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "safe": fix.safe, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    if isinstance(edit, Replace):
        return {"kind": "replace", **_span(edit.at), "text": edit.text}
    if isinstance(edit, Insert):
        return {"kind": "insert", "before": edit.before, "source": edit.source}
    if isinstance(edit, Drop):
        return {"kind": "drop", "cell": edit.cell}
    if isinstance(edit, Move):
        return {"kind": "move", "cell": edit.cell, "before": edit.before}
    return {"kind": "clear-counts"}


def _span(at: Span) -> dict[str, int]:
    return {
        "cell": at.cell,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
    }
