"""The nearest-city scenario: the story of its page, what makes its faults bite, and that its contract knows the truth."""

from types import ModuleType

import pytest
from tests.kit.shipped import SCENARIOS, outputs

SCENARIO = SCENARIOS["nearest-city"]


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    pytest.importorskip("scipy")
    return SCENARIO.module("probes")


def test_the_page_still_tells_its_story() -> None:
    measured = SCENARIO.measured
    assert outputs(SCENARIO, "lonely").startswith(f"{measured['alone.in_degrees_joined_by_name']} towns")
    assert (
        outputs(SCENARIO, "export") == f"{measured['alone.as_exported_at_80_km']} rows written\n"
    )  # from before the limit changed
    assert "fridges: 960" in outputs(SCENARIO, "budget")
    assert "Georgetown" in outputs(SCENARIO, "lonely")  # a namesake's distance
    assert "Vitry-le-François" in outputs(SCENARIO, "worst")  # for an airfield in Alaska
    assert "Asia/Chongqing" in outputs(SCENARIO, "east")
    assert f"vans needed: {measured['airfields.far_as_written']} of 1458" in outputs(SCENARIO, "far")
    share = int(outputs(SCENARIO, "sample-share").split("alone within 100 km: ")[1].split(" %")[0])
    assert 50 < share < 75  # drawn without a seed; the text says two thirds


def test_the_tree_and_the_names_are_what_the_fridges_cost_too_much() -> None:
    measured = SCENARIO.measured
    assert measured["alone.honest"] < measured["alone.in_degrees"] < measured["alone.in_degrees_joined_by_name"]


def test_a_ball_is_good_enough() -> None:
    """The decoy: the shape of the Earth moves one town."""
    assert abs(SCENARIO.measured["alone.on_the_ellipsoid"] - SCENARIO.measured["alone.honest"]) == 1


@pytest.mark.parametrize("sample", [300, 3_000])
def test_a_larger_sample_is_less_lonely(probes: ModuleType, monkeypatch: pytest.MonkeyPatch, sample: int) -> None:
    """Why the sample says nothing about the whole: its share depends on its size."""
    points = probes.radians(probes.load()[0])
    monkeypatch.setattr(probes, "SAMPLE", sample)
    share = probes.share_alone_in_samples(points)
    assert (share > 0.5) if sample == 300 else (0.1 < share < 0.3)


def test_the_contract_and_the_probes_find_the_same_neighbours(probes: ModuleType) -> None:
    contract = SCENARIO.module("contract")
    towns = probes.load()[0]
    places = towns[["lat", "lng"]].to_numpy()[::9]
    exact = probes.honest(probes.radians(towns)[::9])[1]
    near = exact < 1.9 * contract.LIMIT
    assert contract._nearest_other(places)[near] == pytest.approx(exact[near], abs=0.01)
    assert (contract._nearest_other(places)[~near] > contract.LIMIT).all()


@pytest.mark.slow
def test_a_loop_costs_far_more_than_one_table(probes: ModuleType) -> None:
    looped, at_once = probes.loop_cost(probes.load()[0], 150)
    assert looped > 20 * at_once
