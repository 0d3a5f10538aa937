"""`nbcritic annotate`: there and back, and nothing overwritten by accident."""

import json
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from nbcritic.cli import main
from nbcritic.cli.commands import cli


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nbcritic]\nselect = ['star-import']\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    cell = {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": ["from numpy import *"]}
    path = Path("a.ipynb")
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 2, "cells": [cell], "metadata": {}}, indent=3), "utf-8"
    )
    return path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["annotate", *args])


def test_there_and_back(notebook: Path) -> None:
    before = notebook.read_bytes()
    done = run("a.ipynb", "-o", "reviewed.ipynb")
    assert (done.exit_code, done.stderr) == (0, "nbcritic: reviewed.ipynb: 2 cells put in\n")
    nbformat.validate(json.loads(Path("reviewed.ipynb").read_text("utf-8")))
    assert "NBC114" in Path("reviewed.ipynb").read_text("utf-8")
    assert notebook.read_bytes() == before
    assert run("--strip", "reviewed.ipynb", "-o", "back.ipynb").exit_code == 0
    assert Path("back.ipynb").read_bytes() == before


def test_nothing_is_overwritten_without_force(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("reviewed.ipynb").write_text("mine", "utf-8")
    assert main(["annotate", "a.ipynb", "-o", "reviewed.ipynb"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("reviewed.ipynb").read_text("utf-8") == "mine"
    assert main(["annotate", "a.ipynb", "-o", "reviewed.ipynb", "--force"]) == 0
    assert Path("reviewed.ipynb").read_text("utf-8") != "mine"


def test_what_cannot_be_read_is_one_line(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.ipynb").write_text("{", "utf-8")
    assert main(["annotate", "b.ipynb", "-o", "c.ipynb"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("c.ipynb").exists()
