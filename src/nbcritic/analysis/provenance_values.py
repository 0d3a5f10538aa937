"""What is known of a value: whose rows it holds, which part of a split it is, its columns, and what has shaped it.

Also the events that an interpretation records: splits, fits, scores and resamplings. All are compared by identity.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal, TypeAlias, TypeVar

from nbcritic.analysis.code import CodeCell

Columns: TypeAlias = "frozenset[str] | None"
"""Names of columns; None where they are not known."""
NO_COLUMNS: frozenset[str] = frozenset()
_MOST = 24
"""Rows and traces beyond this many are forgotten: nobody mixes more by hand, and it bounds the work."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A place where rows are held out: a split into parts, or a cross-validation."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    """The cell that ran it: another one than `cell` where it stands in a function."""
    how: str
    """`train_test_split`, `the folds`, `selects by position`, `given` (by a data set's loader), `names` (of what an unknown function gives) …"""
    held: str = ""
    """The name of the held-out part, where it has one."""
    target: Columns = None
    """The columns that the model is to predict."""
    shuffled: bool = False
    """Are the rows dealt out at random?"""


Part: TypeAlias = tuple[tuple[Split, int], ...]
"""The way from the whole data to a part of them: each split with the side that was taken (0 stays, 1 is held out)."""
Piece: TypeAlias = "tuple[frozenset[object], Part]"
"""Rows, and the part of them that was put to others."""
Role: TypeAlias = Literal["whole", "train", "held-out"]


_Known = TypeVar("_Known")
_SHAPES: dict[type, tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]] = {}


def replace(known: _Known, **changes: Any) -> _Known:
    """`dataclasses.replace`, at a third of its cost: values are remade at every step of a page."""
    kind = type(known)
    if kind not in _SHAPES:
        names = [field.name for field in fields(known)]  # type: ignore[arg-type]
        _SHAPES[kind] = attrgetter(*names), {name: place for place, name in enumerate(names)}
    read, places = _SHAPES[kind]
    values = list(read(known))
    for name, value in changes.items():
        values[places[name]] = value
    return kind(*values)


def role_of(part: Part) -> Role:
    """What a part is for: held out where any split on the way to it put it aside."""
    return "held-out" if any(side == 1 for _, side in part) else "train" if part else "whole"


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Something that was learnt from rows: by a transformer, a model, a search, or as a statistic."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    kind: str
    """`scaler`, `imputer`, `selector`, `projection`, `vectoriser`, `encoder`, `discretiser`, `vocabulary`, `statistic`, `mean by group`,
    `filter` (columns of one value), `correlation`, `neighbours` (filled from the rows beside), `model`, `search`; `neutral` where nothing of the rows' values is kept."""
    rows: frozenset[object]
    part: Part
    subset: frozenset[object] = frozenset()
    by: Literal["tool", "statistic", "group", "model"] = "tool"
    of: str = ""
    """What a statistic was taken of, as text; of a mean by group, the name that stands for the column."""
    columns: Columns = None
    """The columns that it was learnt from, where they are known."""
    name: str = ""
    """The class of the tool, such as `StandardScaler`."""
    target: Columns = None
    """The columns of the target that it was given."""
    resampled: Resampling | None = None
    """The resampling that its rows came from."""
    watched: tuple[Value, ...] = ()
    """Rows that it was watched on while it learnt: `eval_set`, `validation_data`."""
    loops: tuple[ast.AST, ...] = ()
    mixed: frozenset[Piece] = frozenset()
    """What was put together for it, where it was several."""
    file: str = ""
    """What the rows are called: the name of their file, or of the variable."""
    after: frozenset[ast.AST] = frozenset()
    """The nodes of the fits whose results it was given."""
    tool: Tool | None = None

    @property
    def role(self) -> Role:
        """Which part of the data it has seen."""
        return role_of(self.part)

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands on the page: cell, line and column."""
        return self.cell.number, getattr(self.node, "lineno", 0), getattr(self.node, "col_offset", 0)

    def has_seen(self, value: Value, split: Split) -> bool:
        """Was it learnt, before any split, from rows of this value?"""
        if self.part or self.tells_nothing(split):
            return False
        mine, others = self.subset - value.subset, value.subset - self.subset
        if mine and others and any(map(_is_stretch, mine)) and any(map(_is_stretch, others)):
            return False  # `X[:n]` and `X[n:]`
        if value.is_of_files(split) and not all(self.rows & rows for rows, _ in value.mixed):
            return False  # what saw one file has not seen the other
        return bool(self.rows & value.rows_of(split))

    def tells_nothing(self, split: Split) -> bool:
        """Was it learnt from the target alone? To scale or to encode that gives no feature away."""
        return self.by != "group" and bool(self.columns and split.target and self.columns <= split.target)

    def is_about(self, split: Split) -> bool:
        """Was it given the column that the model is to predict?"""
        return bool(self.target and split.target and self.target & split.target)

    def is_of_target(self, split: Split) -> bool:
        """Is it a mean of the target?"""
        return bool(self.columns and split.target and self.columns & split.target)


Taint: TypeAlias = tuple[Fit, Columns]
"""A fit whose result stands in these columns of a value (None: anywhere in it)."""


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """Rows that were copied, or made from others."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    how: str
    """The class or function: `SMOTE`, `resample`, `sample`, or `augmentation`."""
    rows: frozenset[object]
    part: Part


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """A number that says how good a model is."""

    node: ast.AST
    cell: CodeCell
    ran: CodeCell
    metric: str
    """`score`, `evaluate`, the function's name (`accuracy_score`), `hits` (counted by hand), or `cross_val_score` and its kin."""
    rows: frozenset[object]
    part: Part
    subset: frozenset[object] = frozenset()
    fit: Fit | None = None
    """The model's fit, where it is known."""
    by_folds: bool = False
    """Cross-validated: each row is scored by a model that has not seen it."""
    loops: tuple[ast.AST, ...] = ()
    name: str = ""
    """The variable that holds the scored rows, where it is one."""
    model: str = ""
    """The class of a cross-validated model, where it is known."""
    depth: int = 0
    """How many of the page's own functions were called, one by the other, to take it."""

    @property
    def role(self) -> Role:
        """Which part of the data it was taken on."""
        return role_of(self.part)

    @property
    def is_on_training_rows(self) -> bool:
        """Was it taken on the very rows that the model was fitted on?"""
        fit = self.fit
        return (
            fit is not None
            and not self.by_folds
            and bool(self.rows & fit.rows)
            and self.part == fit.part
            and self.subset == fit.subset
        )


