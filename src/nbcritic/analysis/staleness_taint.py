"""What is made of a value within one cell: the names it reaches, whether an output shows it, which columns are looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeGuard

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name

Columns: TypeAlias = "frozenset[str] | None"
"""The columns (or attributes, or keys) that are touched one by one; None where the whole thing is."""

_SILENT = frozenset({"type", "isinstance", "id", "help", "dir", "callable", "hasattr"})
_HEADS = frozenset({"columns", "keys", "dtypes", "schema", "printSchema"})
"""What tells of names and types, not of values."""
_WIDGET = "application/vnd.jupyter.widget-view+json"
_STORES = (ast.Store, ast.Del)


class _Step(NamedTuple):
    """One statement at cell level."""

    reads: frozenset[str]
    makes: frozenset[str]
    """The names that it binds."""
    changes: frozenset[str]
    """The names whose objects it may change."""
    shows: tuple[frozenset[str], ...]
    """For each expression in it that an output may show, the names that it reads."""
    is_plain: bool
    """Does it run just once and bind for certain?"""


class Steps:
    """The statements of a cell and the names that flow through them."""

    def __init__(self, cell: CodeCell) -> None:
        self._cell = cell

    @cached_property
    def _steps(self) -> tuple[_Step, ...]:
        body = self._cell.tree.body if self._cell.tree is not None else []
        outputs = [
            o for o in self._cell.outputs if (o.kind != "stream" or o.name == "stdout") and _WIDGET not in o.mime
        ]
        kinds: frozenset[str] = frozenset(output.kind for output in outputs) - {"error"}
        return tuple(_step(statement, statement is body[-1], kinds) for statement in body)

    def reached(self, name: str) -> frozenset[str]:
        """The names whose values, after the cell, are made of the value that `name` had before it."""
        old = {name}
        for step in self._steps:
            _follow(step, old)
        return frozenset(old)

    def is_shown(self, name: str) -> bool:
        """Does a saved output of the cell show something made of the value that `name` had before it?"""
        old = {name}
        for step in self._steps:
            if any(not names.isdisjoint(old) for names in step.shows):
                return True
            _follow(step, old)
        return False


def _step(statement: ast.stmt, is_last: bool, kinds: frozenset[str]) -> _Step:
    reads, makes, changes = set[str](), set[str](), set[str]()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else makes).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            makes.add(node.name)
        elif _is_stored(node) or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            root = root_name(node.func if isinstance(node, ast.Call) else node)
            changes |= {root.id} if root is not None else set()
    shows = tuple(
        frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        for node in (_expressions(statement) if kinds else ())
        if _shows(node, is_last and node is statement, kinds)
    )
    plain = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return _Step(frozenset(reads), frozenset(makes), frozenset(changes), shows, isinstance(statement, plain))


def _follow(step: _Step, old: set[str]) -> None:
    """What a statement makes of old values is old; what it makes of others is not."""
    if not step.reads.isdisjoint(old):
        old |= step.makes | step.changes
    elif step.is_plain:
        old -= step.makes


def touches(cell: CodeCell, name: str) -> bool:
    """Does the cell set a part of what the name stands for? To name the columns anew is no such thing."""
    places = [node for node in cell.nodes(ast.Attribute) if node.attr != "columns"]
    return any(
        _is_stored(node) and (root := root_name(node)) is not None and root.id == name
        for node in (*places, *cell.nodes(ast.Subscript))
    )


def constant_of(cell: CodeCell, name: str) -> str | None:
    """The text of the value that the cell gives a name, where it is written out; None where it is computed or changed."""
    found: str | None = None
    for node in cell.nodes(ast.Assign):
        if any(name in {n.id for n in ast.walk(target) if isinstance(n, ast.Name)} for target in node.targets):
            if found is not None or any(isinstance(part, ast.Call | ast.Name) for part in ast.walk(node.value)):
                return None
            found = ast.dump(node.value)
    return found


def columns_of(cell: CodeCell, name: str, context: type[ast.expr_context]) -> Columns:
    """The columns of `name` that the cell sets (`ast.Store`) or reads (`ast.Load`); None where it may touch others, too."""
    found = set[str]()
    for node in cell.nodes(ast.Name):
        if node.id != name:
            continue
        reshaped = _reshaped(cell, node) if context is ast.Store else None
        if reshaped is not None:
            found |= reshaped
            continue
        parent = cell.parent(node)
        if not isinstance(node.ctx, ast.Load):
            return None
        keys = _keys(cell, parent) if isinstance(parent, ast.Attribute | ast.Subscript) else None
        if isinstance(parent, ast.Subscript | ast.Attribute) and isinstance(parent.ctx, context):
            if keys is None:
                return None
            found |= keys
        elif not _is_stored(parent) if context is ast.Load else keys is None or _may_change(cell, parent):
            return None
    return frozenset(found)


def _reshaped(cell: CodeCell, node: ast.Name) -> set[str] | None:
    """The columns that `x = x.drop(columns=…)`, `x.drop(…, axis=1, inplace=True)`, `x = x.assign(…)` or `.rename(columns=…)` touch."""
    statement = cell.statement(node)
    call = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if not isinstance(owner, ast.Name) or owner.id != node.id or (node is not owner and isinstance(node.ctx, ast.Load)):
        return None
    words = {word.arg: word.value for word in call.keywords}
    if call.func.attr == "assign":
        return {word for word in words if word is not None} if not call.args and None not in words else None
    named = words.get("columns")
    if (
        call.func.attr == "drop"
        and isinstance(axis := words.get("axis"), ast.Constant)
        and axis.value in (1, "columns")
    ):
        named = named or words.get("labels") or (call.args[0] if call.args else None)
    if call.func.attr not in ("drop", "rename") or named is None:
        return None
    parts = list(ast.walk(named))
    if any(isinstance(part, ast.Name | ast.Call) for part in parts):
        return None
    return {str(part.value) for part in parts if isinstance(part, ast.Constant)}


def _is_stored(node: ast.AST | None) -> TypeGuard[ast.Subscript | ast.Attribute]:
    return isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, _STORES)


def _may_change(cell: CodeCell, node: ast.AST | None) -> bool:
    above = cell.parent(node) if node is not None else None
    return isinstance(node, ast.Attribute) and isinstance(above, ast.Call) and above.func is node


def _keys(cell: CodeCell, node: ast.Attribute | ast.Subscript) -> set[str] | None:
    if isinstance(node, ast.Attribute):
        above = cell.parent(node)
        return None if isinstance(above, ast.Call) and above.func is node else {node.attr}
    if isinstance(node.slice, ast.Constant):
        return {str(node.slice.value)}
    if isinstance(node.slice, ast.List) and all(isinstance(item, ast.Constant) for item in node.slice.elts):
        return {str(item.value) for item in node.slice.elts if isinstance(item, ast.Constant)}
    return None


def _expressions(statement: ast.stmt) -> Iterator[ast.Expr]:
    """The expressions that run with the statement and whose values nobody keeps."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += [
                child
                for child in ast.iter_child_nodes(node)
                if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case)
            ]


def _shows(node: ast.Expr, is_last: bool, kinds: frozenset[str]) -> bool:
    value = node.value.func if isinstance(node.value, ast.Call) else node.value
    if called_name(value) in _SILENT | _HEADS:
        return False
    if is_last and "result" in kinds and called_name(value) != "fit":  # a model shows its settings
        return True
    return isinstance(node.value, ast.Call) and not kinds.isdisjoint({"stream", "display"})
