"""Which names of a page hold something that was computed from given nodes: scores, most often."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance_tables import PREDICTIONS

_HOLDS = frozenset({"DataFrame", "Series", "Counter", "OrderedDict", "PrettyTable"})
"""Classes whose objects are what they are given."""
_ENDS = PREDICTIONS | frozenset("fit fit_transform transform train_test_split print display".split())
"""A model made with the best setting is no score."""
_FILLS = frozenset("append extend insert update setdefault add add_row".split())


Variable: TypeAlias = "tuple[ast.AST | None, str]"
"""The function that a name is local to (None: the notebook), and the name."""


class Flows:
    """What is stored under which name; a function's name stands for what it returns."""

    def __init__(self, page: Page) -> None:
        self._by_use: dict[Variable, list[set[Variable]]] = defaultdict(list)
        self._by_statement: dict[ast.AST, set[Variable]] = defaultdict(set)
        self._locals: dict[ast.AST, frozenset[str]] = {}
        self._scopes: dict[ast.AST, ast.AST] = {}
        for cell in page.code:
            for function in cell.nodes(ast.FunctionDef):
                self._enter(function)
        for cell in page.code:
            for statement, names, value in _stored(cell):
                stored = {self._variable(name, name.id) for name in names if isinstance(name, ast.Name)}
                stored |= {(None, name.name) for name in names if isinstance(name, ast.FunctionDef)}
                self._by_statement[statement] |= stored
                if stored and not _is_other(value):
                    used = {self._variable(inner, inner.id) for inner in _read(value) if isinstance(inner, ast.Name)}
                    for variable in used:
                        self._by_use[variable].append(stored)

    def _enter(self, function: ast.FunctionDef) -> None:
        names = nodes_in(function, ast.Name)
        stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        self._locals[function] = frozenset(stored | {argument.arg for argument in parameters(function.args)})
        self._scopes.update(dict.fromkeys(names, function))

    def _variable(self, node: ast.AST, name: str) -> Variable:
        function = self._scopes.get(node)
        return (function, name) if function is not None and name in self._locals[function] else (None, name)

    def derived(self, seeds: Iterable[tuple[CodeCell, ast.AST]]) -> frozenset[Variable]:
        """The variables that hold what these nodes gave, or what was computed from that."""
        waiting = [name for cell, node in seeds for name in self._by_statement.get(cell.statement(node), ())]
        found = set[Variable]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [other for names in self._by_use.get(name, ()) for other in names]
        return frozenset(found)

    def holds(self, node: ast.AST, variables: frozenset[Variable], seeds: frozenset[ast.AST] = frozenset()) -> bool:
        """Does an expression mention one of these variables or nodes?"""
        return any(
            inner in seeds or (isinstance(inner, ast.Name) and self._variable(inner, inner.id) in variables)
            for inner in _read(node)
        )


def _stored(cell: CodeCell) -> Iterator[tuple[ast.AST, list[ast.AST], ast.AST]]:
    """Statements with the names (a function for what it returns) that they store under, and what they store."""
    for assign in cell.nodes(ast.Assign):
        yield assign, _names(assign.targets), assign.value
    for kind in (ast.AugAssign, ast.AnnAssign):
        for single in cell.nodes(kind):
            assert isinstance(single, (ast.AugAssign, ast.AnnAssign))
            if single.value is not None:
                yield single, _names([single.target]), single.value
    for loop in cell.nodes(ast.For):
        yield loop, _names([_item(loop)]), loop.iter
    for returned in cell.nodes(ast.Return):
        function = next((a for a in cell.ancestors(returned) if isinstance(a, ast.FunctionDef)), None)
        if function is not None and returned.value is not None:
            yield returned, [function], returned.value
    for expression in cell.nodes(ast.Expr):
        call = expression.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _FILLS:
            yield expression, _names([call.func.value]), call


def _item(loop: ast.For) -> ast.expr:
    """What stands for the item of a loop; the number that `enumerate` counts tells nothing of it."""
    is_counted = isinstance(loop.iter, ast.Call) and called_name(loop.iter.func) == "enumerate"
    return loop.target.elts[-1] if is_counted and isinstance(loop.target, ast.Tuple) else loop.target


def _read(node: ast.AST) -> list[ast.AST]:
    """The parts of an expression, without what is only counted: `len(scores)` holds no score."""
    parts = nodes_in(node)
    counts = [part for part in parts if isinstance(part, ast.Call) and called_name(part.func) == "len"]
    if not counts:
        return parts
    counted = {inner for call in counts for argument in call.args for inner in nodes_in(argument)}
    return [part for part in parts if part not in counted]


def _names(targets: Iterable[ast.expr]) -> list[ast.AST]:
    found: list[ast.AST] = []
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            found += _names(target.elts)
        elif (root := root_name(target)) is not None:
            found.append(root)
    return found


def _is_other(value: ast.AST) -> bool:
    """Is it a new object that only was told a number: a model, its predictions?"""
    if not isinstance(value, ast.Call):
        return False
    name = called_name(value.func)
    return name in _ENDS or (name[:1].isupper() and name not in _HOLDS)
