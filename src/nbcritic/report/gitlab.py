"""Reports for GitLab's code quality: a JSON array with one object for each finding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from nbcritic.model import Report, Severity
from nbcritic.report.json_ import dumps
from nbcritic.report.places import relative, sentence, unjudged
from nbcritic.report.terminal import visible

_SEVERITY: MappingProxyType[Severity, str] = MappingProxyType(
    {"blocker": "blocker", "major": "major", "minor": "minor", "nit": "info"}
)


def render(reports: Iterable[Report]) -> Iterator[str]:
    """One JSON array, a line for each finding and for what could not be judged."""
    separator = "["
    for report in reports:
        for issue in _issues(report):
            yield f"{separator}\n{dumps(issue)}"
            separator = ","
    yield "\n]\n" if separator == "," else "[]\n"


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    path = relative(report.path)
    if report.problem is not None:
        yield _issue(path, 1, "problem", "major", visible(report.problem))
    for finding in report.findings:
        severity = _SEVERITY[finding.severity]
        yield _issue(path, finding.file_line, finding.name, severity, sentence(finding), finding.fingerprint)
    if report.skipped:
        yield _issue(path, 1, "not-judged", "info", f"not judged: {unjudged(report)}")


def _issue(path: str, line: int, check: str, severity: str, text: str, fingerprint: str = "") -> dict[str, Any]:
    # GitLab drops the second of two issues with one fingerprint, also where they are in different files.
    identity = "\0".join((path, check, fingerprint)).encode("utf-8", "replace")
    return {
        "description": text,
        "check_name": check,
        "fingerprint": hashlib.blake2b(identity, digest_size=16).hexdigest(),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
