"""JUnit XML, read by an XML parser."""

from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from nbcritic.model import Finding, Report, Skipped
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]


def suites(*reports: Report) -> list[Element]:
    """The suites of the document; their counts are those of their tests."""
    said = "".join(render(reports, "junit"))
    assert said.isascii()
    root = ElementTree.fromstring(said)
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for key, kind in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert suite.get(key) == str(len(suite.findall(f"testcase/{kind}")))
        names = [case.get("name") for case in cases]
        assert len(names) == len(set(names)), "a name twice is one test to many readers"
    return list(root)


def test_nothing_to_say_is_a_document_too() -> None:
    assert suites() == []


def test_a_clean_notebook_is_a_test_that_passes(report: MakeReport) -> None:
    (suite,) = suites(report(path="dir/a.ipynb"))
    assert suite.get("name") == "dir/a.ipynb"
    (case,) = suite
    assert list(case) == []


def test_a_finding_is_a_test_that_failed(finding: Make, report: MakeReport) -> None:
    (suite,) = suites(report(finding(5, 3, severity="major")))
    (case,) = suite
    assert case.attrib == {
        "classname": "a.ipynb",
        "name": "NBC114 star-import at cell 5, line 3",
        "file": "a.ipynb",
        "line": "12",
    }
    (failure,) = case
    assert failure.get("type") == "major"
    assert failure.get("message") == "cell 5, line 3: `from numpy import *` hides names"
    assert (failure.text or "").endswith("Instead, import the module.")


def test_two_findings_of_a_rule_on_one_line_are_two_tests(finding: Make, report: MakeReport) -> None:
    (suite,) = suites(report(finding(column=1), finding(column=9), finding(column=12)))
    assert len(suite) == 3


def test_a_problem_is_an_error_and_what_was_not_judged_is_skipped(finding: Make, report: MakeReport) -> None:
    (suite,) = suites(report(finding(), problem="is not JSON", skipped=(Skipped("cell 3", "in bash"),)))
    assert [child.tag for case in suite for child in case] == ["failure", "error", "skipped"]


@pytest.mark.parametrize(
    "text", ["]]>", "<b a=\"1\" c='2'>&amp;", "\x00\x08\x1b[31m", "\ufffe\uffff\ud800", "a\tb\nc", "é 日 😀"]
)
def test_text_comes_through_as_text(finding: Make, report: MakeReport, text: str) -> None:
    (suite,) = suites(report(finding(message=text), path=f"{text}.ipynb"))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert list(failure) == []
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    assert shown in (failure.get("message") or "")
    assert shown in (failure.text or "")
