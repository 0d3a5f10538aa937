"""Which cells could leave something else when they run again, by facts that are there anyway: only these are followed.

A cell that changes nothing of what it reads, and reads nothing that moves on by itself (chance, the clock, files, iterators, closures),
finds the same the second time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nbcritic.analysis import chance
from nbcritic.analysis.events import called_name
from nbcritic.analysis.idempotence.tables import FAILS_AGAIN, GENERATORS, ITERATORS, NOW

if TYPE_CHECKING:
    from nbcritic.analysis.code import CodeCell
    from nbcritic.analysis.page import Page


def _last(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names)


_MOVES_ON: Final = (
    chance.WORDS
    | _last(NOW)
    | _last(frozenset(FAILS_AGAIN))
    | {"open", "to_csv", "to_sql", "mkdir", "unlink", "rmdir", "rename"}
)
"""The last words of what gives (or does) something else, or fails, when it is called again."""
_READ_ONCE: Final = _last(ITERATORS) | _last(GENERATORS)


class Screen:
    """The answers for one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def passes(self, cell: CodeCell) -> bool:
        """Could the cell leave something else when it runs again? No is certain, as far as following it would tell."""
        touched = self._page.flow.touched[cell.number]
        own = self._page.names.of(cell.number)
        reads = touched.reads.keys()
        return (
            not reads.isdisjoint(touched.binds)
            or not reads.isdisjoint(touched.mutates)
            or not self._restless.isdisjoint(reads)
            or cell.number in self._moving
            or any(event.kind == "delete" for event in own.events)
        )

    @cached_property
    def _moving(self) -> frozenset[int]:
        """The cells with a call that moves on by itself, in functions too."""
        return frozenset(cell.number for cell in self._page.code if any(self._calls(cell)))

    def _calls(self, cell: CodeCell) -> Iterator[ast.Call]:
        for call in cell.nodes(ast.Call):
            name = called_name(call.func)
            if name in self._words or chance.is_seed_helper(name):
                yield call

    @cached_property
    def _words(self) -> frozenset[str]:
        """The names under which the page calls what moves on by itself."""
        imports = self._page.names.imports.items()
        return _MOVES_ON | {name for name, full in imports if full.rpartition(".")[2] in _MOVES_ON}

    @cached_property
    def _restless(self) -> frozenset[str]:
        """The names of the page's functions that move on by themselves, and of what was made to be read on in."""
        found: set[str] = set()
        makers = set(_READ_ONCE)
        imports = self._page.names.imports.items()
        makers.update(name for name, full in imports if full.rpartition(".")[2] in _READ_ONCE)
        for cell in self._page.code:
            calls = self._calls(cell) if cell.number in self._moving else ()
            for node in (*calls, *cell.nodes(ast.Yield, ast.YieldFrom)):
                found.update(function.name for function in chance.functions_around(cell, node))
            for definition in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
                assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
                around = chance.functions_around(cell, definition)
                makers.update(function.name for function in around)
                defaults = (*definition.args.defaults, *definition.args.kw_defaults)
                if definition.decorator_list or any(d and not isinstance(d, ast.Constant) for d in defaults):
                    found.add(definition.name)
            for function in cell.nodes(ast.Lambda):
                makers.update(function.name for function in chance.functions_around(cell, function))
        makers |= found
        for cell in self._page.code:
            for node in cell.nodes(ast.Assign):
                value = node.value
                if isinstance(value, ast.GeneratorExp) or (
                    isinstance(value, ast.Call) and called_name(value.func) in makers
                ):
                    found.update(target.id for target in node.targets if isinstance(target, ast.Name))
        return frozenset(found)
