"""What names stand for while a page is replayed on paper: things without values, known by who made, changed and holds them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

NEVER = -1


class Thing:
    """Some object. Nobody knows its value; known is who changed it, what it holds and what holds it."""

    __slots__ = (
        "bases",
        "changed",
        "frame",
        "holds",
        "inside",
        "klass",
        "methods",
        "names",
        "node",
        "part",
        "version",
        "whole",
    )

    def __init__(self, *, holds: Iterable[Thing] = (), node: ast.AST | None = None, whole: Thing | None = None) -> None:
        self.changed = NEVER
        """When it was changed last itself."""
        self.version = NEVER
        """When it, or something in it, was changed last."""
        self.holds = set(holds)
        self.inside: set[Thing] = set()
        for held in self.holds:
            held.inside.add(self)
        self.whole = whole
        """What it is a part of, where it was taken out of something whose parts have no names."""
        self.part: Thing | None = None
        self.names: set[str] = set()
        """The names of the notebook that were bound to it; some may be bound to other things by now."""
        self.node = node
        """The function, lambda, class or import that made it: it is code, not data."""
        self.frame: Frame | None = None
        """The scope that a function was defined in."""
        self.methods: dict[str, Value] = {}
        self.bases: tuple[Thing, ...] = ()
        self.klass: Thing | None = None

    @property
    def is_module(self) -> bool:
        """Was it imported?"""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def is_code(self) -> bool:
        """Is it a function, a class or something imported?"""
        return self.node is not None

    def hold(self, things: Iterable[Thing]) -> None:
        """From now on these are in it."""
        for thing in things:
            if thing is not self:
                self.holds.add(thing)
                thing.inside.add(self)

    def taken(self) -> tuple[Thing, ...]:
        """What an index, an attribute or a loop takes out of it: one of the things it holds, or some part of it."""
        if self.holds:
            return tuple(self.holds)
        if self.part is None:
            self.part = Thing(whole=self)
        return (self.part,)

    def around(self) -> Iterator[Thing]:
        """It, and whatever it is in: all these are different once it is changed."""
        yield from _closure(self, lambda thing: (*thing.inside, thing.whole) if thing.whole else thing.inside)

    def within(self) -> Iterator[Thing]:
        """It, and whatever is in it."""
        yield from _closure(self, lambda thing: (*thing.holds, thing.part) if thing.part else thing.holds)

    def change(self, now: int) -> None:
        """Note that it was changed in place."""
        if not self.is_module:
            self.changed = now
            for thing in self.around():
                thing.version = now


def _closure(thing: Thing, nearest) -> Iterator[Thing]:  # type: ignore[no-untyped-def]
    if not nearest(thing):
        yield thing
        return
    seen, waiting = {thing}, [thing]
    while waiting:
        here = waiting.pop()
        yield here
        for near in nearest(here):
            if near not in seen:
                seen.add(near)
                waiting.append(near)


Value: TypeAlias = "tuple[tuple[int, Thing], ...]"
"""What a name may stand for: things, each with the time at which it got the name. Empty for a name that was deleted."""


class Frame:
    """The names of one scope. Branches write into layers of their own, which are joined when the branch ends."""

    __slots__ = ("is_class", "layers", "local", "outer")

    def __init__(
        self, local: frozenset[str] | None = None, outer: Frame | None = None, *, is_class: bool = False
    ) -> None:
        self.local = local
        """The names that live here; None for the notebook itself, where all live that live nowhere else."""
        self.outer = outer
        self.is_class = is_class
        self.layers: list[dict[str, Value]] = [{}]

    def get(self, name: str) -> Value | None:
        """What the name stands for, or None where it was never bound here."""
        for layer in reversed(self.layers):
            if name in layer:
                return layer[name]
        return None

    def set(self, name: str, value: Value) -> None:
        """Bind a name (or, with an empty value, delete it)."""
        self.layers[-1][name] = value

    def join(self, branches: Iterable[dict[str, Value]]) -> None:
        """After branches of which one ran: a name stands for what any of them bound it to, or what it was where one did not."""
        found = list(branches)
        for name in dict.fromkeys(name for branch in found for name in branch):
            before = self.get(name) or ()
            values = (branch.get(name, before) for branch in found)
            self.set(name, tuple(dict.fromkeys(pair for value in values for pair in value)))

    def collapse(self) -> None:
        """Forget the branches that were being looked at."""
        while len(self.layers) > 1:
            top = self.layers.pop()
            self.layers[-1].update(top)


def stored(node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    """The names that the body of a function, class or comprehension binds, and those that it declares to be others'."""
    found, declared = set[str](), set[str]()
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.Name):
            if not isinstance(here.ctx, ast.Load):
                found.add(here.id)
        elif isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(here.name)
        elif isinstance(here, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in here.names)
        elif isinstance(here, ast.Global | ast.Nonlocal):
            declared.update(here.names)
        elif isinstance(here, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            found.update(word.target.id for word in ast.walk(here) if isinstance(word, ast.NamedExpr))
        elif not isinstance(here, ast.Lambda):
            if isinstance(here, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and here.name:
                found.add(here.name)
            elif isinstance(here, ast.MatchMapping) and here.rest:
                found.add(here.rest)
            elif isinstance(here, ast.arg):
                found.add(here.arg)
            waiting.extend(ast.iter_child_nodes(here))
    return frozenset(found - declared), frozenset(declared)
