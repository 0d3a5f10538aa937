"""A folder of hostile files through the real command: a clear line for each, and the others are still reviewed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

GOOD = "from numpy import *\n"


def notebook(*sources: object, **top: object) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": s} for s in sources
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **top}


def dump(value: object) -> bytes:
    return json.dumps(value).encode()


def old(version: int) -> bytes:
    cell = {"cell_type": "code", "input": GOOD, "language": "python", "outputs": [], "prompt_number": 1}
    return dump({"worksheets": [{"cells": [cell]}], "metadata": {}, "nbformat": version, "nbformat_minor": 0})


STREAM = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
BIG = notebook(GOOD)
BIG["cells"][0]["outputs"] = [STREAM]

REVIEWED = {
    "bom.ipynb": b"\xef\xbb\xbf" + dump(notebook(GOOD)),
    "utf16.ipynb": json.dumps(notebook(GOOD)).encode("utf-16"),
    "nan.ipynb": dump(notebook(GOOD, metadata={"score": float("nan")})),
    "v2.ipynb": old(2),
    "v3.ipynb": old(3),
    "nulls.ipynb": dump(notebook(GOOD, None, ["x = 1\n", None], metadata=None)),
    "big.ipynb": dump(BIG),
    "surrogate.ipynb": dump(notebook(GOOD, "s = '\ud800'")),
    "sum.ipynb": dump(notebook(GOOD, "x = " + "+".join("1" * 20_000))),
    "parentheses.ipynb": dump(notebook(GOOD, "x = " + "(" * 5_000 + ")" * 5_000)),
    "conflict.ipynb": dump(notebook(GOOD, "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n")),
    "escape.ipynb": dump(notebook(GOOD, "list = '\x1b[31mred\x1b]0;title\x07\u202e'")),
    "null-byte.ipynb": dump(notebook(GOOD, "x = 1\x00")),
    "newer.ipynb": dump(notebook(GOOD, "f'{'nested'}'")),
}
REFUSED = {
    "v5.ipynb": dump(notebook(GOOD, nbformat=5)),
    "deep.ipynb": b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "truncated.ipynb": dump(notebook(GOOD))[:-30],
    "binary.ipynb": bytes(range(256)) * 40,
    "empty.ipynb": b"",
    "marks.ipynb": b"<<<<<<< HEAD\n" + dump(notebook(GOOD)) + b"\n=======\n{}\n>>>>>>> b\n",
    "array.ipynb": b"[1, 2]",
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbcritic", *arguments]
    # A C locale is the poorest terminal that people have.
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env=environment, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in {**REVIEWED, **REFUSED}.items():
        (folder / name).write_bytes(data)
    (folder / "folder.ipynb").mkdir()
    (folder / "folder.ipynb" / "inside.ipynb").write_bytes(dump(notebook(GOOD)))
    return folder


@pytest.fixture(scope="module")
def reports(folder: Path) -> dict[str, Any]:
    done = run(folder, "--format", "json", ".")
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    return {Path(report["path"]).as_posix(): report for report in json.loads(done.stdout)["reports"]}


@pytest.mark.parametrize("name", [*REVIEWED, "folder.ipynb/inside.ipynb"])
def test_what_can_be_read_is_reviewed(reports: dict[str, Any], name: str) -> None:
    report = reports[name]
    assert report["problem"] is None
    assert "NBC114" in {finding["code"] for finding in report["findings"]}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_a_clear_line(reports: dict[str, Any], name: str) -> None:
    problem = reports[name]["problem"]
    assert problem
    assert "\n" not in problem
    assert "Error" not in problem
    assert reports[name]["findings"] == []


def test_every_file_is_accounted_for(reports: dict[str, Any]) -> None:
    assert set(reports) == {*REVIEWED, *REFUSED, "folder.ipynb/inside.ipynb"}


def test_the_specific_cause_is_named(reports: dict[str, Any]) -> None:
    assert "nbformat 5" in reports["v5.ipynb"]["problem"]
    assert "conflict" in reports["marks.ipynb"]["problem"]
    assert "empty" in reports["empty.ipynb"]["problem"]


def test_broken_cells_are_findings_and_too_deep_ones_are_said(reports: dict[str, Any]) -> None:
    def broken(name: str) -> set[str]:
        return {finding["code"] for finding in reports[name]["findings"]} & {"NBC116"}

    assert broken("conflict.ipynb") == {"NBC116"}
    assert broken("newer.ipynb") == set()
    assert broken("sum.ipynb") == set()


def test_no_control_character_reaches_the_terminal(folder: Path) -> None:
    done = run(folder, "escape.ipynb")
    assert done.returncode in (0, 1)
    assert not set(done.stdout) & set("\x1b\x07\u202e")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_a_problem_of_its_own(tmp_path: Path) -> None:
    for name in ("a.ipynb", "b.ipynb"):
        (tmp_path / name).write_bytes(dump(notebook(GOOD)))
    (tmp_path / "a.ipynb").chmod(0)
    first, second = json.loads(run(tmp_path, "--format", "json", ".").stdout)["reports"]
    assert first["problem"]
    assert second["findings"]
