"""NBC705."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Drop, Fix, Hit, Related, Span
from nbcritic.rule import rule


@rule(
    "NBC705",
    name="empty-cell",
    severity="nit",
    category="readability",
    profile="production",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""Cells without content lie about in the notebook.

    A reader stops at each and wonders what was there; so does every diff. The one empty cell at the end, which Jupyter makes itself, is
    left alone, and so is room for an answer: an empty cell that follows words, has a tag, or holds an output.

    Instead, delete them (`d d` in command mode).

    Bad:

        # %%
        orders = load()
        # %%  # <- flagged
        # %%
        orders.sum()
        # %%
        # %%

    Fixed:

        # %%
        orders = load()
        # %%
        orders.sum()
        # %%

    Good:

        # %% [markdown]
        # How many orders are there? Write your answer below.
        # %%
        # %%
        # The sum is asked for in the next step.
        # %%
        orders.sum()
        # %%
    """
    cells = page.notebook.cells
    empty = [cell for cell in cells if _is_empty(cell)]
    if empty and empty[-1] is cells[-1]:
        empty.pop()
    room = {after.number for before, after in pairwise(cells) if before.kind != "code" and before.source.strip()}
    found = [cell for cell in empty if cell.number not in room]
    if not found:
        return
    first, *others = found
    listed = ", ".join(str(cell.number) for cell in found[:8]) + (", …" if len(found) > 8 else "")
    message = f"{len(found)} cells are empty: {listed}" if others else f"cell {first.number} is empty"
    fix = Fix("Delete the empty cells", tuple(Drop(cell.number) for cell in found), safe=True)
    yield Hit(Span(first.number), message, tuple(Related(Span(cell.number), "empty too") for cell in others), fix)


def _is_empty(cell: Cell) -> bool:
    return not cell.source.strip() and not cell.tags and cell.outputs in (b"[]", b"")
