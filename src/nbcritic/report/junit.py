"""Reports as JUnit XML, which every continuous integration can show: a notebook is a suite, a finding a failed test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from nbcritic.model import Finding, Report
from nbcritic.report.places import advice, evidence, label, place, relative, sentence
from nbcritic.report.terminal import visible

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="nbcritic">\n'


def render(reports: Iterable[Report]) -> Iterator[str]:
    """One XML document, a suite for each notebook. It is ASCII, and so true to its first line in any encoding of a pipe."""
    head = _HEAD
    for report in reports:
        yield head + _suite(report).encode("ascii", "xmlcharrefreplace").decode()
        head = ""
    yield f"{head}</testsuites>\n"


def _suite(report: Report) -> str:
    path = relative(report.path)
    names = Counter[str]()
    cases = [_failure(path, finding, names) for finding in report.findings]
    if report.problem is not None:
        cases.append(_case(path, "nbcritic can judge it", _tag("error", message=report.problem)))
    cases += [_case(path, f"judged: {one.what}", _tag("skipped", message=one.reason)) for one in report.skipped]
    # A suite without a test is taken for one that did not run.
    cases = cases or [_case(path, "no findings")]
    counts = {
        "tests": len(cases),
        "failures": len(report.findings),
        "errors": int(report.problem is not None),
        "skipped": len(report.skipped),
    }
    return _tag("testsuite", "\n" + "".join(cases), name=path, **counts) + "\n"


def _failure(path: str, finding: Finding, names: Counter[str]) -> str:
    name = f"{label(finding)} at {place(finding.at)}"
    names[name] += 1
    if names[name] > 1:
        name += f" ({names[name]})"
    text = escape("\n".join([sentence(finding), *evidence(finding), advice(finding)]))
    failure = _tag("failure", text, type=finding.severity, message=sentence(finding))
    return _case(path, name, failure, finding.file_line)


def _case(path: str, name: str, inside: str = "", line: int = 1) -> str:
    return _tag("testcase", inside, classname=path, name=name, file=path, line=line) + "\n"


def _tag(name: str, inside: str = "", /, **attributes: str | int) -> str:
    said = "".join(f' {key}="{escape(visible(str(value)))}"' for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"
