"""Follows calls on paper: the page's own functions and classes into their bodies, with the things that they are given, and a library's
by what is known of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbcritic.analysis.events import called_name
from nbcritic.analysis.graph_changes import KEEPS, SAME, VIEWS, changed_arguments, changes_object
from nbcritic.analysis.graph_expressions import Expressions, Things, find
from nbcritic.analysis.graph_things import Binding, Frame, Thing, stored

if TYPE_CHECKING:
    from nbcritic.analysis.names import Names
    from nbcritic.analysis.values import Values

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_OWN = (*_FUNCTIONS, ast.ClassDef)
_DEEPEST = 12
"""So many calls of the page's own functions are followed into one another."""
_PATIENCE = 60_000
_PATIENCE_OF_A_CELL = 200
"""So many statements of the page's own functions are followed, all calls together, and so many for each cell in any case: a hostile
page could go on for ever."""
_PASSED_THROUGH = frozenset(
    {"list", "tuple", "set", "sorted", "reversed", "iter", "zip", "enumerate", "filter", "dict"}
)
"""Builtins whose result holds what their arguments hold."""
_PUT = frozenset({"append", "appendleft", "add", "insert"})
"""Methods that put what they are given into their object."""
_ELEMENT = frozenset({"get", "pop", "setdefault", "popleft"})
_ELEMENTS = frozenset({"values", "items", "copy"})
"""Methods of containers that give an element, and those that give all."""
_CALLED = ("__call__", "forward", "call")


class Calls(Expressions):
    """Follows expressions with the calls in them."""

    def __init__(self, names: Names, values: Values) -> None:
        super().__init__(names, values)
        self.discarded: ast.AST | None = None
        """The call whose result nobody uses."""
        self.returned: list[Thing] = []
        self.called: dict[tuple[object, ...], tuple[int, Things]] = {}
        """The calls that the current cell has made: the serial of the first thing that each made, and what it gave."""
        self._local: dict[ast.AST, frozenset[str]] = {}
        self._active: list[ast.AST] = []
        self._patience = _PATIENCE

    def start(self) -> None:
        """A new cell begins."""
        self.bound, self.altered, self.read, self.needed, self.called = set(), set(), {}, set(), {}
        self._patience = max(self._patience, _PATIENCE_OF_A_CELL)

    def call(self, node: ast.Call) -> Things:
        """A call: of the page's own code, of a method that may change its object, or of a library."""
        discarded = self.discarded is node
        callee = node.func
        receiver: Things = ()
        if isinstance(callee, ast.Attribute):
            receiver = self.eval(callee.value)
            called = tuple([method for thing in receiver for method in find(thing, callee.attr)])
        else:
            called = self.eval(callee)
        words = {word.arg: self.eval(word.value) for word in node.keywords}
        arguments = [self.eval(argument) for argument in node.args]
        given: list[Thing] = []
        followed = False
        for thing in called:
            if isinstance(thing.node, _OWN) or thing.klass is not None:
                followed = True
                given += self._follow(thing, receiver, arguments, words)
        if not followed:
            elements = _handed_on(node, receiver, arguments)
            for handed in (*arguments, *words.values()):
                for thing in handed:
                    if isinstance(thing.node, _FUNCTIONS):
                        self._invoke(thing, elements, {})
            given += self._foreign(node, receiver, arguments, words, discarded)
        return tuple(dict.fromkeys(given)) if given else ()

    def _follow(self, thing: Thing, own: Things, arguments: list[Things], words: dict[str | None, Things]) -> Things:
        """Call what the page defines: a function, a method, a class or an instance of one."""
        if isinstance(thing.node, ast.ClassDef):
            made = Thing()
            made.klass = thing
            for method in find(made, "__init__"):
                self._invoke(method, [(made,), *arguments], words)
            return (made,)
        if thing.klass is not None:
            found = next(filter(None, (find(thing, name) for name in _CALLED)), ())
            return tuple(t for method in found for t in self._invoke(method, [(thing,), *arguments], words))
        instances = () if _is_static(thing) else tuple(whole for whole in own if whole.klass is not None)
        return self._invoke(thing, [instances, *arguments] if instances else arguments, words)

    def _invoke(self, thing: Thing, arguments: list[Things], words: dict[str | None, Things]) -> Things:
        """Follow a function's body, once for the same things in one cell: what it makes is made anew each time."""
        node = thing.node
        assert isinstance(node, _FUNCTIONS)
        key = (node, tuple(arguments), tuple(words.items()))
        if key in self.called:
            start, given = self.called[key]
            made: dict[Thing, Thing] = {}
            return tuple(thing.again(start, made) for thing in given)
        start = Thing().serial
        length = 1 if isinstance(node, ast.Lambda) else len(node.body)
        if node in self._active or len(self._active) >= _DEEPEST or self._patience < length:
            return ()
        self._patience -= length
        if node not in self._local:
            self._local[node] = stored(node)
        frame = Frame(self._local[node], thing.frame)
        _pass(frame, node.args, arguments, words, self.now)
        outer, returned = self.frame, self.returned
        self.frame, self.returned = frame, []
        self._active.append(node)
        try:
            if isinstance(node, ast.Lambda):
                self.returned += self.eval(node.body)
            else:
                self.body(node.body)
            given = tuple(dict.fromkeys(self.returned))
        finally:
            self.frame, self.returned = outer, returned
            self._active.pop()
        self.called[key] = start, given
        return given

    def _foreign(
        self,
        node: ast.Call,
        receiver: Things,
        arguments: list[Things],
        words: dict[str | None, Things],
        discarded: bool,
    ) -> Things:
        """A call of something that the page does not define: what it is known to change, and what it gives back."""
        callee = node.func
        if "out" in words:
            self.change(words["out"])
        if isinstance(callee, ast.Attribute) and receiver and not receiver[0].is_module:
            return self._method(node, callee, receiver, arguments, discarded)
        qualified = self.names.qualified(callee)
        for place in changed_arguments(qualified):
            if place < len(arguments):
                self.change(arguments[place])
        if qualified in _PASSED_THROUGH:
            return (Thing(holds={inner: False for things in arguments for t in things for inner in t.taken()}),)
        return ()

    def _method(
        self, node: ast.Call, callee: ast.Attribute, receiver: Things, arguments: list[Things], discarded: bool
    ) -> Things:
        words = node.keywords
        inplace = words and any(w.arg == "inplace" and getattr(w.value, "value", None) is True for w in words)
        method = callee.attr
        kind = self.values.kind(callee.value)
        if inplace or changes_object(method, kind, discarded=discarded):
            self.change(receiver)
            for thing in receiver:
                thing.is_listed = thing.is_listed and method in _PUT
            if method in _PUT:
                for place, things in enumerate(arguments):
                    held = self.element(node.args[place], things)
                    for thing in receiver:
                        self.put(thing, held)
        if (kind in ("estimator", "transformer") and method in SAME) or (kind == "array" and method in VIEWS):
            return receiver
        if kind in KEEPS or all(thing.is_listed for thing in receiver):
            taken = tuple(inner for thing in receiver for inner in thing.taken())
            if method in _ELEMENT:
                return taken
            if method in _ELEMENTS:
                return (Thing(holds=dict.fromkeys(taken, False)),)
        return ()

    def body(self, statements: list[ast.stmt]) -> None:
        """Follow statements (`Walk` knows how)."""
        raise NotImplementedError


