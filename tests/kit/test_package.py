"""What is judged of every package: its tests, the mutants that they kill, its shape."""

import shutil
from pathlib import Path

import pytest

from nbcritic.kit import structure
from nbcritic.kit.contract import Item, plain
from nbcritic.kit.mutants import hunt
from nbcritic.kit.package import Package, clean, item_text, judge, own_tests, record, score
from nbcritic.kit.scenario import Scenario
from nbcritic.model import NbcriticError


def items(tiny: Scenario) -> dict[str, Item]:
    return {item.id: item for item in structure.judge(tiny.skeleton, "tiny")}


def write(tiny: Scenario, text: str, name: str = "more.py") -> None:
    (tiny.skeleton / "src" / "tiny" / name).write_text(text)


def test_what_kit_new_lays_out_has_the_right_shape(tiny: Scenario) -> None:
    assert {name for name, item in items(tiny).items() if item.share != 1} == set()
    assert clean(tiny.skeleton).share == 1


@pytest.mark.parametrize(
    ("id", "text", "words"),
    [
        ("declared", "import pandas as pd\nfrom sklearn.base import clone\n", "pandas is imported and not declared"),
        ("short-functions", "def f():\n" + "    x = 1\n" * 80, "more.py: f has 81 lines"),
        ("no-work-at-import", "print('hello')\n", "more.py, line 1: print('hello')"),
        ("documented-functions", "def f(x):\n    return x\n", "more.py: f"),
        ("no-personal-path", "PATH = '/home/ann/data.csv'\n", "more.py: /home/ann"),
    ],
)
def test_what_is_missing_is_named_and_taught(tiny: Scenario, id: str, text: str, words: str) -> None:
    write(tiny, text)
    item = items(tiny)[id]
    assert item.share == 0
    assert words in item.seen
    assert item.teach in item_text(item)


def test_a_missing_readme_and_a_broken_project_file_are_said(tiny: Scenario) -> None:
    (tiny.skeleton / "README.md").unlink()
    (tiny.skeleton / "pyproject.toml").write_text("[project")
    found = items(tiny)
    assert "no README" in found["readme"].seen
    assert "cannot be read" in found["declared"].seen


def test_what_machines_see_is_counted(tiny: Scenario) -> None:
    write(tiny, "import os\n\n\ndef f() -> None:\n    try:\n        g()\n    except:\n        pass\n")
    item = clean(tiny.skeleton)
    assert item.share is not None
    assert item.share < 1
    assert "F821" in item.seen


def test_there_must_be_a_package(tiny: Scenario) -> None:
    shutil.rmtree(tiny.skeleton)
    with pytest.raises(NbcriticError, match="is not there"):
        list(judge(Package(tiny, tiny.skeleton, plain(tiny.skeleton))))


def test_the_score_is_of_what_could_be_judged() -> None:
    known = [Item("a", "A", 1.0, "", "", 4), Item("b", "B", 0.5, "", "", 2), Item("c", "C", None, "", "", 8)]
    assert score(known) == pytest.approx(83.3)
    assert score([]) == 0
    assert record(known)["items"][2]["share"] is None


def test_no_tests_are_said(tiny: Scenario) -> None:
    (tiny.skeleton / "tests" / "test_answer.py").unlink()
    own, mutants = own_tests(Package(tiny, tiny.skeleton, plain(tiny.skeleton / "src")))
    assert (own.share, own.seen) == (0, "there are no tests")
    assert mutants.share == 0


@pytest.mark.slow
def test_mutants_are_killed_by_tests_that_assert_and_live_where_none_does(tiny: Scenario, tmp_path: Path) -> None:
    shutil.rmtree(tiny.skeleton / "tests")
    (tiny.skeleton / "tests").mkdir()
    write(tiny, "def add(a: int, b: int) -> int:\n    return a + b\n\n\ndef half(a: int) -> float:\n    return a / 2\n")
    asserts = "from tiny.more import add, half\n\n\ndef test_sums():\n    assert add(2, 3) == 5\n    half(4)\n"
    (tiny.skeleton / "tests" / "test_more.py").write_text(asserts)
    (tiny.skeleton / "src" / "tiny" / "__main__.py").unlink()
    before = sorted(path for path in tiny.skeleton.rglob("*"))
    import sys

    found = []
    for name in ("one", "two"):
        shutil.copytree(tiny.skeleton, tmp_path / name)
        found.append(hunt(tmp_path / name, plain(tmp_path / name / "src"), sys.executable, 0, 7))
    assert found[0] == found[1]
    assert found[0].problem == ""
    assert 0 < found[0].killed < found[0].tried == found[0].made
    assert all("tiny.more.half" in name for name in found[0].alive)
    assert sorted(path for path in tiny.skeleton.rglob("*")) == before
