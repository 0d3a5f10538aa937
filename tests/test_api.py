"""The names that other code may rely on."""

import inspect
import json
from pathlib import Path

import pytest

import nbcritic
from nbcritic.config import Config
from nbcritic.notebook import percent

STAR = "# %%\nfrom numpy import *\n"
ONLY = Config(select=("star-import",))


def as_ipynb(source: str) -> bytes:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def codes(report: nbcritic.Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_the_public_names_are_pinned() -> None:
    assert sorted(nbcritic.__all__) == sorted(
        "Finding NbcriticError Notebook Report critique explain fix read render rules scan".split()
    )
    for name in nbcritic.__all__:
        assert getattr(nbcritic, name) is not None
        assert name in dir(nbcritic)


def test_every_public_function_says_what_it_does() -> None:
    for name in nbcritic.__all__:
        assert inspect.getdoc(getattr(nbcritic, name))


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        nbcritic.nothing_of_the_kind  # noqa: B018


def test_a_file_bytes_and_a_notebook_are_judged_alike(tmp_path: Path) -> None:
    data = as_ipynb("from numpy import *")
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    for source in (path, str(path), data, nbcritic.read(data), nbcritic.read(path), percent.read(STAR, "x.py")):
        assert codes(nbcritic.critique(source, ONLY)) == ["NBC114"]


def test_a_fix_changes_nothing_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(as_ipynb("import os\nx = 1"))
    mended = nbcritic.fix(path, Config(select=("F401",)))
    assert [cell.source for cell in mended.notebook.cells] == ["x = 1"]
    assert mended.report.findings == ()
    assert path.read_bytes() == as_ipynb("import os\nx = 1")


def test_ruff_speaks_as_well() -> None:
    assert "F401" in codes(nbcritic.critique(as_ipynb("import os"), Config(select=("F401",))))


def test_a_file_is_judged_by_the_configuration_near_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.nbcritic]\nselect = ["NBC205"]\n', "utf-8")
    path = tmp_path / "x.ipynb"
    path.write_bytes(as_ipynb("from numpy import *"))
    assert codes(nbcritic.critique(path)) == []
    assert [codes(report) for report in nbcritic.scan([tmp_path])] == [[]]
    assert [codes(report) for report in nbcritic.scan([tmp_path], ONLY)] == [["NBC114"]]


def test_a_scan_keeps_what_it_found_where_it_is_asked_to(tmp_path: Path, own_cache: Path) -> None:
    (tmp_path / "x.ipynb").write_bytes(as_ipynb("from numpy import *"))
    first = list(nbcritic.scan([tmp_path], ONLY))
    assert not own_cache.exists()
    assert list(nbcritic.scan([tmp_path], ONLY, cache=True)) == first
    assert list(own_cache.iterdir())
    assert list(nbcritic.scan([tmp_path], ONLY, cache=True)) == first


def test_what_cannot_be_read_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(nbcritic.NbcriticError, match=r"nope\.ipynb: cannot be read"):
        nbcritic.critique(tmp_path / "nope.ipynb")
    (tmp_path / "bad.ipynb").write_text("{", "utf-8")
    with pytest.raises(nbcritic.NbcriticError, match=r"bad\.ipynb: "):
        nbcritic.read(tmp_path / "bad.ipynb")


def test_render_and_explain() -> None:
    report = nbcritic.critique(as_ipynb("from numpy import *"), ONLY)
    assert "NBC114" in "".join(nbcritic.render([report]))
    assert json.loads("".join(nbcritic.render([report], "json")))["reports"][0]["findings"][0]["code"] == "NBC114"
    assert "star-import" in nbcritic.explain("NBC114")
    with pytest.raises(nbcritic.NbcriticError, match="did you mean star-import"):
        nbcritic.explain("star-inport")
