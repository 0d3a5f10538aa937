"""`nbcritic rerun` and `--prove`, as a user meets them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbcritic import sandbox
from nbcritic.report import FORMATS

RUN = [sys.executable, "-m", "nbcritic"]


def write(name: str, *cells: tuple[str, str]) -> Path:
    body = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": source,
            "execution_count": number,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": text}] if text else [],
        }
        for number, (source, text) in enumerate(cells, 1)
    ]
    path = Path(name)
    path.write_text(json.dumps({"cells": body, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "utf-8")
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nbcritic]\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nbcritic(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run([*RUN, *args], capture_output=True, text=True, encoding="utf-8", env=env, check=False)


def codes(done: subprocess.CompletedProcess[str]) -> list[tuple[str, int]]:
    reports: list[dict[str, Any]] = json.loads(done.stdout)["reports"]
    return [(found["code"], found["cell"]) for report in reports for found in report["findings"]]


@pytest.mark.slow
def test_it_says_what_does_not_reproduce() -> None:
    write("a.ipynb", ("print(41)", "42\n"), ("print(1)", "1\n"))
    done = nbcritic("rerun", "a.ipynb", "--select", "NBC9", "--format", "json")
    assert codes(done) == [("NBC902", 1)]
    assert done.returncode == 1
    assert "not isolated" in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("a.ipynb: cell ")]
    assert [line.split()[2] for line in lines] == ["1/2", "2/2"]
    quiet = nbcritic("rerun", "a.ipynb", "--select", "NBC9", "--fail-on", "blocker", "-q")
    assert (quiet.returncode, quiet.stderr) == (0, "")


@pytest.mark.slow
def test_all_is_well() -> None:
    write("a.ipynb", ("print(42)", "42\n"))
    done = nbcritic("rerun", "a.ipynb", "--select", "NBC9")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"text", "json"}))
def test_every_format_has_the_evidence(format: str) -> None:
    write("a.ipynb", ("print(gone)", "1\n"))
    done = nbcritic("rerun", "a.ipynb", "--select", "NBC9", "--format", format, "-q")
    assert done.returncode == 1, done.stderr
    assert "NBC901" in done.stdout or "fails-in-clean-kernel" in done.stdout


@pytest.mark.parametrize(
    "args, words",
    [
        (("-",), "name a file"),
        (("a.ipynb", "--allow-unisolated"), "goes with --isolate"),
        (("a.ipynb", "-p", "year"), "'year' is not NAME=VALUE"),
        (("nowhere.ipynb",), "no such file"),
        (("a.ipynb", "--timeout", "0"), "--timeout"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], words: str) -> None:
    write("a.ipynb", ("1", ""))
    done = nbcritic("rerun", *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_no_walls_no_run(tmp_path: Path) -> None:
    path = write("a.ipynb", ("open('ran', 'w')", ""))
    done = nbcritic("rerun", "--isolate", str(path), PATH=str(tmp_path))
    assert done.returncode == 2
    assert "not isolated: " in done.stderr
    assert "--allow-unisolated" in done.stderr
    assert done.stdout == ""


def test_an_unreadable_notebook_is_a_problem() -> None:
    Path("a.ipynb").write_text("{", "utf-8")
    done = nbcritic("rerun", "a.ipynb", "--format", "json", "-q")
    assert done.returncode == 2
    assert json.loads(done.stdout)["reports"][0]["problem"]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupted(jobs: str, tmp_path: Path) -> None:
    write("a.ipynb", ("print('up')", ""), ("import time; time.sleep(600)", ""))
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [*RUN, "rerun", "a.ipynb", "-j", jobs, "-o", "out.txt"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "cell 1/2" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
        assert process.wait(60) == 130
    assert "interrupted" in rest
    assert "Traceback" not in rest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ipynb", "pyproject.toml"]


def test_the_review_alone_says_nothing_of_a_run() -> None:
    write("a.ipynb", ("print(1)  # nbcritic: ignore[output-differs]", "2\n"))
    done = nbcritic("check", "a.ipynb", "--select", "NBC9,NBC001", "--no-cache")
    assert done.returncode == 0
    assert "NBC0" not in done.stdout


@pytest.mark.parametrize("key", ["NBC901", "output-differs", "NBC903", "slow-cell"])
def test_the_rules_can_be_explained(key: str) -> None:
    assert "`nbcritic rerun" in nbcritic("explain", key).stdout


def test_prove_goes_with_fix() -> None:
    write("a.ipynb", ("1", ""))
    done = nbcritic("check", "a.ipynb", "--prove")
    assert done.returncode == 2
    assert "--prove goes with --fix" in done.stderr


def test_nothing_is_proven_without_the_walls_that_were_asked_for(tmp_path: Path) -> None:
    path = write("a.ipynb", ("import os\nprint('start')", ""))
    before = path.read_bytes()
    done = nbcritic("check", "a.ipynb", "--isolate")
    assert (done.returncode, "--isolate goes with --prove" in done.stderr) == (2, True)
    done = nbcritic("check", "a.ipynb", "--fix", "--prove", "--isolate", PATH=str(tmp_path))
    assert done.returncode == 2
    assert "not isolated: " in done.stderr
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("walls", [[], ["--isolate"]])
def test_only_fixes_that_change_nothing_are_kept(walls: list[str]) -> None:
    if walls and (reason := sandbox.probe()):
        pytest.skip(reason)
    path = write("a.ipynb", ("import os\nimport json\nprint('start')", ""), ("print('os' in dir())", ""))
    words = ["--fix", "--prove", *walls, "--select", "F401", "--fail-on", "never", "--no-cache"]
    done = nbcritic("check", "a.ipynb", *words)
    sources = [cell["source"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert sources == ["import os\nprint('start')", "print('os' in dir())"]
    assert "F401 is fixed, and the outputs agree" in done.stderr
    assert "F401 is left as it is: with it, cell 2 shows `False` instead of `True`" in done.stderr
    assert done.stdout.count("F401") == 1


@pytest.mark.slow
def test_what_cannot_run_is_not_fixed() -> None:
    path = write("a.ipynb", ("import a_package_that_nobody_has\nimport os\nprint(a_package_that_nobody_has)", ""))
    before = path.read_bytes()
    done = nbcritic("check", "a.ipynb", "--fix", "--prove", "--select", "F401", "--no-cache")
    assert path.read_bytes() == before
    assert "it cannot be proven here: the package `a_package_that_nobody_has` is not installed" in done.stderr
