"""The bird-strike scenario: what ships is what was recorded and measured."""

import hashlib
import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nbcritic.kit.answer import Answer, read_answers
from nbcritic.kit.contract import judge, plain
from nbcritic.kit.grade import grade
from nbcritic.kit.record import parse
from nbcritic.kit.scenario import load

ROOT = Path(__file__).parents[2]
SCENARIO = load("bird-strike", ROOT)
FACTS = tomllib.loads((SCENARIO.critique / "scenario.toml").read_text(encoding="utf-8"))
BANDS = tomllib.loads((SCENARIO.critique / "samples" / "bands.toml").read_text(encoding="utf-8"))
PAGE = json.loads(SCENARIO.path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    missing = [name for name in ("pandas", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: pip install 'nbcritic[kit]'")
    return SCENARIO.module("probes")


def outputs(cell: str) -> str:
    """All text that a cell of the page shows."""
    found = next(entry for entry in PAGE["cells"] if entry["id"] == cell)
    texts = [output.get("text") or output["data"].get("text/plain", []) for output in found["outputs"]]
    return "".join(line for text in texts for line in text)


def test_the_notebook_matches_its_recording() -> None:
    recording = parse((SCENARIO.critique / "recording.py").read_text(encoding="utf-8"))
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
    assert SCENARIO.path.stat().st_size < 1_500_000


@pytest.mark.parametrize("entry", FACTS["data"]["files"], ids=lambda entry: Path(entry["file"]).name)
def test_the_data_are_the_recorded_ones(entry: dict[str, Any]) -> None:
    content = (ROOT / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) < 5_000_000


def test_the_page_still_tells_its_story() -> None:
    assert "damage    8939" in outputs("missing")
    assert "724 complete reports" in outputs("assessed")
    assert "(2404, 156)" in outputs("table")  # balanced twice
    assert "accuracy 0.952, recall 1.000" in outputs("forest")
    assert "636405" in outputs("money")
    assert "ORLANDO INTL      123      108" in outputs("stations")
    assert "555 0142" in outputs("duty")


def test_the_key_answers_itself_and_half_of_it_is_judgement() -> None:
    remarks = SCENARIO.key.remark
    answers = [Answer(r.what, r.cell or "whole", r.severity, r.category, r.why, r.fix) for r in remarks]
    card = grade(SCENARIO.key, answers, SCENARIO.notebook)
    assert (card.score, card.prioritised, card.decoys) == (100.0, 1.0, ())
    assert sum(remark.judgement for remark in remarks) >= 0.4 * len(remarks)


@pytest.mark.parametrize("name", BANDS)
def test_a_sample_lies_in_its_band(name: str) -> None:
    answers = read_answers((SCENARIO.critique / "samples" / f"{name}.md").read_text(encoding="utf-8"))
    low, high = BANDS[name]["band"]
    assert low <= grade(SCENARIO.key, answers, SCENARIO.notebook).score <= high


def test_the_word_none_is_most_of_the_file(probes: ModuleType) -> None:
    reports = probes.load()
    assert (reports["damage"] == "None").sum() == SCENARIO.measured["labels.word_none"]
    kept = probes.complete(reports)
    assert len(kept) == SCENARIO.measured["labels.complete"]
    assert set(kept.loc[kept["operator"] == "MILITARY", "damage"]) == {"B", "C"}


@pytest.mark.slow
def test_the_contract_holds_for_the_skeleton() -> None:
    pytest.importorskip("sklearn")
    items = {
        item.id: item for item in judge(SCENARIO, SCENARIO.skeleton, plain(SCENARIO.skeleton / "src"), sys.executable)
    }
    works = ("trains", "answers", "claim", "bad-request", "deterministic", "bad-input")
    assert {name: items[name].share for name in works} == dict.fromkeys(works, 1.0)
    assert SCENARIO.facts.contract is not None
    assert items["metric"].value == pytest.approx(SCENARIO.facts.contract.baseline, rel=0.005)


@pytest.mark.slow
def test_the_contract_holds_for_the_reference() -> None:
    for name in ("pandera", "skops", "fastapi", "uvicorn", "prometheus_client"):
        pytest.importorskip(name)
    items = {
        item.id: item for item in judge(SCENARIO, SCENARIO.reference, plain(SCENARIO.reference / "src"), sys.executable)
    }
    assert {name: item.share for name, item in items.items() if name != "metric"} == dict.fromkeys(
        ("trains", "answers", "claim", "bad-request", "deterministic", "bad-input"), 1.0
    )
    assert SCENARIO.facts.contract is not None
    assert items["metric"].value == pytest.approx(SCENARIO.facts.contract.reference, rel=0.02)


@pytest.mark.slow
def test_every_measured_number_is_what_its_probe_gives(probes: ModuleType) -> None:
    assert set(probes.MEASURES) == set(SCENARIO.measured)
    for name, measure in probes.MEASURES.items():
        rel = max((share for start, share in SCENARIO.facts.tolerance.items() if name.startswith(start)), default=0.02)
        assert measure() == pytest.approx(SCENARIO.measured[name], rel=rel, abs=0.002), name
