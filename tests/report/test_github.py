"""Workflow commands, read as the runner reads them."""

import re
from collections.abc import Callable

import pytest

from nbcritic.model import Finding, Report, Skipped
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]
COMMAND = re.compile(r"::(?P<name>\w+)(?: (?P<properties>.*?))?::(?P<data>.*)")


def commands(*reports: Report) -> list[tuple[str, dict[str, str], str]]:
    """Name, properties and text of each command. The runner takes every line that begins with `::` for one."""
    found = []
    for line in "".join(render(reports, "github")).splitlines():
        command = COMMAND.fullmatch(line)
        assert command, "no line is anything else"
        pairs = dict(pair.split("=", 1) for pair in command["properties"].split(","))
        properties = {key: unescaped(value.replace("%3A", ":").replace("%2C", ",")) for key, value in pairs.items()}
        found.append((command["name"], properties, unescaped(command["data"])))
    return found


def unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_finding_becomes_an_annotation(finding: Make, report: MakeReport) -> None:
    ((name, properties, text),) = commands(report(finding(5, 3, severity="blocker"), path="dir/a.ipynb"))
    assert name == "error"
    assert properties == {"file": "dir/a.ipynb", "line": "12", "title": "blocker: NBC114 star-import"}
    assert text.startswith("cell 5, line 3: ")
    assert text.endswith("Instead, import the module.")


@pytest.mark.parametrize(
    "severity, level", [("blocker", "error"), ("major", "warning"), ("minor", "notice"), ("nit", "notice")]
)
def test_severities_become_levels(finding: Make, report: MakeReport, severity: str, level: str) -> None:
    assert [name for name, _, _ in commands(report(finding(severity=severity)))] == [level]


def test_the_gravest_come_first_because_github_shows_ten(finding: Make, report: MakeReport) -> None:
    found = (finding(1, severity="nit"), finding(2, severity="blocker"), finding(3, severity="major"))
    assert [name for name, _, _ in commands(report(*found))] == ["error", "warning", "notice"]


def test_a_broken_notebook_is_an_error_and_what_was_not_judged_a_notice(report: MakeReport) -> None:
    said = commands(report(problem="is not JSON", skipped=(Skipped("cell 3", "in bash"),)))
    assert [(name, text) for name, _, text in said] == [("error", "is not JSON"), ("notice", "cell 3 (in bash)")]


@pytest.mark.parametrize("text", ["100%", "%0A::error::x", "a::b", "x,line=9", "50%25", "::set-output name=a::b"])
def test_text_comes_through_and_stays_text(finding: Make, report: MakeReport, text: str) -> None:
    ((_, properties, said),) = commands(report(finding(message=text), path=f"{text}.ipynb"))
    assert text in said
    assert properties["file"].endswith(f"{text.rpartition('/')[2]}.ipynb")
    assert properties["line"] == "12"


def test_nothing_found_is_nothing_said(report: MakeReport) -> None:
    assert "".join(render([report()], "github")) == ""
