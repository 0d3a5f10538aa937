"""One notebook with all its facts; each is computed when first asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Hashable, Iterator, KeysView, Mapping
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.digest import ALONE, Library
from nbcritic.analysis.events import called_name
from nbcritic.analysis.flow import Flow
from nbcritic.analysis.graph import Graph
from nbcritic.analysis.idempotence import Idempotence
from nbcritic.analysis.names import Names
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project import NOWHERE, Project
from nbcritic.analysis.provenance import Provenance
from nbcritic.analysis.run import Run
from nbcritic.analysis.staleness import Staleness
from nbcritic.analysis.values import Values
from nbcritic.model import Cell, Lint, Notebook
from nbcritic.notebook.magics import Magic

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_PICTURE = regex(r";base64,[A-Za-z0-9+/=]{200,}")
"""Megabytes, some of them, of one word."""


class Page:
    """All facts about one notebook. Rules read it and never change it.

    `lints` are ruff's diagnostics for the same notebook (None where ruff did not run), `newer_syntax` the numbers of cells that
    this interpreter cannot parse and ruff can. `library` knows which blocks of code stand in other notebooks of the scan.
    `run` is what a run in a clean kernel showed, None where nobody ran it.
    """

    def __init__(
        self,
        notebook: Notebook,
        project: Project = NOWHERE,
        lints: tuple[Lint, ...] | None = None,
        newer_syntax: frozenset[int] = frozenset(),
        library: Library = ALONE,
        run: Run | None = None,
    ) -> None:
        self.notebook = notebook
        self.project = project
        self.lints = lints
        self.newer_syntax = newer_syntax
        self.library = library
        self.run = run
        self.answers: dict[Hashable, Any] = {}
        """What `once` keeps."""

    def forget(self) -> None:
        """Let go of everything: facts know their page, so that without this all of them would wait for the collector of garbage.

        Nobody may ask the page anything afterwards.
        """
        for cell in vars(self).get("cells", ()):
            cell.forget()
        vars(self).clear()

    @property
    def path(self) -> str:
        """The path of the notebook as the user gave it."""
        return self.notebook.path

    @property
    def is_python(self) -> bool:
        """Is the notebook's language Python?"""
        return self.notebook.language == "python"

    @cached_property
    def cells(self) -> tuple[CodeCell, ...]:
        """Every code cell, in document order, whatever its language."""
        return tuple(CodeCell(cell, cell.language or self.notebook.language) for cell in self.notebook.code)

    @cached_property
    def code(self) -> tuple[CodeCell, ...]:
        """The code cells that are Python and parse."""
        return tuple(cell for cell in self.cells if cell.tree is not None)

    @cached_property
    def _by_number(self) -> dict[int, CodeCell]:
        return {cell.number: cell for cell in self.cells}

    def cell(self, number: int) -> CodeCell:
        """The code cell with this number (counted over all cells)."""
        return self._by_number[number]

    @cached_property
    def markdown(self) -> tuple[Cell, ...]:
        """The Markdown cells, in document order."""
        return tuple(cell for cell in self.notebook.cells if cell.kind == "markdown")

    @cached_property
    def prose(self) -> Mapping[int, str]:
        """By its number, the text of each cell that is not code, line by line, without the pictures that stand in it as base64."""
        return {
            cell.number: _PICTURE.sub(";base64,", cell.source) for cell in self.notebook.cells if cell.kind != "code"
        }

    @cached_property
    def has_run(self) -> bool:
        """Does the notebook carry real execution counts? All null, or all zero, is no evidence of a run."""
        return any(cell.execution_count for cell in self.cells)

    @cached_property
    def names(self) -> Names:
        """What each cell binds, uses, changes in place and deletes."""
        return Names(self.cells)

    @cached_property
    def flow(self) -> Flow:
        """What happens when the cells run, in document order or as recorded."""
        return Flow(self.cells, self.names, python2=self.notebook.language_version.startswith("2"))

    @cached_property
    def graph(self) -> Graph:
        """Which value flows from which cell to which, from top to bottom."""
        return Graph(self.cells, self.flow.document_order, self.names, self.values)

    @cached_property
    def staleness(self) -> Staleness:
        """Which cells last ran on values that a run from top to bottom would not give them."""
        return Staleness(self.cells, self.graph, self.flow.recorded_order, self.names, self.values)

    @cached_property
    def idempotence(self) -> Idempotence:
        """Which cells would leave something else if they ran a second time, and why."""
        return Idempotence(self)

    @cached_property
    def values(self) -> Values:
        """What kind of thing a name or expression is (frame, series, array, list …), where that can be told."""
        return Values(self.code, self.names)

    @cached_property
    def provenance(self) -> Provenance:
        """Whose rows values hold, how they are split, and what was fitted and scored on them."""
        return Provenance(self)

    @cached_property
    def qualified(self) -> Callable[[ast.AST], str | None]:
        """The full dotted name of what a node names, through the notebook's imports: `np.random.rand` → `numpy.random.rand`.

        Builtins are given bare (`open`, `list`). None where the expression does not start at an import or a builtin, or where
        the name is also bound to something else.
        """
        return self.names.qualified

    def calls(self, *qualified: str) -> Iterator[tuple[CodeCell, ast.Call]]:
        """Every call of a function with one of these full names, with its cell."""
        wanted = frozenset(qualified)
        for cell, call in self.calls_named({name.rpartition(".")[2] for name in wanted}):
            if self.qualified(call.func) in wanted:
                yield cell, call

    def calls_named(self, words: Collection[str]) -> list[tuple[CodeCell, ast.Call]]:
        """Every call of something whose last word is one of these, on the page or where it is imported from; with its cell, in order."""
        known = {*words, *(name for name, full in self.names.imports.items() if full.rpartition(".")[2] in words)}
        found = sorted(place for word in known & self._called.keys() for place in self._called[word])
        return [(cell, call) for _, _, cell, call in found]

    @property
    def called_words(self) -> KeysView[str]:
        """The last word of everything that the page calls."""
        return self._called.keys()

    @cached_property
    def _called(self) -> dict[str, list[tuple[int, int, CodeCell, ast.Call]]]:
        """Every call by the last word of what it calls, with its place on the page: the cell, and how many calls stand before it."""
        found: dict[str, list[tuple[int, int, CodeCell, ast.Call]]] = {}
        for cell in self.code:
            for place, call in enumerate(cell.nodes(ast.Call)):
                found.setdefault(called_name(call.func), []).append((cell.number, place, cell, call))
        return found

    def magics(self, *names: str) -> Iterator[tuple[CodeCell, Magic]]:
        """Every magic with one of these names (all magics without names), with its cell."""
        for cell in self.cells:
            for magic in cell.magics:
                if not names or magic.name in names:
                    yield cell, magic


def once(ask: Callable[Concatenate[Page, Given], Answer]) -> Callable[Concatenate[Page, Given], Answer]:
    """Decorate a question about a page that several rules ask: the answer is kept with the page."""

    @wraps(ask)
    def answer(page: Page, /, *given: Given.args, **named: Given.kwargs) -> Answer:
        key = (ask, given, tuple(named.items()))
        if key not in page.answers:
            page.answers[key] = ask(page, *given, **named)
        found: Answer = page.answers[key]
        return found

    return answer
