"""What would happen if the cells ran: a replay of their events in document order, or in the order that was recorded."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import LATER, Event, Function, called_name, catches_names, parameters
from nbcritic.analysis.names import BUILTINS, PYTHON2, Names
from nbcritic.analysis.stage import Happening, Stage


@dataclass(frozen=True, slots=True)
class Undefined:
    """A name that does not exist when a cell reads it.

    `via` names the function in whose body the name stands, where it is one that the cell calls. `called` is False for a
    function that nothing on the page mentions. `binders` are the cells that bind the name somewhere, `deleted_in` the cell
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


@dataclass(frozen=True, slots=True)
class Touched:
    """What one cell takes from other cells and what it leaves to them, functions that it calls included.

    `reads` are the names that it needs from outside, `binds` those that it sets, `mutates` those whose objects it changes.
    """

    reads: Mapping[str, Event]
    binds: Mapping[str, Event]
    mutates: Mapping[str, Event]


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
        return tuple(self._top_to_bottom.found)

    @cached_property
    def undefined_as_recorded(self) -> tuple[Undefined, ...]:
        """The same for the recorded order: these names came from cells (or versions of cells) that are gone."""
        return self.replay(self.recorded_order)

    def replay(self, order: Iterable[int]) -> tuple[Undefined, ...]:
        """Run the cells' events in this order and list the names that are missing, once a name.

        After a name was missed it is taken as there, so that one fault is reported once. Nothing is reported once names may
        have come from outside the page (a star import, `%run`, `exec`).
        """
        return tuple(_Replay(self._names, self._python2, order).found)

    @cached_property
    def _top_to_bottom(self) -> _Replay:
        return _Replay(self._names, self._python2, self.document_order)

    @cached_property
    def touched(self) -> Mapping[int, Touched]:
        """For each code cell, what it takes from other cells and leaves to them in a run from top to bottom."""
        stage = Stage(self._names, brief=True)
        found = {}
        for number in self.document_order:
            found[number] = _touched(stage.play(number), self.aliases, self._names.imports)
            stage.forget_calls()
        return found

    @cached_property
    def aliases(self) -> Mapping[str, frozenset[str]]:
        """For a name, the others through which one sees a change in place: `b = a`, `both = [a, b]`, `for one in both`."""
        return _aliases(self._cells)

    @cached_property
    def called(self) -> Mapping[Function, int]:
        """The page's own functions that a run from top to bottom calls, with the cell that calls each first."""
        return self._top_to_bottom.called

    @cached_property
    def sources(self) -> Mapping[int, Mapping[str, int]]:
        """For each code cell, the names that it reads and for each the cell above that bound or changed it last."""
        writer: dict[str, int] = {}
        found: dict[int, dict[str, int]] = {}
        for number, cell in self.touched.items():
            found[number] = {name: writer[name] for name in cell.reads if name in writer}
            writer.update(dict.fromkeys((*cell.binds, *cell.mutates), number))
        return found


def _aliases(cells: Iterable[CodeCell]) -> dict[str, frozenset[str]]:
    seen: dict[str, set[str]] = {}
    loops: list[ast.For] = []
    members: dict[str, list[str]] = {}
    for cell in cells:
        for node in cell.nodes(ast.Assign):
            target = node.targets[0]
            objects = _objects(node.value) if isinstance(target, ast.Name) else []
            if isinstance(target, ast.Name) and objects and not cell.in_function(node):
                for name in objects:
                    seen.setdefault(name, set()).add(target.id)
                if isinstance(node.value, ast.Name):
                    seen.setdefault(target.id, set()).add(node.value.id)
                else:
                    members.setdefault(target.id, []).extend(objects)
        loops += [loop for loop in cell.nodes(ast.For) if not cell.in_function(loop)]
    for loop in loops:
        if isinstance(loop.target, ast.Name):
            whole = loop.iter.id if isinstance(loop.iter, ast.Name) else ""
            reached = [whole, *members.get(whole, ())] if whole else _objects(loop.iter)
            seen.setdefault(loop.target.id, set()).update(reached)
    return {name: frozenset(others - {name}) for name, others in seen.items()}


def _objects(value: ast.expr) -> list[str]:
    """The names whose objects a value holds: `a`, `[a, b]`, `{"x": a}`."""
    parts = (
        value.elts
        if isinstance(value, (ast.List, ast.Tuple))
        else value.values
        if isinstance(value, ast.Dict)
        else [value]
    )
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _touched(
    happenings: Iterable[Happening], aliases: Mapping[str, frozenset[str]], imports: Mapping[str, str]
) -> Touched:
    reads: dict[str, Event] = {}
    binds: dict[str, Event] = {}
    mutates: dict[str, Event] = {}
    for happening in happenings:
        event = happening[0]
        kind, name = event[:2]
        if kind == "use" and name not in binds:
            reads.setdefault(name, event)
        elif kind == "bind":
            binds[name] = event
        elif kind == "mutate" and not (name in imports and event.how.startswith(".")):
            mutates[name] = event
            for other in aliases.get(name, ()):
                mutates.setdefault(other, event)
    return Touched(reads, binds, mutates)


