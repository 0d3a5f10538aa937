"""The sql-etl scenario: what ships is what was recorded and measured."""

import importlib.util
import json
from typing import Any

import pytest

from nbcritic.kit.scenario import Scenario, load, root

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("duckdb") is None, reason="duckdb missing: pip install 'nbcritic[kit]'"
)
SCENARIO: Scenario = load("sql-etl", root())
PAGE: dict[str, Any] = json.loads(SCENARIO.path.read_text(encoding="utf-8"))


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
    assert SCENARIO.path.stat().st_size < 500_000


def test_every_flight_of_the_year_ships_once() -> None:
    months = [entry.rows for entry in SCENARIO.facts.data.files if "landing" in entry.file]
    assert (len(months), sum(months)) == (12, SCENARIO.measured["rows.flights"])


def test_the_page_still_tells_its_story() -> None:
    assert "before 120,835, after 120,835" in outputs("check")  # Wednesday's, when only Newark was there
    assert "1006987 2013-01-01 2014-01-01" in outputs("size")
    assert outputs("where").index("EWR") < outputs("where").index("JFK")
    assert "30.5" in outputs("how-often")
    assert "100 pages" in outputs("pages")
    assert "rows without an airline: 0" in outputs("names")
    assert "paid back after 11 months" in outputs("money")


def test_what_the_page_shows_is_what_the_probe_builds() -> None:
    assert f"{SCENARIO.measured['shares.as_saved.EWR']:.3f}"[2:] in outputs("where").replace(".", "")
    assert round(SCENARIO.measured["payback.newark_as_saved"]) == 11


def test_the_counts_are_what_their_probes_give() -> None:
    measures = SCENARIO.measures()
    assert set(measures) == set(SCENARIO.measured)
    for name in ("rows.joined_without_airport", "seats.known_by_year_too", "calm.neither_good_nor_bad", "search.pages"):
        assert measures[name]() == SCENARIO.measured[name], name


@pytest.mark.slow
def test_every_measured_number_is_what_its_probe_gives() -> None:
    for name, measure in SCENARIO.measures().items():
        if not name.endswith("_seconds"):
            assert measure() == pytest.approx(SCENARIO.measured[name], rel=0.02, abs=0.005), name


def test_the_decision_turns_with_the_first_repair() -> None:
    measured = SCENARIO.measured
    assert measured["shares.as_saved.EWR"] > measured["shares.as_saved.JFK"]
    assert measured["shares.with_airport.JFK"] > measured["shares.with_airport.EWR"]
    assert measured["shares.honest.JFK"] > measured["shares.honest.EWR"]
