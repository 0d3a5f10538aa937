"""The bird-strike scenario: the story of its page, and what its reports can say."""

import pytest
from tests.kit.shipped import SCENARIOS, outputs

SCENARIO = SCENARIOS["bird-strike"]


def test_the_page_still_tells_its_story() -> None:
    assert "damage    8939" in outputs(SCENARIO, "missing")
    assert "724 complete reports" in outputs(SCENARIO, "assessed")
    assert "(2404, 156)" in outputs(SCENARIO, "table")  # balanced twice
    assert "accuracy 0.952, recall 1.000" in outputs(SCENARIO, "forest")
    assert "636405" in outputs(SCENARIO, "money")
    assert "ORLANDO INTL      123      108" in outputs(SCENARIO, "stations")
    assert "555 0142" in outputs(SCENARIO, "duty")


def test_the_military_writes_damage_in_letters_only() -> None:
    pytest.importorskip("sklearn")
    probes = SCENARIO.module("probes")
    kept = probes.complete(probes.load())
    assert set(kept.loc[kept["operator"] == "MILITARY", "damage"]) == {"B", "C"}
