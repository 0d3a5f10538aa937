"""What kind of value a term stands for, and what lies under its forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nbcritic.analysis.idempotence.terms import Term

_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("Sub", "Div", "Mult", "Pow", "FloorDiv", "m:str.len", "call:len", "call:sum"), "number"),
    **dict.fromkeys(("list", "tuple", "set", "dict"), ""),
    **dict.fromkeys(("m:dt.strftime", "call:str.join"), "str"),
}


def kind_of(term: Term) -> str:
    """What a value is known to be by the operation that made it: `number`, `str`, `datetime`, `list` …, or an empty string."""
    if term.op == "const":
        return {"int": "number", "float": "number", "str": "str"}.get(term.args[0], "")
    if term.op == "norm":
        return str(term.args[2])
    if term.op in ("filter", "over", "part"):
        return kind_of(term.args[0])
    if term.op == "ite":
        one, other = kind_of(term.args[1]), kind_of(term.args[2])
        return one if one == other else ""
    if term.op.startswith("dt."):
        return "date"
    return _KINDS.get(term.op, "") or (term.op if term.op in ("list", "tuple", "set") else "")


def root(term: Term) -> Term:
    """What lies under forms and keys: the operation that made the value."""
    while term.op in ("norm", "over", "filter"):
        term = term.args[0]
    return term
