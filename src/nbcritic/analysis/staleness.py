"""Which cells last ran on values that a run from top to bottom would not give them, judged by the recorded counts.

A count says when a cell ran last; earlier runs are gone. Two things follow all the same. A cell with a lower count than the cell above
from which it takes a value ran before that one ran last (*rerun*). And where another cell changed the value between the two, the cell
saw what that one had left (*other*). What is computed from such a value is as old as the value is, through any number of cells.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.graph import Edge, Graph
from nbcritic.analysis.names import Names
from nbcritic.analysis.staleness_calls import asks_for_columns, keeps_columns, only_hands_on
from nbcritic.analysis.staleness_taint import Steps, columns_of, constant_of, touches
from nbcritic.analysis.values import Values

Evidence: TypeAlias = Literal["other", "inputs", "rerun"]
"""Why the value is another one, the surest first: another cell had made it; the cell that ran again had other inputs by then; or no more
than that it ran again."""

_SURE: Mapping[Evidence, int] = {"other": 0, "inputs": 1, "rerun": 2}
_NO_DATA = frozenset({"import", "def", "class", "for", "with", "except", "global"})
_EDGES = 100
_LONGEST = 30
"""So many of the names that a cell reads are looked at, and so many cells are followed one after the other."""
_WRITTEN = (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Tuple)
CALLS_BACK = frozenset(
    {"on_click", "observe", "on_submit", "on_change", "on_value_change", "interact", "interactive", "mpl_connect"}
)
_SWITCHES = frozenset({"eval", "train"})
_NO_RESULT = frozenset({"module", "function", "class", "figure", "axes", "file", "path"})


@dataclass(frozen=True, slots=True)
class Stale:
    """A cell whose last run saw an older value.

    `path` leads from the cell that ran `cause` to this one, as values flow from top to bottom. `seen` is the cell that had
    made the value that was really used, where that is known.
    """

    cell: int
    evidence: Evidence
    path: tuple[Edge, ...]
    seen: int | None = None
    shown: bool = False
    """Does a saved output of the cell show something that was made of the value?"""

    @property
    def cause(self) -> int:
        """The cell that, had it run first, would have given another value."""
        return self.path[0].from_cell


class Staleness:
    """What the recorded order of a page says about the age of its results. Silent where the counts come from several sessions."""

    def __init__(
        self, cells: Sequence[CodeCell], graph: Graph, recorded: Sequence[int], names: Names, values: Values
    ) -> None:
        self._cells = {cell.number: cell for cell in cells}
        self._steps = {number: Steps(cell) for number, cell in self._cells.items()}
        self._graph = graph
        self._recorded = recorded
        self._names = names
        self._values = values
        self._counts = {number: cell.execution_count or 0 for number, cell in self._cells.items()}

    @cached_property
    def cells(self) -> Mapping[int, Stale]:
        """The stale cells, in document order; for each the surest way in which it came to be so."""
        found: dict[int, Stale] = {}
        if self._is_one_session:
            for number in self._graph.order:
                ways = list(self._ways(number, found))
                if ways:
                    found[number] = min(
                        ways, key=lambda stale: (not stale.shown, _SURE[stale.evidence], len(stale.path))
                    )
        return found

    @cached_property
    def _is_one_session(self) -> bool:
        """No count stands twice, and the counter does not start again further down."""
        counts = [count for count in self._counts.values() if count]
        falls = [at for at in range(1, len(counts)) if counts[at] < counts[at - 1]]
        if not falls or len(set(counts)) < len(counts):
            return False
        return not (len(falls) == 1 and counts[falls[0]] <= 2 and max(counts[falls[0] :]) < min(counts[: falls[0]]))

    @cached_property
    def _seen(self) -> Mapping[tuple[int, str], frozenset[int]]:
        """(cell, name) → the cells that may have given the name its value last before, in the recorded order."""
        return _sources(Graph(self._cells.values(), self._recorded, self._names, self._values))

    @cached_property
    def _expected(self) -> Mapping[tuple[int, str], frozenset[int]]:
        return _sources(self._graph)

    def _ways(self, number: int, found: Mapping[int, Stale]) -> Iterator[Stale]:
        cell = self._cells[number]
        if not self._counts[number] or cell.tree is None or _failed(cell):
            return
        for edge in self._graph.into[number][:_EDGES]:
            source = edge.from_cell
            if edge.kind == "code" or edge.shared or not self._counts[source]:
                continue
            direct = self._direct(edge)
            if direct is not None:
                evidence, seen = direct
                yield Stale(number, evidence, (edge,), seen, self._steps[number].is_shown(edge.name))
            older = found.get(source)
            if older is None or len(older.path) >= _LONGEST or self._counts[source] > self._counts[number]:
                continue
            if self._hands_on(older, edge):
                yield Stale(
                    number, older.evidence, (*older.path, edge), older.seen, self._steps[number].is_shown(edge.name)
                )

    def _hands_on(self, older: Stale, edge: Edge) -> bool:
        """Is what flows along the edge made of the old value?"""
        return edge.name in self._steps[edge.from_cell].reached(older.path[-1].name)

    def _direct(self, edge: Edge) -> tuple[Evidence, int | None] | None:
        """Why the cell at the end of an edge cannot have seen the value that its source made last."""
        source, cell, name = self._cells[edge.from_cell], self._cells[edge.cell], edge.name
        is_late = self._counts[source.number] > self._counts[cell.number]
        places = cell.number, name
        seen = self._seen.get(places, frozenset())
        if len(seen) == 1 and seen.isdisjoint(self._expected[places]) and not self._only_switches(min(seen), name):
            (other,) = seen
            if self._followed(other, cell.number) or self._set_last.get(name, 0) <= self._counts[cell.number]:
                other_way = is_late or other > cell.number or not self._comes_from(source.number, name, other)
                return ("other", other) if other_way and self._differs(edge, other) else None
        if not is_late or _failed(source) or not self._is_result(source, name):
            return None
        if not seen and not self._had_room(cell.number):
            return None  # its values came from another session
        if self._counts[source.number] == self._counts[cell.number] + 1:
            return None  # nothing ran in between that could have given it other inputs
        given = self._is_load(source, name)
        changed = columns_of(source, name, ast.Store, given=given, functions=self._functions)
        read = columns_of(cell, name, ast.Load)
        if changed is not None and (read is None or not changed & read):
            return None
        return self._rerun(edge)

    def _rerun(self, edge: Edge) -> tuple[Evidence, None] | None:
        """Had the source other inputs by the time that it ran again, after the cell?"""
        source, name = edge.from_cell, edge.name
        for before in self._graph.into[source]:
            is_late = self._counts[edge.cell] < self._counts[before.from_cell] < self._counts[source]
            if not is_late or before.kind == "code" or before.shared or before.name == name:
                continue
            other = self._is_result(self._cells[before.from_cell], before.name)
            if other and name in self._steps[source].reached(before.name):
                return "inputs", None
        # What works on its own result (`df.dropna(inplace=True)`) seldom makes another one of it the second time.
        is_again = self._is_made_of(source, name) or name not in self._names.of(source).binds
        return None if is_again else ("rerun", None)

    def _is_made_of(self, number: int, name: str) -> bool:
        """Does the cell work on what the name stood for before?"""
        return any(edge.name == name and edge.kind == "data" for edge in self._graph.into[number])

    def _comes_from(self, number: int, name: str, other: int) -> bool:
        """Is what a cell gives a name made, on the page, of what the other one above it has made or changed?"""
        if self._is_made_of(number, name):
            return True
        waiting, met = [number], {number}
        while waiting:
            above = {edge.from_cell for edge in self._graph.into[waiting.pop()][:_EDGES] if edge.kind != "code"} - met
            met |= above
            waiting += above
        return other in met

    def _only_switches(self, number: int, name: str) -> bool:
        """Is all that a cell does to a model `model.eval()` or `model.train()`? That makes no other model of it."""
        cell = self._cells[number]
        calls = [c for c in cell.nodes(ast.Call) if (root := root_name(c.func)) is not None and root.id == name]
        switches = [call for call in calls if called_name(call.func) in _SWITCHES and not call.args]
        return bool(switches) and name not in self._names.of(number).binds and not touches(cell, name)

    def _followed(self, first: int, then: int) -> bool:
        """Is there no room in the counts between two cells for a run that is gone?"""
        low, high = self._counts[first], self._counts[then]
        between = sum(low < count < high for count in self._counts.values())
        return between == high - low - 1

    @cached_property
    def _set_last(self) -> Mapping[str, int]:
        """For each name, the highest count of a cell that sets or changes it."""
        found: dict[str, int] = {}
        for number, count in self._counts.items():
            names = self._names.of(number)
            for name in names.binds | names.mutates:
                found[name] = max(count, found.get(name, 0))
        return found

    def _had_room(self, number: int) -> bool:
        """Is there room in the counts before a cell for a run that is gone?"""
        count = self._counts[number]
        return sum(0 < other < count for other in self._counts.values()) < count - 1

    def _is_result(self, cell: CodeCell, name: str) -> bool:
        """Does the cell give the name a value that may be another one each time?"""
        if not self._is_data(cell, name):
            return False
        events = list(self._names.of(cell.number).of("bind"))
        node = next((event.node for event in events if event.name == name and event.node is not None), None)
        if isinstance(node, ast.expr) and self._values.kind(node) in _NO_RESULT:
            return False
        return touches(cell, name) or (constant_of(cell, name) is None and not self._is_load(cell, name))

    def _is_load(self, cell: CodeCell, name: str) -> bool:
        """Is the value read from a place that is written out, or made of nothing? It is the same each time."""
        value = _value_of(cell, name)
        return isinstance(value, ast.Call) and self._is_written(value)

    def _is_written(self, value: ast.expr) -> bool:
        if not isinstance(value, ast.Call):
            return isinstance(value, _WRITTEN) or self._values.kind(value) in ("str", "path")
        callee = self._names.qualified(value.func)
        if callee is None or ".random" in callee or callee.startswith("random."):
            return False
        return all(self._is_written(part) for part in (*value.args, *(word.value for word in value.keywords)))

    def _differs(self, edge: Edge, other: int) -> bool:
        """Does it matter to the end of the edge that another cell made the value?"""
        name, first, second = edge.name, self._cells[other], self._cells[edge.from_cell]
        if _failed(first) or not all(self._is_data(cell, name) for cell in (first, second)):
            return False
        if _written(first, name) is not None and _written(first, name) == _written(second, name):
            return False
        if name not in self._names.of(other).binds and only_hands_on(first, name, self._functions):
            return False
        if asks_for_columns(self._cells[edge.cell], name):
            return not all(keeps_columns(cell, name, self._functions) for cell in (first, second))
        changed = columns_of(first if other > edge.cell else second, name, ast.Store, functions=self._functions)
        read = columns_of(self._cells[edge.cell], name, ast.Load)
        return changed is None or (read is not None and bool(changed & read))

    def _is_data(self, cell: CodeCell, name: str) -> bool:
        """Does the cell give the name something else than code, a handle or what a loop happens to leave behind?"""
        events = [event for event in self._names.of(cell.number).of("bind") if event.name == name]
        left = [event for event in events if event.how not in _NO_DATA and not _is_in_loop(cell, event.node)]
        return not name.startswith("_") and name not in self._clicked and (bool(left) or not events)

    @cached_property
    def _functions(self) -> Mapping[str, ast.FunctionDef]:
        """The functions that the page defines, each as it is defined last."""
        found = (node for cell in self._cells.values() for node in cell.nodes(ast.FunctionDef))
        return {node.name: node for node in found if isinstance(node, ast.FunctionDef)}

    @cached_property
    def _clicked(self) -> frozenset[str]:
        """The globals that callbacks of widgets set: no count tells which of them was called last."""
        found = set[str]()
        for cell in self._cells.values():
            handlers = {
                name.id
                for call in cell.nodes(ast.Call)
                if isinstance(call, ast.Call) and called_name(call.func) in CALLS_BACK
                for name in (*call.args, *(word.value for word in call.keywords))
                if isinstance(name, ast.Name)
            }
            for node in cell.nodes(ast.Global):
                assert isinstance(node, ast.Global)
                around = {getattr(parent, "name", "") for parent in cell.ancestors(node)}
                found.update(node.names if handlers & around else ())
        return frozenset(found)


def _is_in_loop(cell: CodeCell, node: ast.AST | None) -> bool:
    return node is not None and any(isinstance(parent, (ast.For, ast.While)) for parent in cell.ancestors(node))


def _sources(graph: Graph) -> Mapping[tuple[int, str], frozenset[int]]:
    found = defaultdict[tuple[int, str], set[int]](set)
    for edge in graph.edges:
        if not edge.shared:
            found[edge.cell, edge.name].add(edge.from_cell)
    return {place: frozenset(cells) for place, cells in found.items()}


def _failed(cell: CodeCell) -> bool:
    return any(output.kind == "error" for output in cell.outputs)


def _written(cell: CodeCell, name: str) -> str | None:
    """The code of a value: what is computed alike is taken to be alike."""
    value = _value_of(cell, name)
    return None if value is None or touches(cell, name) else ast.dump(_spelled_out(value))


def _spelled_out(value: ast.expr) -> ast.expr:
    """`dict(a=1)` as `{"a": 1}`."""
    words = (
        value.keywords if isinstance(value, ast.Call) and called_name(value.func) == "dict" and not value.args else []
    )
    if not words or any(word.arg is None for word in words):
        return value
    return ast.Dict([ast.Constant(word.arg) for word in words], [_spelled_out(word.value) for word in words])


def _value_of(cell: CodeCell, name: str) -> ast.expr | None:
    """The value of the only plain assignment of a name in a cell."""
    found = [
        node.value
        for node in cell.nodes(ast.Assign)
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return found[0] if len(found) == 1 else None
