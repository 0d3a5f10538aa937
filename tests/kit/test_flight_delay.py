"""The flight-delay scenario: what ships is what was recorded and measured."""

import hashlib
import importlib.util
import json
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nbcritic.kit.record import parse
from nbcritic.kit.scenario import load

ROOT = Path(__file__).parents[2]
CRITIQUE = ROOT / "critiques" / "flight-delay"
NOTEBOOK = ROOT / "notebooks" / "flight-delay" / "flight-delay.ipynb"
SCENARIO = tomllib.loads((CRITIQUE / "scenario.toml").read_text(encoding="utf-8"))
PAGE = json.loads(NOTEBOOK.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    missing = [name for name in ("pandas", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: pip install 'nbcritic[kit]'")
    spec = importlib.util.spec_from_file_location("flight_delay_probes", CRITIQUE / "probes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def outputs(cell: str) -> str:
    """All text that a cell of the page shows."""
    found = next(entry for entry in PAGE["cells"] if entry["id"] == cell)
    texts = [output.get("text") or output["data"].get("text/plain", []) for output in found["outputs"]]
    return "".join(line for text in texts for line in text)


def test_the_notebook_matches_its_recording() -> None:
    recording = parse((CRITIQUE / "recording.py").read_text(encoding="utf-8"))
    recorded = [(take.id, take.kind, take.source, recording.counts()[take.id]) for take in recording.page]
    page = [
        (cell["id"], cell["cell_type"], "".join(cell["source"]), cell.get("execution_count")) for cell in PAGE["cells"]
    ]
    assert page == recorded


def test_no_saved_error_no_private_path_and_a_modest_size() -> None:
    kinds = {output["output_type"] for cell in PAGE["cells"] for output in cell.get("outputs", [])}
    assert kinds == {"stream", "display_data", "execute_result"}
    shown = json.dumps([cell.get("outputs", []) for cell in PAGE["cells"]])
    assert not any(place in shown for place in ("/tmp/", "/home/", "/root", "site-packages"))
    assert NOTEBOOK.stat().st_size < 1_500_000


@pytest.mark.parametrize("entry", SCENARIO["data"]["files"], ids=lambda entry: Path(entry["file"]).name)
def test_the_data_are_the_recorded_ones(entry: dict[str, Any]) -> None:
    packed = (ROOT / entry["file"]).read_bytes()
    assert hashlib.sha256(packed).hexdigest() == entry["sha256"]
    assert len(packed) < 5_000_000


def test_the_page_still_tells_its_story() -> None:
    assert "R2 0.962" in outputs("final")
    assert "(69055, 26) (29595, 26)" in outputs("split")
    assert "R2 0.911" in outputs("linear")
    assert "R2 0.898" not in outputs("forest")  # the table in Markdown has Thursday's number
    assert "median 403 mph" in outputs("speed")  # computed before the hours were divided again


def test_dropna_takes_the_bad_weather(probes: ModuleType) -> None:
    flights, weather = probes.load()
    loss = asdict(probes.rows_lost(flights, weather))
    measured = SCENARIO["measured"]["rows"]
    assert loss.pop("rows") == measured["all"] == SCENARIO["data"]["files"][0]["rows"]
    for name, value in loss.items():
        assert value == pytest.approx(measured[name], abs=0.0006), name
    recorded, missing = probes.late_share_by_pressure(flights, weather)
    assert recorded == pytest.approx(measured["late_share_pressure_recorded"], abs=0.0006)
    assert missing == pytest.approx(measured["late_share_pressure_missing"], abs=0.0006)


def test_the_small_numbers_are_as_recorded(probes: ModuleType) -> None:
    flights, _ = probes.load()
    measured = SCENARIO["measured"]["other"]
    before, after = probes.air_time_values(flights)
    assert measured["air_time_values"] == {"in_minutes": before, "after_two_runs": after}
    _, naive, clock = probes.wrong_block(flights)
    means = measured["planned_duration_mean"]
    assert (naive, clock) == pytest.approx((means["as_written"], means["by_the_clock"]), abs=0.06)


@pytest.mark.slow
def test_every_measured_number_is_what_its_probe_gives(probes: ModuleType) -> None:
    scenario = load("flight-delay", ROOT)
    assert set(probes.MEASURES) == set(scenario.measured)
    for name, measure in probes.MEASURES.items():
        if not name.endswith("_seconds"):
            assert measure() == pytest.approx(scenario.measured[name], rel=0.02, abs=0.015), name


@pytest.mark.slow
def test_a_loop_costs_far_more_than_one_call(probes: ModuleType) -> None:
    flights, _ = probes.load()
    looped, at_once = probes.loop_cost(flights)
    assert looped > 20 * at_once
