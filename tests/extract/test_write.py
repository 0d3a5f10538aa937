"""The package on the disk, and the command that writes it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruff import find_ruff_bin  # type: ignore[import-untyped]

from nbcritic.cli import main
from nbcritic.cli.commands import cli
from nbcritic.extract.code import indented
from nbcritic.notebook.read import read

SOURCES = (
    "# Orders",
    "import pandas as pd\nimport numpy as np\n%matplotlib inline\nLIMIT = 10  # euro",
    "## Clean the orders",
    "# all of them\norders = pd.read_csv('orders.csv')\norders['net'] = orders['gross'] / 1.19  # no tax\n"
    "orders = orders[orders['net'] > LIMIT]\nif orders.index.empty == None: orders = orders.fillna(0)\norders.head()",
    "def share(values):\n    '''Of the whole.'''\n    try:\n        return values / values.sum()\n    except:\n        return values",
    "text = '''a\n  b'''\ntop = share(orders['net'])\nunused = top + 1\nbest = top[top > 0.5]\nbest.index = best.index + LIMIT\nprint(best, text)",
    "best.plot()",
)


def write(folder: Path, name: str = "sales.ipynb") -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {"tags": ["kept"]}, "source": source}
        if source.startswith(("# O", "##"))
        else {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": 1}
        for source in SOURCES
    ]
    (folder / name).write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "utf-8"
    )
    return str(folder / name)


def extract(*args: str) -> Result:
    return CliRunner().invoke(cli, ["extract", *args], catch_exceptions=True)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    assert extract(write(tmp_path), "--write", str(tmp_path / "out")).exit_code == 0
    return tmp_path / "out"


def test_the_plan_in_words(tmp_path: Path) -> None:
    lines = extract(write(tmp_path)).output.splitlines()
    assert lines[0].endswith("→ package `sales`: 2 functions out of cells, 1 definition moved, 2 parameters")
    assert "  clean_orders() -> orders  (cell 4)" in lines
    assert "      reads files" in lines
    assert lines[-1] == "  cell 7: it only looks"


def test_the_plan_for_programs(tmp_path: Path) -> None:
    found = json.loads(extract(write(tmp_path), "--format", "json").output)
    assert found["functions"][0]["name"] == "clean_orders"
    assert found["definitions"] == [{"name": "share", "module": "analysis", "cell": 5}]
    assert {"field": "limit", "type": "int", "value": 10, "cells": [2]} in found["parameters"]


def test_what_is_written(package: Path) -> None:
    written = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert {
        "pyproject.toml",
        "sales.ipynb",
        "src/sales/__init__.py",
        "src/sales/parameters.py",
        "src/sales/data.py",
    } <= written
    data = (package / "src/sales/data.py").read_text("utf-8")
    assert "# all of them" in data and "# no tax" in data
    assert "pd.read_csv(params.orders_path)" in data
    assert "limit: int = 10" in (package / "src/sales/parameters.py").read_text("utf-8")


def test_the_code_parses_and_ruff_finds_nothing(package: Path) -> None:
    for path in package.rglob("*.py"):
        compile(path.read_text("utf-8"), str(path), "exec")
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", str(package / "src"), str(package / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_test_of_what_gives_nothing_back_has_its_parameters(tmp_path: Path) -> None:
    sources = [
        "import pandas as pd\nLIMIT = 10",
        "orders = pd.read_csv('orders.csv')",
        "for city in orders['city'].unique():\n    kept = orders[orders['city'] == city]\n    kept = kept[kept['net'] > LIMIT]\n"
        "    kept['gross'] = kept['net'] * 1.19\n    kept = kept.sort_values('net')\n    kept.to_csv(f'{city}.csv')",
    ]
    cells = [{"cell_type": "code", "metadata": {}, "source": s, "outputs": [], "execution_count": 1} for s in sources]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook), "utf-8")
    assert extract(str(tmp_path / "a.ipynb"), "--write", str(tmp_path / "out")).exit_code == 0
    tests = "".join(path.read_text("utf-8") for path in (tmp_path / "out/tests").glob("*.py"))
    assert "Parameters())" in tests and "params" not in tests


def test_the_notebook_that_is_left(package: Path) -> None:
    left = read((package / "sales.ipynb").read_bytes(), "sales.ipynb")
    sources = [cell.source for cell in left.cells]
    assert sources[0] == "# Orders"
    assert sources[1].startswith("from sales.") and sources[1].endswith("params = Parameters()")
    assert "%matplotlib inline" in sources[2] and "pandas" not in sources[2]
    assert "orders = clean_orders(params)\norders.head()" in sources
    assert sources[-1] == "best.plot()"
    raw = json.loads((package / "sales.ipynb").read_text("utf-8"))
    assert raw["cells"][0]["metadata"] == {"tags": ["kept"]}
    assert raw["nbformat"] == 4 and all(cell["id"] for cell in raw["cells"])


def test_a_folder_that_holds_something_is_refused(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = package / "notes.txt"
    other.write_text("mine", "utf-8")
    (package / "src/sales/data.py").write_text("old", "utf-8")
    path = str(tmp_path / "sales.ipynb")
    assert main(["extract", path, "--write", str(package)]) == 2
    assert "is not empty; --force replaces files in it" in capsys.readouterr().err
    assert (package / "src/sales/data.py").read_text("utf-8") == "old"
    assert main(["extract", path, "--write", str(package), "--force"]) == 0
    assert (package / "src/sales/data.py").read_text("utf-8") != "old"
    assert other.read_text("utf-8") == "mine"


def test_nothing_is_left_beside(tmp_path: Path, package: Path) -> None:
    assert {path.name for path in tmp_path.iterdir()} == {"sales.ipynb", "out"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--name", "a-b"], "a-b: is no name for a package; letters, digits and _ make one"),
        (["--name", "class"], "class: is no name for a package; letters, digits and _ make one"),
        (["--write", "sales.ipynb"], "sales.ipynb: is no folder"),
    ],
)
def test_mistakes_are_one_line(
    args: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    assert main(["extract", "sales.ipynb", *args]) == 2
    assert capsys.readouterr() == ("", f"nbcritic: error: {message}\n")


def test_texts_of_several_lines_are_not_indented() -> None:
    lines = ["x = '''a", "b", "  c'''", "y = f(", "    1)", "", "z = f'''{x}", "d'''"]
    assert indented(lines) == ["    x = '''a", "b", "  c'''", "    y = f(", "        1)", "", "    z = f'''{x}", "d'''"]
