"""What names stand for while a page is replayed on paper: things without values, known by who made, changed and holds them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import FunctionNode, captured, parameters

NEVER = -1
_SERIALS = count()
_FAMILY = 200
"""So many things are looked at that lie in one another."""
_ALTERNATIVES = 32
"""So many things a name may stand for; of more, the latest are kept."""
_INSIDE, _HOLDS = attrgetter("inside"), attrgetter("holds")
_PLAIN = frozenset({ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return})
"""The most frequent statements without statements in them."""


class Thing:
    """Some object. Nobody knows its value; known is who changed it, what it holds and what holds it."""

    __slots__ = (
        "bases",
        "changed",
        "frame",
        "holds",
        "inside",
        "is_code",
        "is_listed",
        "is_module",
        "klass",
        "methods",
        "names",
        "node",
        "part",
        "serial",
        "version",
        "whole",
    )

    def __init__(self, *, holds: Mapping[Thing, bool] | None = None, node: ast.AST | None = None) -> None:
        self.serial = next(_SERIALS)
        """Things that were made later have higher ones."""
        self.changed = NEVER
        """When it was changed last itself."""
        self.version = NEVER
        """When it, or something in it, was changed last."""
        self.holds: dict[Thing, bool] = {}
        """What is in it; True for what was put there by name."""
        self.inside: dict[Thing, bool] = {}
        """What it is in."""
        self.is_listed = holds is not None
        """Is all that it holds known?"""
        self.part: Thing | None = None
        """What stands for all that it holds and nobody has named."""
        self.whole: Thing | None = None
        """What it is a part of in this sense."""
        self.names: dict[str, None] = {}
        """The names of the notebook that were bound to it, the latest last; some may be bound to other things by now."""
        self.node = node
        """The function, lambda, class or import that made it."""
        self.is_code = node is not None
        self.is_module = node is not None and isinstance(node, (ast.Import, ast.ImportFrom))
        """Was it imported? Nothing is noted of what happens to the inside of such things."""
        self.frame: Frame | None = None
        """The scope that a function was defined in."""
        self.methods: dict[str, Value] = {}
        self.bases: tuple[Thing, ...] = ()
        self.klass: Thing | None = None
        if holds:
            self.hold(holds)

    def hold(self, things: Mapping[Thing, bool]) -> None:
        """From now on these are in it."""
        for thing, by_name in things.items():
            if len(self.holds) < _FAMILY:
                self.holds[thing] = by_name or self.holds.get(thing, False)
                thing.inside[self] = self.holds[thing]

    def again(self, start: int, made: dict[Thing, Thing]) -> Thing:
        """The thing itself if it is older than `start`, else another one, made in the same way. `made` has those made before."""
        if self.serial < start or self in made:
            return made.get(self, self)
        made[self] = other = Thing(holds={} if self.is_listed else None, node=self.node)
        other.frame, other.methods, other.bases, other.klass = self.frame, self.methods, self.bases, self.klass
        other.hold({thing.again(start, made): by_name for thing, by_name in self.holds.items()})
        return other

    def taken(self) -> tuple[Thing, ...]:
        """What an index, an attribute or a loop takes out of it: one of the things it holds, or something else."""
        if not self.is_listed or not self.holds:
            self.hold_something()
        return tuple(self.holds)

    def hold_something(self) -> None:
        """From now on there is something in it that nobody has named."""
        if self.part is None:
            self.part = Thing()
            self.part.whole = self
            self.hold({self.part: False})

    def around(self) -> Iterable[Thing]:
        """It, and whatever it is in: all these are different once it is changed."""
        return _closure(self, _INSIDE) if self.inside else (self,)

    def within(self) -> Iterable[Thing]:
        """It, and whatever is in it."""
        return _closure(self, _HOLDS) if self.holds else (self,)

    def relatives(self) -> Iterable[Thing]:
        """It, and what it was put into by name or was put into it by name, at any depth."""
        found = _closure(self, _put_into) if self.inside else [self]
        return found + _closure(self, _put_there)[1:] if self.holds else found

    def change(self, now: int) -> Iterable[Thing]:
        """Note that it was changed in place, and give what is different by that: it, and whatever it is in."""
        around = self.around()
        if not self.is_module:
            self.changed = now
            for thing in around:
                thing.version = now
        return around


def _put_into(thing: Thing) -> Iterable[Thing]:
    return [other for other, by_name in thing.inside.items() if by_name]


def _put_there(thing: Thing) -> Iterable[Thing]:
    return [other for other, by_name in thing.holds.items() if by_name]


def _closure(thing: Thing, nearest: Callable[[Thing], Iterable[Thing]]) -> list[Thing]:
    found, seen = [thing], {thing}
    for here in found:  # grows on the way
        if len(found) > _FAMILY:
            break
        for near in nearest(here):
            if near not in seen:
                seen.add(near)
                found.append(near)
    return found


class Binding(NamedTuple):
    """A thing that a name may stand for, and when it got that name."""

    when: int
    thing: Thing
    is_likely: bool = True
    """False where it takes a loop without a single round: nobody means that, but it may happen."""


Value: TypeAlias = "tuple[Binding, ...]"
"""What a name may stand for. Empty for a name that was deleted."""


def _when(binding: Binding) -> int:
    return binding.when


class Frame:
    """The names of one scope. Branches write into layers of their own, which are joined when the branch ends."""

    __slots__ = ("is_class", "is_inner", "layers", "local", "outer")

    def __init__(
        self, local: Iterable[str] = (), outer: Frame | None = None, *, is_class: bool = False, is_inner: bool = False
    ) -> None:
        self.local = set(local)
        """The names that live here. In the notebook itself all live that live nowhere else."""
        self.outer = outer
        self.is_class = is_class
        self.is_inner = is_inner
        """Is it the scope of a comprehension?"""
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

    def join(self, branches: Iterable[dict[str, Value]], *, is_loop: bool = False) -> None:
        """After branches of which one ran: a name stands for what any of them bound it to, or what it was where one did not."""
        found = list(branches)
        for name in dict.fromkeys(name for branch in found for name in branch):
            before = self.get(name) or ()
            if is_loop:
                before = tuple(binding._replace(is_likely=False) for binding in before)
            values = (branch.get(name, before) for branch in found)
            bindings = sorted(dict.fromkeys(binding for value in values for binding in value), key=_when)
            self.set(name, tuple(bindings[-_ALTERNATIVES:]))

    def collapse(self, depth: int) -> None:
        """Take what was bound in branches as bound, until there are `depth` layers."""
        while len(self.layers) > depth:
            top = self.layers.pop()
            self.layers[-1].update(top)


def stored(node: FunctionNode | ast.ClassDef) -> frozenset[str]:
    """The names that the body of a function or class binds for itself, those of `:=` left out."""
    found, declared = set[str](), set[str]()
    if not isinstance(node, ast.ClassDef):
        found.update(parameter.arg for parameter in parameters(node.args))
    waiting: list[ast.AST] = [] if isinstance(node, ast.Lambda) else [*node.body]
    while waiting:
        here = waiting.pop()
        if isinstance(here, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(here.name)
            continue
        if isinstance(here, (ast.Import, ast.ImportFrom)):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in here.names)
        elif isinstance(here, (ast.Global, ast.Nonlocal)):
            declared.update(here.names)
        elif isinstance(here, ast.ExceptHandler) and here.name:
            found.add(here.name)
        for target in _targets(here):
            for part in nodes_in(target):
                if isinstance(part, ast.Name):
                    if not isinstance(part.ctx, ast.Load):
                        found.add(part.id)
                elif name := captured(part):
                    found.add(name)
        if here.__class__ not in _PLAIN:
            for block in ("body", "orelse", "finalbody", "handlers", "cases"):
                waiting += getattr(here, block, ())
    return frozenset(found - declared)


def _targets(node: ast.AST) -> Iterable[ast.AST]:
    """What a statement binds."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    if isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor)):
        return (node.target,)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return tuple(item.optional_vars for item in node.items if item.optional_vars is not None)
    return (node.pattern,) if isinstance(node, ast.match_case) else ()
