"""What names hold while a page is interpreted, and how a branch is tried and taken back."""

from __future__ import annotations

import ast

from nbcritic.analysis.provenance_values import Value


class Env(dict[str, Value]):
    """Names and their values. What changes between `begin` and `undo` or `keep` is remembered, so that a branch costs what it changes."""

    def __init__(self) -> None:
        super().__init__()
        self._trail: list[dict[str, Value | None]] = []

    def __setitem__(self, name: str, value: Value) -> None:
        if self._trail:
            self._trail[-1].setdefault(name, self.get(name))
        super().__setitem__(name, value)

    def forget(self, name: str) -> None:
        """Delete a name, where it is known."""
        if name in self:
            if self._trail:
                self._trail[-1].setdefault(name, self[name])
            super().__delitem__(name)

    def begin(self) -> None:
        """Start a branch."""
        self._trail.append({})

    def undo(self) -> dict[str, Value]:
        """Take the branch back; gives the names that it bound, with what they held at its end."""
        bound = {}
        for name, old in self._trail.pop().items():
            new = self.get(name)
            if new is not None:
                bound[name] = new
            if old is not None:
                super().__setitem__(name, old)
            elif new is not None:
                super().__delitem__(name)
        return bound

    def keep(self) -> None:
        """End the branch and leave its changes."""
        changes = self._trail.pop()
        if self._trail:
            for name, old in changes.items():
                self._trail[-1].setdefault(name, old)


def key_of(node: ast.AST) -> str | None:
    """`name` or `name.attribute` as text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def is_indexer(node: ast.AST) -> bool:
    """Is it `df.loc` and its kin?"""
    return isinstance(node, ast.Attribute) and node.attr in ("loc", "iloc", "at", "iat")


def selects_rows(index: ast.expr) -> bool:
    """Does an index pick rows (a slice, a mask), not columns?"""
    if isinstance(index, ast.Tuple):
        return bool(index.elts) and selects_rows(index.elts[0])
    if isinstance(index, ast.Slice):
        return not (index.lower is None and index.upper is None)
    return isinstance(index, (ast.Compare, ast.BinOp, ast.UnaryOp, ast.Name))


def path_of(node: ast.AST) -> str:
    """A frame or a column of it as text: `df["a"]` and `df.a` are the same. Empty for anything else."""
    parts: list[str] = []
    for _ in range(5):
        if isinstance(node, ast.Name):
            return ".".join((node.id, *reversed(parts)))
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Constant, ast.Name)):
            parts.append(node.slice.id if isinstance(node.slice, ast.Name) else str(node.slice.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME_VALUES:
            node = node.func
        elif not isinstance(node, ast.Subscript):
            return ""
        node = node.value
    return ""


_SAME_VALUES = frozenset("dropna copy astype to_numpy".split())
"""Calls after which a column still holds the values that a statistic is taken of."""
