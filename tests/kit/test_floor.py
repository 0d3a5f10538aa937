"""What nbcritic alone scores: the same grade as a person's, and the table in the README is of this version."""

from pathlib import Path

import pytest

from nbcritic.kit import floor
from nbcritic.kit.grade import grade
from nbcritic.kit.scenario import load, slugs
from nbcritic.model import NbcriticError

ROOT = Path(__file__).parents[2]
FLIGHT_DELAY = load("flight-delay", ROOT)


def test_what_the_report_opens_with_comes_first_and_nothing_is_said_twice_of_a_cell() -> None:
    report = floor.report(FLIGHT_DELAY.notebook)
    lines = floor.answers(report)
    assert [line.what for line in lines[: len(report.start_here)]] == [one.message for one in report.start_here]
    assert len(lines) == len({(one.code, one.at.cell) for one in report.findings})


def test_the_floor_is_the_grade_of_the_findings() -> None:
    card = floor.floor(FLIGHT_DELAY)
    assert card == grade(FLIGHT_DELAY.key, floor.answers(floor.report(FLIGHT_DELAY.notebook)), FLIGHT_DELAY.notebook)
    assert 0 < card.score < 60


def test_no_remark_that_needs_judgement_is_flagged() -> None:
    named = {remark.id for remark in FLIGHT_DELAY.key.remark if not remark.judgement}
    assert floor.flagged(FLIGHT_DELAY) == named


def test_the_readme_has_the_figures_of_this_version() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    table = floor.table([load(slug, ROOT) for slug in slugs(ROOT)])
    assert floor.placed(table, text) == text, "nbcritic kit floor --write README.md"


def test_a_file_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(NbcriticError, match="floor:begin"):
        floor.placed("| a |\n", "# Title\n")
