"""NBC702."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Span
from nbcritic.rule import rule

_HEADING = re.compile(
    r"""^[ ]{0,3}\#{1,6}(?!\#)[ \t]*[^\s\#]     # ATX; without the blank as well, as older notebooks wrote it
    |<h[1-6][\s>]
    |^[ ]{0,3}\S.*\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$    # setext
    |\\(?:sub)*section\*?\{
    |<(?:div|p|span|font|center|big|strong|b)\b[^>]*(?:font-size|size\s*=|text-align\s*:\s*center|background|class\s*=)
    |<center\b
    |\A\s*(?:[-*>]\s+|\d+[.)]\s+)?(?:\*\*|__|<(?:b|strong|u)>)[^\n]+(?:\*\*|__|</(?:b|strong|u)>)[ \t:.]*(?:<br\s*/?>)?(?:\n|\Z)""",
    re.M | re.I | re.X,
)
_WRITES_WORDS = re.compile(r"\s*%%(?:markdown|md|html|HTML)\b|\s*%md\b")


@rule("NBC702", name="no-heading", severity="minor", category="readability", covers=("NBC701",), any_language=True)
def check(page: Page, *, cells: int = 8) -> Iterator[Hit]:
    r"""A long notebook has no heading.

    There is nothing to scroll to, no table of contents, and nothing that says where loading ends and modelling starts; a
    reader has to run the code in their head to find the part they came for. Notebooks with fewer than `cells` code cells are
    left alone.

    Instead, put a Markdown heading before each part (`## Load`, `## Clean`, `## Model`, `## Result`).

    Bad (cells=3):

        # <- flagged
        # %%
        orders = load()
        # %%
        clean = tidy(orders)
        # %% [markdown]
        # and now the sums
        # %%
        total = clean.sum()

    Good (cells=3):

        # %% [markdown]
        # # Orders of 2021
        # %%
        orders = load()
        # %%
        clean = tidy(orders)
        # %%
        total = clean.sum()

    Good (cells=2):

        # %% [markdown]
        # Orders of 2021
        # ==============
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=2):

        # %% [markdown]
        # <h2 align="center">Orders</h2>
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good (cells=2):

        # %% [markdown]
        # **Load the orders**
        # %%
        orders = load()
        # %%
        clean = tidy(orders)

    Good:

        # %%
        orders = load()
        # %%
        print(orders)
    """
    code = [cell for cell in page.cells if not cell.is_empty and not _WRITES_WORDS.match(cell.source)]
    if len(code) >= cells and not any(_has_heading(cell) for cell in page.notebook.cells):
        words = sum(bool(cell.source.strip()) for cell in page.markdown)
        beside = f"{words} Markdown cell{'s' * (words > 1)}" if words else "no Markdown cell"
        yield Hit(
            Span(), f"{len(code)} code cells, {beside} and not one heading; name the parts (`## Load`, `## Model` …)"
        )


def _has_heading(cell: Cell) -> bool:
    if cell.kind == "code" and not _WRITES_WORDS.match(cell.source):
        return False
    return _HEADING.search(cell.source) is not None
