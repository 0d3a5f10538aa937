"""SARIF, held against the schema of the standard, and identities that last."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic import __version__, engine
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Finding, Fix, Related, Report, Skipped, Span
from nbcritic.notebook.read import read
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]

SCHEMA = json.loads((Path(__file__).parents[1] / "data/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)


def run(*reports: Report) -> Any:
    """The one run of the document, which is valid."""
    document = json.loads("".join(render(reports, "sarif")))
    VALIDATOR.validate(document)
    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    return only


def test_the_schema_is_one() -> None:
    jsonschema.Draft4Validator.check_schema(SCHEMA)


def test_nothing_to_say_is_a_document_too() -> None:
    empty = run()
    assert empty["results"] == []
    assert empty["tool"]["driver"]["semanticVersion"] == __version__


def test_a_clean_notebook_is_named_as_judged(report: MakeReport) -> None:
    clean = run(report())
    assert [one["location"]["uri"] for one in clean["artifacts"]] == ["a.ipynb"]
    assert clean["invocations"][0]["executionSuccessful"] is True


def test_a_result_stands_on_the_line_of_the_file_and_in_its_cell(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(5, 3, 2, 9, cell_id="abc", severity="blocker")))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 12, "snippet": {"text": "from numpy import *"}}
    (cell,) = location["logicalLocations"]
    assert cell["fullyQualifiedName"] == "cell 5, line 3"
    expected = {"cell": 5, "line": 3, "column": 2, "endLine": 3, "endColumn": 9, "id": "abc"}
    assert cell["properties"] == expected
    assert result["level"] == "error"
    assert result["message"]["text"].startswith("cell 5, line 3: ")


@pytest.mark.parametrize(
    "severity, level", [("blocker", "error"), ("major", "warning"), ("minor", "note"), ("nit", "note")]
)
def test_severities_become_levels(finding: Make, report: MakeReport, severity: str, level: str) -> None:
    (result,) = run(report(finding(severity=severity)))["results"]
    assert (result["level"], result["properties"]["severity"]) == (level, severity)


def test_a_finding_about_everything_has_no_cell(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(0, 0, code_line="", file_line=1)))["results"]
    assert "logicalLocations" not in result["locations"][0]


def test_results_point_at_their_rule_and_file(finding: Make, report: MakeReport) -> None:
    found = (finding(), finding(3, code="F841", name="unused-variable", tool="ruff"), finding(4))
    both = run(report(path="clean.ipynb"), report(*found, path="b c.ipynb"))
    rules = both["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["NBC114", "F841"]
    for result in both["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        file = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert both["artifacts"][file["index"]]["location"]["uri"] == file["uri"] == "b%20c.ipynb"


def test_a_rule_brings_its_documentation(finding: Make, report: MakeReport) -> None:
    (rule,) = run(report(finding()))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "A star import hides which names a cell defines."
    assert "Instead, " in rule["help"]["text"]
    assert "Bad:\n\n```python\n# %%" in rule["help"]["markdown"]
    assert rule["helpUri"].endswith("/star-import.md")
    assert {"hidden-state", "reproducibility"} <= set(rule["properties"]["tags"])


def test_security_has_a_score_and_nothing_else_has(finding: Make, report: MakeReport) -> None:
    secret = finding(code="NBC205", name="hard-coded-credential", category="security-and-privacy", family="environment")
    first, second = run(report(secret, finding()))["tool"]["driver"]["rules"]
    assert 7 <= float(first["properties"]["security-severity"]) < 9
    assert "security" in first["properties"]["tags"]
    assert "security-severity" not in second["properties"]


def test_the_steps_to_a_fault_are_a_flow_in_the_order_of_the_page(finding: Make, report: MakeReport) -> None:
    related = (Related(Span(9, 4), "scored here"), Related(Span(2), "read here"), Related(Span(), "and so on"))
    (result,) = run(report(finding(5, family="leakage", related=related)))["results"]
    assert [near["id"] for near in result["relatedLocations"]] == [1, 2, 3]
    (flow,) = result["codeFlows"][0]["threadFlows"]
    cells = [step["location"]["logicalLocations"][0]["name"] for step in flow["locations"]]
    assert cells == ["cell 2", "cell 5", "cell 9"]
    assert "scored here" in result["message"]["text"], "GitHub shows related places only in the message"


def test_more_of_the_same_is_no_flow(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(family="data-handling", related=(Related(Span(9), "here, too"),))))["results"]
    assert "codeFlows" not in result
    assert len(result["relatedLocations"]) == 1


def test_one_step_is_no_flow(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(family="leakage", related=(Related(Span(), "everywhere"),))))["results"]
    assert "codeFlows" not in result


def test_the_same_place_twice_stays_valid(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(related=(Related(Span(9), ""), Related(Span(9), "")))))["results"]
    assert len(result["relatedLocations"]) == 2


def test_problems_and_what_was_not_judged_are_notifications(report: MakeReport) -> None:
    one = run(
        report(problem="is not JSON", skipped=(Skipped("cell 3", "in bash"),), suppressed=2), report(suppressed=3)
    )
    (invocation,) = one["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert said == [("error", "is not JSON"), ("note", "cell 3: in bash")]
    known = {kind["id"] for kind in one["tool"]["driver"]["notifications"]}
    assert {note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]} <= known
    assert one["properties"]["suppressed"] == 5
    assert [file["properties"]["suppressed"] for file in one["artifacts"]] == [2, 3]


def test_a_file_says_how_ready_it_is(report: MakeReport) -> None:
    (file,) = run(report(readiness=(("leakage", 40), ("tests", 100))))["artifacts"]
    assert file["properties"]["readiness"] == {"leakage": 40, "tests": 100}


def test_a_fix_is_named(finding: Make, report: MakeReport) -> None:
    (result,) = run(report(finding(fix=Fix("Name what is imported", (), safe=True))))["results"]
    assert result["properties"]["fix"] == "Name what is imported"


@pytest.mark.parametrize("text", ["[press](http://evil)", "see [this](1)", "`x[0](1)`"])
def test_no_message_holds_a_link(finding: Make, report: MakeReport, text: str) -> None:
    (result,) = run(report(finding(message=text, related=(Related(Span(3), text),))))["results"]
    assert "](" not in json.dumps(result)


FAULTS = ("from numpy import *", "import warnings\nwarnings.filterwarnings('ignore')", "x = 1\nfrom math import *")
CALM = ("y = 1", "print(y)", "")
RULES = Config(select=("star-import", "silenced-warnings"))
cells = st.lists(st.tuples(st.sampled_from([*FAULTS, *CALM]), st.booleans()), min_size=1, max_size=6)


def judged(sources: Sequence[tuple[str, str | None]], count: int = 1, output: str = "") -> set[tuple[str, str]]:
    """The identities in the SARIF of a notebook of these sources and cell ids."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": output}]
    code = [
        {"cell_type": "code", "metadata": {}, "source": s, "outputs": outputs, "execution_count": count + n}
        | ({"id": i} if i else {})
        for n, (s, i) in enumerate(sources)
    ]
    notebook = {"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    report = engine.critique(Page(read(json.dumps(notebook).encode(), "a.ipynb")), RULES)
    prints = [(result["ruleId"], json.dumps(result["partialFingerprints"])) for result in run(report)["results"]]
    assert len(prints) == len(set(prints)), "each alert is its own"
    return set(prints)


@given(cells, st.integers(1, 900), st.text("ab\n", max_size=30))
def test_identities_survive_a_run(drawn: list[tuple[str, bool]], count: int, output: str) -> None:
    sources = [(source, f"id{n}" if named else None) for n, (source, named) in enumerate(drawn)]
    assert judged(sources) == judged(sources, count, output)


@given(cells, st.data())
def test_identities_survive_new_cells(drawn: list[tuple[str, bool]], data: st.DataObject) -> None:
    sources = [(source, f"id{n}" if named else None) for n, (source, named) in enumerate(drawn)]
    more = list(sources)
    for number in range(data.draw(st.integers(1, 3))):
        more.insert(data.draw(st.integers(0, len(more))), (f"calm_{number} = 0", None))
    assert judged(sources) == judged(more)
