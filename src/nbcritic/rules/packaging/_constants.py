"""Data of a notebook that are constants in effect, whatever their name looks like."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import is_show, last_name

_LABELS = frozenset({"unique", "columns", "categories", "classes_"})
_SAME = frozenset(
    "sort sorted array asarray list tolist to_list to_numpy values drop difference sort_values astype".split()
)
"""What takes labels and gives labels."""
_BY_KEY = frozenset({"loc", "at"})
_MASKS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Slice, ast.List)
"""A key with one of these in it selects rows."""


def is_constant(page: Page, name: ast.Name) -> bool:
    """Is it bound once, never changed, and a list of labels or a table from a file that only gives a value for a key?"""
    source = page.values.source(name)
    if source is None:
        return False
    if not _is_labels(page, source) and not (
        _is_read(page, source) and all(_fetches(*use) for use in _uses(page, name.id))
    ):
        return False
    changes = (event.name for _, event in page.names.everything if event.kind in ("mutate", "delete"))
    return name.id not in changes


def _is_labels(page: Page, node: ast.expr) -> bool:
    while True:
        if isinstance(node, ast.Attribute):
            called, node = node.attr, node.value
        elif isinstance(node, ast.Call):
            called, func = last_name(node.func), node.func
            if isinstance(func, ast.Attribute) and page.qualified(func) is None:
                node = func.value
            elif node.args:
                node = node.args[0]
            else:
                return False
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            node = node.value
            continue
        else:
            return False
        if called in _LABELS:
            return True
        if called not in _SAME:
            return False


def _is_read(page: Page, node: ast.expr) -> bool:
    while isinstance(node, ast.Call):
        if (page.qualified(node.func) or "").startswith("pandas.read_"):
            return True
        if not isinstance(node.func, ast.Attribute):
            return False
        node = node.func.value
        if isinstance(node, ast.Subscript):
            node = node.value
    return False


def _uses(page: Page, name: str) -> Iterator[tuple[CodeCell, ast.Name]]:
    for cell in page.code:
        yield from ((cell, node) for node in cell.nodes(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load))


def _fetches(cell: CodeCell, name: ast.Name) -> bool:
    """`table.loc[key, "euro"]`, `table.get(key)`; a look at the table outside of functions does no harm."""
    if not cell.in_function(name) and is_show(cell.statement(name)):
        return True
    door = cell.parent(name)
    if isinstance(door, ast.Subscript) and door.value is name:
        return _is_sought(cell, door, name.id)
    if not isinstance(door, ast.Attribute):
        return False
    fetch = cell.parent(door)
    if isinstance(fetch, ast.Call):
        return door.attr == "get" and fetch.func is door
    return (
        isinstance(fetch, ast.Subscript)
        and fetch.value is door
        and door.attr in _BY_KEY
        and (_is_lookup(fetch) or not any(isinstance(node, _MASKS) for node in nodes_in(fetch.slice)))
    )


def _is_lookup(fetch: ast.Subscript) -> bool:
    """`table.loc[table["key"] == name, "euro"]`: one value of the row with a key."""
    parts = fetch.slice.elts if isinstance(fetch.slice, ast.Tuple) else []
    return len(parts) == 2 and _is_equality(parts[0]) and isinstance(parts[1], ast.Constant)


def _is_equality(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq)


def _is_sought(cell: CodeCell, column: ast.Subscript, table: str) -> bool:
    """Is it the column in which a lookup in the same table searches?"""
    compare = cell.parent(column)
    parts = cell.parent(compare) if _is_equality(compare) and compare is not None else None
    fetch = cell.parent(parts) if isinstance(parts, ast.Tuple) else None
    if not isinstance(fetch, ast.Subscript) or not _is_lookup(fetch):
        return False
    door = fetch.value
    return isinstance(door, ast.Attribute) and door.attr in _BY_KEY and getattr(door.value, "id", None) == table
