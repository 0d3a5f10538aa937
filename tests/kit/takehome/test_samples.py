"""Twelve submissions as they may come, graded in one go with the sandbox: each gets what it should."""

from pathlib import Path

import pytest
from tests.kit.takehome import samples

from nbcritic import sandbox
from nbcritic.kit.inject.base import of_scenario
from nbcritic.kit.inject.bench import bench
from nbcritic.kit.inject.variant import make
from nbcritic.kit.scenario import load
from nbcritic.kit.takehome import batch
from nbcritic.kit.takehome.marking import boxed
from nbcritic.kit.takehome.pack import write
from nbcritic.kit.takehome.similarity import pairs
from nbcritic.kit.takehome.submission import found

UNGRADABLE = {
    "empty": "no file",
    "no-zip": "no zip",
    "bomb": "more than 64 MB",
    "traversal": "outside",
    "huge": "larger",
}


@pytest.mark.slow
def test_twelve_submissions(tmp_path: Path) -> None:
    if reason := sandbox.probe():
        pytest.skip(reason)
    scenario = load("flight-delay")
    base = of_scenario(scenario)
    with bench(base.data) as warm:
        pack = write(make(base, 7, warm, only=samples.PLANTED), 120, tmp_path / "pack", scenario)
    samples.write(tmp_path / "submissions", pack.given, scenario.reference)
    paths = found(tmp_path / "submissions")
    done = {one.result.name: one for one in batch.run(paths, [pack], tmp_path / "out", {}, box=boxed(900), jobs=2)}
    assert len(done) == 12
    results = {name: one.result for name, one in done.items()}
    for name, words in UNGRADABLE.items():
        assert results[name].score is None
        assert words in results[name].reason

    scores = {name: result.score for name, result in results.items() if result.score is not None}
    floor = results["excellent"].floor
    assert floor is not None
    assert scores["excellent"] >= 80
    assert floor < scores["ordinary"] < scores["excellent"]
    assert max(scores["cheating"], scores["hanging"], scores["crashing"], scores["latin"]) < 10
    assert "Windows-1252" in results["latin"].notes[0]
    assert "handed out" in results["ordinary"].package_note

    items = {name: {item.id: item for item in result.package} for name, result in results.items()}
    assert items["excellent"]["metric"].share == 1.0
    assert items["cheating"]["metric"].share == 0.0
    assert items["cheating"]["claim"].share == 0.0
    assert "took too long" in items["hanging"]["trains"].seen
    assert items["crashing"]["trains"].share == 0.0
    assert all(items[name]["own-tests"].share is None for name in ("excellent", "cheating"))

    alike = pairs({name: one.files for name, one in done.items()}, [pack.given])
    assert {alike[0].one, alike[0].other} == {"copied", "ordinary"}
    assert not any("excellent" in (pair.one, pair.other) for pair in alike)
    assert not (tmp_path / "outside.txt").exists()
