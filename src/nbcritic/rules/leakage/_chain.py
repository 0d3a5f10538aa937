"""The way from a fault to the number that it spoils, as places and as words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import stored_names
from nbcritic.analysis.provenance import Events, Fit, Score, Split
from nbcritic.model import Related


def where(cell: CodeCell, here: CodeCell) -> str:
    """`cell 8`, or that it is the same."""
    return f"cell {cell.number}" if cell is not here else "the same cell"


def scored(found: Events, split: Split) -> Score | None:
    """The first score on what a split holds out."""
    return next((score for score in found.scores if (split, 1) in score.part), None)


def used(found: Events, split: Split) -> Iterator[Related]:
    """Where a model is trained on what a split leaves, and where it is scored on what it holds out."""
    if split in found.uses:
        cell, use = found.uses[split]
        yield Related(cell.at(use), "the model is trained on what is left")
    score = scored(found, split)
    if score is not None:
        yield Related(score.cell.at(score.node), "the score is taken on the rows held out")


def is_thrown_away(split: Split) -> bool:
    """`for train, _ in folds.split(X)`: nothing is scored on what is held out."""
    loops = (node for node in split.cell.ancestors(split.node) if isinstance(node, ast.For))
    return any(stored_names(loop.target)[-1:] == ["_"] for loop in loops)


def are_two_files(fit: Fit, split: Split) -> bool:
    """Were two files put together, and are they taken apart again? The second may have no target to be scored on."""
    return split.how == "selects by position" and len({rows for rows, _ in fit.mixed}) > 1


def scored_part(found: Events, split: Split) -> Split | None:
    """The later split of the rows with a target: what that one holds out is scored, and the second file is not."""
    parts = [*(score.part for score in found.scores), *(fit.part for fit in found.fits if fit.by == "model")]
    for part in (part for part in parts if len(part) > 1):
        first, side = part[0]
        if side == 0 and (first.how, first.cell) == (split.how, split.cell):
            return part[1][0]
    return None
