"""When two expressions mean the same place: a name, a column, an element."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

Same: TypeAlias = Callable[[ast.AST], bool]
_DEEPEST = 20


def key_of(node: ast.AST | None, depth: int = 0) -> str:
    """A text that tells `df["a"]` from `df["b"]`, whether it is read or set. What is no plain place is like nothing else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        return hex(node.value) if isinstance(node.value, int) else repr(node.value)
    if depth < _DEEPEST and isinstance(node, ast.Attribute):
        return f"{key_of(node.value, depth + 1)}.{node.attr}"
    if depth < _DEEPEST and isinstance(node, ast.Subscript):
        return f"{key_of(node.value, depth + 1)}[{key_of(node.slice, depth + 1)}]"
    if depth < _DEEPEST and isinstance(node, ast.Tuple | ast.List):
        items = ", ".join(key_of(item, depth + 1) for item in node.elts)
        return f"[{items}]" if isinstance(node, ast.List) else items
    if depth < _DEEPEST and isinstance(node, ast.Slice):
        parts = (key_of(part, depth + 1) if part is not None else "" for part in (node.lower, node.upper))
        return ":".join(parts) if node.step is None else f"?{id(node)}"
    return f"?{id(node)}"


def same_as(target: ast.AST) -> Same:
    """A test for expressions that name the same place as `target`."""
    if isinstance(target, ast.Name):
        return lambda node: isinstance(node, ast.Name) and node.id == target.id
    kind, key = type(target), key_of(target)
    return lambda node: isinstance(node, kind) and key_of(node) == key


def times(value: ast.expr, same: Same) -> int:
    """How often a place stands in an expression."""
    return sum(same(node) for node in ast.walk(value))


def mentions(node: ast.AST | None, name: str) -> bool:
    """Does a name stand in an expression?"""
    return node is not None and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))
