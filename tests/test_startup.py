"""What a start loads: a linter that takes seconds to say its version is not called twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "nbformat nbconvert nbclient papermill IPython ipykernel traitlets pandas sklearn numpy matplotlib rich jsonschema jinja2 asyncio "
    "zmq tornado pygments"
).split()
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [],
            "source": "import pandas as pd\ndf = pd.read_csv('/home/me/x.csv')\ndf.drop('a')",
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 4,
}


def loaded(folder: Path, *args: str) -> set[str]:
    """The top-level modules, and those of ours in full, that are loaded when a command is done."""
    code = (
        "import sys\n"
        "from nbcritic.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print('\\n' + ' '.join(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *args], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = done.stderr.splitlines()[-1].split()
    return {name if name.startswith("nbcritic") else name.partition(".")[0] for name in names}


def heavy(modules: set[str]) -> set[str]:
    return {name for name in modules if name in HEAVY or name.startswith("jupyter")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.ipynb").write_text(json.dumps(NOTEBOOK), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "args",
    [
        ("x.ipynb", "--fail-on", "never"),
        ("x.ipynb", "--fail-on", "never", "--format", "json"),
        ("x.ipynb", "--fail-on", "never", "--statistics"),
        ("explain", "star-import"),
        ("rules",),
        ("--help",),
    ],
)
def test_no_command_loads_what_is_heavy(folder: Path, args: tuple[str, ...]) -> None:
    assert heavy(loaded(folder, *args)) == set()


def test_the_version_needs_next_to_nothing(folder: Path) -> None:
    modules = loaded(folder, "--version")
    assert heavy(modules) == set()
    assert {name for name in modules if name.startswith("nbcritic")} == {"nbcritic", "nbcritic.cli"}
    assert not modules & {"click", "msgspec", "pathspec", "tomllib", "dataclasses", "argparse"}


def test_importing_the_package_loads_none_of_its_modules() -> None:
    code = "import sys, nbcritic; print(*(name for name in sys.modules if name.startswith('nbcritic')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["nbcritic"]