@dataclass(eq=False)
class Tool:
    """A transformer, a pipeline of them, a model, a search, a splitter or a resampler."""

    kind: str
    """`transformer`, `model`, `search`, `splitter`, `resampler`, `object` (of a class of the notebook)."""
    learns: str = ""
    """The kind of the first thing in it that learns from rows; empty where nothing does."""
    name: str = ""
    fit: Fit | None = None
    shuffled: bool = False
    selects: bool = False
    """Does it choose columns itself, so that what it is given is not what it learns from?"""
    parts: frozenset[str] = frozenset()
    """The classes of what learns in a pipeline of several."""
    layers: tuple[Fit, ...] = ()
    """What the layers inside have learnt from rows before the model was fitted."""
    of: ast.ClassDef | None = None
    """The class, of an object of the notebook's own."""
    fields: dict[str, Value] = field(default_factory=dict)
    """What is stored in such an object."""


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
    subset: frozenset[object] = frozenset()
    """The choices of rows (masks, slices, samples) that led here; two values of other choices may share no row."""
    mixed: frozenset[Piece] = frozenset()
    """What was put together for it, where it was several."""
    columns: Columns = None
    """Its columns, where all of them are known; of a series, the one that it is (computed from)."""
    dropped: frozenset[str] = NO_COLUMNS
    """Columns that it has no more."""
    made: Mapping[str, frozenset[str]] | None = None
    """By column, those that it is computed from, row by row."""
    exact: bool = False
    """Are all its columns those of its file, but for `dropped`, or those in `columns`?"""
    resampled: Resampling | None = None
    predicted: Fit | None = None
    """The model whose predictions it holds."""
    ordered: str = ""
    """The column that its rows were sorted by."""
    file: str = ""
    """What its rows are called where they come from: the name of a file."""
    truth: bool | None = None
    """Of a literal True or False, which of them: functions are told by it what to do."""

    @property
    def is_plain(self) -> bool:
        """Nothing is known of it."""
        return not (self.rows or self.taints or self.part or self.tool or self.items)

    @property
    def is_unsure(self) -> bool:
        """Were several parts of a split put into it, so that nobody knows which of them it is?"""
        return any(type(token) is object for token in self.subset)

    @property
    def role(self) -> Role:
        """Which part of the data it is."""
        return role_of(self.part)

    def rows_of(self, split: Split) -> frozenset[object]:
        """Its rows that went through a split, where it is put together of such and others; else all."""
        through = [rows for rows, part in self.mixed if any(step[0] is split for step in part)]
        return frozenset().union(*through) if through else self.rows

    def is_of_files(self, split: Split) -> bool:
        """Are files that were put together taken apart again?"""
        return split.how == "selects by position" and len({rows for rows, _ in self.mixed}) > 1

    def has(self, column: str) -> bool:
        """Is this certainly one of its columns?"""
        return self.exact and (column in self.columns if self.columns is not None else column not in self.dropped)

    def tainted(self, fit: Fit) -> Value:
        """The value after `fit` has shaped it."""
        return replace(
            self, taints=_capped((*self.taints, (fit, None))), items=None, tool=None, grouped=False, window=False
        )

    def only(self, columns: frozenset[str]) -> Value:
        """These columns of it."""
        kept = (taint for taint in self.taints if taint[1] is None or taint[1] & columns)
        return replace(self, taints=frozenset(kept), items=None, columns=columns)

    def without(self, columns: frozenset[str]) -> Value:
        """All but these columns."""
        kept = ((fit, at if at is None else at - columns) for fit, at in self.taints)
        return replace(
            self,
            taints=frozenset((fit, at) for fit, at in kept if at is None or at),
            columns=None if self.columns is None else self.columns - columns,
            dropped=self.dropped | columns,
        )

    def picked(self, token: object) -> Value:
        """Some rows of it, chosen by `token`."""
        return replace(self, subset=self.subset | {token}, items=None) if self.rows else self.alone()

    def side(self, *steps: tuple[Split, int]) -> Value:
        """One side of a split of it."""
        mixed = frozenset((rows, (*part, *steps)) for rows, part in self.mixed)
        return replace(self, part=(*self.part, *steps), mixed=mixed, items=None, tool=None)

    def alone(self) -> Value:
        """The value as one, not as what it would unpack into."""
        return replace(self, items=None) if self.items is not None else self

    def by_tools(self) -> Value:
        """The value without the traces of mere statistics."""
        if all(taint[0].by in ("tool", "model") for taint in self.taints):
            return self
        return replace(self, taints=frozenset(taint for taint in self.taints if taint[0].by in ("tool", "model")))

    def loose(self) -> Value:
        """The value where its columns are no longer known."""
        return replace(self, columns=None, exact=False, made=None) if self.exact or self.columns else self

    def holding(self, value: Value, columns: Columns, sources: Columns = None) -> Value:
        """The value after another, computed from `sources` of its own columns, was stored in these columns of it."""
        new = ((fit, columns if at is None or columns is not None else at) for fit, at in value.taints)
        taints = _capped((*self.taints, *new))
        if columns is not None and value.predicted is not None and value.predicted.kind in ("model", "cluster"):
            # What a model filled in carries the trace of the rows that it was fitted on.
            taints = _capped((*taints, (replace(value.predicted, by="tool"), columns)))
        if not self.rows:
            return Value(value.rows, taints, value.part)
        made, dropped, own = self.made, self.dropped, self.columns
        if columns is not None:
            made = {**(made or {}), **dict.fromkeys(columns, sources or NO_COLUMNS)}
            dropped -= columns
            own = own | columns if own is not None else None
        return replace(
            self, taints=taints, items=None, tool=None, made=made, dropped=dropped, columns=own, predicted=None
        )