def _is_static(thing: Thing) -> bool:
    decorators = getattr(thing.node, "decorator_list", ())
    return any(getattr(decorator, "id", "") == "staticmethod" for decorator in decorators)


def _handed_on(node: ast.Call, receiver: Things, arguments: list[Things]) -> list[Things]:
    """What a library's function gives to a function that it is given, where that is known."""
    name = called_name(node.func)
    if name == "pipe":
        return [receiver]
    if name in ("map", "filter") and isinstance(node.func, ast.Name):
        return [tuple(inner for thing in things for inner in thing.taken()) for things in arguments[1:]]
    return []


def _pass(
    frame: Frame, expected: ast.arguments, given: list[Things], words: dict[str | None, Things], now: int
) -> None:
    """Bind the parameters of a function."""
    places = [argument.arg for argument in (*expected.posonlyargs, *expected.args)]
    bound: dict[str, Things] = dict(zip(places, given, strict=False))
    bound.update({name: things for name, things in words.items() if name is not None})
    rest = [thing for things in given[len(places) :] for thing in things]
    if expected.vararg is not None:
        bound[expected.vararg.arg] = (Thing(holds=dict.fromkeys(rest, False)),)
    for name in (*places, *(a.arg for a in expected.kwonlyargs), *((expected.kwarg.arg,) if expected.kwarg else ())):
        bound.setdefault(name, ())
    for name, things in bound.items():
        frame.set(name, tuple(Binding(now, thing) for thing in things or (Thing(),)))


Calls.handlers = {**Expressions.handlers, ast.Call: Calls.call}
