"""What ships is true: each scenario has been recorded, measured and graded, gives nothing away, and its packages keep its contract."""

import csv
import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

import pytest
from tests.kit.shipped import SCENARIOS, cells

from nbcritic.kit import package
from nbcritic.kit.contract import Item
from nbcritic.kit.gate import CHECKS, reaches, run
from nbcritic.kit.grade import FIRST
from nbcritic.kit.record import parse
from nbcritic.kit.scenario import TOLERANCE, Scenario

EVERY_SCENARIO = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
NEARER = {"flight-delay": (0.02, 0.015), "bird-strike": (1.0, 0.002), "sql-etl": (0.02, 0.002)}
"""How far, relatively and absolutely, a number with a tolerance of its own may lie off here: the gate allows more."""
CONTRACT = frozenset({"metric", "claim", "deterministic", "bad-input"})
WORKS = {
    "flight-delay": {"trains", "replays"},
    "nearest-city": {"runs", "one-answer-each", "none-is-a-town", "alone"},
    "bird-strike": {"trains", "answers", "bad-request"},
    "sql-etl": {"loads", "reports"},
}
"""What a package is asked beside that."""
HONEST_STARTS = {"bird-strike": 0.005}
"""Where even the skeleton claims what is true, and how near its score comes to the baseline. The gate asks neither."""


def faults(scenario: Scenario, check: str) -> tuple[str, ...]:
    (result,) = run(scenario, only=check)
    return result.faults


def test_no_check_of_the_gate_is_left_out() -> None:
    assert {check.name for check in CHECKS if check.slow} == {"probes", "skeleton", "reference"}


@pytest.mark.parametrize("check", [check.name for check in CHECKS if not check.slow])
@EVERY_SCENARIO
def test_what_can_be_read_is_true(scenario: Scenario, check: str) -> None:
    assert faults(scenario, check) == ()


@EVERY_SCENARIO
def test_no_error_but_the_wanted_ones_no_private_path_and_a_modest_size(scenario: Scenario) -> None:
    page = cells(scenario)
    assert len({cell["id"] for cell in page}) == len(page)
    shown = {cell["id"]: cell.get("outputs", []) for cell in page}
    kinds = {output["output_type"] for found in shown.values() for output in found}
    assert kinds - {"error"} == {"stream", "display_data", "execute_result"}
    failed = {id_ for id_, found in shown.items() if any(output["output_type"] == "error" for output in found)}
    recording = parse((scenario.critique / "recording.py").read_text(encoding="utf-8"))
    assert failed == {take.id for take in recording.page if take.raises}
    assert not any(place in json.dumps(shown) for place in ("/tmp/", "/home/", "/root", "site-packages"))
    assert scenario.path.stat().st_size < 500_000


def shape(path: Path) -> tuple[int, int]:
    """Rows and columns of a table."""
    if path.suffix == ".parquet":
        table = pytest.importorskip("duckdb").read_parquet(str(path))
        return table.shape[0], table.shape[1]
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        rows = csv.reader(file)
        columns = len(next(rows))
        return sum(1 for _ in rows), columns


@EVERY_SCENARIO
def test_the_tables_are_as_large_as_it_says(scenario: Scenario) -> None:
    for entry in scenario.facts.data.files:
        assert shape(scenario.root / entry.file) == (entry.rows, entry.columns), entry.file


@EVERY_SCENARIO
def test_the_key_begins_with_blockers(scenario: Scenario) -> None:
    severities = [remark.severity for remark in scenario.key.remark]
    first = severities[: min(severities.count("blocker"), FIRST)]
    assert set(first) <= {"blocker"}


@pytest.mark.slow
@EVERY_SCENARIO
def test_every_number_is_what_its_probe_gives(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = scenario.measures
    first = anew()

    def measure(name: str) -> float:
        """Seconds get more tries, each with probes that remember nothing: a busy machine is no fault of the scenario."""
        found = first[name]()
        for _ in range(7 if name.endswith("_seconds") else 0):
            if reaches(found, scenario.measured[name], scenario.facts.tolerance, name):
                break
            found = anew()[name]()
        return found

    measures = {name: cache(partial(measure, name)) for name in first}
    monkeypatch.setattr(scenario, "measures", lambda: measures)
    # Where others use the processors too, threads that wait for each other take ten times as long as one.
    with pytest.importorskip("threadpoolctl").threadpool_limits(1):
        assert faults(scenario, "probes") == ()
    off = [name for name in measures if not near(scenario, name, measures[name]())]
    assert off == []


def near(scenario: Scenario, name: str, found: float) -> bool:
    """Is it the number as it is written, to the last digit, or near enough if it has a tolerance of its own? Seconds are the gate's."""
    wanted = scenario.measured[name]
    tolerances = [share for begin, share in scenario.facts.tolerance.items() if name.startswith(begin)]
    if name.endswith("_seconds") or (tolerances and scenario.slug not in NEARER):
        return True
    if tolerances:
        relative, absolute = NEARER[scenario.slug]
        return found == pytest.approx(wanted, rel=min(relative, *tolerances), abs=absolute)
    digit = 10.0 ** int(Decimal(repr(wanted)).as_tuple().exponent)
    return abs(found - wanted) <= min(0.6 * digit, max(TOLERANCE * abs(wanted), 0.002))  # a last zero is not written


@pytest.mark.slow
@pytest.mark.parametrize("check", ["skeleton", "reference"])
@EVERY_SCENARIO
def test_its_packages_keep_the_contract(scenario: Scenario, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    items: dict[str, Item] = {}
    judge = package.judge

    def noting(asked: package.Package) -> Iterator[Item]:
        for item in judge(asked):
            items[item.id] = item
            yield item

    monkeypatch.setattr(package, "judge", noting)
    assert faults(scenario, check) == ()
    assert items.keys() >= CONTRACT | WORKS.get(scenario.slug, set()) | {"own-tests"}
    if check == "skeleton" and scenario.slug in HONEST_STARTS:
        assert scenario.facts.contract is not None
        assert items["claim"].share == 1
        assert items["metric"].value == pytest.approx(
            scenario.facts.contract.baseline, rel=HONEST_STARTS[scenario.slug]
        )
