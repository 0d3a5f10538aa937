"""What an interpretation of a page records, in the order in which it happens."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.provenance_tables import TEST, TRAIN
from nbcritic.analysis.provenance_values import Columns, Fit, Resampling, Score, Split, Value


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Features and the target that a model is to learn from them."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    features: Value
    target: Value
    split: Split | None = None
    selects: bool = False
    """Does the model choose its columns itself, so that what stands in the features need not reach it?"""

    @property
    def columns(self) -> Columns:
        """The target's columns."""
        return self.target.columns


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A metric of predictions: what it was given as the truth, and what as predictions."""

    node: ast.Call
    cell: CodeCell
    ran: CodeCell
    metric: str
    truth: Value
    guess: Value


_MOST = 8
_TELLING = frozenset({"selector", "encoder"})
"""The kinds of tools that learn from the target."""


@dataclass
class Events:
    """Splits, fits, scores, resamplings, pairs of features and target, and what they say of each other."""

    splits: list[Split] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    resamplings: list[Resampling] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    leaks: dict[ast.AST, tuple[Fit, Split]] = field(default_factory=dict)
    """By the fit's node: what was learnt, before any split, from rows that the split holds out, and stands in them."""
    again: dict[ast.AST, list[Split]] = field(default_factory=dict)
    """By the fit's node: the other splits that hold out rows of such a leak."""
    overlaps: dict[ast.AST, tuple[Resampling, Split]] = field(default_factory=dict)
    """By the resampling's node: copied rows that a split deals out to both sides."""
    filled: dict[ast.AST, Fit] = field(default_factory=dict)
    """By the fit's node: statistics of held-out rows that were put into these rows themselves."""
    backwards: dict[ast.AST, tuple[Fit, CodeCell, ast.AST]] = field(default_factory=dict)
    """By the fit's node: what was fitted on held-out rows, and where the training rows are changed by it."""
    uses: dict[Split, tuple[CodeCell, ast.AST]] = field(default_factory=dict)
    """Where a model is first fitted on what a split leaves."""
    predictions: list[tuple[Fit, Value, CodeCell, ast.AST]] = field(default_factory=list)
    """What each fitted model was asked about, and where."""
    truncated: bool = False
    """The page was too much: what is recorded is true, but there may be more."""

    def held_out(self, value: Value) -> None:
        """Look at a value that is part of a split: what shaped it before?"""
        splits = [step[0] for step in value.part[:2]]
        if splits and not value.is_of_files(splits[0]):
            splits = splits[:1]
        for fit, _ in value.taints if splits else ():
            split = next((split for split in splits if fit.has_seen(value, split)), None)
            if split is not None:
                self._leaks(fit, split)
        copied = value.resampled
        if copied is not None and value.part and not copied.part:
            self.overlaps.setdefault(copied.node, (copied, value.part[0][0]))

    def folded(self, value: Value, split: Split) -> None:
        """Look at a value that is cut into folds.

        Where a test set was put aside before, that still tells the truth: then only what moves the folds' own scores by much counts,
        copied rows and what was learnt from the target.
        """
        for fit, _ in value.taints:
            on_a_part = fit.kind in _TELLING and bool(fit.part) and fit.part == value.part
            if (not value.part and fit.has_seen(value, split)) or (on_a_part and fit.rows & value.rows):
                self._leaks(fit, split)
        copied = value.resampled
        if copied is not None and value.part == copied.part:
            self.overlaps.setdefault(copied.node, (copied, split))

    def _leaks(self, fit: Fit, split: Split) -> None:
        known = self.leaks.get(fit.node)
        if known is not None and fit.kind == "correlation" and fit.is_about(split) and not known[0].is_about(known[1]):
            self.leaks[fit.node] = fit, split  # of all columns that it tells of, the target
        if self.leaks.setdefault(fit.node, (fit, split))[1] is not split:
            others = self.again.setdefault(fit.node, [])
            if split not in others and len(others) < _MOST:
                others.append(split)

    def transformed(self, fit: Fit, value: Value, cell: CodeCell, node: ast.AST) -> None:
        """Look at rows that are changed by a tool: was it fitted on the held-out rows, and are these the training rows?"""
        if fit.part:
            backwards = fit.part[-1][1] == 1 and value.part == (*fit.part[:-1], (fit.part[-1][0], 0))
        else:
            backwards = bool(not value.part and TEST.search(fit.file) and TRAIN.search(value.file))
        if backwards:
            self.backwards.setdefault(fit.node, (fit, cell, node))
