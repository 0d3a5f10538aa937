"""What may stand behind a name: enough to tell where a path, a folder or a package comes from."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page, once

EXISTS = frozenset("exists lexists isdir isfile is_dir is_file is_mount ismount".split())
_GROWS = frozenset("append extend insert add update appendleft".split())
_ENOUGH = 5_000
"""So many nodes are looked at from one place; whoever needs more is not understood any better by the rest."""
_ALL = 500_000
"""So many in one page, so that no page takes long."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The strings that an expression can be made of, and the names that lead to them."""

    texts: tuple[str, ...]
    names: frozenset[str]
    nodes: frozenset[ast.AST]
    """The strings themselves, as they stand in the page."""


class _Inside(NamedTuple):
    """How many nodes an expression has, and which strings and names stand in it, the outer first."""

    size: int
    strings: tuple[ast.Constant, ...]
    names: tuple[str, ...]


class Links:
    """For each name of the page, the expressions that it may stand for, wherever it is bound.

    Scopes are not told apart: what follows from a link is a reason to keep silent, never one to speak.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._left = _ALL
        self._parameters: dict[str, list[str]] = {}
        self._sources: dict[str, list[ast.expr]] = defaultdict(list)
        self._inside: dict[ast.expr, _Inside] = {}
        for cell in page.code:
            for function in _functions(cell):
                self._parameters.setdefault(function.name, [*_names_of(function.args)])
        for cell in page.code:
            for name, value in _bindings(cell):
                self._sources[name].append(value)
            for call in cell.nodes(ast.Call):
                self._call(call)

    def _call(self, call: ast.Call) -> None:
        function = call.func
        name = called_name(function)
        if name in _GROWS and isinstance(function, ast.Attribute):
            for target in _targets(function.value):
                self._sources[target] += call.args
        parameters = self._parameters.get(name)
        if not parameters:
            return
        if parameters[:1] in (["self"], ["cls"]):
            parameters = parameters[1:]
        for parameter, argument in zip(parameters, call.args, strict=False):
            self._sources[parameter].append(argument)
        for keyword in call.keywords:
            if keyword.arg in parameters:
                self._sources[keyword.arg].append(keyword.value)

    def behind(self, *start: ast.expr, enough: int = _ENOUGH) -> Behind:
        """Follow the names of some expressions to the strings that they may come from."""
        enough = min(enough, self._left)
        texts, nodes, names = list[str](), set[ast.AST](), set[str]()
        # The nearest first: `w` is many things in a long notebook.
        waiting: deque[ast.expr] = deque(start)
        while waiting and enough > 0:
            expression = waiting.popleft()
            size, strings, named = self._look_into(expression)
            enough -= size
            self._left -= size
            for node in strings:
                if node not in nodes:
                    nodes.add(node)
                    texts.append(str(node.value))
            for name in named:
                if name not in names:
                    names.add(name)
                    waiting += self._sources.get(name, ())
        return Behind(tuple(texts), frozenset(names), frozenset(nodes))

    def _look_into(self, expression: ast.expr) -> _Inside:
        """What stands in an expression, which many names may lead to; found out once."""
        if expression not in self._inside:
            nodes = nodes_in(expression)
            strings = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            named = dict.fromkeys(name for node in nodes if (name := _name(node)))
            self._inside[expression] = _Inside(len(nodes), tuple(strings), tuple(named))
        return self._inside[expression]

    def sources(self, name: str) -> Sequence[ast.expr]:
        """The expressions that a name may be bound to."""
        return self._sources.get(name, ())

    def is_fixed(self, node: ast.expr) -> bool:
        """Is the value made of literals of the notebook alone, whichever way the code goes?"""
        waiting, seen = [node], set[str]()
        while waiting and self._left > 0:
            self._left -= 1
            here = waiting.pop()
            if isinstance(here, (ast.Constant, ast.Starred)):
                waiting += [here.value] if isinstance(here, ast.Starred) else []
            elif isinstance(here, ast.Name):
                bound = self.sources(here.id)
                if not bound:
                    return False
                if here.id not in seen:
                    seen.add(here.id)
                    waiting += bound
            elif (parts := _parts(here)) is not None:
                waiting += parts
            else:
                return False
        return self._left > 0

    @cached_property
    def tested(self) -> frozenset[ast.AST]:
        """The strings of which the page finds out whether they exist, to do something else where they do not."""
        asked = list[ast.expr]()
        for cell in self._page.code:
            for call in cell.nodes(ast.Call):
                if called_name(call.func) in EXISTS and _leads_elsewhere(cell, call):
                    asked += [*call.args, call.func]
        return self.behind(*asked, enough=_ALL).nodes if asked else frozenset()


@once
def links(page: Page) -> Links:
    """The links of a page."""
    return Links(page)


def _bindings(cell: CodeCell) -> Iterator[tuple[str, ast.expr]]:
    pairs: list[tuple[ast.expr, ast.expr | None]] = []
    for defined in cell.nodes(ast.ClassDef):
        for statement in defined.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                    yield "." + _name(target), statement.value
    for assign in cell.nodes(ast.Assign):
        pairs += [pair for target in assign.targets for pair in _pairs(target, assign.value)]
    pairs += [(other.target, other.value) for other in cell.nodes(ast.AnnAssign)]
    pairs += [(other.target, other.value) for other in cell.nodes(ast.AugAssign)]
    pairs += [(other.target, other.value) for other in cell.nodes(ast.NamedExpr)]
    pairs += [(loop.target, loop.iter) for loop in cell.nodes(ast.For)]
    pairs += [(loop.target, loop.iter) for loop in cell.nodes(ast.comprehension)]
    for opened in cell.nodes(ast.withitem):
        if opened.optional_vars is not None:
            pairs.append((opened.optional_vars, opened.context_expr))
    for target, value in pairs:
        if value is not None:
            for name in _targets(target):
                yield name, value
    yield from _defaults(cell)
    yield from _results(cell)


def _defaults(cell: CodeCell) -> Iterator[tuple[str, ast.expr]]:
    for function in _functions(cell):
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            yield argument.arg, default
        for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False):
            if value is not None:
                yield argument.arg, value


def _results(cell: CodeCell) -> Iterator[tuple[str, ast.expr]]:
    results: list[tuple[ast.AST, ast.expr | None]] = [(node, node.value) for node in cell.nodes(ast.Return)]
    results += [(node, node.value) for node in cell.nodes(ast.Yield)]
    for node, value in results:
        if value is not None:
            for parent in cell.ancestors(node):
                if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield parent.name, value
                    yield f".{parent.name}", value
                    break


_PURE = frozenset("str repr tuple list sorted set range zip enumerate len int float dict join format strip lower upper replace split items keys values".split())  # fmt: skip
"""Calls that only give their arguments, or the object that they are called on, another form."""


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """What an expression is made of; None where something else comes in."""
    if isinstance(node, (ast.JoinedStr, ast.Tuple, ast.List, ast.Set)):
        return node.values if isinstance(node, ast.JoinedStr) else node.elts
    if isinstance(node, (ast.FormattedValue, ast.Subscript)):
        return [node.value]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Dict):
        return [*filter(None, node.keys), *node.values]
    if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        return [node.elt, *(generator.iter for generator in node.generators)]
    if isinstance(node, ast.Call) and called_name(node.func) in _PURE:
        owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [*owner, *node.args, *(word.value for word in node.keywords)]
    return None


def _functions(cell: CodeCell) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [*cell.nodes(ast.FunctionDef), *cell.nodes(ast.AsyncFunctionDef)]


def _pairs(target: ast.expr, value: ast.expr) -> Iterable[tuple[ast.expr, ast.expr]]:
    if not (isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))):
        return [(target, value)]
    return zip(target.elts, value.elts, strict=False)


def _targets(target: ast.expr) -> Iterator[str]:
    waiting = [target]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Tuple, ast.List)):
            waiting += node.elts
        elif isinstance(node, (ast.Starred, ast.Subscript)):
            waiting.append(node.value)
        elif name := _name(node):
            yield name


def _names_of(arguments: ast.arguments) -> Iterator[str]:
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg


def _name(node: ast.AST) -> str:
    """A name as the links know it; what is asked of an object starts with a dot."""
    return node.id if isinstance(node, ast.Name) else f".{node.attr}" if isinstance(node, ast.Attribute) else ""


def _leads_elsewhere(cell: CodeCell, call: ast.Call) -> bool:
    """Does the answer choose between two ways, rather than stop the notebook or make the folder?"""
    for parent in cell.ancestors(call):
        if isinstance(parent, ast.Assert):
            return False
        if isinstance(parent, ast.If):
            return not all(map(_makes_or_stops, parent.body))
        if isinstance(parent, ast.stmt):
            return True
    return True


def _makes_or_stops(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    made = ("mkdir", "makedirs", "print", "remove", "unlink", "rmtree", "exit")
    return isinstance(call, ast.Call) and called_name(call.func) in made
