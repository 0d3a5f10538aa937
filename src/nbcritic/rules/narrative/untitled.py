"""NBC701."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Span
from nbcritic.rule import rule
from nbcritic.rules.narrative._words import says, works

_UNNAMED = regex(
    r"(?:copy of )?(?:untitled|notebook|new notebook|unnamed|sans titre|ohne titel)\d*(?:[-_ ]?copy\d*)?", re.I
)


@rule("NBC701", name="untitled", severity="nit", category="readability", profile="production", any_language=True)
def check(page: Page, *, cells: int = 5) -> Iterator[Hit]:
    r"""Nothing says what the notebook is about.

    Whoever finds it a year later has to read all of it to know whether it is the one; so has a search. A file that is still called
    `Untitled3` and no words before the first code are reported; notebooks with fewer than `cells` code cells are left alone.

    Instead, open with a heading and a sentence or two: the question, the data, the answer.

    Bad (cells=2):

        # <- flagged
        # %%
        orders = load()
        # %%
        orders.sum()

    Good (cells=2):

        # %% [markdown]
        # Which shops lost orders in 2021?
        # %%
        orders = load()
        # %%
        orders.sum()

    Good (cells=2):

        # %%
        import pandas as pd
        # %% [markdown]
        # # Orders of 2021
        # %%
        orders = load()
    """
    if sum(works(cell) for cell in page.notebook.cells) < cells:
        return
    name = PurePosixPath(page.path.replace("\\", "/")).stem
    if _UNNAMED.fullmatch(name):
        yield Hit(Span(), f"the file is called `{name}`: name it after what it answers")
    elif not _opens_with_words(page):
        yield Hit(Span(), "no words stand before the first code: say what it asks, of which data, and what came out")


def _opens_with_words(page: Page) -> bool:
    """Do words stand before the first cell of code but imports and magics, or open that cell as a comment or text?"""
    python = {cell.number: cell for cell in page.code}
    for cell in page.notebook.cells:
        if says(cell):
            return True
        if works(cell):
            if cell.source.lstrip().startswith(("# ", '"""', "'''")):
                return True
            statements = python[cell.number].tree.body if cell.number in python and python[cell.number].tree else None  # type: ignore[union-attr]
            if statements is None or not all(
                type(node).__name__ in ("Import", "ImportFrom", "Expr") for node in statements
            ):
                return False
    return False
