"""Which columns an expression names, picks or is computed from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbcritic.analysis import provenance_tables as tables
from nbcritic.analysis.provenance_values import NO_COLUMNS, Columns, Value

if TYPE_CHECKING:
    from nbcritic.analysis.page import Page


class ColumnNames:
    """The half of the interpreter that knows columns by their names."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.call = 0
        """Which call of a function of the notebook this is: 0 at cell level."""
        self.lists: dict[str, Columns] = {}
        """The names that stand for a list of columns now, where they have stood for another before."""

    def value(self, node: ast.AST, depth: int = 0) -> Value:
        """What is known of the value of an expression."""
        raise NotImplementedError

    def columns(self, node: ast.AST, depth: int = 0) -> Columns:
        """The names of columns that an index lists, or None."""
        if isinstance(node, ast.Constant):
            return frozenset({node.value}) if isinstance(node.value, str) else None
        if isinstance(node, (ast.List, ast.Tuple)):
            names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            return frozenset(names) if len(names) == len(node.elts) else None
        if isinstance(node, ast.Name) and depth < 3:
            source = self.page.values.source(node)
            if source is None and not self.call:
                return self.lists.get(node.id)
            return self.columns(source, depth + 1) if source is not None else None
        return None

    def columns_of(self, node: ast.expr) -> Columns:
        """The columns that an expression such as `df["price"]` picks, also through a name."""
        for _ in range(3):
            if isinstance(node, ast.Name):
                source = self.page.values.source(node)
                if source is None:
                    return frozenset({node.id})
                node = source
            elif isinstance(node, ast.Attribute) and node.attr in ("values", "T"):
                node = node.value
            elif isinstance(node, ast.Subscript):
                return self.columns(node.slice)
            elif isinstance(node, ast.Attribute):
                return frozenset({node.attr})
        return None

    def sources(self, node: ast.AST, depth: int = 0) -> Columns:
        """The columns from which an expression computes something row by row; None where it is more than that."""
        if depth > 12:
            return None
        if isinstance(node, (ast.Constant, ast.Lambda, ast.Dict, ast.Set, ast.JoinedStr)):
            return NO_COLUMNS
        if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
            value = self.value(node)
            if value.is_plain:
                return NO_COLUMNS
            one = value.exact and not value.grouped and value.columns is not None and len(value.columns) == 1
            return value.columns if one else None
        if isinstance(node, ast.Call):
            parts = self._computed_by(node)
        elif isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.List, ast.Tuple)):
            parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        else:
            return None
        inner = [self.sources(part, depth + 1) for part in parts] if parts is not None else [None]
        known = [columns for columns in inner if columns is not None]
        return frozenset().union(*known) if len(known) == len(inner) else None

    def _computed_by(self, node: ast.Call) -> list[ast.expr] | None:
        """What goes into a call that works row by row."""
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name not in tables.BY_ROW:
            return None
        words = [word.value for word in node.keywords if word.arg not in ("axis", "dtype")]
        parts = [
            part
            for part in (*node.args, *words)
            if not isinstance(part, (ast.Name, ast.Attribute)) or self.value(part).rows
        ]
        if isinstance(function, ast.Attribute) and self.page.qualified(function) is None:
            parts.append(function.value)
        return parts
