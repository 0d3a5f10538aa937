"""Whether anything but a look comes of a value: it is followed from statement to statement, through what is made of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex

_SHOWS = regex(r"plot|show|display|fig|hist|heatmap|scatter|subplot|text|print|label|title|color|legend", re.I)
_WORKS = regex(
    r"fit|train|scor|predict|evaluat|test|loss|accura|minimi|optimi|backward|save|dump|writ|^to_(?!frame|list|numpy|datetime)|"
    r"export|submit|mean|average|std$|var$|sum$|median|(?<!_)corr$|quantile|percentile|simulat|benchmark|timeit|"
    r"cluster|model|pipeline|neighbors|solve|search|^step$",
    re.I,
)
"""What gives a result that somebody may rely on, or leaves something behind."""
_PATIENCE = 3_000
"""How many statements are looked at for one value."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def works(name: str) -> bool:
    """Does a call of this name give a result rather than a picture or a view?"""
    return _WORKS.search(name) is not None and not _SHOWS.search(name)


def only_plots(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Does a function draw something, and neither return anything nor work on anything?"""
    nodes = list(nodes_in(function))
    gives = (ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom)
    if any(isinstance(n, gives) or (isinstance(n, ast.Return) and n.value is not None) for n in nodes):
        return False
    names = [called_name(node.func) for node in nodes if isinstance(node, ast.Call)]
    stores = any(isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store) for n in nodes)
    shows = any(re.search(r"plot|imshow|scatter|hist|bar$|show|heatmap|visuali[sz]e", name) for name in names)
    return shows and not stores and not any(works(name) for name in names)


def is_only_looked_at(page: Page, cell: CodeCell, statement: ast.stmt, given: ast.AST | None = None) -> bool:
    """Is what the statement makes, and all that is made of it further down, only shown? `given` is what it changes in place."""
    if isinstance(statement, ast.Assign) and any(
        isinstance(t, (ast.Subscript, ast.Attribute)) for t in statement.targets
    ):
        return False  # it becomes part of the data
    made = set() if given is None else _names(given)
    patience = _PATIENCE
    started = used = False
    for here in page.code:
        if here.number < cell.number or here.tree is None:
            continue
        for node in _statements(here.tree.body):
            patience -= 1
            started = started or node is statement
            if not started or (node is not statement and made.isdisjoint(_header_names(node))):
                made -= _rebound(node) if started else set()
                continue
            if patience <= 0 or _gives_result(page, node):
                return False
            used = used or node is not statement or (isinstance(node, ast.Expr) and given is None)
            made |= _made(node)
    return used


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    todo = list(reversed(body))
    while todo:
        statement = todo.pop()
        yield statement
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            inner = [s for block in ("body", "orelse", "finalbody") for s in getattr(statement, block, ())]
            todo += reversed([s for s in inner if isinstance(s, ast.stmt)])


def _header(statement: ast.stmt) -> list[ast.AST]:
    """The parts of a statement that are its own: for a loop or branch only its head."""
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return [statement.iter]
    if isinstance(statement, (ast.If, ast.While)):
        return [statement.test]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return list(statement.items)
    return [] if isinstance(statement, ast.Try) else [statement]


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in nodes_in(node, ast.Name)}


def _header_names(statement: ast.stmt) -> set[str]:
    """The names that a statement reads, or whose parts it sets."""
    found = {n.id for part in _header(statement) for n in nodes_in(part, ast.Name)}
    if isinstance(statement, _FUNCTIONS):
        return found - _own(statement)
    return found - _rebound(statement) if isinstance(statement, (ast.Assign, ast.For)) else found


def _own(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The parameters and local names of a function."""
    nodes = list(nodes_in(function))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    outer = {name for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names}
    return (stored | {parameter.arg for parameter in parameters(function.args)}) - outer


def _rebound(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a value which does not come from the old one."""
    if not isinstance(statement, (ast.Assign, ast.For)):
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    read = _names(statement.value if isinstance(statement, ast.Assign) else statement.iter)
    plain = [e for t in targets for e in (t.elts if isinstance(t, (ast.Tuple, ast.List)) else [t])]
    return {target.id for target in plain if isinstance(target, ast.Name)} - read


def _gives_result(page: Page, statement: ast.stmt) -> bool:
    """Does a statement work on something, itself or in a function of the page that it calls?"""
    if isinstance(statement, (ast.AugAssign, ast.Assert, ast.Raise, ast.Return, ast.ClassDef)):
        return True
    for part in _header(statement):
        for call in nodes_in(part):
            if isinstance(call, ast.BinOp) and isinstance(call.op, ast.MatMult):
                return True
            if not isinstance(call, ast.Call):
                continue
            if works(called_name(call.func)):
                return True
            function = page.values.function(call.func) if isinstance(call.func, ast.Name) else None
            inner = nodes_in(function) if function is not None else ()
            if any(isinstance(node, ast.Call) and works(called_name(node.func)) for node in inner):
                return True
    return False


def _made(statement: ast.stmt) -> set[str]:
    """The names that hold what a statement makes."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        flat = [e for t in targets for e in (t.elts if isinstance(t, (ast.Tuple, ast.List)) else [t])]
        return {root.id for target in flat if (root := root_name(target)) is not None}
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return _names(statement.target)
    if isinstance(statement, (ast.If, ast.While)):  # what a branch sets depends on what was asked
        inside = (node for inner in (*statement.body, *statement.orelse) for node in nodes_in(inner))
        return {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return {name for item in statement.items if item.optional_vars for name in _names(item.optional_vars)}
    if isinstance(statement, _FUNCTIONS):
        return {statement.name}
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        root = root_name(statement.value.func) if isinstance(statement.value.func, ast.Attribute) else None
        return {root.id} if root is not None and not _SHOWS.search(called_name(statement.value.func)) else set()
    return set()
