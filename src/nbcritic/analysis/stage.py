"""Cells as they run, one after the other: their events in order, and those of the functions, methods and generators that they set off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from nbcritic.analysis.events import LATER, METHOD, PROPERTY, WRAPPED, Event, Function, called_name
from nbcritic.analysis.names import Names

_PATIENCE = 200_000
"""How many events of functions are looked at again because another cell calls the function as well."""
_COMMON_METHODS = frozenset(
    "fit predict transform fit_transform plot show score run train eval forward backward step get set save load read write open "
    "close start stop mean sum min max head apply map shape size name".split()
).union(dir(list), dir(dict), dir(str), dir(set))
"""Methods that other people's objects have as well: of an object of unknown class, nobody can tell whose it is."""


_make = tuple.__new__  # `Happening(…)` would go through a function that Python writes for it


class Happening(NamedTuple):
    """An event as it happens: in which cell it is written, and in which function that somebody called."""

    event: Event
    home: int
    via: str | None
    guarded: bool


class _Home(NamedTuple):
    """A function and the cell that it stands in."""

    cell: int
    function: Function
    owner: str = ""
    """The class, where it is a method."""

    @property
    def name(self) -> str:
        """`f`, or `A.m` of a method."""
        return f"{self.owner}.{self.function.name}" if self.owner else self.function.name


