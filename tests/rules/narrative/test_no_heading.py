"""What counts as a heading."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Kind, Notebook
from nbcritic.rules.narrative.no_heading import check


def is_flagged(words: str, kind: Kind = "markdown") -> bool:
    code = tuple(Cell(number, "code", f"x = load({number})") for number in range(2, 12))
    return bool(list(check.check(Page(Notebook("x.ipynb", (Cell(1, kind, words), *code))), lines=8)))


@pytest.mark.parametrize(
    "words",
    [
        "# Title", "###### Small", "#Title", "text\n\n## Part", "Title\n=====", "Part\n----", "<h1>Title</h1>", '<h2 id="x">T</h2>',
        "**Load the data**", "**Load the data:**\nand more", "1. **Load**", "<b>Load</b>", "<center>Load</center>",
        '<div style="font-size: 30px">Load</div>', "<font size=5>Load</font>", "\\section{Load}",
    ],
)  # fmt: skip
def test_headings(words: str) -> None:
    assert not is_flagged(words)


@pytest.mark.parametrize(
    "words", ["", "words", "a **bold** word", "#", "| a |\n|---|", "text # no", "- item", "```\ncode\n```"]
)
def test_no_headings(words: str) -> None:
    assert is_flagged(words)


def test_a_markdown_magic_may_hold_the_heading() -> None:
    assert not is_flagged("%%markdown\n# Title", "code")
    assert is_flagged("# a comment", "code")


def test_other_languages() -> None:
    code = tuple(Cell(number, "code", "x <- 1") for number in range(1, 12))
    assert list(check.check(Page(Notebook("x.ipynb", code, language="r")), lines=8))


def message(*sources: str) -> str:
    cells = tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))
    return "".join(hit.message for hit in check.check(Page(Notebook("x.ipynb", cells)), cells=3, lines=3))


def test_headings_typed_as_comments_are_named() -> None:
    said = message("# Load the data\nx = load(1)", "## Clean\ny = 2", "# 3. Model\nz = 3")
    assert said.endswith("turn the comments that open 3 cells into Markdown (cell 1: `# Load the data`)")


def test_code_taken_out_is_no_heading() -> None:
    said = message("# x = load(1)\nx = load(1)", "# print x\ny = 2", "# two lines\n# of comment\nz = 3")
    assert said.endswith("name the parts (`## Load`, `## Model` …)")


def test_few_lines_need_no_heading() -> None:
    cells = tuple(Cell(number, "code", "1 + 1") for number in range(1, 36))
    assert not list(check.check(Page(Notebook("x.ipynb", cells))))


def test_a_form_title_is_a_heading() -> None:
    assert not message("#@title Load\nx = 1", "y = 2", "z = 3")


def test_small_tries_need_no_heading_and_work_on_data_does() -> None:
    tries = ["import numpy as np", "a = np.arange(6)\nprint(a)", "b = a.reshape(2, 3)\nprint(b.T)", "np.linalg.norm(b)"]
    assert message(*tries) == ""
    assert message(*tries, "np.loadtxt('a.txt')")
    assert message(*tries, "def norm(b):\n    return np.linalg.norm(b)")
    assert message(*tries, "for row in b:\n    print(row)", "%time a.sort()")
