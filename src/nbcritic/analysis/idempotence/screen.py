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
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.idempotence.changers import Changers
from nbcritic.analysis.idempotence.definitions import Definitions
from nbcritic.analysis.idempotence.tables import FAILS_AGAIN, GENERATORS, ITERATORS, NOW

if TYPE_CHECKING:
    from nbcritic.analysis.code import CodeCell
    from nbcritic.analysis.page import Page


def _last(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names)


_OUTSIDE: Final = frozenset({"open", "to_csv", "to_sql", "mkdir", "unlink", "rmdir", "rename"})
"""What may work on files, if it is called so."""
_MOVES_ON: Final = chance.WORDS | _last(NOW) | _last(frozenset(FAILS_AGAIN)) | _OUTSIDE
"""The last words of what gives (or does) something else, or fails, when it is called again."""
_READ_ONCE: Final = _last(ITERATORS) | _last(GENERATORS)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Screen:
    """The answers for one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.definitions = Definitions(page)
        self._suspects: dict[int, frozenset[str]] = {}

    def passes(self, cell: CodeCell) -> bool:
        """Could the cell leave something else when it runs again? No is certain, as far as following it would tell."""
        return (
            bool(self.suspects(cell))
            or cell.number in self._moving
            or not self.restless.isdisjoint(self._page.flow.touched[cell.number].reads)
        )

    def suspects(self, cell: CodeCell) -> frozenset[str]:
        """The names from before the cell that it may change."""
        if cell.number not in self._suspects:
            self._suspects[cell.number] = frozenset(self._changed_by(cell))
        return self._suspects[cell.number]

    def _changed_by(self, cell: CodeCell) -> set[str]:
        touched = self._page.flow.touched[cell.number]
        own = self._page.names.of(cell.number)
        reads = touched.reads.keys()
        found = (reads & touched.binds.keys()) | (reads & touched.mutates.keys())
        if cell.nodes(ast.Delete):
            found.update(event.name for event in own.events if event.kind == "delete")
        for name in self._deleters.keys() & reads if self._deleters else ():
            found |= self._deleters[name]
        found.update(name for name in self._changers.changed_by(cell, touched) if name in reads)
        return found

    @cached_property
    def _moving(self) -> frozenset[int]:
        """The cells with a call that moves on by itself, in functions too."""
        return frozenset(cell.number for cell in self._page.code if any(self._calls(cell)))

    def _calls(self, cell: CodeCell) -> Iterator[ast.Call]:
        for call in cell.nodes(ast.Call):
            name = called_name(call.func)
            if name in self._words and (
                (name in _OUTSIDE and _adds_or_fails(call, name))
                or chance.draw_of(self._page, cell, call)
                or (qualified := self._page.qualified(call.func) or "") in NOW
                or qualified in FAILS_AGAIN
            ):
                yield call

    @cached_property
    def _words(self) -> frozenset[str]:
        return self._named(_MOVES_ON)

    def _named(self, words: frozenset[str]) -> frozenset[str]:
        """The names under which the page can call functions whose names end so."""
        imports = self._page.names.imports.items()
        return words.union(name for name, full in imports if full.rpartition(".")[2] in words)

    @cached_property
    def _deleters(self) -> dict[str, set[str]]:
        """The functions that delete names of the notebook."""
        found: dict[str, set[str]] = {}
        for name, pairs in self._page.names.functions.items():
            if deleted := {event.name for _, function in pairs for event in function.events if event.kind == "delete"}:
                found[name] = deleted
        return found

    @cached_property
    def _changers(self) -> Changers:
        return Changers(self._page)

    @cached_property
    def restless(self) -> frozenset[str]:
        """The names of the page's functions that move on by themselves, and of what was made to be read on in."""
        found: set[str] = set()
        makers = set(self._named(_READ_ONCE))
        for cell in self._page.code:
            if cell.nodes(*_FUNCTIONS):
                self._look_at(cell, found, makers)
        makers |= found
        for cell in self._page.code:
            for node in cell.nodes(ast.Assign):
                values = node.value.elts if isinstance(node.value, (ast.Tuple, ast.List)) else [node.value]
                if any(
                    isinstance(v, ast.GeneratorExp) or (isinstance(v, ast.Call) and called_name(v.func) in makers)
                    for v in values
                ):
                    found.update(name for target in node.targets for name in stored_names(target))
        own = self.definitions
        found.update(name for name, node in own.by_name.items() if not found.isdisjoint(own.reached(node) or ()))
        return frozenset(found)

    def _look_at(self, cell: CodeCell, found: set[str], makers: set[str]) -> None:
        """Add the cell's functions that move on by themselves to `found`, those that may give such functions to `makers`."""
        calls = self._calls(cell) if cell.number in self._moving else ()
        for node in (*calls, *cell.nodes(ast.Yield, ast.YieldFrom)):
            found.update(function.name for function in chance.functions_around(cell, node))
        for inner in cell.nodes(*_FUNCTIONS):
            makers.update(function.name for function in chance.functions_around(cell, inner))
        for definition in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef))
            defaults = (*definition.args.defaults, *definition.args.kw_defaults)
            if definition.decorator_list or any(d and not isinstance(d, ast.Constant) for d in defaults):
                found.add(definition.name)


def _adds_or_fails(call: ast.Call, name: str) -> bool:
    """Could a call of this name add to a file, or fail where its work is done?"""
    words = {word.arg for word in call.keywords}
    if name == "open":
        return len(call.args) > 1 or "mode" in words
    if name == "to_csv":
        return "mode" in words
    if name == "rename":
        return len(call.args) == 1 and not words
    return words.isdisjoint(("exist_ok", "missing_ok"))
