"""What operators do to literals, and which operations on values leave them as they are."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

_LARGEST: Final = 1 << 40
_LONGEST: Final = 200
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "FloorDiv": operator.floordiv,
    "Div": operator.truediv,
    "Mod": operator.mod,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
}
_SORTING: Final = ("sorted", "sort", "numpy.sort")
_NEUTRAL: Final[Mapping[str, int]] = {"Add": 0, "Sub": 0, "Mult": 1, "Pow": 1}
"""`x + 0`, `x - 0`, `x * 1`, `x ** 1`."""


def computed(op: str, left: Any, right: Any) -> Any:
    """The result for two small literals; None where there is none, or it would be long."""
    function = COMPARISONS.get(op) or _ARITHMETIC.get(op)
    both = (left, right)
    is_small = all(isinstance(v, (str, float)) or (isinstance(v, int) and abs(v) < _LARGEST) for v in both)
    if function is None or not is_small or (op in ("Mult", "Mod") and any(isinstance(v, str) for v in both)):
        return None
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) > _LONGEST:
        return None
    try:
        return function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return None


def is_neutral(op: str, right: object) -> bool:
    """Does `x op right` leave a number as it is?"""
    return type(right) in (int, float) and op in _NEUTRAL and right == _NEUTRAL[op]


def puts_in_order(operations: Iterable[Any]) -> bool:
    """Does one of these (names with their arguments) sort? An element that is changed may then stand elsewhere."""
    return any(isinstance(operation, tuple) and operation[0] in _SORTING for operation in operations)
