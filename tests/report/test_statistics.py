"""Counts of the rules, in text and as JSON; and formats that do not exist."""

import json
from collections.abc import Callable

import pytest

from nbcritic.model import Finding, NbcriticError, Report, Skipped
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]


def test_rules_are_counted_the_most_frequent_first(finding: Make, report: MakeReport) -> None:
    rare = finding(code="NBC501", name="preprocessing-leakage", severity="blocker")
    reports = [report(finding(), rare, finding(3)), report(finding(), path="b.ipynb"), report(path="c.ipynb")]
    rows = [line.split() for line in "".join(render(reports, statistics=True)).splitlines()]
    assert rows[1] == ["3", "2", "NBC114", "star-import", "minor"]
    assert rows[2] == ["1", "1", "NBC501", "preprocessing-leakage", "blocker"]


def test_the_last_line_says_what_else_there_was(finding: Make, report: MakeReport) -> None:
    reports = [report(finding(), suppressed=2), report(problem="x"), report(skipped=(Skipped("a", "b"),))]
    said = "".join(render(reports, statistics=True))
    assert "3 notebooks · ● 1 minor · 2 suppressed · 1 not judged · 1 problem" in said


def test_the_same_as_json(finding: Make, report: MakeReport) -> None:
    said = json.loads("".join(render([report(finding(), finding(4))], "json", statistics=True)))
    row = {"code": "NBC114", "name": "star-import", "severity": "minor", "findings": 2, "notebooks": 1}
    assert said["statistics"] == [row]
    assert said["notebooks"] == 1


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(NbcriticError, match="there are text, json"):
        render([], "yaml")


def test_readiness_is_given_by_family_with_the_lowest(report: MakeReport) -> None:
    reports = [report(readiness=(("tests", n), ("leakage", 100))) for n in (90, 40, 80)]
    rows = [line.split() for line in "".join(render(reports, statistics=True)).splitlines()]
    assert ["80", "40", "3", "tests"] in rows
    assert ["100", "100", "3", "leakage"] in rows
    said = json.loads("".join(render(reports, "json", statistics=True)))
    assert said["readiness"][0] == {"family": "tests", "median": 80, "lowest": 40, "notebooks": 3}
