"""The small algebra behind `Values`: what is known of a value, and what operators, unpacking and indexing make of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

Fact: TypeAlias = Any
"""A kind (some finer than `ValueKind`), `Parts`, `Each`, the node of a function, `UNREACHED`, or None for doubt."""
Eval: TypeAlias = Callable[[ast.AST], Fact]

UNREACHED = "unreached"
ARRAYS = ("frame", "series", "array")
_NESTED = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """Several values in a fixed order, to be unpacked."""

    parts: tuple[Fact, ...]

    @classmethod
    def of(cls, parts: Iterable[Fact]) -> Fact:
        """A tuple of these; what is nested too deep is cut off, so that facts cannot grow without end."""
        return cls(tuple(None if _depth(item) >= _NESTED else item for item in parts))


@dataclass(frozen=True, slots=True)
class Each:
    """An iterable whose elements are all alike."""

    element: Fact

    @classmethod
    def of(cls, element: Fact) -> Fact:
        """An iterable of these."""
        return cls(None if _depth(element) >= _NESTED else element)


def _depth(fact: Fact) -> int:
    if isinstance(fact, Parts):
        return 1 + max(map(_depth, fact.parts), default=0)
    return 1 + _depth(fact.element) if isinstance(fact, Each) else 0


def join(one: Fact, other: Fact) -> Fact:
    """What is known of a value that is the one or the other. A None that stands in for a value to come is no contradiction."""
    if one == other or other == UNREACHED or one is None:
        return one
    if one in (UNREACHED, "none"):
        return other
    if other == "none":
        return one
    if isinstance(one, Parts) and isinstance(other, Parts) and len(one.parts) == len(other.parts):
        return Parts(tuple(join(a, b) for a, b in zip(one.parts, other.parts, strict=True)))
    if isinstance(one, Each) and isinstance(other, Each):
        return Each(join(one.element, other.element))
    return None


def same(fact: Fact, *kinds: str) -> Fact:
    """The fact itself where it is one of these kinds."""
    return fact if fact == UNREACHED or (isinstance(fact, str) and fact in kinds) else None


def part(fact: Fact, step: int | str) -> Fact:
    """One of the values that an unpacking gives."""
    if fact == UNREACHED:
        return UNREACHED
    if isinstance(fact, Parts):
        return fact.parts[step] if isinstance(step, int) and step < len(fact.parts) else None
    if isinstance(fact, Each):
        return fact.element
    return "axes" if fact == "axes" else None


def each(fact: Fact) -> Fact:
    """An element of an iterable."""
    if isinstance(fact, Each):
        return fact.element
    if isinstance(fact, Parts):
        found: Fact = UNREACHED
        for item in fact.parts:
            found = join(found, item)
        return found
    if not isinstance(fact, str):
        return None
    return {
        UNREACHED: UNREACHED,
        "frame": "label",
        "index": "label",
        "groupby": Parts((None, "frame")),
        "series-groupby": Parts((None, "series")),
        "str": "str",
        "file": "str",
        "axes": "axes",
        "array-list": "array",
        "path-list": "path",
    }.get(fact)


_SCALARS = ("number", "bool", "label")


def binary(op: ast.operator, left: Fact, right: Fact, *, augmented: bool = False) -> Fact:
    """The value of `left op right`."""
    if left == UNREACHED or right == UNREACHED:
        return UNREACHED
    sides = [side if isinstance(side, str) else "tuple" if isinstance(side, Parts) else None for side in (left, right)]
    left, right = sides
    if "tensor" in sides:
        return "tensor"
    if isinstance(op, ast.MatMult):
        return "array" if sides == ["array", "array"] else None
    if left == "str" and (isinstance(op, ast.Mod) or right == "str"):
        return "str"
    for kind in ("frame", "series", "index"):
        if kind in sides:
            return kind
    if "array" in sides:
        return "array" if {left, right} <= {"array", "list", "tuple", *_SCALARS} else None
    if "path" in sides and isinstance(op, ast.Div):
        return "path"
    if left in _SCALARS and right in _SCALARS and "label" not in sides:
        return "number"
    return _containers(op, left, right, augmented)


def _containers(op: ast.operator, left: Fact, right: Fact, augmented: bool) -> Fact:
    if isinstance(op, ast.Add):
        if left in ("list", "array-list") and (augmented or right in ("list", "array-list")):
            return "list"
        return "tuple" if left == right == "tuple" else None
    if isinstance(op, ast.Mult) and "number" in (left, right):
        return next((kind for kind in ("list", "str", "tuple") if kind in (left, right)), None)
    if isinstance(op, (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)) and left == right and left in ("set", "dict"):
        return left
    return None


def subscript(value: Fact, index: ast.expr, kind: Eval) -> Fact:
    """The value of `value[index]`."""
    if value == UNREACHED or value is None:
        return value
    if isinstance(value, Parts):
        place = index.value if isinstance(index, ast.Constant) else None
        if isinstance(place, int) and -len(value.parts) <= place < len(value.parts):
            return value.parts[place]
        return "tuple" if isinstance(index, ast.Slice) else None
    found = _SUBSCRIPTS.get(value) if isinstance(value, str) else None
    return found(index, kind) if found else None


def selects_many(index: ast.expr, kind: Eval) -> Fact:
    """Does an index pick several items (True) or one (False)? None where that cannot be told."""
    if isinstance(index, (ast.Slice, ast.List, ast.ListComp, ast.Compare)):
        return True
    fact = kind(index)
    if fact == UNREACHED:
        return UNREACHED
    if isinstance(fact, Each) or fact in ("list", "array", "series", "index", "frame", "array-list"):
        return True
    return False if fact in ("str", "number", "label") else None


def _chosen(many: Fact, if_many: Fact, if_one: Fact) -> Fact:
    return UNREACHED if many == UNREACHED else if_many if many is True else if_one if many is False else None


def _of_frame(index: ast.expr, kind: Eval) -> Fact:
    return None if isinstance(index, ast.Tuple) else _chosen(selects_many(index, kind), "frame", "series")


def _of_loc(index: ast.expr, kind: Eval) -> Fact:
    if not isinstance(index, ast.Tuple):
        # A label may stand for several rows.
        return _chosen(selects_many(index, kind), "frame", None)
    if len(index.elts) != 2:
        return None
    rows, columns = (selects_many(item, kind) for item in index.elts)
    if UNREACHED in (rows, columns):
        return UNREACHED
    if columns is True:
        return "frame" if rows is True else "series" if rows is False else None
    return "series" if columns is False and rows is True else None


def _of_iloc(index: ast.expr, kind: Eval) -> Fact:
    if isinstance(index, ast.Tuple):
        return _of_loc(index, kind)
    return _chosen(selects_many(index, kind), "frame", "series")


def _of_array(index: ast.expr, kind: Eval) -> Fact:
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    many = [selects_many(item, kind) for item in items]
    return UNREACHED if UNREACHED in many else "array" if True in many else None


def _keep(fact: str) -> Callable[[ast.expr, Eval], Fact]:
    return lambda index, kind: _chosen(selects_many(index, kind), fact, None)


_SUBSCRIPTS: dict[str, Callable[[ast.expr, Eval], Fact]] = {
    "frame": _of_frame,
    "loc": _of_loc,
    "iloc": _of_iloc,
    "array": _of_array,
    "series": _keep("series"),
    "series-loc": _keep("series"),
    "groupby": lambda index, kind: _chosen(selects_many(index, kind), "groupby", "series-groupby"),
    "index": _keep("index"),
    "axes": lambda index, kind: "axes",
    "str": lambda index, kind: "str",
    "accessor": lambda index, kind: "series",
    "list": lambda index, kind: "list" if isinstance(index, ast.Slice) else None,
    "array-list": lambda index, kind: _chosen(selects_many(index, kind), "array-list", "array"),
    "tuple": lambda index, kind: "tuple" if isinstance(index, ast.Slice) else None,
    "tensor": lambda index, kind: "tensor",
    "window": lambda index, kind: _chosen(selects_many(index, kind), "window", "series-window"),
}
