"""Follows expressions on paper: which names they read, which things they may give, what they change."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from nbcritic.analysis.code import fields, nodes_in
from nbcritic.analysis.events import FunctionNode, parameters
from nbcritic.analysis.graph_changes import FROZEN, KEEPS
from nbcritic.analysis.graph_things import NEVER, Binding, Frame, Thing, Value

if TYPE_CHECKING:
    from nbcritic.analysis.names import Names
    from nbcritic.analysis.values import Values

Things: TypeAlias = "tuple[Thing, ...]"
"""What an expression may give, as far as it existed before; empty for something new."""

_OLD = (ast.Name, ast.Attribute, ast.Subscript)
"""The expressions that may give what existed before, once they get a name."""
_ALIASES = 32
"""So many other names of a thing are looked at, the latest."""
_ANCESTORS = 12
"""So many classes are asked for a method."""


class Expressions:
    """Follows expressions. `now` is the place of the current cell in the order of the run."""

    handlers: ClassVar[dict[type[ast.AST], Callable[[Any, Any], Things]]] = {}

    def __init__(self, names: Names, values: Values) -> None:
        self.names = names
        self.values = values
        self.module = Frame()
        self.frame = self.module
        self.now = 0
        self.bound: set[str] = set()
        """The names of the notebook that the current cell has bound."""
        self.altered: set[str] = set()
        """The names whose things the current cell has changed in place."""
        self.read: dict[tuple[int, str, bool, bool], None] = {}
        """What the current cell reads: (written when, name, is it code, is it another name of what is read)."""
        self.needed: set[int] = set()
        """When that which the current cell reads was bound and changed."""
        self.annotations = True
        """Are annotations evaluated where they stand?"""
        self.openers: list[tuple[int, bool]] = []
        """When names appeared that the page does not show, and whether it was by a star import."""
        self.unseen: dict[str, Thing] = {}
        """The names that are read and bound nowhere above."""

    # -- names -------------------------------------------------------------------------------------------------------

    def _home(self, name: str) -> Frame:
        """The scope that a name belongs to."""
        frame = self.frame
        while frame.outer is not None:
            if name in frame.local:
                return frame
            frame = frame.outer
        return self.module

    def lookup(self, name: str) -> Things:
        """Read a name."""
        home = self._home(name)
        value = home.get(name)
        if value is None and home.is_class and home.outer is not None:
            inner, self.frame = self.frame, home.outer
            try:
                return self.lookup(name)
            finally:
                self.frame = inner
        if home is self.module:
            if value is None and not self.names.is_known(name):
                value = self._unbound(name)
            if value:
                self._note(name, value)
        return tuple([binding.thing for binding in value]) if value else ()

    def _unbound(self, name: str) -> Value:
        """A name that the page does not bind: some cell may have brought it unseen. From now on it is there."""
        thing = Thing()
        thing.names[name] = None
        thing.is_code = bool(self.openers) and all(star for _, star in self.openers)
        value = tuple(Binding(when, thing) for when, _ in self.openers) or (Binding(NEVER, thing),)
        self.module.layers[0][name] = value
        self.unseen[name] = thing
        return value

    def open(self, by_star: bool) -> None:
        """From here on, names may come from the current cell that the page does not show."""
        self.openers.append((self.now, by_star))
        for name, thing in self.unseen.items():
            value = self.module.get(name) or ()
            if all(binding.thing is thing for binding in value):
                thing.is_code = all(star for _, star in self.openers)
                self.module.set(name, (*value, Binding(self.now, thing)))

    def _note(self, name: str, value: Value) -> None:
        """Write down that the current cell reads a name of the notebook, and what else it touches by that."""
        is_sure = len([binding for binding in value if binding.is_likely]) == 1
        for when, thing, is_likely in value:
            if is_likely:
                self.read[max(when, thing.version), name, thing.is_code, False] = None
            self.needed.add(when)
            if thing.is_module:
                continue
            if thing.holds:
                self.needed.update([inner.changed for inner in thing.within()])
            else:
                self.needed.add(thing.changed)
            if is_sure and is_likely and not thing.is_code and thing.whole is None:
                self._note_others(thing, name)

    def _note_others(self, thing: Thing, name: str) -> None:
        """The other names of a thing, of what it is in and of what is in it."""
        if len(thing.names) < 2 and not thing.holds and not thing.inside:
            return
        for other in thing.relatives():
            for alias in list(other.names)[-_ALIASES:]:
                value = self.module.get(alias) or ()
                if all(binding.thing is not other for binding in value):
                    del other.names[alias]
                elif alias != name and len(value) == 1:
                    self.read[max(value[0].when, other.version), alias, other.is_code, True] = None

    def assign(self, name: str, things: Things) -> None:
        """Bind a name to one of these things, or to something new."""
        home = self._home(name)
        things = things or (Thing(),)
        home.set(name, tuple([Binding(self.now, thing) for thing in dict.fromkeys(things)]))
        if home is self.module:
            self.bound.add(name)
            for thing in things:
                thing.names.pop(name, None)
                thing.names[name] = None

    def change(self, things: Iterable[Thing]) -> None:
        """Note that these are changed in place."""
        for thing in things:
            for here in thing.change(self.now):
                self.altered.update(here.names)

    # -- expressions -------------------------------------------------------------------------------------------------

    def eval(self, node: ast.AST | None) -> Things:
        """Follow an expression; what it may give, as far as that existed before."""
        if node is None:
            return ()
        method = self.handlers.get(node.__class__)
        return method(self, node) if method is not None else self.children(node)

    def children(self, node: ast.AST) -> Things:
        """Follow the parts of an expression that gives something new."""
        for name in fields(node.__class__):
            value = getattr(node, name, None)
            for child in value if value.__class__ is list else (value,):
                if isinstance(child, ast.AST):
                    self.eval(child)
        return ()

    def name(self, node: ast.Name) -> Things:
        """A name that is read."""
        return self.lookup(node.id)

    def constant(self, node: ast.Constant) -> Things:
        """Always something new."""
        return ()

    def operation(self, node: ast.BinOp) -> Things:
        """A sum of lists holds what they hold. A long one is a deep tree to the left: follow it without recursion."""
        operands: list[ast.expr] = []
        here: ast.expr = node
        while isinstance(here, ast.BinOp):
            operands.append(here.right)
            here = here.left
        held: dict[Thing, bool] = {}
        for operand in (here, *reversed(operands)):
            held.update((inner, False) for thing in self.eval(operand) if thing.is_listed for inner in thing.holds)
        return (Thing(holds=held),) if held else ()

    def choice(self, node: ast.IfExp | ast.BoolOp) -> Things:
        """One of several."""
        if isinstance(node, ast.IfExp):
            self.eval(node.test)
            return (*self.eval(node.body), *self.eval(node.orelse))
        return tuple(thing for value in node.values for thing in self.eval(value))

    def same(self, node: ast.Starred | ast.Await) -> Things:
        """What stands inside."""
        return self.eval(node.value)

    def walrus(self, node: ast.NamedExpr) -> Things:
        """`name := value` binds a name of the function around."""
        around = self.frame
        while around.is_inner and around.outer is not None:
            around = around.outer
        around.local.add(node.target.id)
        things = self.settle(node.value, self.eval(node.value))
        self.assign(node.target.id, things)
        return things

    def display(self, node: ast.List | ast.Tuple | ast.Set | ast.Dict) -> Things:
        """A list, tuple, set or dict that is written out holds what it is made of."""
        held: dict[Thing, bool] = {}
        items = (
            list(zip(node.keys, node.values, strict=True))
            if isinstance(node, ast.Dict)
            else [(n, n) for n in node.elts]
        )
        for key, item in items:
            if key is not item:
                self.eval(key)
            if key is None or isinstance(item, ast.Starred):
                held.update((inner, False) for thing in self.eval(item) for inner in thing.taken())
            else:
                held.update(self.element(item, self.eval(item)))
        return (Thing(holds=held),)

    def element(self, node: ast.expr, things: Things) -> dict[Thing, bool]:
        """What lies in a list that an expression is put into."""
        if isinstance(node, ast.Constant):
            return {}
        return dict.fromkeys(self.settle(node, things), isinstance(node, ast.Name)) or {Thing(): False}

    def put(self, whole: Thing, things: dict[Thing, bool]) -> None:
        """Put one of these things into another, or something new."""
        if any(thing.names or thing.holds or thing.inside for thing in things):
            whole.hold(things)
        else:
            whole.hold_something()

    def part(self, node: ast.Attribute | ast.Subscript) -> Things:
        """`x.a` and `x[i]` give something that `x` holds, or some part of it."""
        wholes = self.eval(node.value)
        if isinstance(node, ast.Subscript):
            self.eval(node.slice)
        return tuple([inner for thing in wholes if not thing.is_module for inner in self._taken(thing, node)])

    def _taken(self, thing: Thing, node: ast.Attribute | ast.Subscript) -> Things:
        if isinstance(node, ast.Attribute):
            methods = find(thing, node.attr)
            if methods:
                return methods
        elif isinstance(node.slice, ast.Slice) and (thing.is_listed or self.values.kind(node.value) in KEEPS):
            return (Thing(holds=dict.fromkeys(thing.taken(), False)),)
        return thing.taken()

    def settle(self, node: ast.AST, things: Things) -> Things:
        """What an expression gives once it gets a name: a part of a table is a copy, an element of a list is not."""
        if not things or not isinstance(node, _OLD):
            return things
        if isinstance(node, ast.Name):
            return () if self.values.kind(node) in FROZEN else things
        parts = tuple(thing for thing in things if thing.whole is not None)
        named = tuple(thing for thing in things if thing.whole is None)
        if not parts:
            return named
        kind = self.values.kind(node.value)
        if kind == "array":
            window = node.attr in ("T", "flat") if isinstance(node, ast.Attribute) else _is_basic(node.slice)
            return (*named, *(part.whole for part in parts if part.whole is not None and window))
        if kind not in KEEPS and kind is not None and not any(part.whole and part.whole.klass for part in parts):
            return named
        return named if self.values.kind(node) in FROZEN else things

    def function(self, node: ast.Lambda) -> Things:
        """A lambda: its defaults are evaluated now."""
        return (self.define(node),)

    def define(self, node: FunctionNode) -> Thing:
        """A function, as the thing that a call follows. Its defaults and annotations are evaluated now."""
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.eval(default)
        if self.annotations and not isinstance(node, ast.Lambda):
            for annotation in (*(parameter.annotation for parameter in parameters(node.args)), node.returns):
                self.eval(annotation)
        thing = Thing(node=node)
        thing.frame = self.frame
        while thing.frame.is_class and thing.frame.outer is not None:
            thing.frame = thing.frame.outer
        return thing

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Things:
        """A scope of its own."""
        first = self.eval(node.generators[0].iter)
        outer = self.frame
        local = (n.id for g in node.generators for n in nodes_in(g.target) if isinstance(n, ast.Name))
        self.frame = Frame(local, outer, is_inner=True)
        try:
            for generator in node.generators:
                things = first if generator is node.generators[0] else self.eval(generator.iter)
                self.each(generator.target, generator.iter, things)
                for test in generator.ifs:
                    self.eval(test)
            if isinstance(node, ast.DictComp):
                self.eval(node.key)
            given = node.value if isinstance(node, ast.DictComp) else node.elt
            held = self.element(given, self.eval(given))
        finally:
            self.frame = outer
        return (Thing(holds=held),)

    # -- targets -----------------------------------------------------------------------------------------------------

    def bind(self, target: ast.AST, things: Things) -> None:
        """Give a target one of these things."""
        if isinstance(target, ast.Name):
            self.assign(target.id, things)
        elif isinstance(target, (ast.Tuple, ast.List)):
            taken = tuple(inner for thing in things for inner in thing.taken())
            for item in target.elts:
                self.bind(item.value if isinstance(item, ast.Starred) else item, taken)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self.store(target, things)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, things)

    def store(self, target: ast.Attribute | ast.Subscript, things: Things) -> None:
        """`x.a = …`, `x[i] = …` and `del x[i]` change `x`."""
        wholes = self.eval(target.value)
        if isinstance(target, ast.Subscript):
            self.eval(target.slice)
        self.change(wholes)
        if isinstance(target.ctx, ast.Store):
            kind = self.values.kind(target.value)
            for whole in wholes:
                if kind in KEEPS or kind is None or whole.klass:
                    self.put(whole, dict.fromkeys(things, kind is not None))

    def each(self, target: ast.AST, iterable: ast.expr, things: Things) -> None:
        """Give a loop's target an element; numbers of `enumerate` and keys of `items` are nobody's elements."""
        taken = tuple(inner for thing in things for inner in thing.taken())
        if isinstance(iterable, ast.Call) and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            called = iterable.func
            if getattr(called, "id", "") == "enumerate" or getattr(called, "attr", "") == "items":
                self.bind(target.elts[0], ())
                self.bind(target.elts[1], taken)
                return
        if not all(thing.is_listed for thing in things) and self.values.kind(iterable) not in (None, *KEEPS):
            taken = ()
        self.bind(target, taken)


def find(thing: Thing, name: str) -> Things:
    """The methods of this name, of a class or an instance of one; those of its own class hide those of the bases."""
    waiting = [thing.klass or thing]
    for _ in range(_ANCESTORS):
        if not waiting:
            break
        here = waiting.pop(0)
        if name in here.methods:
            return tuple(binding.thing for binding in here.methods[name])
        waiting += here.bases
    return ()


def _is_basic(index: ast.expr) -> bool:
    """Does an index give a window on an array (a slice, not a list or a mask)?"""
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    return any(isinstance(item, ast.Slice) for item in items) and all(
        isinstance(item, (ast.Slice, ast.Constant)) for item in items
    )


Expressions.handlers = {
    ast.Name: Expressions.name,
    ast.Constant: Expressions.constant,
    ast.BinOp: Expressions.operation,
    ast.IfExp: Expressions.choice,
    ast.BoolOp: Expressions.choice,
    ast.Starred: Expressions.same,
    ast.Await: Expressions.same,
    ast.NamedExpr: Expressions.walrus,
    ast.List: Expressions.display,
    ast.Tuple: Expressions.display,
    ast.Set: Expressions.display,
    ast.Dict: Expressions.display,
    ast.Attribute: Expressions.part,
    ast.Subscript: Expressions.part,
    ast.Lambda: Expressions.function,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
}
