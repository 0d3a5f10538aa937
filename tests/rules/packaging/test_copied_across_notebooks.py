"""Blocks that several notebooks of a scan share: found through digests, which are small and the same in every process."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbcritic.analysis.digest import Digest, Library
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.packaging._copies import digest
from nbcritic.rules.packaging.copied_across_notebooks import check
from nbcritic.scanner import scan

FUNCTION = """\
def {name}({x}):
    {x} = load("{x}.csv", sep=";")
    {x} = {x}.dropna(subset=["age"]).reset_index(drop=True)
    {x}["age"] = {x}["age"].clip(0, {n}).astype(float)
    for city in {x}["city"].unique():
        means[city] = {x}[{x}["city"] == city]["age"].mean()
    {x}["share"] = {x}["age"] / {x}["age"].sum() * 100
    {x} = {x}.sort_values("share", ascending=False)
    {x}["rank"] = {x}["share"].rank().fillna(0).astype(int)
    {x} = {x}.merge(means, on="city").drop(columns=["note"])
    {x}["old"] = {x}["age"] > {x}["age"].median() + {n}
    return {x}
"""
ONE = FUNCTION.format(name="tidy", x="orders", n=99)
OTHER = FUNCTION.format(name="clean", x="returns", n=7)


def page(path: str, *sources: str) -> Page:
    return Page(Notebook(path, tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))))


def hits(*pages: Page) -> list[list[Hit]]:
    library = Library.of(map(digest, pages))
    for one in pages:
        one.library = library
    return [list(check.check(one)) for one in pages]


def test_each_notebook_names_the_others() -> None:
    a, b, c = hits(page("a.ipynb", "pass", ONE), page("b.ipynb", OTHER), page("c.ipynb", "x = 1"))
    assert [hit.message.partition(";")[0] for hit in a] == ["12 lines (`tidy`) stand in `b.ipynb`, too"]
    assert [hit.message.partition(";")[0] for hit in b] == ["12 lines (`clean`) stand in `a.ipynb`, too"]
    assert (a[0].at.cell, a[0].at.line) == (2, 1)
    assert not c


def test_a_block_at_cell_level() -> None:
    body = (
        "".join(line[4:] for line in ONE.splitlines(keepends=True)[1:-1])
        + "orders['z'] = orders['rank'] ** 2 + orders['age']\n"
    )
    body += "best = orders[orders['z'] > orders['z'].quantile(0.9)].copy()\n"
    (hit,), _ = hits(page("a.ipynb", body), page("b.ipynb", "pass", body.replace("orders", "sales")))
    assert hit.message.startswith("12 lines (cell 1) stand in `b.ipynb`, too")


@pytest.mark.parametrize(
    "path",
    [
        "a-Copy1.ipynb",
        "a_v2.ipynb",
        "other/a.ipynb",
        "a (solution).ipynb",
        "02_a_final.ipynb",
        "a_en.ipynb",
        "a (Ann's conflicted copy 2020-08-20).ipynb",
    ],
)
def test_versions_of_one_notebook_are_no_copies(path: str) -> None:
    assert hits(page("a.ipynb", ONE), page(path, ONE)) == [[], []]


def notebook(*, first: int = 0, size: int = 80) -> list[str]:
    """Cells of statements that no other notebook has, but for the same `size` of them from `first` on."""
    return [ONE, *(f"a = a.step_{n}(b[{n}:], {', '.join('c' * (n % 7 + 1))})" for n in range(first, first + size))]


def test_nearly_the_same_notebook_is_one_word() -> None:
    """Names and literals aside: whoever looks at another shop with the same code wants a parameter."""
    one, other = notebook(), [source.replace("a.", "shop.") for source in notebook(first=4)]
    (hit,), (back,) = hits(page("x/berlin.ipynb", *one), page("x/paris.ipynb", *other))
    assert (hit.at.cell, hit.severity) == (0, "minor")
    assert hit.message.startswith("Most of this notebook stands in `paris.ipynb`, too")
    assert "`berlin.ipynb`" in back.message


def test_in_another_folder_it_is_a_version() -> None:
    assert hits(page("x/strategy.ipynb", *notebook()), page("y/strateji.ipynb", *notebook(first=2))) == [[], []]


def test_half_the_same_is_not_nearly_the_same() -> None:
    (hit,), _ = hits(page("x/berlin.ipynb", *notebook()), page("x/paris.ipynb", *notebook(first=40)))
    assert hit.message.startswith("12 lines (`tidy`) stand in")


def test_alone_nothing_is_said() -> None:
    assert list(check.check(page("a.ipynb", ONE, OTHER))) == []


def test_a_digest_is_small_and_can_be_kept() -> None:
    found = digest(page("a.ipynb", ONE))
    assert pickle.loads(pickle.dumps(found)) == found
    assert isinstance(found, Digest)
    assert len(pickle.dumps(found)) < 1500


def test_keys_are_the_same_in_every_process() -> None:
    code = (
        "from nbcritic.analysis.page import Page; from nbcritic.model import Cell, Notebook\n"
        "from nbcritic.rules.packaging._copies import digest\n"
        f"print(*[block.key for block in digest(Page(Notebook('a', (Cell(1, 'code', {ONE!r}),)))).blocks])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1] != ""


def test_a_scan_compares_its_notebooks(tmp_path: Path) -> None:
    for name, source in (("a", ONE), ("b", OTHER), ("broken", None)):
        cells: list[dict[str, object]] = [
            {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": 1}
        ]
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}) if source else "{"
        (tmp_path / f"{name}.ipynb").write_text(text, "utf-8")
    config = Config(select=("NBC406",))
    reports = list(scan([str(tmp_path)], config))
    assert [[finding.code for finding in report.findings] for report in reports] == [["NBC406"], ["NBC406"], []]
    assert reports[2].problem
    (alone,) = scan([str(tmp_path / "a.ipynb")], config)
    assert alone.findings == ()


def test_projects_are_no_copies_of_each_other(tmp_path: Path) -> None:
    """Ten people who hand in the same exercise have not copied from one project into another."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "source": ONE, "outputs": [], "execution_count": 1}
    ]
    for name in ("anna", "bert"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text("[project]\nname = 'x'\n", "utf-8")
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
        (tmp_path / name / f"{name}.ipynb").write_text(text, "utf-8")
    assert all(report.findings == () for report in scan([str(tmp_path)], Config(select=("NBC406",))))


def test_many_notebooks_are_near_linear(work: Callable[[Callable[[], object]], int]) -> None:
    def of(size: int) -> int:
        pages = [page(f"{chr(97 + i % 26)}{chr(97 + i // 26)}x.ipynb", ONE, f"x{i} = {i}") for i in range(size)]
        return work(lambda: Library.of(map(digest, pages)))

    of(2)
    assert of(80) < 2.2 * of(40)


def test_the_fullest_notebook_is_counted_and_the_others_hold_parts() -> None:
    second = ONE.replace("tidy", "price").replace("dropna", "fillna").replace("median", "mean")
    full, same, part = hits(page("a.ipynb", ONE, second), page("b.ipynb", OTHER, second), page("c.ipynb", ONE))
    assert "24 lines (`tidy` and `price`) stand in `b.ipynb`, too" in full[0].message
    assert full[0].message.endswith("(parts of it stand in `c.ipynb` as well)")
    assert "in `a.ipynb`, too" in same[0].message
    assert "12 lines (`tidy`) stand in `a.ipynb` and `b.ipynb`, too" in part[0].message
    assert "parts" not in part[0].message


def test_old_work_is_left_in_peace() -> None:
    assert hits(page("a.ipynb", ONE), page("old/b.ipynb", ONE)) == [[], []]


def test_paths_are_told_from_the_notebook_whatever_way_they_were_given() -> None:
    ((hit,), _) = hits(page("/home/ann/shop/a.ipynb", ONE), page("/home/ann/shop/more/b.ipynb", OTHER))
    assert "stand in `more/b.ipynb`, too" in hit.message


@pytest.mark.parametrize("folder", ["outputs/", "work/tmp/", "public_kernels/", "Public Kernels/"])
def test_what_programs_write_and_others_published_is_put_aside(folder: str) -> None:
    assert hits(page("a.ipynb", ONE), page(f"{folder}b.ipynb", OTHER)) == [[], []]
