"""The commands as the scheduler calls them, and the service as a process of its own."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pandas as pd
import pytest

from strike_triage.cli import main


@pytest.fixture
def trained(file: Path, tmp_path: Path) -> Path:
    assert main(["train", "--reports", str(file), "--model", str(tmp_path / "model")]) == 0
    return tmp_path / "model"


def test_training_twice_gives_the_same_numbers(file: Path, trained: Path, tmp_path: Path) -> None:
    assert main(["train", "--reports", str(file), "--model", str(tmp_path / "again")]) == 0
    first, second = (json.loads((path / "metadata.json").read_text()) for path in (trained, tmp_path / "again"))
    assert first.pop("model_sha256") and second.pop("model_sha256")  # an archive holds time stamps
    assert first == second
    assert list(first["data_sha256"]) == ["reports.csv"]


def test_a_config_file_is_used(file: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("missed_cost = 30000\nresamples = 5\n")
    arguments = ["--model", str(tmp_path / "model"), "--config", str(tmp_path / "c.toml")]
    assert main(["train", "--reports", str(file), *arguments]) == 0
    assert json.loads((tmp_path / "model" / "metadata.json").read_text())["config"]["missed_cost"] == 30000


def test_evaluate_prints_a_report(file: Path, trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["evaluate", "--reports", str(file), "--model", str(trained)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reports"] == len(pd.read_csv(file))


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n"])
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.csv").write_text(content)
    assert main(["train", "--reports", str(tmp_path / "bad.csv"), "--model", str(tmp_path / "model")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("strike-triage: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_no_model_no_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--model", str(tmp_path)]) == 2
    assert "no usable model" in capsys.readouterr().err


def test_the_service_runs_as_a_process_and_ends_when_asked(trained: Path) -> None:
    command = [sys.executable, "-m", "strike_triage", "serve", "--model", str(trained), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[0]
            assert httpx.get(f"{address}/health", timeout=60).json()["status"] == "ready"
        finally:
            process.terminate()
        assert process.wait(60) in (0, -15)


def test_a_port_that_is_taken_is_one_line(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--model", str(trained), "--port", str(taken.getsockname()[1])]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("strike-triage: ")
