"""What keeps a second run of a cell from doing it again: only what is missing is added, or the run stops first."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._rerun import home_of

_ADDS = frozenset({"concat", "append", "extend", "concatenate", "vstack", "hstack"})
_JOINS = frozenset({"merge", "join", "pandas.merge"})
_DEEPEST = 3


def adds_only_what_is_missing(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does it append only what the target does not have yet: what is no member of it, or a difference of sets?"""
    if reason.kind != "accumulates":
        return False
    body: ast.AST | None = _function_of(page, reason)
    home = home_of(page, reason)
    if body is None:
        body = next((p for p in home.ancestors(reason.node) if isinstance(p, ast.FunctionDef)), None) or home.tree
    nodes = list(nodes_in(body)) if body is not None else []
    made = _values(nodes)
    adding = [node for node in nodes if isinstance(node, ast.Call) and called_name(node.func) in _ADDS]
    return bool(adding) and all(
        any(_asks_for_missing(part, target) for part in _behind(call, made, _DEEPEST))
        for call in adding
        if (target := _target(call))
    )


def _function_of(page: Page, reason: Reason) -> ast.FunctionDef | None:
    """The page's function that the statement calls for the new value."""
    value = reason.node.value if isinstance(reason.node, ast.Assign) else None
    name = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
    return functions_by_name(page).get(name)


def functions_by_name(page: Page) -> dict[str, ast.FunctionDef]:
    """The functions that the page defines, each as it is defined last."""
    found: dict[str, ast.FunctionDef] = {}
    for cell in page.code:
        for node in cell.nodes(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            found[node.name] = node
    return found


def _target(call: ast.Call) -> str:
    """The name of what something is added to."""
    first = call.args[0] if call.args else None
    if isinstance(first, (ast.List, ast.Tuple)) and first.elts:
        first = first.elts[0]
    elif isinstance(call.func, ast.Attribute) and called_name(call.func) in ("append", "extend"):
        first = call.func.value
    root = root_name(first) if first is not None else None
    return root.id if root is not None else ""


def _values(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """What each name is given."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for name in (name for target in node.targets for name in stored_names(target)):
                found.setdefault(name, []).append(node.value)
        elif isinstance(node, ast.For):
            for name in stored_names(node.target):
                found.setdefault(name, []).append(node.iter)
    return found


def _behind(node: ast.AST, made: dict[str, list[ast.expr]], depth: int) -> Iterator[ast.AST]:
    """The parts of an expression, and those of what its names were given."""
    for part in nodes_in(node):
        yield part
        if isinstance(part, ast.Name) and depth:
            for value in made.get(part.id, ()):
                yield from _behind(value, made, depth - 1)


def _asks_for_missing(node: ast.AST, target: str) -> bool:
    """`set(a) - set(target)`, `a.difference(target)`, `~a.isin(target)`, `a not in target`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return isinstance(node.right, ast.Call) and called_name(node.right.func) == "set" and _names(node.right, target)
    if isinstance(node, ast.Call) and called_name(node.func) == "difference":
        return any(_names(argument, target) for argument in node.args)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and isinstance(node.operand, ast.Call):
        call = node.operand
        return called_name(call.func) == "isin" and any(_names(argument, target) for argument in call.args)
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[-1], ast.NotIn)
        and any(_names(other, target) for other in node.comparators)
    )


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in nodes_in(node))


def lost_label(page: Page, cell: CodeCell, reason: Reason) -> str:
    """The column that a merge brings and the cell then reads by its plain name, so that a second run, which has it twice, stops.

    Empty where there is none. Known to come from the other table are the columns that the page gives it.
    """
    if reason.operation not in _JOINS or cell.parent(reason.node) is None:
        return ""
    call = reason.node.value if isinstance(reason.node, ast.Assign) else None
    if not isinstance(call, ast.Call):
        return ""
    others = [a.id for a in (*call.args, *(w.value for w in call.keywords)) if isinstance(a, ast.Name)]
    brought = {label for other in page.code if other.number <= cell.number for label in _given(other, {*others} - {reason.name})}
    line = reason.node.lineno if isinstance(reason.node, ast.stmt) else 0
    reaching = _made_of(cell, brought)
    for node in cell.nodes(ast.Subscript):
        assert isinstance(node, ast.Subscript)
        is_its_own = isinstance(node.value, ast.Name) and node.value.id == reason.name
        if is_its_own and isinstance(node.ctx, ast.Load) and node.lineno > line:
            found = reaching & set(_labels(node.slice))
            if found:
                return min(found)
    return ""
