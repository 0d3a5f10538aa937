"""The GitHub Action: pinned, without a hole for hostile input, and its shell run as the runner runs it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
DEFAULTS = {name: value["default"] for name, value in ACTION["inputs"].items()}
BASH = shutil.which("bash")

BLOCKER = ["print(total)", "total = 1"]


def test_it_is_composite_and_says_what_each_input_is() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert ACTION["name"] == "nbcritic"
    for said in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert said["description"].endswith(".")


def test_what_it_uses_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    used = re.findall(r"uses: (.*)", (ROOT / "action.yml").read_text("utf-8"))
    assert len(used) == 2
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)


def test_no_input_is_pasted_into_a_script() -> None:
    scripts = [step for step in STEPS.values() if "run" in step]
    assert len(scripts) == 3
    for step in scripts:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_is_used_and_every_name_exists() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    assert set(re.findall(r"steps\.(\w+)\.", text)) <= {step.get("id") for step in STEPS.values()}
    written = set(re.findall(r'echo "([\w-]+)=', text))
    assert {*re.findall(r"steps\.review\.outputs\.([\w-]+)", text)} == written


@dataclass
class Runner:
    """A job's workspace, and what a step leaves behind."""

    folder: Path

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step of the action with these inputs."""
        assert BASH
        own = {"RUNNER_TEMP": "temp", "GITHUB_OUTPUT": "output.txt", "GITHUB_STEP_SUMMARY": "summary.md"}
        environment = {**os.environ, **{key: str(self.folder / value) for key, value in own.items()}}
        for key, value in STEPS[name]["env"].items():
            given = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
            if given:
                environment[key] = inputs.get(given[1], DEFAULTS[given[1]])
            else:
                environment[key] = inputs[key] if "${{" in value else value
        command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
        cwd = self.folder / "work"
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    @property
    def outputs(self) -> dict[str, str]:
        """What the step wrote to GITHUB_OUTPUT."""
        lines = (self.folder / "output.txt").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A job with a notebook that has a blocker, and with this very nbcritic where the action installs it."""
    if BASH is None:
        pytest.skip("there is no bash")
    program = tmp_path / "temp/nbcritic/bin/nbcritic"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nbcritic "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    write(tmp_path / "work/a b.ipynb", *BLOCKER)
    write(tmp_path / "work/clean.ipynb", "x = 1")
    return Runner(tmp_path)


def write(path: Path, *sources: str) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in sources
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "utf-8")


def test_it_writes_sarif_and_a_summary_and_leaves_the_verdict_to_the_last_step(runner: Runner) -> None:
    done = runner.step("Review")
    assert done.returncode == 0, done.stderr
    assert runner.outputs["exit-code"] == "1"
    (run,) = json.loads(Path(runner.outputs["sarif"]).read_text("utf-8"))["runs"]
    assert "NBC102" in {result["ruleId"] for result in run["results"]}
    assert {file["location"]["uri"] for file in run["artifacts"]} == {"a%20b.ipynb", "clean.ipynb"}
    assert "used-before-defined" in (runner.folder / "summary.md").read_text("utf-8")
    assert runner.step("Decide", CODE=runner.outputs["exit-code"]).returncode == 1


def test_without_upload_the_findings_are_annotations(runner: Runner) -> None:
    inputs = {"upload": "false", "summary": "false", "fail-on": "never", "paths": "a b.ipynb\n\nclean.ipynb\n"}
    done = runner.step("Review", **inputs)
    assert re.search(r"^::error file=a b\.ipynb,line=\d+,title=blocker%3A NBC102", done.stdout, re.M)
    assert runner.outputs == {"exit-code": "0"}
    assert not (runner.folder / "summary.md").exists()


def test_inputs_are_words_and_never_commands(runner: Runner) -> None:
    hostile = '$(touch owned) `touch owned`; touch owned "'
    done = runner.step("Review", arguments=f"--select\nstar-import\n--config\n{hostile}", summary="false")
    assert runner.outputs == {"exit-code": "2"}, "there is no such configuration"
    assert "touch owned" in done.stderr
    assert not (runner.folder / "work/owned").exists()


def test_a_path_that_looks_like_an_option_is_a_path(runner: Runner) -> None:
    write(runner.folder / "work/--help.ipynb", *BLOCKER)
    runner.step("Review", paths="--help.ipynb", summary="false")
    assert runner.outputs["exit-code"] == "1"


@pytest.mark.slow
def test_it_installs_what_stands_beside_it(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(runner.folder / "temp/nbcritic")
    monkeypatch.setenv("GITHUB_ACTION_PATH", str(ROOT))
    done = runner.step("Install nbcritic", PYTHON=sys.executable)
    if done.returncode and re.search(r"ConnectionError|No matching distribution|Could not (find|fetch)", done.stderr):
        pytest.skip(f"packages cannot be had here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    assert runner.step("Review", summary="false").returncode == 0
    assert runner.outputs["exit-code"] == "1"
