"""Code quality for GitLab: every issue with its own fingerprint, on its line."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from nbcritic.model import Finding, Report, Skipped
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What GitLab's documentation asks of a code quality report."""


def issues(*reports: Report) -> Any:
    found = json.loads("".join(render(reports, "gitlab")))
    jsonschema.validate(found, SCHEMA)
    assert len({issue["fingerprint"] for issue in found}) == len(found)
    return found


def test_nothing_to_say_is_an_empty_array(report: MakeReport) -> None:
    assert issues() == issues(report()) == []


@pytest.mark.parametrize(
    "severity, shown", [("blocker", "blocker"), ("major", "major"), ("minor", "minor"), ("nit", "info")]
)
def test_a_finding_stands_on_the_line_of_the_file(finding: Make, report: MakeReport, severity: str, shown: str) -> None:
    (issue,) = issues(report(finding(5, 3, severity=severity), path="./dir/a.ipynb"))
    assert issue["location"] == {"path": "dir/a.ipynb", "lines": {"begin": 12}}
    assert issue["severity"] == shown
    assert issue["check_name"] == "star-import"
    assert issue["description"].startswith("cell 5, line 3: ")


def test_the_same_finding_in_two_files_is_two_issues(finding: Make, report: MakeReport) -> None:
    assert len(issues(report(finding(), path="a.ipynb"), report(finding(), path="b.ipynb"))) == 2


def test_a_fingerprint_does_not_depend_on_the_line_or_the_words(finding: Make, report: MakeReport) -> None:
    (before,) = issues(report(finding(2, file_line=12, fingerprint="same")))
    (after,) = issues(report(finding(7, file_line=90, fingerprint="same", message="other words")))
    assert before["fingerprint"] == after["fingerprint"]


def test_problems_and_what_was_not_judged_are_issues(report: MakeReport) -> None:
    problem, skipped = issues(report(problem="is not JSON", skipped=(Skipped("cell 3", "in bash"),)))
    assert (problem["check_name"], problem["severity"], problem["description"]) == ("problem", "major", "is not JSON")
    assert (skipped["severity"], skipped["description"]) == ("info", "not judged: cell 3 (in bash)")