class Stage:
    """Plays cells one after the other; calls of the page's own functions and methods are followed, each function once."""

    def __init__(self, names: Names, *, brief: bool = False) -> None:
        self._names = names
        self._brief = brief
        self._bodies: dict[Function, tuple[Event, ...]] = {}
        self._functions: dict[str, _Home] = {}
        self._made: dict[str, _Home] = {}
        """For a name, the function or class whose call gave the value."""
        self._making: dict[str, _Home] = {}
        self._followed: set[tuple[Function, str, bool]] = set()
        self.called: dict[Function, int] = {}
        """Which functions were called, and the cell that called each first."""
        self._patience = _PATIENCE

    def forget_calls(self) -> None:
        """Follow functions again that were followed before; a page that goes on for ever is not followed for ever."""
        if self._patience > 0:
            self._patience -= sum(len(self._body(function)) for function, _, _ in self._followed)
            self._followed.clear()

    def play(self, number: int) -> Iterator[Happening]:
        """What happens in a cell, in order."""
        cell = self._names.of(number)
        bound_by = {function.bound_by: function for function in cell.functions if function.bound_by is not None}
        stack: list[_Frame] = [_Frame(iter(cell.events), number, None, False)]
        while stack:
            frame = stack[-1]
            events, home, via, guarded = frame
            inner: list[_Frame] = []
            for event in events:
                kind = event.kind
                if kind == "call":
                    if event.how != LATER and (inner := self._reached(event, number, frame)):
                        break
                    continue
                if kind == "bind" and via is None:
                    self._define(event, number, bound_by.get(event.node) if event.node is not None else None)
                elif kind == "delete":
                    self.forget_calls()
                yield _make(Happening, (event, home, via, guarded or event.guarded))
                maker = self._made.get(event.name) if kind == "use" and event.how != LATER else None
                if maker is not None and maker.function.lazy and (inner := self._follow(maker, number, event, frame)):
                    break
            if inner:
                stack += inner
            else:
                stack.pop()

    def _reached(self, event: Event, number: int, caller: _Frame) -> list[_Frame]:
        """What a call runs; the last of these runs first."""
        if event.how in (METHOD, PROPERTY):
            return self._method(event, number, caller)
        home = self._functions.get(event.name)
        if home is None:
            maker = self._made.get(event.name)
            if maker is None:
                return []
            if not isinstance(maker.function.node, ast.ClassDef):
                return self._follow(maker, number, event, caller, later=True)
            home = self._method_of(maker.function, "__call__")
            return self._follow(home, number, event, caller) if home is not None else []
        if event.how == WRAPPED:
            return self._follow(home, number, event, caller, later=True)
        if event.origin and caller.via is None:
            self._making[event.origin] = home
            if home.function.lazy:
                return []
        handed = [self._functions[name] for name in _handed(event.node, home.function) if name in self._functions]
        frames = [frame for other in handed for frame in self._follow(other, number, event, caller)]
        return [*frames, *self._follow(home, number, event, caller)]

    def _follow(self, home: _Home, number: int, event: Event, caller: _Frame, *, later: bool = False) -> list[_Frame]:
        """The body of a function, or what it leaves to be run later, unless it was followed before."""
        function, guarded = home.function, caller.guarded or event.guarded
        key = (function, LATER if later else "", guarded)
        if key in self._followed:
            return []
        self._followed.add(key)
        self.called.setdefault(function, number)
        events = function.later if later else self._body(function)
        return [_Frame(iter(events), home.cell, home.name, guarded)] if events else []

    def _method(self, event: Event, number: int, caller: _Frame) -> list[_Frame]:
        """A method or property of an object of one of the page's classes."""
        owner = self._functions.get(event.name) or self._made.get(event.name)
        if owner is not None and isinstance(owner.function.node, ast.ClassDef):
            home = self._method_of(owner.function, event.origin)
        else:
            home = self._only_method(event)
        if home is None or (event.how == PROPERTY) != _is_property(home.function):
            return []
        return self._follow(home, number, event, caller)

    def _method_of(self, owner: Function, method: str) -> _Home | None:
        """The method of a class, or that which it inherits from another class of the page."""
        seen: set[Function] = set()
        waiting = [owner]
        while waiting:
            owner = waiting.pop()
            seen.add(owner)
            method_found = next((own for own in owner.methods if own.name == method), None)
            if method_found is not None:
                return _Home(self._cell_of(owner), method_found, owner.name)
            bases = owner.node.bases if isinstance(owner.node, ast.ClassDef) else ()
            known = [
                self._functions[base.id].function
                for base in bases
                if isinstance(base, ast.Name) and base.id in self._functions
            ]
            waiting += [base for base in reversed(known) if base not in seen]
        return None

    def _cell_of(self, owner: Function) -> int:
        return next((cell for cell, function in self._names.functions[owner.name] if function is owner), 0)

    def _only_method(self, event: Event) -> _Home | None:
        """A method of an object that nobody can tell the class of: that of the only class that has one of that name and objects."""
        if event.origin in _COMMON_METHODS or event.name in self._names.imports:
            return None
        owners = [owner for owner in self.called if any(method.name == event.origin for method in owner.methods)]
        return self._method_of(owners[0], event.origin) if len(owners) == 1 else None

    def _body(self, function: Function) -> tuple[Event, ...]:
        """The events of a call; in brief, each kind of event on a name once."""
        if not self._brief:
            return function.events
        if function not in self._bodies:
            first: dict[tuple[str, str, str], Event] = {}
            for event in function.events:
                first.setdefault((event.kind, event.name, event.origin), event)
            self._bodies[function] = tuple(first.values())
        return self._bodies[function]

    def _define(self, event: Event, cell: int, function: Function | None) -> None:
        name = event.name
        self._functions.pop(name, None)
        self._made.pop(name, None)
        made = self._making.pop(name, None)
        if function is not None and isinstance(function.node, (ast.GeneratorExp, ast.Call)):
            self._made[name] = _Home(cell, function)
        elif function is not None:
            self._functions[name] = _Home(cell, function)
        elif made is not None:
            self._made[name] = made


class _Frame(NamedTuple):
    """A body that is being played: what is left of it, where it stands, in which function that somebody called."""

    events: Iterator[Event]
    home: int
    via: str | None
    guarded: bool


def _is_property(method: Function) -> bool:
    decorators = getattr(method.node, "decorator_list", ())
    return any(called_name(decorator) in ("property", "cached_property") for decorator in decorators)


def _handed(call: ast.AST | None, function: Function) -> list[str]:
    """The names that a call gives for the parameters which the function calls."""
    if not isinstance(call, ast.Call) or not function.runs:
        return []
    words = {word.arg: word.value for word in call.keywords}
    given = [call.args[place] if place < len(call.args) else words.get(name) for place, name in function.runs]
    return [value.id for value in given if isinstance(value, ast.Name)]
