"""The JSON for other tools, held against its published schema."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nbcritic import __version__
from nbcritic.model import ClearCounts, Drop, Finding, Fix, Insert, Move, Related, Replace, Report, Skipped, Span
from nbcritic.report import render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]

SCHEMA = json.loads((resources.files("nbcritic.report") / "schema.json").read_text("utf-8"))
FIELDS = (
    "code name family category severity confidence message why tool cell in cell_id line column end_line end_column file_line "
    "code_line related fix fingerprint"
).split()


def document(*reports: Report) -> Any:
    said = "".join(render(reports, "json"))
    assert said.isascii()
    value = json.loads(said)
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    return value


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_that_is_shipped_is_the_one_that_is_published() -> None:
    published = Path(__file__).parents[2] / "docs/report.schema.json"
    assert json.loads(published.read_text("utf-8")) == SCHEMA, "run `make docs`"


def test_nothing_to_say_is_a_document_too() -> None:
    assert document() == {"schema": 1, "nbcritic": __version__, "reports": []}


def test_a_report_has_the_fields_of_the_contract(finding: Make, report: MakeReport) -> None:
    one = report(
        finding(),
        start=1,
        suppressed=2,
        skipped=(Skipped("cell 3", "in bash"),),
        problem="half",
        readiness=(("leakage", 43),),
    )
    (shown,) = document(one)["reports"]
    assert list(shown) == ["path", "findings", "start_here", "suppressed", "skipped", "problem", "readiness"]
    assert shown["start_here"] == [one.findings[0].fingerprint]
    assert (shown["suppressed"], shown["problem"]) == (2, "half")
    assert shown["skipped"] == [{"what": "cell 3", "reason": "in bash"}]
    assert shown["readiness"] == {"leakage": 43}


def test_a_finding_has_the_fields_of_the_contract(finding: Make, report: MakeReport) -> None:
    related = (Related(Span(9, 4, 2, 4, 5), "used here"),)
    (shown,) = document(report(finding(5, 3, 2, 9, cell_id="abc", related=related)))["reports"][0]["findings"]
    assert list(shown) == FIELDS
    assert (shown["cell"], shown["in"], shown["cell_id"]) == (5, 7, "abc")
    assert [shown[key] for key in ("line", "column", "end_line", "end_column", "file_line")] == [3, 2, 3, 9, 12]
    assert shown["related"] == [{"cell": 9, "line": 4, "column": 2, "message": "used here"}]
    assert shown["fix"] is None


@pytest.mark.parametrize(
    "edit, shown",
    [
        (
            Replace(Span(1, 2, 3, 4, 5), "x"),
            {"kind": "replace", "cell": 1, "line": 2, "column": 3, "end_line": 4, "end_column": 5, "text": "x"},
        ),
        (Insert(2, "import os"), {"kind": "insert", "before": 2, "source": "import os"}),
        (Drop(4), {"kind": "drop", "cell": 4}),
        (Move(4, 1), {"kind": "move", "cell": 4, "before": 1}),
        (ClearCounts(), {"kind": "clear-counts"}),
    ],
)
def test_a_fix_says_each_edit(finding: Make, report: MakeReport, edit: Any, shown: dict[str, Any]) -> None:
    (found,) = document(report(finding(fix=Fix("Mend it", (edit,), safe=True))))["reports"][0]["findings"]
    assert found["fix"] == {"title": "Mend it", "safe": True, "edits": [shown]}


def test_half_a_surrogate_pair_becomes_a_replacement_character(finding: Make, report: MakeReport) -> None:
    one = report(finding(message="a\ud83db", code_line="😀\udc00"), path="x\udcff.ipynb")
    (shown,) = document(one)["reports"]
    assert shown["path"] == "x\ufffd.ipynb"
    assert shown["findings"][0]["message"] == "a\ufffdb"
    assert shown["findings"][0]["code_line"] == "😀\ufffd"


def test_the_document_comes_out_as_reports_come_in(report: MakeReport) -> None:
    drawn: list[int] = []

    def reports() -> Iterator[Report]:
        for number in range(2):
            drawn.append(number)
            yield report(path=f"{number}.ipynb")

    pieces = render(reports(), "json")
    assert "0.ipynb" in next(pieces)
    assert drawn == [0]


def test_an_error_before_the_first_report_leaves_nothing_written() -> None:
    def reports() -> Iterator[Report]:
        yield Report(str(int("no number")))

    with pytest.raises(ValueError):
        list(render(reports(), "json"))


def test_every_field_of_the_model_that_the_contract_names_is_required() -> None:
    assert sorted(SCHEMA["$defs"]["finding"]["required"]) == sorted(FIELDS)
