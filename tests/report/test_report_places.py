"""Paths as code hosts know them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nbcritic import rules
from nbcritic.model import Finding
from nbcritic.report.places import page, relative, uri

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "path, known",
    [
        ("a.ipynb", "a.ipynb"),
        ("./notebooks/../a.ipynb", "a.ipynb"),
        ("notebooks//a.ipynb", "notebooks/a.ipynb"),
        ("..a/b.ipynb", "..a/b.ipynb"),
        ("../a.ipynb", "../a.ipynb"),
        ("-", "-"),
    ],
)
def test_a_path_is_told_from_the_current_folder(path: str, known: str) -> None:
    assert relative(path) == known


def test_an_absolute_path_is_told_so_only_outside_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert relative(str(inside / "x/a.ipynb")) == "x/a.ipynb"
    assert relative(str(outside / "a.ipynb")) == (outside / "a.ipynb").as_posix()
    assert uri(str(inside / "a b.ipynb")) == "a%20b.ipynb"
    assert uri(str(outside / "ü.ipynb")) == (outside / "ü.ipynb").as_uri()


def test_a_uri_spells_out_what_has_a_meaning_in_one() -> None:
    assert uri("50% #1?/a:b.ipynb") == "50%25%20%231%3F/a%3Ab.ipynb"


def test_each_rule_has_the_page_that_is_linked(finding: Callable[..., Finding]) -> None:
    for rule in rules.load().values():
        address = page(finding(code=rule.code, name=rule.name))
        assert address.endswith(f"/docs/rules/{rule.name}.md")


def test_ruff_explains_its_own_rules(finding: Callable[..., Finding]) -> None:
    assert page(finding(tool="ruff", code="F841", name="unused-variable")).endswith("/rules/unused-variable/")
    assert page(finding(tool="ruff", code="F841", name="F841")).endswith("/rules/")
