"""What several rules on data handling need: comparing expressions and finding loops."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell

Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While
_DEEP = 6


def path(node: ast.AST) -> str | None:
    """A name, an attribute or a subscript by a constant as text, to compare two of them; else None."""
    parts: list[str] = []
    for _ in range(_DEEP):
        if isinstance(node, ast.Name):
            return ".".join((node.id, *reversed(parts)))
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.Name):
            index = node.slice
            parts.append(f"[{index.id}]" if isinstance(index, ast.Name) else f"[{index.value!r}]")
            node = node.value
        else:
            return None
    return None


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments that the call has."""
    return next((word.value for word in call.keywords if word.arg in names), None)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Is it a literal of just this value?"""
    return isinstance(node, ast.Constant) and node.value is value


def loops(cell: CodeCell, node: ast.AST) -> Iterator[Loop]:
    """The loops around `node` in the same function, the innermost first."""
    below: ast.AST = node
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            return
        if isinstance(parent, ast.For | ast.AsyncFor | ast.While) and below not in parent.orelse:
            yield parent
        below = parent
