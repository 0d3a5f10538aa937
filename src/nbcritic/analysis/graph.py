"""The dependency graph between the cells of a page: which value flows from which cell to which, and through which name.

The cells are followed on paper in the order of a run. A cell that reads a name depends on the cell that gave the name its value last:
bound it, or changed in place what it stands for, under whatever name. A cell that touches an object touches it under all its names, and
with an element the list that it is in: such edges are `shared`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.graph_walk import Reads, Walk
from nbcritic.analysis.names import Names
from nbcritic.analysis.values import Values

EdgeKind: TypeAlias = Literal["data", "code"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that flows from `from_cell` to `cell` under a name; cells are counted from 1 over all cells.

    `code` is a function, a class or something imported. `shared` means that `cell` does not read this very name, but another
    one of the same object, or of what the object is in or made of.
    """

    from_cell: int
    cell: int
    name: str
    kind: EdgeKind
    shared: bool = False


class Graph:
    """What flows between cells when they run in the given order."""

    def __init__(self, cells: Iterable[CodeCell], order: Sequence[int], names: Names, values: Values) -> None:
        by_number = {cell.number: cell for cell in cells}
        self.order = tuple(order)
        """The numbers of the cells, as they run."""
        self._cells = [by_number[number] for number in self.order]
        self._names = names
        self._values = values

    @cached_property
    def _reads(self) -> tuple[Reads, ...]:
        return tuple(Walk(self._names, self._values).run(self._cells))

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, in the order of the run. Shared ones are left out for names that no other cell reads."""
        wanted = {read.name for found in self._reads for read in found.reads if not read.shared}
        edges = []
        for cell, found in zip(self.order, self._reads, strict=True):
            for read in sorted(found.reads, key=lambda read: (read.when, read.name, read.is_code)):
                if not read.shared or read.name in wanted:
                    kind: EdgeKind = "code" if read.is_code else "data"
                    edges.append(Edge(self.order[read.when], cell, read.name, kind, read.shared))
        return tuple(edges)

    @cached_property
    def into(self) -> Mapping[int, tuple[Edge, ...]]:
        """For each cell, the edges that end there."""
        found: dict[int, list[Edge]] = {cell: [] for cell in self.order}
        for edge in self.edges:
            found[edge.cell].append(edge)
        return {cell: tuple(edges) for cell, edges in found.items()}

    @cached_property
    def needs(self) -> Mapping[int, frozenset[int]]:
        """For each cell, the cells without which it could not run, or not to the same effect; those that these need are left out.

        They are not simply the other ends of its edges: a list that was changed through one of its elements needs the cell that
        made the list, too, and a cell does not need what was done to the rest of a list of which it reads one element.
        """
        return {
            cell: frozenset(self.order[when] for when in found.needed)
            for cell, found in zip(self.order, self._reads, strict=True)
        }

    def slice(self, *cells: int) -> tuple[int, ...]:
        """The smallest set of cells to run for these cells to do what they do in the whole run: themselves included, in order."""
        return self._closure(cells, self.needs)

    def ancestors(self, cell: int) -> tuple[int, ...]:
        """Every cell from which something flows into this one, through any number of cells between, in order."""
        sources = {number: {edge.from_cell for edge in edges} for number, edges in self.into.items()}
        return tuple(number for number in self._closure((cell,), sources) if number != cell)

    def descendants(self, cell: int) -> tuple[int, ...]:
        """Every cell into which something flows from this one, through any number of cells between, in order."""
        targets: dict[int, set[int]] = {}
        for edge in self.edges:
            targets.setdefault(edge.from_cell, set()).add(edge.cell)
        return tuple(number for number in self._closure((cell,), targets) if number != cell)

    def _closure(self, cells: Iterable[int], near: Mapping[int, Iterable[int]]) -> tuple[int, ...]:
        seen = set(cells)
        waiting = list(seen)
        while waiting:
            for number in near.get(waiting.pop(), ()):
                if number not in seen:
                    seen.add(number)
                    waiting.append(number)
        return tuple(number for number in self.order if number in seen)
