"""Reports as workflow commands of GitHub Actions, which become annotations on the changed files.

A step shows ten annotations of each level; so the gravest findings of a notebook come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbcritic.model import SEVERITIES, Finding, Report
from nbcritic.report.places import advice, evidence, label, relative, sentence, unjudged
from nbcritic.report.sarif import LEVELS
from nbcritic.report.terminal import visible


def render(reports: Iterable[Report]) -> Iterator[str]:
    """A line for each finding, and for what could not be judged."""
    for report in reports:
        path = visible(relative(report.path))
        if report.problem is not None:
            yield _command("error", path, 1, "nbcritic could not judge this notebook", visible(report.problem))
        for finding in sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
            yield _finding(path, finding)
        if report.skipped:
            yield _command("notice", path, 1, "not judged by nbcritic", unjudged(report))


def _finding(path: str, finding: Finding) -> str:
    level = LEVELS[finding.severity].replace("note", "notice")
    text = "\n".join([sentence(finding), *evidence(finding), advice(finding)])
    return _command(level, path, finding.file_line, f"{finding.severity}: {label(finding)}", text)


def _command(level: str, path: str, line: int, title: str, text: str) -> str:
    return f"::{level} file={_property(path)},line={line},title={_property(title)}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
