"""The commands as the scheduler calls them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Feed, flight, sky

from weatherboard.cli import main


@pytest.fixture
def delivered(feed: Feed) -> Path:
    feed.tables([sky(), sky(origin="JFK")])
    feed.month([flight(), flight(origin="JFK", arr_delay=60)])
    return feed.folder


def call(command: str, folder: Path, *more: str) -> int:
    return main([command, "--database", str(folder.parent / "out" / "board.duckdb"), *more])


def load(folder: Path, *more: str) -> int:
    return call("load", folder, "--data", str(folder), *more)


def test_from_the_feed_to_the_report(delivered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load(delivered) == load(delivered, "--month", "2013-01") == 0
    out, claim = tmp_path / "reports" / "r.csv", tmp_path / "claim.json"
    texts = []
    for _ in range(2):
        assert call("report", delivered, "--out", str(out), "--claim", str(claim)) == 0
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]
    assert out.read_text().splitlines()[1:] == ["EWR,2013-01,1,1,0,0,0,50.0", "JFK,2013-01,1,1,0,0,0,100.0"]
    assert json.loads(claim.read_text()) == {"metric": "departures", "value": 2}
    shown = json.loads(capsys.readouterr().out.split("}\n{")[0] + "}")
    assert shown["lead"]["first"] == "JFK"
    assert [path.name for path in out.parent.iterdir()] == ["r.csv"]


def test_levy_page_and_roll_back(delivered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(delivered)
    assert call("levy", delivered) == 0
    assert json.loads(capsys.readouterr().out) == {"United": 1.0}
    assert call("page", delivered, "--airport", "LAX") == 0
    assert capsys.readouterr().out.endswith("United,2,0,45.0\n")
    assert call("roll-back", delivered) == 2
    assert "no earlier board" in capsys.readouterr().err
    load(delivered)
    assert call("roll-back", delivered) == 0


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("weatherboard: ")]
    assert len(lines) == 1
    return lines[0]


def test_bad_input_is_one_line_and_exit_two(
    delivered: Path, feed: Feed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(tmp_path / "none" / "data") == 2
    assert "holds no flights" in refused(capsys)
    assert load(delivered, "--month", "2013-09") == 2
    assert "no file for 2013-09" in refused(capsys)
    assert load(delivered, "--config", "none.toml") == 2
    assert "cannot read the configuration" in refused(capsys)
    assert call("report", delivered, "--out", str(tmp_path / "r.csv")) == 2
    assert "does not exist" in refused(capsys)
    assert call("levy", tmp_path / "nowhere" / "x") == 2
    refused(capsys)
    feed.month([flight(tailnum="N8"), flight(tailnum="N9", flight=2)])
    assert load(delivered) == 2
    assert "too few departures find their aircraft" in refused(capsys)
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_destination_is_refused(delivered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(delivered)
    assert call("page", delivered, "--airport", "x' OR 'a' = 'a") == 2
    assert "nobody flies to" in refused(capsys)


def test_it_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "weatherboard", "--help"], capture_output=True, text=True, check=True)
    assert all(word in done.stdout for word in ("load", "report", "levy", "page", "roll-back"))