PLAIN = Value()
_NOTHING_MIXED = PLAIN.mixed


def merged(values: Iterable[Value], together: bool = False) -> Value:
    """A value made of several. Rows are those of all of them, and the part is what they have in common.

    `together` says that their rows are put one under the other; else, of several parts, nobody knows which rows these are.
    """
    known = [value for value in values if value.rows or value.taints or value.part]
    if not known:
        return PLAIN
    if len(known) == 1:
        one = known[0]
        if not (one.items or one.tool or one.grouped or one.folds):
            return one
        return replace(one, items=None, tool=None, grouped=False, window=False, folds=False)
    with_rows = [value for value in known if value.rows]
    parts = [value.part for value in with_rows or known[:1]]
    part = max(parts, key=len)
    mixed = _NOTHING_MIXED.union(*(value.mixed or ((value.rows, value.part),) for value in with_rows if together))
    unsure = len({value.part for value in with_rows}) > 1 and not together
    for other in parts:  # rows from elsewhere, used beside a part, leave it what it is
        part = next((part[:length] for length, (a, b) in enumerate(zip(part, other, strict=False)) if a != b), part)
    rows = frozenset(list(dict.fromkeys(row for value in known for row in value.rows))[:_MOST])
    return Value(
        rows,
        _capped(taint for value in known for taint in value.taints),
        part,
        subset=frozenset(token for value in with_rows for token in value.subset) | ({object()} if unsure else set()),
        mixed=mixed if len(mixed) > 1 else _NOTHING_MIXED,
        resampled=next((value.resampled for value in known if value.resampled is not None), None),
        predicted=next((value.predicted for value in known if value.predicted is not None), None),
        file=next((value.file for value in known if value.file), ""),
    )


def _is_stretch(token: object) -> bool:
    """Was a choice of rows made by their position: `[:n]`, `head(n)`, `tail(n)`?"""
    node = token[0] if isinstance(token, tuple) else token
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("head", "tail")
    return isinstance(node, ast.Slice)


def _capped(taints: Iterable[Taint]) -> frozenset[Taint]:
    all_of_them = frozenset(taints)
    if len(all_of_them) <= _MOST:
        return all_of_them
    return frozenset(sorted(all_of_them, key=lambda taint: taint[0].place)[:_MOST])
