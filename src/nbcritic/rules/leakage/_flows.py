"""Which names of a page hold something that was computed from given nodes: scores, most often."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance_tables import PREDICTIONS

_HOLDS = frozenset({"DataFrame", "Series", "Counter", "OrderedDict", "PrettyTable"})
"""Classes whose objects are what they are given."""
_ENDS = PREDICTIONS | frozenset("fit fit_transform transform train_test_split print display".split())
"""A model made with the best setting is no score."""
_FILLS = frozenset("append extend insert update setdefault add add_row".split())


class Flows:
    """What is stored under which name, whatever its scope; a function's name stands for what it returns."""

    def __init__(self, page: Page) -> None:
        self._by_use: dict[str, list[frozenset[str]]] = defaultdict(list)
        self._by_statement: dict[ast.AST, frozenset[str]] = {}
        for cell in page.code:
            for statement, names, value in _stored(cell):
                self._by_statement[statement] = self._by_statement.get(statement, frozenset()) | names
                if names and not _is_other(value):
                    for name in {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}:
                        self._by_use[name].append(names)

    def derived(self, seeds: Iterable[tuple[CodeCell, ast.AST]]) -> frozenset[str]:
        """The names that hold what these nodes gave, or what was computed from that."""
        waiting = [name for cell, node in seeds for name in self._by_statement.get(cell.statement(node), ())]
        found = set[str]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [other for names in self._by_use.get(name, ()) for other in names]
        return frozenset(found)


def holds(node: ast.AST, names: frozenset[str], seeds: frozenset[ast.AST] = frozenset()) -> bool:
    """Does an expression mention one of these names or nodes?"""
    return any(inner in seeds or (isinstance(inner, ast.Name) and inner.id in names) for inner in ast.walk(node))


def _stored(cell: CodeCell) -> Iterator[tuple[ast.AST, frozenset[str], ast.AST]]:
    """Statements with the names that they store under, and what they store."""
    for assign in cell.nodes(ast.Assign):
        yield assign, _names(assign.targets), assign.value
    for kind in (ast.AugAssign, ast.AnnAssign):
        for single in cell.nodes(kind):
            assert isinstance(single, ast.AugAssign | ast.AnnAssign)
            if single.value is not None:
                yield single, _names([single.target]), single.value
    for loop in cell.nodes(ast.For):
        yield loop, _names([loop.target]), loop.iter
    for returned in cell.nodes(ast.Return):
        function = next((a for a in cell.ancestors(returned) if isinstance(a, ast.FunctionDef)), None)
        if function is not None and returned.value is not None:
            yield returned, frozenset({function.name}), returned.value
    for expression in cell.nodes(ast.Expr):
        call = expression.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _FILLS:
            yield expression, _names([call.func.value]), call


def _names(targets: Iterable[ast.expr]) -> frozenset[str]:
    found = set[str]()
    for target in targets:
        found.update(stored_names(target))
        if isinstance(target, ast.Subscript | ast.Attribute) and (root := root_name(target)) is not None:
            found.add(root.id)
    return frozenset(found)


def _is_other(value: ast.AST) -> bool:
    """Is it a new object that only was told a number: a model, its predictions?"""
    if not isinstance(value, ast.Call):
        return False
    name = called_name(value.func)
    return name in _ENDS or (name[:1].isupper() and name not in _HOLDS)
