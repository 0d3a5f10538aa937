"""The flight-delay scenario: the story of its page, and what makes its faults bite."""

from types import ModuleType

import pytest
from tests.kit.shipped import SCENARIOS, outputs

SCENARIO = SCENARIOS["flight-delay"]


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    pytest.importorskip("sklearn")
    return SCENARIO.module("probes")


def test_the_page_still_tells_its_story() -> None:
    assert "R2 0.962" in outputs(SCENARIO, "final")
    assert "(69055, 26) (29595, 26)" in outputs(SCENARIO, "split")
    assert "R2 0.911" in outputs(SCENARIO, "linear")
    assert "R2 0.898" not in outputs(SCENARIO, "forest")  # the table in Markdown has Thursday's number
    assert "median 403 mph" in outputs(SCENARIO, "speed")  # computed before the hours were divided again


def test_the_rows_are_those_of_the_flights() -> None:
    assert SCENARIO.measured["rows.all"] == SCENARIO.facts.data.files[0].rows


@pytest.mark.slow
def test_a_loop_costs_far_more_than_one_call(probes: ModuleType) -> None:
    looped, at_once = probes.loop_cost(probes.load()[0])
    assert looped > 20 * at_once
