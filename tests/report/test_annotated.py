"""The critique in the notebook: it stands there, it cannot act, and it goes without a trace."""

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.model import Finding, NbcriticError, Notebook, Related, Report, Span
from nbcritic.notebook import percent
from nbcritic.notebook.read import read
from nbcritic.report.annotated import TAG, annotate, ours, quoted, strip

Make = Callable[..., Any]


def ipynb(*sources: str, indent: int | None = 1, minor: int = 5) -> Notebook:
    cells = [
        {"cell_type": "code", "execution_count": n, "id": f"c{n}", "metadata": {}, "outputs": [], "source": source}
        for n, source in enumerate(sources)
    ]
    if minor < 5:
        for cell in cells:
            del cell["id"]
    table = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    return read(json.dumps(table, indent=indent).encode(), "x.ipynb")


@pytest.mark.parametrize("minor", [4, 5])
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_there_and_back(finding: Make, report: Make, indent: int | None, minor: int) -> None:
    before = ipynb("import os", "x = 1", "y = 2", indent=indent, minor=minor)
    about: Report = report(finding(0, 0), finding(2, 1), finding(2, 1, code="F841", tool="ruff"), finding(3), start=2)
    after = annotate(before, about).notebook
    nbformat.validate(json.loads(after.raw))
    assert [cell.number for cell in after.cells if cell.kind == "markdown"] == ours(after) == [1, 3]
    assert [cell.source for cell in after.cells if cell.kind == "code"] == ["import os", "x = 1", "y = 2"]
    assert strip(after).notebook.raw == before.raw
    with pytest.raises(NbcriticError, match="already"):
        annotate(after, about)


def test_each_thing_is_said_above_its_cell(finding: Make, report: Make) -> None:
    related = (Related(Span(1), "`x` is made here"),)
    first: Finding = finding(2, 1, related=related, severity="major", message="`x` is wrong")
    after = annotate(ipynb("x = 0", "x"), report(first, start=1)).notebook
    head, _, words, cell = after.cells
    assert "1 major" in head.source
    assert "cell 2: `x` is wrong" in head.source
    assert "**major**" in words.source
    assert "cell 1: `x` is made here" in words.source
    assert cell.source == "x"


def test_a_notebook_without_findings_says_so(report: Make) -> None:
    after = annotate(ipynb("x"), report()).notebook
    assert "no findings" in after.cells[0].source


def test_a_notebook_without_cells_stays_as_it_is(report: Make) -> None:
    before = ipynb()
    assert annotate(before, report()).notebook.raw == before.raw


def test_a_script_is_refused(report: Make) -> None:
    with pytest.raises(NbcriticError, match="script"):
        annotate(percent.read("# %%\nx = 1\n", "x.py"), report())


def test_cells_of_others_stay() -> None:
    table = {"cells": [{"cell_type": "code", "metadata": {"tags": [TAG]}, "source": "x", "outputs": []}], "nbformat": 4}
    before = read(json.dumps(table).encode(), "x.ipynb")
    assert strip(before).notebook.raw == before.raw


HOSTILE = [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://example.org/x.png)", "<img src=x onerror=alert(1)>",
    "`</code><script>alert(1)</script>`", "``` <script>alert(1)</script> ```", "$\\href{javascript:alert(1)}{x}$", "\\(x\\)",
    "# heading\n\n<b>", "a\n\n    code", "&lt;script&gt;", "`a`<b>`", "``<b>`", "|a|b|\n|-|-|", "http://example.org", "x\x1b[2J\u202ey",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    exporter = pytest.importorskip("nbconvert.filters.markdown_mistune")
    html = exporter.markdown2html_mistune(f"> **{quoted(text)}**")
    for bad in ("<script", "<img", "<b>", "<a ", "<h1", "<table", "onerror=alert(1)>", "\x1b", "\u202e"):
        assert bad not in html
    assert html.count("<p>") == 1


@given(st.text("a`$\\<>[]()!*_#|~\n &;-+=.:/1", max_size=40))
def test_no_text_makes_a_tag(text: str) -> None:
    kept = quoted(text)
    assert "\n" not in kept
    outside = "".join(kept.replace("<code>", "").replace("</code>", "").split("`")[::2])
    assert not set(outside) & set("<>*_[]$\\`")
