"""Values as terms: what an expression computes from what was there before, so that two runs of a cell can be compared without running it.

Equal terms are the same object (hash-consing, as in global value numbering), and what a library promises is built into the
constructors: a filter filtered again, a column overwritten, a text stripped twice are the term that was there before. Frames,
dictionaries and objects are a base with the keys that were set since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nbcritic.analysis.idempotence.arithmetic import COMPARISONS, computed, is_neutral, puts_in_order
from nbcritic.analysis.idempotence.kinds import kind_of

Key = Any
"""A constant, or the term of a key that is computed."""

_NOTHING: Final[frozenset[str]] = frozenset()


class Term:
    """An operation and what it is applied to. `syms` are the names from before the cell that it depends on."""

    __slots__ = ("args", "op", "syms")

    def __init__(self, op: str, args: tuple[Any, ...]) -> None:
        self.op = op
        self.args = args
        syms = _NOTHING
        if op == "sym":
            syms = frozenset(args)
        elif op != "const":
            for arg in args:
                kind = arg.__class__
                if kind is Term:
                    if arg.syms and arg.syms is not syms:
                        syms = syms | arg.syms if syms else arg.syms
                elif kind is tuple or kind is frozenset:
                    for term in inner_terms(arg):
                        if term.syms and term.syms is not syms:
                            syms = syms | term.syms if syms else term.syms
        self.syms: frozenset[str] = syms

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})"


def inner_terms(arguments: Iterable[Any]) -> Iterator[Term]:
    """The terms among arguments, in tuples and sets too."""
    waiting = list(arguments)
    for argument in waiting:  # grows on the way
        if argument.__class__ is Term:
            yield argument
        elif argument.__class__ is tuple or argument.__class__ is frozenset:
            waiting += argument


class MissingKey(Exception):
    """The key was taken out before: the operation would raise the error named by `args[0]`."""


_NESTED: Final = 6
_REPEATABLE: Final = frozenset({"BitOr", "BitAnd", "And", "Or", "Mod"})
"""Operators for which `(x op y) op y` is `x op y`."""
_TO_ITSELF: Final = frozenset({"BitOr", "BitAnd"})
"""Operators for which `x op x` is `x`."""
_STATISTICS: Final = frozenset("mean median std min max sum var norm".split())


class Terms:
    """Makes terms; two of the same make are the same object."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Term] = {}
        self._results: dict[tuple[Any, ...], Term] = {}
        """What was asked of choices: they share their branches, and would be gone through again and again."""
        self.none = self.const(None)
        self.true = self.const(True)
        self.false = self.const(False)
        self.removed = self.make("removed")

    def make(self, op: str, *args: Any) -> Term:
        """The term as it is written."""
        key = (op, *args)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Term(op, args)
        return found

    def const(self, value: object) -> Term:
        """A literal."""
        return self.make("const", type(value).__name__, value)

    # -- keys --------------------------------------------------------------------------------------------------------

    def over(self, base: Term, items: Mapping[Key, Term]) -> Term:
        """`base` with these keys set (or removed)."""
        found: dict[Key, Term] = {}
        if base.op == "over":
            found.update(base.args[1])
            base = base.args[0]
        for key, term in items.items():
            if term is self.make("get", base, key):
                found.pop(key, None)
            else:
                found[key] = term
        return self.make("over", base, frozenset(found.items())) if found else base

    def get(self, whole: Term, key: Key) -> Term:
        """What stands under a key. Raises `MissingKey` where it was taken out."""
        if whole.op == "over":
            found: dict[Key, Term] = dict(whole.args[1])
            if key in found:
                if found[key] is self.removed:
                    raise MissingKey("KeyError")
                return found[key]
            return self.get(whole.args[0], key)
        if whole.op == "ite":
            condition, one, other = whole.args
            if one.op in ("over", "ite") or other.op in ("over", "ite"):
                asked = ("get", whole, key)
                if asked not in self._results:
                    self._results[asked] = self.choose(condition, self.get(one, key), self.get(other, key))
                return self._results[asked]
        if whole.op == "filter" and not _is_position(key):
            return self.filter(self.get(whole.args[0], key), whole.args[1])
        if whole.op == "norm" and not _is_position(key):
            return self.norm(self.get(whole.args[0], key), whole.args[1])
        if whole.op == "labelled" and isinstance(key, str):
            labels = whole.args[1]
            is_known = labels.op == "list" and all(label.op == "const" for label in labels.args)
            if is_known and key not in [label.args[1] for label in labels.args]:
                raise MissingKey("KeyError")
        if whole.op in ("list", "tuple") and isinstance(key, int) and -len(whole.args) <= key < len(whole.args):
            return whole.args[key]  # type: ignore[no-any-return]
        if whole.op == "at0" and key == 0:
            return whole
        if whole.op == "m:groupby" and (needed := self._grouped_by(whole, key)):
            parts = [self.get(whole.args[0], column) for column in needed]
            frame = self.together(needed, parts)
            if frame is not whole.args[0]:
                whole = self.make("m:groupby", frame, *whole.args[1:])
            return self.make("get", whole, key)
        if whole.op == "columns":
            keys = whole.args[0]
            if key in keys:
                return whole.args[1 + keys.index(key)]  # type: ignore[no-any-return]
            if isinstance(key, str):
                raise MissingKey("KeyError")
        if key == 0 and whole.op in ("m:split", "m:partition", "m:rsplit", "m:str.split", "m:str.rsplit"):
            return self.make("at0", *whole.args) if whole.args[0].op != "at0" else whole.args[0]
        return self.make("get", whole, key)

    def _grouped_by(self, group: Term, column: Key) -> tuple[Key, ...]:
        """The columns that a column of a `groupby` depends on, where all are named."""
        by = group.args[1] if len(group.args) > 1 else None
        if by is not None and by.op == "word":
            by = by.args[1] if by.args[0] == "by" else None
        names = [] if by is None else by.args if by.op in ("list", "tuple") else [by]
        keys = [name.args[1] for name in names if name.op == "const"]
        wanted = column if isinstance(column, tuple) else (column,)
        if len(keys) != len(names) or not keys or any(isinstance(key, Term) for key in wanted):
            return ()
        return tuple(dict.fromkeys((*keys, *wanted)))

    def together(self, keys: Iterable[Key], columns: list[Term]) -> Term:
        """Several columns as one; all parts of a whole are the whole."""
        first = columns[0] if columns else None
        if (
            first is not None
            and first.op == "part"
            and all(c.op == "part" and c.args == (first.args[0], n, len(columns)) for n, c in enumerate(columns))
        ):
            return first.args[0]  # type: ignore[no-any-return]
        for op in ("filter", "norm"):
            if first is not None and all(c.op == op and c.args[1] == first.args[1] for c in columns):
                inner = self.together(keys, [column.args[0] for column in columns])
                return self.filter(inner, first.args[1]) if op == "filter" else self.norm(inner, first.args[1])
        return self.make("columns", tuple(keys), *columns)

    def holds(self, whole: Term, key: Key) -> Term:
        """`key in whole`."""
        if whole.op == "over":
            found = dict(whole.args[1])
            if key in found:
                return self.false if found[key] is self.removed else self.true
            item: Term | None = found.get(("item", key if isinstance(key, Term) else self.const(key)))
            if item is not None:
                return item
            return self.holds(whole.args[0], key)
        if whole.op == "ite":
            condition, one, other = whole.args
            asked = ("holds", whole, key)
            if asked not in self._results:
                self._results[asked] = self.choose(condition, self.holds(one, key), self.holds(other, key))
            return self._results[asked]
        if whole.op in ("norm", "filter"):
            return self.holds(whole.args[0], key)
        is_literal = whole.op in ("list", "tuple", "set") and all(item.op == "const" for item in whole.args)
        if is_literal and not isinstance(key, Term):
            return self.const(key in [item.args[1] for item in whole.args])
        if whole.op == "m:append" and len(whole.args) == 2:
            if whole.args[1] is key or whole.args[1] is self.const(key):
                return self.true
            return self.holds(whole.args[0], key)
        return self.make("in", key, whole)

    # -- what repeats without effect ---------------------------------------------------------------------------------

    def norm(self, value: Term, tags: Iterable[Any], kind: str = "") -> Term:
        """`value` brought into a form which it keeps: each tag (an operation with its arguments) counts once.

        `kind` is what the operation gives (`number`, `str`, `datetime` …), where it gives always the same.
        """
        tags = frozenset(tags)
        if value.op == "filter":
            return self.filter(self.norm(value.args[0], tags, kind), value.args[1])
        is_kept = value.op == "over" and value.args[0].op == "norm" and tags <= value.args[0].args[1]
        if is_kept and not (puts_in_order(tags) and any(isinstance(key, int) for key, _ in value.args[1])):
            return value
        if value.op == "ite":
            asked = ("norm", value, tags, kind)
            if asked not in self._results:
                sides = (side if side.op == "const" else self.norm(side, tags, kind) for side in value.args[1:])
                self._results[asked] = self.choose(value.args[0], *sides)
            return self._results[asked]
        kind = kind or kind_of(value)
        if value.op == "norm":
            return self.make("norm", value.args[0], value.args[1] | tags, kind)
        return self.make("norm", value, tags, kind)

    def filter(self, value: Term, masks: Iterable[Term]) -> Term:
        """The rows of `value` that every mask keeps."""
        masks = frozenset(masks)
        if value.op == "filter":
            masks, value = masks | value.args[1], value.args[0]
        if value.op == "norm" and value.args[0].op == "filter" and masks <= value.args[0].args[1]:
            return value
        if value in masks or value.op == "const":
            return self.true if value in masks else value
        if value.op == "over":
            base, items = value.args
            inner = {key: term if term is self.removed else self.filter(term, masks) for key, term in items}
            return self.over(self.filter(base, masks), inner)
        if value.op == "index":
            return self.make("index", value.args[0], *(self.filter(column, masks) for column in value.args[1:]))
        return self.make("filter", value, masks)

    def keep(self, value: Term, mask: Term, place: int) -> Term:
        """`value[mask]`. Rows that the same line (`place`) has picked pass it again, unless it asks where they stand among all."""
        if mask is self.true:
            return value
        core = mask.args[0] if mask.op == "filter" else mask
        return self.filter(value, (core if _is_relative(core) else self.make("row", place),))

    def choose(self, condition: Term, one: Term, other: Term) -> Term:
        """`one if condition else other`, row by row or as a whole."""
        if condition.op == "const":
            return one if condition.args[1] else other
        one, other = self.given(one, condition, holds=True), self.given(other, condition, holds=False)
        if one is other:
            return one
        if one is self.true and other is self.false:
            return condition
        if condition.op == "Not":
            return self.choose(condition.args[0], other, one)
        if condition.op == "ite" and all(side.op != "ite" for side in condition.args[1:]):
            first, *sides = condition.args
            inner = [
                self.choose(side, self.given(one, first, holds=holds), self.given(other, first, holds=holds))
                for side, holds in zip(sides, (True, False), strict=True)
            ]
            return self.choose(first, *inner)
        return self.make("ite", condition, one, other)

    def given(self, term: Term, condition: Term, *, holds: bool, depth: int = 0) -> Term:
        """What is left of a term once it is known whether the condition holds."""
        while term.op == "ite" and term.args[0] is condition:
            term = term.args[1] if holds else term.args[2]
        if term is condition:
            return self.true if holds else self.false
        if term.op == "ite" and depth < _NESTED:
            one, other = (self.given(side, condition, holds=holds, depth=depth + 1) for side in term.args[1:])
            if (one, other) != term.args[1:]:
                return one if one is other else self.make("ite", term.args[0], one, other)
        return term

    # -- operators ---------------------------------------------------------------------------------------------------

    def negate(self, value: Term) -> Term:
        """`not value`."""
        if value.op == "const":
            return self.const(not value.args[1])
        if value.op == "ite":
            return self.choose(value.args[0], self.negate(value.args[1]), self.negate(value.args[2]))
        return value.args[0] if value.op == "Not" else self.make("Not", value)

    def binary(self, op: str, left: Term, right: Term) -> Term:
        """`left op right` for an operator by the name of its class in `ast`."""
        if (
            right.op == "const"
            and left.op == "const"
            and (done := computed(op, left.args[1], right.args[1])) is not None
        ):
            return self.const(done)
        if right.op == "const" and is_neutral(op, right.args[1]):
            return left
        if left is right and op in ("Eq", "NotEq"):
            return self.const(op == "Eq")
        if left is right and op in _TO_ITSELF:
            return left
        if left is right and op in ("BitXor", "Sub"):
            return self.make("nothing")
        if op in ("Is", "IsNot"):
            return self._is(left, right) if op == "Is" else self.negate(self._is(left, right))
        masks = [side.args[1] for side in (left, right) if side.op == "filter"]
        if masks and all(side.op in ("filter", "const") for side in (left, right)) and len(set(masks)) == 1:
            cores = [side.args[0] if side.op == "filter" else side for side in (left, right)]
            return self.filter(self.binary(op, *cores), masks[0])
        if op in COMPARISONS:
            for side, other, swapped in ((left, right, False), (right, left, True)):
                if side.op == "ite":
                    asked = (op, left, right)
                    if asked in self._results:
                        return self._results[asked]
                    both = [self.binary(op, other, s) if swapped else self.binary(op, s, other) for s in side.args[1:]]
                    self._results[asked] = self.choose(side.args[0], *both)
                    return self._results[asked]
        if op in _REPEATABLE:
            return self.norm(left, {(op, right)})
        if op == "Sub" and kind_of(right) == "set":
            return self.norm(left, {(op, right)}, "set")
        if op in ("Sub", "Div") and _is_settled(op, right):
            return left
        if op in ("Sub", "Div") and _is_statistic(right, left):
            tags = frozenset({(op, right.op)})
            if left.op == "filter":  # of these rows alone
                return self.make("norm", left, tags, "number")
            return self.norm(left, tags, "number")
        return self.make(op, left, right)

    def _is(self, left: Term, right: Term) -> Term:
        if left is right:
            return self.true
        if right is self.none and left.op == "ite":
            return self.choose(left.args[0], self._is(left.args[1], right), self._is(left.args[2], right))
        if right is self.none and left.op not in ("sym", "get", "const", "m:get", "default"):
            return self.false  # what somebody made on purpose is something
        if left.op == "const" and right.op == "const":
            return self.false
        return self.make("Is", left, right)


