"""Who still reads the columns that a discarded call was to take away."""

from __future__ import annotations

import ast

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import parameters
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import keyword


def columns_gone(call: ast.Call, method: str) -> list[str]:
    """The columns that are no longer there in the result."""
    if method not in ("set_index", "drop"):
        return []
    given = keyword(call, "columns", "keys", "labels") or (call.args[0] if call.args else None)
    items = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def is_used(page: Page, after: list[ast.stmt], column: str) -> bool:
    """Is the column named below, before it is made anew?"""
    for statement in after:
        if _makes(statement, column):
            return False
        if _reads(page, statement, column):
            return True
    return False


def _makes(statement: ast.stmt, column: str) -> bool:
    """Does the statement assign the column, or give another one its name, without reading it?"""
    if any(node.attr == column for node in nodes_in(statement, ast.Attribute)):
        return False
    made = [
        value
        for node in nodes_in(statement)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "rename"
        for names in [keyword(node, "columns")]
        if isinstance(names, ast.Dict)
        for value in names.values
    ]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    made += [target.slice for target in targets if isinstance(target, ast.Subscript)]
    named = [node for node in nodes_in(statement, ast.Constant) if node.value == column]
    return bool(named) and all(node in made for node in named)


def is_read_by_others(page: Page, cell: CodeCell, call: ast.Call, gone: list[str]) -> bool:
    """Is the frame used below, and each time by the names of columns that stay?"""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(owner, ast.Name) or cell.in_function(call):
        return False
    uses = [
        (other, name)
        for other in page.code
        for name in other.nodes(ast.Name)
        if name.id == owner.id
        and (other.number, name.lineno) > (cell.number, call.lineno)
        and not _is_own(other.function(name), owner.id)
    ]
    return bool(uses) and all(_is_of_others(page, other, name, gone) for other, name in uses)


def _is_own(function: ast.AST | None, name: str) -> bool:
    """Has the function a name of its own like this?"""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return False
    stored = (node.id for node in nodes_in(function, ast.Name) if isinstance(node.ctx, ast.Store))
    return name in {given.arg for given in parameters(function.args)} or name in stored


def _is_of_others(page: Page, cell: CodeCell, name: ast.Name, gone: list[str], steps: int = 3) -> bool:
    """Is it a column of a frame (or several) by name, none of those that are gone, or rows of which only such are read?"""
    use = cell.parent(name)
    if isinstance(use, ast.Attribute):
        return isinstance(use.ctx, ast.Load) and use.attr not in gone and page.values.kind(use) == "series"
    if not isinstance(use, ast.Subscript) or use.value is not name:
        return False
    if not isinstance(use.slice, (ast.Compare, ast.BinOp)):
        return _names_others(use.slice, gone)
    statement, function = cell.parent(use), cell.function(name)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Name) or function is None or steps == 0:
        return False
    if target.id == name.id:
        return True  # every other use of this name is looked at, too
    names = nodes_in(function, ast.Name)
    rows = [node for node in names if node.id == target.id and isinstance(node.ctx, ast.Load)]
    return all(_is_of_others(page, cell, row, gone, steps - 1) for row in rows)


def _names_others(index: ast.expr, gone: list[str]) -> bool:
    """Is it a literal name, or a list of them, without those that are gone?"""
    items = index.elts if isinstance(index, ast.List) else [index]
    return all(
        isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value not in gone for item in items
    )


def _reads(page: Page, statement: ast.stmt, column: str) -> bool:
    """Does the statement name the column, itself or in a list that it uses?"""
    for node in nodes_in(statement):
        if isinstance(node, ast.Attribute) and node.attr == column and isinstance(node.ctx, ast.Load):
            return True
        listed = page.values.source(node) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
        parts = listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else [node]
        if any(isinstance(item, ast.Constant) and item.value == column for item in parts):
            return True
    return False
