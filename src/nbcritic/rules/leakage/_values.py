"""What the leakage rules know of a value: whose rows it holds, which part of a split it is, and which fits have shaped it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell

Columns: TypeAlias = "frozenset[str] | None"
_MOST = 24


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A place where rows are held out: a split into parts, or a cross-validation."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    """The cell that ran it: another one than `cell` where it stands in a function."""
    how: str
    held: str = ""
    """The name of the held-out part, where it has one."""
    target: Columns = None
    """The columns that the model is to predict."""


Part: TypeAlias = tuple[tuple[Split, int], ...]
"""The way from the whole data to a part of them: each split with the side that was taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Something that was learnt from rows."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    kind: str
    rows: frozenset[object]
    part: Part
    by: Literal["tool", "statistic", "group"] = "tool"
    of: str = ""
    """What a statistic was taken of, as text."""
    columns: Columns = None
    """The columns that a mean by group was taken of."""

    def has_seen(self, value: Value, split: Split) -> bool:
        """Was it learnt, before any split, from rows of this value? A mean by group tells only where it is one of the target."""
        tells = self.by != "group" or bool(self.columns and split.target and self.columns & split.target)
        return not self.part and tells and bool(self.rows & value.rows)


Taint: TypeAlias = tuple[Fit, Columns]
"""A fit whose result stands in these columns of a value (None: anywhere in it)."""


@dataclass(eq=False)
class Tool:
    """A transformer, a pipeline of them, a search or a splitter."""

    kind: str
    learns: str = ""
    """The kind of the first thing in it that learns from rows; empty where nothing does."""
    fit: Fit | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What is known of a value."""

    rows: frozenset[object] = frozenset()
    taints: frozenset[Taint] = frozenset()
    part: Part = ()
    items: tuple[Value, ...] | None = None
    tool: Tool | None = None
    grouped: bool = False
    window: bool = False
    folds: bool = False
    """An iterable of (train, test) index pairs."""

    @property
    def is_plain(self) -> bool:
        """Nothing is known of it."""
        return not (self.rows or self.taints or self.part or self.tool or self.items)

    def tainted(self, fit: Fit) -> Value:
        """The value after `fit` has shaped it."""
        return replace(
            self, taints=_capped((*self.taints, (fit, None))), items=None, tool=None, grouped=False, window=False
        )

    def only(self, columns: frozenset[str]) -> Value:
        """These columns of it."""
        kept = (taint for taint in self.taints if taint[1] is None or taint[1] & columns)
        return replace(self, taints=frozenset(kept), items=None)

    def without(self, columns: frozenset[str]) -> Value:
        """All but these columns."""
        kept = ((fit, at if at is None else at - columns) for fit, at in self.taints)
        return replace(self, taints=frozenset((fit, at) for fit, at in kept if at is None or at))

    def by_tools(self) -> Value:
        """The value without the traces of mere statistics."""
        return replace(self, taints=frozenset(taint for taint in self.taints if taint[0].by == "tool"))

    def holding(self, value: Value, columns: Columns) -> Value:
        """The value after another was stored in these columns of it."""
        new = ((fit, columns if at is None or columns is not None else at) for fit, at in value.taints)
        return Value(self.rows or value.rows, _capped((*self.taints, *new)), self.part if self.rows else value.part)


PLAIN = Value()


def merged(values: Iterable[Value]) -> Value:
    """A value made of several. Rows are those of all of them, and the part is what they have in common."""
    known = [value for value in values if value.rows or value.taints or value.part]
    if not known:
        return PLAIN
    if len(known) == 1:
        one = known[0]
        return replace(one, items=None, tool=None, grouped=False, window=False, folds=False)
    with_rows = [value for value in known if value.rows]
    part = with_rows[0].part if with_rows else known[0].part
    for value in with_rows[1:]:
        part = common(part, value.part)
    rows = frozenset(list(dict.fromkeys(row for value in known for row in value.rows))[:_MOST])
    return Value(rows, _capped(taint for value in known for taint in value.taints), part)


def common(one: Part, other: Part) -> Part:
    """The part that two parts have in common. Rows from elsewhere, put to a part, leave it what it is."""
    for length, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:length]
    return max(one, other, key=len)


def _capped(taints: Iterable[Taint]) -> frozenset[Taint]:
    return frozenset(list(dict.fromkeys(taints))[:_MOST])


@dataclass
class Findings:
    """What an interpretation found: fits that have seen rows which a split holds out, and where its parts are used."""

    leaks: dict[ast.AST, tuple[Fit, Split]] = field(default_factory=dict)
    uses: dict[Split, tuple[CodeCell, ast.AST]] = field(default_factory=dict)

    def held_out(self, value: Value) -> None:
        """Look at a value that is part of a split: what shaped it before?"""
        for fit, _ in value.taints if value.part else ():
            split = value.part[0][0]
            if fit.has_seen(value, split):
                self.leaks.setdefault(fit.node, (fit, split))

    def folded(self, value: Value, split: Split) -> None:
        """Look at a value that is cut into folds. Where a test set was put aside before, it still tells the truth."""
        for fit, _ in value.taints:
            if not value.part and fit.has_seen(value, split):
                self.leaks.setdefault(fit.node, (fit, split))


def path_of(node: ast.AST) -> str:
    """A frame or a column of it as text: `df["a"]` and `df.a` are the same. Empty for anything else."""
    parts: list[str] = []
    for _ in range(5):
        if isinstance(node, ast.Name):
            return ".".join((node.id, *reversed(parts)))
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.Name):
            parts.append(node.slice.id if isinstance(node.slice, ast.Name) else str(node.slice.value))
        elif not isinstance(node, ast.Subscript):
            return ""
        node = node.value
    return ""
