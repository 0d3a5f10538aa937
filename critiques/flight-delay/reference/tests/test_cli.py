"""The three commands as the night job calls them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from newark_ontime.cli import main


def call(command: str, files: dict[str, Path], *more: str) -> int:
    paths = ["--flights", str(files["flights"]), "--weather", str(files["weather"])]
    return main([command, *paths, "--model", str(files["flights"].parent / "model"), *more])


@pytest.fixture
def trained(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Path]:
    (tmp_path / "config.toml").write_text("iterations = 20\nsmallest_leaf = 20\ntest_days = 10\n")
    assert call("train", files, "--config", str(tmp_path / "config.toml")) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["from"] == "2013-10-01"
    assert report["model"]["average_precision"] > report["baseline"]["average_precision"]
    return files


def test_the_list_names_every_flight_once_and_the_likeliest_first(trained: dict[str, Path], tmp_path: Path) -> None:
    arguments = ["--schedule", str(trained["schedule"]), "--out", str(tmp_path / "lists" / "2013-10-11.csv")]
    assert call("predict", trained, *arguments) == 0
    listed = pd.read_csv(tmp_path / "lists" / "2013-10-11.csv")
    assert sorted(listed["flight"]) == list(range(100, 124))
    assert listed["chance"].is_monotonic_decreasing
    assert listed["crew"].equals(listed["chance"] >= 0.2)
    first = (tmp_path / "lists" / "2013-10-11.csv").read_bytes()
    assert call("predict", trained, *arguments) == 0
    assert (tmp_path / "lists" / "2013-10-11.csv").read_bytes() == first
    assert len(list((tmp_path / "lists").iterdir())) == 1


def test_the_list_ignores_what_the_history_says_of_its_own_day(trained: dict[str, Path], tmp_path: Path) -> None:
    flights = pd.read_csv(trained["flights"])
    today = flights[(flights["month"] == 10) & (flights["day"] == 10)]
    schedule = tmp_path / "today.csv"
    today.drop(columns="arr_delay").to_csv(schedule, index=False)
    lists = []
    for name, delay in (("a", 0.0), ("b", 600.0)):
        flights.loc[today.index, "arr_delay"] = delay
        flights.to_csv(trained["flights"], index=False)
        assert call("predict", trained, "--schedule", str(schedule), "--out", str(tmp_path / name)) == 0
        lists.append((tmp_path / name).read_bytes())
    assert lists[0] == lists[1]


def test_replay_makes_the_same_list_as_that_morning(trained: dict[str, Path], tmp_path: Path) -> None:
    assert call("predict", trained, "--schedule", str(trained["schedule"]), "--out", str(tmp_path / "one.csv")) == 0
    for name in ("2013-10-11", "2013-10-12"):
        (tmp_path / "mornings" / name).mkdir(parents=True)
        for table in ("flights", "weather", "schedule"):
            shutil.copy(trained[table], tmp_path / "mornings" / name / f"{table}.csv")
    model = ["--model", str(trained["flights"].parent / "model")]
    assert main(["replay", *model, "--mornings", str(tmp_path / "mornings"), "--out", str(tmp_path / "lists")]) == 0
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == ["2013-10-11.csv", "2013-10-12.csv"]
    assert (tmp_path / "lists" / "2013-10-11.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()


def test_a_replay_of_nothing_is_refused(
    trained: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none").mkdir()
    model = ["--model", str(trained["flights"].parent / "model")]
    assert main(["replay", *model, "--mornings", str(tmp_path / "none"), "--out", str(tmp_path / "lists")]) == 2
    assert "holds no morning" in capsys.readouterr().err


def test_evaluate_repeats_what_training_said(trained: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert call("evaluate", trained) == 0
    report = json.loads(capsys.readouterr().out)
    metadata = json.loads((trained["flights"].parent / "model" / "metadata.json").read_text())
    assert report == metadata["evaluation"]
    assert set(metadata["data_sha256"]) == {"flights.csv", "weather.csv"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--config", "none.toml"], "cannot read the configuration"),
        (["--flights", "none.csv"], "cannot read none.csv"),
    ],
)
def test_bad_input_is_one_line_and_exit_two(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    assert call("train", files, *arguments) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert text in error[0]


def test_a_history_that_is_all_test_is_refused(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("test_days = 40")
    assert call("train", files, "--config", str(tmp_path / "config.toml")) == 2
    assert "no day before those" in capsys.readouterr().err


def test_an_old_history_is_said(trained: dict[str, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    late = tmp_path / "late.csv"
    pd.read_csv(trained["schedule"]).assign(day=14).to_csv(late, index=False)
    assert call("predict", trained, "--schedule", str(late), "--out", str(tmp_path / "out.csv")) == 0
    assert "ends 4 days before" in caplog.text


def test_a_schedule_before_all_history_is_refused(
    trained: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.read_csv(trained["schedule"]).assign(year=2012).to_csv(tmp_path / "s.csv", index=False)
    assert call("predict", trained, "--schedule", str(tmp_path / "s.csv"), "--out", str(tmp_path / "o.csv")) == 2
    assert "no day before" in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_it_runs_as_a_program() -> None:
    code = "import sys; from newark_ontime.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(word in done.stdout for word in ("train", "evaluate", "predict"))
