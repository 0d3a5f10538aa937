"""What would happen if the cells ran: a replay of their events in document order, or in the order that was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.names import PYTHON2, Names
from nbcritic.analysis.scopes import Event, Function


@dataclass(frozen=True, slots=True)
class Undefined:
    """A name that does not exist when a cell reads it.

    `via` names the function in whose body the name stands, where it is one that the cell calls. `called` is False for a
    function that nothing on the page calls. `binders` are the cells that bind the name somewhere, `deleted_in` the cell
    that deleted it before.
    """

    cell: int
    name: str
    event: Event
    home: int
    """The cell in which the reading stands: another one than `cell` where it stands in a function that `cell` calls."""
    via: str | None = None
    called: bool = True
    binders: tuple[int, ...] = ()
    deleted_in: int | None = None


class Flow:
    """The replays of one page."""

    def __init__(self, cells: Sequence[CodeCell], names: Names, *, python2: bool = False) -> None:
        self._cells = cells
        self._names = names
        self._python2 = python2

    @cached_property
    def document_order(self) -> tuple[int, ...]:
        """The numbers of the code cells, top to bottom."""
        return tuple(cell.number for cell in self._cells)

    @cached_property
    def recorded_order(self) -> tuple[int, ...]:
        """The numbers of the cells that ran, by their execution counts; each stands where it ran last."""
        ran = [(cell.execution_count, cell.number) for cell in self._cells if cell.execution_count]
        return tuple(number for _, number in sorted(ran))

    @cached_property
    def undefined(self) -> tuple[Undefined, ...]:
        """Every name that would be missing in a run from top to bottom, once a name, in the order of that run."""
        return self.replay(self.document_order)

    @cached_property
    def undefined_as_recorded(self) -> tuple[Undefined, ...]:
        """The same for the recorded order: these names came from cells (or versions of cells) that are gone."""
        return self.replay(self.recorded_order)

    def replay(self, order: Iterable[int]) -> tuple[Undefined, ...]:
        """Run the cells' events in this order and list the names that are missing, once a name.

        After a name was missed it is taken as there, so that one fault is reported once. Nothing is reported once names may
        have come from outside the page (a star import, `%run`, `exec`).
        """
        return tuple(_Replay(self._names, self._python2).run(order))


class _Replay:
    """The state of one run."""

    def __init__(self, names: Names, python2: bool) -> None:
        self._names = names
        self._python2 = python2
        self._bound: set[str] = set()
        self._deleted: dict[str, int] = {}
        self._functions: dict[str, tuple[int, Function]] = {}
        self._expanded: set[Function] = set()
        self._missing: dict[str, Undefined] = {}
        self._open = False

    def run(self, order: Iterable[int]) -> list[Undefined]:
        for number in order:
            cell = self._names.of(number)
            defined = {function.node: function for function in cell.functions}
            lambdas = {function.name: function for function in cell.functions if function.name not in self._functions}
            for event in cell.events:
                self._step(event, number, number, None)
                if event.kind == "bind":
                    function = defined.get(event.node) if event.node else None  # type: ignore[arg-type]
                    function = function or (lambdas.get(event.name) if event.how == "assign" else None)
                    if function is not None:
                        self._functions[event.name] = (number, function)
                    else:
                        self._functions.pop(event.name, None)
        if not self._open:
            self._never_called()
        return list(self._missing.values())

    def _step(self, event: Event, cell: int, home: int, via: str | None) -> None:
        name = event.name
        if event.kind == "bind":
            self._bound.add(name)
            self._deleted.pop(name, None)
        elif event.kind == "use":
            if name not in self._bound:
                self._miss(event, cell, home, via)
        elif event.kind == "call":
            self._call(name, cell)
        elif event.kind == "delete":
            if not event.may and via is None:
                self._bound.discard(name)
                self._deleted[name] = cell
        elif event.kind == "unknown":
            self._open = True

    def _call(self, name: str, cell: int) -> None:
        home, function = self._functions.get(name, (0, None))
        if function is None or function in self._expanded:
            return
        self._expanded.add(function)
        for event in function.events:
            self._step(event, cell, home, name)

    def _never_called(self) -> None:
        """Bodies that nothing on the page runs: a name there is missing only if nothing at all binds it."""
        for home, function in [pair for pairs in self._names.functions.values() for pair in pairs]:
            events = function.later if function in self._expanded else (*function.events, *function.later)
            for event in events:
                if event.kind == "use" and event.name not in self._names.bindings:
                    self._miss(event, home, home, function.name, called=False)

    def _miss(self, event: Event, cell: int, home: int, via: str | None, *, called: bool = True) -> None:
        name = event.name
        if self._open or event.guarded or name in self._missing or self._names.is_known(name):
            return
        if name in self._names.maybe or (self._python2 and name in PYTHON2):
            return
        bindings = self._names.bindings.get(name, [])
        if any(bound.how == "global" for _, bound in bindings):
            return  # a function that declares the name global may have been called in a way that the page does not show
        binders = tuple(dict.fromkeys(number for number, _ in bindings))
        self._missing[name] = Undefined(cell, name, event, home, via, called, binders, self._deleted.get(name))
