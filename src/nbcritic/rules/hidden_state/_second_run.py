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


def loses_a_label(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does the cell read a column that a merge brings by its plain name? A second run has that column twice, and stops.

    Known to come from the other table are the columns that the page gives it.
    """
    call = reason.node.value if isinstance(reason.node, ast.Assign) else None
    if reason.operation not in _JOINS or not isinstance(call, ast.Call) or cell.parent(reason.node) is None:
        return False
    others = {a.id for a in (*call.args, *(w.value for w in call.keywords)) if isinstance(a, ast.Name)} - {reason.name}
    brought = {label for other in page.code if other.number <= cell.number for label in _given(other, others)}
    brought -= {label for word in call.keywords if (word.arg or "").endswith("on") for label in _labels(word.value)}
    brought = _made_of(cell, brought)
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.value.id == reason.name
        and node.lineno > reason.span.line
        and not brought.isdisjoint(_labels(node.slice))
        for node in cell.nodes(ast.Subscript)
    )


def _given(cell: CodeCell, tables: set[str]) -> Iterator[str]:
    """The labels that a cell gives columns of these tables."""
    for node in cell.nodes(ast.Assign):
        assert isinstance(node, ast.Assign)
        target = node.targets[0]
        root = root_name(target)
        if root is None or root.id not in tables:
            continue
        if isinstance(target, ast.Subscript):
            yield from _labels(target.slice)
        elif isinstance(target, ast.Attribute) and target.attr == "name":
            yield from _labels(node.value)
        elif isinstance(target, ast.Name):
            for part in nodes_in(node.value):
                yield from _named_by(part) if isinstance(part, ast.Call) else ()


def _named_by(call: ast.Call) -> Iterator[str]:
    """The labels that `reset_index(name=…)`, `rename(columns={…: …})`, `agg(total=…)` and `DataFrame({…: …})` give."""
    method = called_name(call.func)
    for word in call.keywords:
        if word.arg == "name":
            yield from _labels(word.value)
        elif word.arg == "columns" and isinstance(word.value, ast.Dict):
            yield from (label for value in word.value.values for label in _labels(value))
        elif method in ("agg", "aggregate", "assign") and word.arg:
            yield repr(word.arg)
    if method == "DataFrame" and call.args and isinstance(call.args[0], ast.Dict):
        yield from (label for key in call.args[0].keys if key is not None for label in _labels(key))


def _labels(node: ast.expr) -> set[str]:
    """The labels that an expression names: texts as they are written, and names that may stand for some."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    texts = {repr(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return texts | {part.id for part in parts if isinstance(part, ast.Name)}


def _made_of(cell: CodeCell, labels: set[str]) -> set[str]:
    """The labels, and the names of the lists that the cell makes of them."""
    found = set(labels)
    for _ in range(_DEEPEST):
        for node in cell.nodes(ast.Assign, ast.Call):
            if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.BinOp)):
                parts = [part for part in nodes_in(node.value) if isinstance(part, (ast.Name, ast.Constant))]
                if any(not found.isdisjoint(_labels(part)) for part in parts):
                    found.update(name for target in node.targets for name in stored_names(target))
            elif isinstance(node, ast.Call) and called_name(node.func) == "append" and node.args:
                root = root_name(node.func)
                if root is not None and not found.isdisjoint(_labels(node.args[0])):
                    found.add(root.id)
    return found
