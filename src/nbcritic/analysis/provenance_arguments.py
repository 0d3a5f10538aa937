"""The arguments of a call, as they are written."""

from __future__ import annotations

import ast
from typing import Any


def word(node: ast.Call, name: str) -> ast.expr | None:
    """A keyword argument's expression."""
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def constant(node: ast.Call, name: str, place: int | None = None) -> Any:
    """The value of a literal argument, by its keyword or its place; None where it is none."""
    given = word(node, name)
    if given is None and place is not None and len(node.args) > place:
        given = node.args[place]
    return given.value if isinstance(given, ast.Constant) else None
