"""Places that hold values while cells are replayed value by value: names, elements, attributes; each knows what it was computed from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

_LARGEST = 300
_FURTHEST = 2_000
"""So many places of one object, and so many that one was computed from, are looked at."""


class Place:
    """Something that can be set: a name, an element, an attribute, or the inside of an object that nobody can see into."""

    __slots__ = ("deps", "set_at", "value")

    def __init__(self, value: Value = None, deps: Deps | None = None, set_at: int = 0) -> None:
        self.value = value
        self.deps: Deps = deps or {}
        """What it was computed from, and when that was read."""
        self.set_at = set_at

    def set(self, value: Value, deps: Deps, now: int) -> None:
        """Give it a value. What comes from its own old value comes from what that came from; the same constant is no change."""
        if self in deps:
            deps = {**self.deps, **{place: when for place, when in deps.items() if place is not self}}
        if not (isinstance(value, Known) and isinstance(self.value, Known) and self.value.same(value)):
            self.set_at = now
        self.value, self.deps = value, deps


Deps: TypeAlias = "dict[Place, int]"


class Known:
    """A constant whose value the page tells."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def same(self, other: Known) -> bool:
        """Is it the same constant? `1`, `1.0` and `True` are three."""
        return type(self.value) is type(other.value) and self.value == other.value


class Object:
    """Something with elements or attributes. `items` is the list of the elements where all are known, else None."""

    __slots__ = ("inside", "is_module", "items", "klass", "parts")

    def __init__(
        self, items: list[Place] | None = None, klass: Function | None = None, *, is_module: bool = False
    ) -> None:
        self.items = items
        self.parts: dict[object, Place] = {}
        """Elements by key and attributes by name."""
        self.inside = Place()
        """Stands for all that is not told apart."""
        self.klass = klass
        self.is_module = is_module

    def part(self, key: object) -> Place:
        """An element or attribute; of a list, by its number."""
        if self.items is not None and isinstance(key, int) and -len(self.items) <= key < len(self.items):
            return self.items[key]
        if key not in self.parts:
            self.parts[key] = Place(Object(is_module=self.is_module), {}, self.inside.set_at)
        return self.parts[key]

    def places(self) -> Iterable[Place]:
        """All places in it; what is made by one function of a module does not depend on the others."""
        if self.is_module:
            return (self.inside,)
        return (self.inside, *(self.items or ()), *self.parts.values())


class Function:
    """A function, lambda or class of the page, with the scope it was made in and the places of its defaults."""

    __slots__ = ("defaults", "members", "node", "owner", "scope")

    def __init__(self, node: ast.AST, scope: Scope, defaults: dict[str, Place], owner: Object | None = None) -> None:
        self.node = node
        self.scope = scope
        self.defaults = defaults
        self.owner = owner
        """The instance that a method was taken from."""
        self.members: dict[str, Place] = {}


Value: TypeAlias = "Known | Object | Function | None"
"""None is a value of which nothing is known."""


class Scope:
    """The names of a function call or of the page."""

    __slots__ = ("elsewhere", "names", "outer")

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.names: dict[str, Place] = {}
        self.elsewhere: dict[str, Scope] = {}
        """The scopes of names that are declared global or nonlocal."""

    def find(self, name: str) -> Place | None:
        """The place that a name is read from."""
        scope: Scope | None = self.elsewhere.get(name, self)
        while scope is not None and name not in scope.names:
            scope = scope.outer
        return scope.names[name] if scope is not None else None

    def place(self, name: str) -> Place:
        """The place that a name is bound in."""
        return self.elsewhere.get(name, self).names.setdefault(name, Place())


def whole(value: Value) -> Iterator[Place]:
    """All places inside a value, at any depth."""
    waiting: list[Value] = [value]
    seen: set[Place] = set()
    while waiting:
        here = waiting.pop()
        for place in here.places() if isinstance(here, Object) else ():
            if place not in seen and len(seen) < _LARGEST:
                seen.add(place)
                yield place
                waiting.append(place.value)


NOTHING: Final = Known(None)


def is_stale(place: Place) -> bool:
    """Was something that its value was computed from set again since it was read?"""
    waiting, seen = [place], {place}
    while waiting:
        for other, when in waiting.pop().deps.items():
            if other.set_at > when:
                return True
            if other not in seen and len(seen) < _FURTHEST:
                seen.add(other)
                waiting.append(other)
    return False