class _Replay:
    """The state of one run, which ends with `found`, the names that were missing, and `called`, the functions that were called."""

    def __init__(self, names: Names, python2: bool, order: Iterable[int]) -> None:
        self._names = names
        self._cells = {cell.number: cell for cell in names.cells}
        self._python2 = python2 or bool(names.python2)
        self._bound: set[str] = set()
        self._deleted: dict[str, int] = {}
        self._missing: dict[str, Undefined] = {}
        self._later: list[tuple[Event, int]] = []
        self._left_out: set[ast.AST] = set()
        """What does not happen, because a name was missing above it in the same `try`."""
        self._open = False
        self._brought: set[str] = set()
        """What star imports of the standard library have brought."""
        self._played: dict[int, None] = {}
        stage = Stage(self._names)
        self.called: Mapping[Function, int] = stage.called
        self.found = self._run(stage, order)

    def _run(self, stage: Stage, order: Iterable[int]) -> list[Undefined]:
        for number in order:
            self._played[number] = None
            for happening in stage.play(number):
                event = happening[0]
                # Most events read a name that is there: nothing comes of them.
                if event.kind != "use" or event.name not in self._bound or event.how == LATER:
                    self._step(happening, number)
        for event, home in self._later:
            self._miss_for_good(event, home, None, called=True)
        self._not_called(stage.called)
        place = {number: index for index, number in enumerate(self._played)}
        return sorted(self._missing.values(), key=lambda missing: place.get(missing.cell, -1))

    def _step(self, happening: Happening, cell: int) -> None:
        event, name = happening.event, happening.event.name
        if self._left_out and event.node in self._left_out and happening.via is None:
            return
        if event.kind == "bind":
            if event.may and happening.via is None and self._is_needless(event, cell):
                return
            self._bound.add(name)
            self._deleted.pop(name, None)
        elif event.kind == "use":
            if event.how == LATER or (event.may and name not in self._bound and self._is_raised(happening)):
                self._later.append((event, happening.home))
            elif name not in self._bound and not happening.guarded:
                self._miss(event, cell, happening.home, happening.via)
            elif name not in self._bound and happening.via is None and self._is_missing(name, cell):
                self._left_out |= _after_caught(self._cells[cell], event.node)
        elif event.kind == "delete":
            if not event.may and happening.via is None:
                self._bound.discard(name)
                self._deleted[name] = cell
        elif event.kind == "unknown":
            brought = _brought_by(event.node) if not self._python2 else frozenset()
            self._brought |= brought
            self._open = self._open or not brought

    def _is_raised(self, happening: Happening) -> bool:
        """Is it part of an error that a branch raises? A run that goes well does not come there."""
        node = happening.event.node
        ancestors = self._cells[happening.home].ancestors(node) if node is not None else ()
        return any(isinstance(outer, ast.Raise) for outer in ancestors)

    def _is_needless(self, event: Event, number: int) -> bool:
        """Does it stand in an `except NameError` whose `try` misses no name? Nothing goes there."""
        cell = self._cells[number]
        outer = cell.ancestors(event.node) if event.node is not None else ()
        handler = next((node for node in outer if isinstance(node, ast.ExceptHandler)), None)
        if handler is None or handler.type is None or called_name(handler.type) != "NameError":
            return False
        tried = cell.parent(handler)
        assert isinstance(tried, ast.Try | ast.TryStar)
        nodes = [node for statement in tried.body for node in nodes_in(statement)]
        own = {argument.arg for node in nodes if isinstance(node, ast.Lambda) for argument in parameters(node.args)}
        for node in nodes:
            if isinstance(node, ast.comprehension):
                own |= {target.id for target in ast.walk(node.target) if isinstance(target, ast.Name)}
        read = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
        read |= {
            node.target.id for node in nodes if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
        }
        return all(name in self._bound or name in BUILTINS for name in read - own)

    def _not_called(self, called: Mapping[Function, int]) -> None:
        """Bodies that run at an unknown time, if ever: a name there is missing only if nothing at all binds it."""
        mentioned = self._names.mentioned
        for home, function in [pair for pairs in self._names.functions.values() for pair in pairs]:
            reached = function.hooked or function.name in mentioned
            for event in (*(() if function in called else function.events), *function.later):
                self._miss_for_good(event, home, function.name, called=reached)
            for method in function.methods:
                runs = reached and (function.hooked or method.name in mentioned or method.name.startswith("__"))
                for event in (*method.events, *method.afterwards):
                    self._miss_for_good(event, home, f"{function.name}.{method.name}", called=runs)

    def _miss_for_good(self, event: Event, home: int, via: str | None, *, called: bool) -> None:
        if event.kind == "use" and not event.guarded and event.name not in self._names.bindings:
            runs = self._runs_in(via, home) if via and "." in via and self._is_missing(event.name, home) else home
            self._miss(event, runs, home, via, called=called)

    def _runs_in(self, method: str, home: int) -> int:
        """The first cell, from that of its class on, that asks some object for `A.method`, or names `A` for one such as `__len__`."""
        owner, _, name = method.rpartition(".")
        order = list(self._played)
        for number in order[order.index(home) :] if home in self._played else ():
            cell = self._cells[number]
            found: list[ast.AST]
            if name.startswith("__"):
                found = [node for node in cell.nodes(ast.Name) if node.id == owner]
            else:
                found = [node for node in cell.nodes(ast.Attribute) if node.attr == name]
            if any(not cell.in_function(node) for node in found):
                return number
        return home

    def _miss(self, event: Event, cell: int, home: int, via: str | None, *, called: bool = True) -> None:
        name = event.name
        if self._is_missing(name, cell):
            binders = tuple(dict.fromkeys(number for number, _ in self._names.bindings.get(name, ())))
            self._missing[name] = Undefined(cell, name, event, home, via, called, binders, self._deleted.get(name))

    def _is_missing(self, name: str, cell: int) -> bool:
        """Is it sure that nothing else has brought a name that no cell has bound so far?"""
        if self._open or name in self._missing or name in self._brought or name in self._names.maybe:
            return False
        if self._names.is_known(name):
            return False
        if self._python2 and name in PYTHON2:
            return False
        bindings = self._names.bindings.get(name, ())
        # A function that declares the name global may have been called in a way that the page does not show.
        declared = any(bound.how == "global" and number <= cell for number, bound in bindings)
        return not (declared and self._may_declare(name))

    @cached_property
    def _mentions(self) -> dict[str, set[int]]:
        """For each name and attribute that some code reads, the cells where it does."""
        found: dict[str, set[int]] = {}
        for number, event in self._names.everything:
            if event.kind == "use":
                found.setdefault(event.name, set()).add(number)
        for number in self._cells:
            for name in self._names.of(number).attributes:
                found.setdefault(name, set()).add(number)
        return found

    def _may_declare(self, name: str) -> bool:
        """Has a cell that ran so far mentioned a function that declares the name global?"""
        return any(
            (
                function.hooked
                or function.methods
                or not self._played.keys().isdisjoint(self._mentions.get(function.name, ()))
            )
            and any(event.name == name and event.how == "global" for event in (*function.events, *function.afterwards))
            for pairs in self._names.functions.values()
            for _, function in pairs
        )