def _is_position(key: Key) -> bool:
    return isinstance(key, int) or (isinstance(key, Term) and key.op not in ("const", "each"))


def _is_statistic(term: Term, of: Term) -> bool:
    """Is it a mean, a spread or the like of the same value, by which that is centred or scaled for good?"""
    if _name(term) in _STATISTICS:
        return bool(term.syms & of.syms)
    return term.op == "Sub" and all(isinstance(side, Term) and _is_statistic(side, of) for side in term.args)


def _is_settled(op: str, term: Term) -> bool:
    """Is it the mean of what was centred by its mean, or the spread of what was scaled by it? These are 0 and 1.

    So is the largest of what was brought between 0 and 1.
    """
    of = term.args[0] if term.args and _name(term) in _STATISTICS else None
    if not isinstance(of, Term) or of.op != "norm":
        return False
    is_range = _name(term) == "max" and ("Div", "norm") in of.args[1]
    return (op, term.op) in of.args[1] or (op == "Div" and is_range)


def _name(term: Term) -> str:
    """The bare name of a function or method."""
    return term.op.rpartition(":")[2].rpartition(".")[2]


_RELATIVE: Final = frozenset("mean median std quantile percentile rank describe mad".split())


def _is_relative(mask: Term, patience: int = 200) -> bool:
    """Does a condition compare rows with a statistic of all rows?"""
    waiting = [mask]
    while waiting and patience:
        here = waiting.pop()
        patience -= 1
        if _name(here) in _RELATIVE:
            return True
        waiting += inner_terms(here.args)
    return False
