"""NBC702."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Cell, Hit, Severity, Span
from nbcritic.rule import rule

_HEADING = regex(
    r"""^[ ]{0,3}\#{1,6}(?!\#)[ \t]*[^\s\#]     # ATX; without the blank as well, as older notebooks wrote it
    |<h[1-6][\s>]
    |^[ ]{0,3}\S.*\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$    # setext
    |\\(?:sub)*section\*?\{
    |<(?:div|p|span|font|center|big|strong|b)\b[^>]*(?:font-size|size\s*=|text-align\s*:\s*center|background|class\s*=)
    |<center\b
    |\A\s*(?:[-*>]\s+|\d+[.)]\s+)?(?:\*\*|__|<(?:b|strong|u)>)[^\n]+(?:\*\*|__|</(?:b|strong|u)>)[ \t:.]*(?:<br\s*/?>)?(?:\n|\Z)""",
    re.M | re.I | re.X,
)
_FORM_TITLE = regex(r"^[ ]*#[ ]*@(?:title|markdown)[ ]+\S", re.M)
"""Colab shows these comments as headings and text."""
_SPOKEN = regex(r"\s*(#+[ \t]*[^\W\d_][^\n]{3,58}|#+[ \t]*\d+[.):][^\n]{3,58})(?:\n(?!\s*#)|\Z)")
"""A cell that opens with one line of comment, in a language that writes comments so."""
_TITLE = regex(r"\s*([^\W_][^\n.!?;]{2,58}?):?\s*\Z")
"""A Markdown cell of nothing but a few words without a sentence's end."""
_CODE = regex(r"[=(\[{;]|^\W*(?:import|from|print|return|del)\b")
"""A comment that is a line of code taken out."""
_WRITES_WORDS = regex(r"\s*%%(?:markdown|md|html|HTML)\b|\s*%md\b")
_BRINGS = regex(r"read|load|open|fetch|quer|execute|connect|request|glob|listdir|scan")
_TRIED = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Assert, ast.Delete)
_FEW = 5

_IMPORT = regex(r"[ \t]*(?:import|from|library\(|using)\b")

ENOUGH = 3


@rule("NBC702", name="no-heading", severity="minor", category="readability", covers=("NBC701",), any_language=True)
def check(page: Page, *, cells: int = 10, lines: int = 60) -> Iterator[Hit]:
    r"""A long notebook has no heading.

    There is nothing to scroll to, no table of contents, and nothing that says where loading ends and modelling starts; a
    reader has to run the code in their head to find the part they came for. Notebooks with fewer than `cells` code cells or
    `lines` lines of code (imports aside) are left alone, and so are small tries one after the other, that load no data and define no
    function. It is a nit where words stand beside every other cell: they tell what is done, if not where.

    Instead, put a Markdown heading before each part (`## Load`, `## Clean`, `## Model`, `## Result`).

    Bad (cells=3, lines=3):

        # <- flagged
        # %%
        orders = load()
        # %%
        clean = tidy(orders)
        # %% [markdown]
        # and now the sums
        # %%
        total = clean.sum()

    Good (cells=3, lines=3):

        # %% [markdown]
        # # Orders of 2021
        # %%
        orders = load()
        # %%
        clean = tidy(orders)
        # %%
        total = clean.sum()

    Good (cells=2, lines=2):

        # %% [markdown]
        # Orders of 2021
        # ==============
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=2, lines=2):

        # %% [markdown]
        # <h2 align="center">Orders</h2>
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=2, lines=2):

        # %% [markdown]
        # **Load the orders**
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=2, lines=2):

        # %%
        #@title Load the orders
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=3):

        # %%
        2 + 3
        # %%
        "ab".upper()
        # %%
        [1, 2][0]

    Good (cells=3, lines=3):

        # %%
        import numpy as np
        a = np.arange(6).reshape(2, 3)
        print(a.T)
        # %%
        b = np.ones((3, 2))
        print(a @ b)
        # %%
        np.linalg.det(a @ b)
    """
    code = [cell for cell in page.cells if not cell.is_empty and not _WRITES_WORDS.match(cell.source)]
    if len(code) < cells or any(_has_heading(page, cell) for cell in page.notebook.cells):
        return
    if sum(bool(line.strip()) and not _IMPORT.match(line) for cell in code for line in cell.lines) < lines:
        return
    if page.is_python and _only_tries(page):
        return
    words = sum(bool(cell.source.strip()) for cell in page.markdown)
    beside = f"{words} Markdown cell{'s' * (words > 1)}" if words else "no Markdown cell"
    told: Severity | None = "nit" if 2 * words >= len(code) else None
    yield Hit(Span(), f"{len(code)} code cells, {beside} and not one heading; {_advice(page)}", severity=told)


def _advice(page: Page) -> str:
    """Where the author has written headings as plain text or comments, only their form or place is wrong."""
    titles = [(cell.number, found[1]) for cell in page.markdown if (found := _TITLE.match(cell.source))]
    if len(titles) >= ENOUGH:
        return f"put `#` before the {len(titles)} titles that stand as plain text (cell {titles[0][0]}: `{_quoted(titles[0][1])}`)"
    opened = [(cell.number, found[1]) for cell in page.cells if (found := _SPOKEN.match(cell.source))]
    spoken = [(number, text) for number, text in opened if not _CODE.search(text)]
    if len(spoken) < ENOUGH:
        return "name the parts (`## Load`, `## Model` …)"
    number, text = spoken[0]
    return f"turn the comments that open {len(spoken)} cells into Markdown (cell {number}: `{_quoted(text)}`)"


def _quoted(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("`", "'")).strip()


def _only_tries(page: Page) -> bool:
    """Is nearly every cell a few plain statements, on values that are written out?"""
    if any(cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) for cell in page.code):
        return False
    if any(_BRINGS.search(word) for word in page.called_words):
        return False
    cells = [cell for cell in page.cells if not cell.is_empty]
    return sum(map(_is_try, cells)) * 10 >= len(cells) * 9


def _is_try(cell: CodeCell) -> bool:
    body = cell.tree.body if cell.tree is not None and not cell.magics else []
    return 0 < len(body) <= _FEW and all(isinstance(statement, _TRIED) for statement in body)


def _has_heading(page: Page, cell: Cell) -> bool:
    if cell.kind == "code" and not _WRITES_WORDS.match(cell.source):
        return _FORM_TITLE.search(cell.source) is not None
    return _HEADING.search(page.prose.get(cell.number, cell.source)) is not None
