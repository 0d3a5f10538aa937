"""The page's own functions and classes: which one a name means, and what their bodies reach."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from nbcritic.analysis.events import METHOD, PROPERTY, Function
from nbcritic.analysis.graph_things import stored

if TYPE_CHECKING:
    from nbcritic.analysis.page import Page


class Definitions:
    """What a page defines; everything is worked out once, when it is first asked."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._locals: dict[ast.AST, frozenset[str]] = {}
        self._reached: dict[ast.AST, frozenset[str]] = {}

    @cached_property
    def by_name(self) -> dict[str, ast.AST]:
        """The functions and classes that a name can only mean one of."""
        names = self._page.names
        return {
            name: found[-1][1].node
            for name, found in names.functions.items()
            if len(found) == len(names.bindings.get(name, ()))
        }

    @cached_property
    def generators(self) -> frozenset[ast.AST]:
        """The functions with a `yield` of their own."""
        return frozenset(
            function
            for cell in self._page.code
            for node in cell.nodes(ast.Yield, ast.YieldFrom)
            for function in islice(_around(cell.ancestors(node)), 1)
        )

    @cached_property
    def makers(self) -> frozenset[ast.AST]:
        """The functions that define others."""
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        return frozenset(
            outer for cell in self._page.code for node in cell.nodes(*inner) for outer in _around(cell.ancestors(node))
        )

    def locals_of(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
        """The names that a function binds for itself."""
        if node not in self._locals:
            self._locals[node] = stored(node)
        return self._locals[node]

    def reached(self, node: ast.AST) -> frozenset[str] | None:
        """Every name from outside that a function's body, and those of the functions that it calls, may read or set.

        None for a function that stands in another one.
        """
        if node not in self._known:
            return None
        if node not in self._reached:
            self._reached[node] = self._reach(self._known[node])
        return self._reached[node]

    def _reach(self, first: Function) -> frozenset[str]:
        found, seen, waiting = set[str](), {first}, [first]
        while waiting:
            function = waiting.pop()
            for event in (*function.events, *function.afterwards):
                found.add(event.name)
                called = [other for _, other in self._page.names.functions.get(event.name, ())]
                if event.how in (METHOD, PROPERTY):
                    found.add(event.origin)
                    called += self._methods.get(event.origin, ())
                waiting += [other for other in called if other not in seen]
                seen.update(called)
        return frozenset(found)

    @cached_property
    def _known(self) -> dict[ast.AST, Function]:
        found = [function for pairs in self._page.names.functions.values() for _, function in pairs]
        return {function.node: function for owner in found for function in (owner, *owner.methods)}

    @cached_property
    def _methods(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = {}
        for pairs in self._page.names.functions.values():
            for _, owner in pairs:
                for method in owner.methods:
                    found.setdefault(method.name, []).append(method)
        return found


def _around(ancestors: Iterator[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ancestors if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
