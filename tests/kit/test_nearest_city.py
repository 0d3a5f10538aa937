"""The nearest-city scenario: what ships is what was recorded and measured, and its contract knows the truth."""

import importlib.util
import json
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from nbcritic.kit.scenario import load

ROOT = Path(__file__).parents[2]
CRITIQUE = ROOT / "critiques" / "nearest-city"
NOTEBOOK = ROOT / "notebooks" / "nearest-city" / "nearest-city.ipynb"
SCENARIO = tomllib.loads((CRITIQUE / "scenario.toml").read_text(encoding="utf-8"))
PAGE = json.loads(NOTEBOOK.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    missing = [name for name in ("pandas", "scipy") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: pip install 'nbcritic[kit]'")
    return load("nearest-city", ROOT).module("probes")


def outputs(cell: str) -> str:
    """All text that a cell of the page shows."""
    found = next(entry for entry in PAGE["cells"] if entry["id"] == cell)
    texts = [output.get("text") or output["data"].get("text/plain", []) for output in found["outputs"]]
    return "".join(line for text in texts for line in text)


def test_no_saved_error_no_private_path_and_a_modest_size() -> None:
    kinds = {output["output_type"] for cell in PAGE["cells"] for output in cell.get("outputs", [])}
    assert kinds == {"stream", "display_data", "execute_result"}
    shown = json.dumps([cell.get("outputs", []) for cell in PAGE["cells"]])
    assert not any(place in shown for place in ("/tmp/", "/home/", "/root", "site-packages"))
    assert NOTEBOOK.stat().st_size < 1_500_000


def test_the_page_still_tells_its_story() -> None:
    measured = SCENARIO["measured"]["alone"]
    assert outputs("lonely").startswith(f"{measured['in_degrees_joined_by_name']} towns")
    assert outputs("export") == f"{measured['as_exported_at_80_km']} rows written\n"  # from before the limit changed
    assert "fridges: 960" in outputs("budget")
    assert "Georgetown" in outputs("lonely")  # a namesake's distance
    assert "Vitry-le-François" in outputs("worst")  # for an airfield in Alaska
    assert "Asia/Chongqing" in outputs("east")
    assert f"vans needed: {SCENARIO['measured']['airfields']['far_as_written']} of 1458" in outputs("far")
    share = int(outputs("sample-share").split("alone within 100 km: ")[1].split(" %")[0])
    assert 50 < share < 75  # drawn without a seed; the text says two thirds


def test_the_tree_and_the_names_are_what_the_fridges_cost_too_much(probes: ModuleType) -> None:
    measured = SCENARIO["measured"]["alone"]
    for name in ("honest", "in_degrees", "in_degrees_joined_by_name", "joined_by_name_only"):
        assert probes.MEASURES[f"alone.{name}"]() == measured[name], name
    assert measured["honest"] < measured["in_degrees"] < measured["in_degrees_joined_by_name"]


@pytest.mark.parametrize("sample", [300, 3_000])
def test_a_larger_sample_is_less_lonely(probes: ModuleType, monkeypatch: pytest.MonkeyPatch, sample: int) -> None:
    """Why the sample says nothing about the whole: its share depends on its size."""
    points = probes.radians(probes.load()[0])
    monkeypatch.setattr(probes, "SAMPLE", sample)
    share = probes.share_alone_in_samples(points)
    assert (share > 0.5) if sample == 300 else (0.1 < share < 0.3)


def test_a_ball_is_good_enough(probes: ModuleType) -> None:
    """The decoy: the shape of the Earth moves one town."""
    assert abs(probes.MEASURES["alone.on_the_ellipsoid"]() - probes.MEASURES["alone.honest"]()) == 1


def test_the_contract_and_the_probes_find_the_same_neighbours(probes: ModuleType) -> None:
    contract = load("nearest-city", ROOT).module("contract")
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