_NEED_NOT = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match, ast.ExceptHandler, ast.IfExp, ast.BoolOp,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
"""Inside these, a reading need not happen when the statement around it does, or somebody else may catch what is missing."""


def _after_caught(cell: CodeCell, node: ast.AST | None) -> set[ast.AST]:
    """What a missing name at this node leaves out: the `try` and `else` whose `except` catches it; nothing in a loop."""
    inner, caught = node, None
    for outer in cell.ancestors(node) if node is not None else ():
        if caught is None and isinstance(outer, ast.Try):
            if inner not in outer.body or not any(catches_names(handler) for handler in outer.handlers):
                return set()
            caught = outer
        elif caught is None and isinstance(outer, _NEED_NOT) and inner not in _sure(outer):
            return set()
        elif caught is not None and isinstance(outer, (ast.For, ast.AsyncFor, ast.While)):
            return set()  # the next round may find the name
        inner = outer
    statements = (*caught.body, *caught.orelse) if caught is not None else ()
    return {part for statement in statements for part in nodes_in(statement)}


def _sure(node: ast.AST) -> list[ast.AST]:
    """The parts of one of these that are read whenever it is come to: a condition, what a loop goes over."""
    if isinstance(node, ast.If):
        return [node.test, *(node.body if isinstance(node.test, ast.Constant) and node.test.value else ())]
    if isinstance(node, (ast.While, ast.IfExp)):
        return [node.test]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter]
    return [node.values[0]] if isinstance(node, ast.BoolOp) else []


_STANDARD = frozenset(
    "cmath collections datetime decimal fractions functools itertools math operator os os.path random statistics string time "
    "typing".split()
)
"""Modules of the standard library that people import with a star, and whose import changes nothing."""


def _brought_by(node: ast.AST | None) -> frozenset[str]:
    """The names that a star import from the standard library brings; none where nobody can tell."""
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in _STANDARD:
        return _public(node.module)
    return frozenset()


@cache
def _public(module: str) -> frozenset[str]:
    """The names that `from module import *` binds."""
    found = importlib.import_module(module)
    return frozenset(getattr(found, "__all__", None) or (name for name in dir(found) if not name.startswith("_")))
