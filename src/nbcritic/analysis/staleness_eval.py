"""Follows expressions value by value, as far as the page tells values: what they give, and what that was computed from."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

from nbcritic.analysis.graph_changes import changes_object
from nbcritic.analysis.staleness_values import (
    NOTHING,
    Deps,
    Function,
    Known,
    Object,
    Place,
    Scope,
    Value,
    is_stale,
    whole,
)

STEPS = 20_000
ROUNDS = 100
_DEEPEST = 12
"""So many statements and calls, rounds of a loop and calls in one another are followed."""
_SMALL = 10**6
_MUTATORS = frozenset({"seed", "shuffle"})
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip

Result: TypeAlias = "tuple[Value, Deps]"


class Stopped(Exception):
    """The run of a body ended early: by `return` (with what it gives), `raise`, `break` or `continue`."""

    def __init__(self, how: str, result: Result = (NOTHING, {})) -> None:
        self.how = how
        self.result = result


class Tired(Exception):
    """The page goes on for too long."""


class Evaluator:
    """Follows expressions. `now` counts the cells; what a watched cell reads is looked at."""

    handlers: ClassVar[dict[type, Callable[[Any, Any], Result]]] = {}

    def __init__(self) -> None:
        self.page = Scope()
        self.scope = self.page
        self.now = 0
        self.is_watched = False
        self.is_stale = False
        self.steps = STEPS
        self._depth = 0

    def step(self) -> None:
        """Something more was done: a page that goes on for ever is not followed for ever."""
        self.steps -= 1
        if self.steps < 0:
            raise Tired

    # -- reading -----------------------------------------------------------------------------------------------------

    def _read(self, place: Place) -> Result:
        self._look(place)
        return place.value, {place: self.now}

    def _look(self, place: Place) -> None:
        if self.is_watched and not self.is_stale and place.set_at < self.now:
            self.is_stale = is_stale(place)

    def _all(self, result: Result) -> Deps:
        """What an expression gives and all that is in it, as something that other values are computed from."""
        value, deps = result
        found = dict(deps)
        for place in whole(value):
            self._look(place)
            found[place] = self.now
        return found

    def opaque(self, *results: Result) -> Result:
        """A value of which nothing is known, made of all of these."""
        found: Deps = {}
        for result in results:
            found.update(self._all(result))
        return None, found

    # -- expressions -------------------------------------------------------------------------------------------------

    def eval(self, node: ast.expr | None) -> Result:
        """The value of an expression, and what it comes from."""
        method = self.handlers.get(type(node))
        if method is not None:
            return method(self, node)
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)] if node else []
        return self.opaque(*(self.eval(part) for part in parts))

    def _constant(self, node: ast.Constant) -> Result:
        return Known(node.value), {}

    def _name(self, node: ast.Name) -> Result:
        place = self.scope.find(node.id)
        return self._read(place) if place is not None else (None, {})

    def _namedexpr(self, node: ast.NamedExpr) -> Result:
        self.assign(node.target, self.eval(node.value))
        return self.eval(ast.Name(node.target.id, ast.Load()))

    def _list(self, node: ast.List | ast.Tuple) -> Result:
        items: list[Place] = []
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                items.append(self.kept(self.eval(element)))
                continue
            value, deps = self.eval(element.value)
            if not isinstance(value, Object) or value.items is None:
                return self.opaque(
                    (value, deps), *((place.value and (place.value, place.deps)) or (None, {}) for place in items)
                )
            items += [self.kept((place.value, {**deps, place: self.now})) for place in value.items]
        return Object(items), {}

    def _dict(self, node: ast.Dict) -> Result:
        made, deps = Object(), dict[Place, int]()
        for key, item in zip(node.keys, node.values, strict=True):
            name, came = self.eval(key)
            deps.update(came)
            if isinstance(name, Known):
                made.parts[name.value] = self.kept(self.eval(item))
            else:
                made.inside = self.kept(self.opaque(self.eval(item), (made.inside.value, made.inside.deps)))
        return made, deps

    def kept(self, result: Result) -> Place:
        """A new place for a value."""
        return Place(*result, self.now)

    def _subscript(self, node: ast.Subscript) -> Result:
        whose, came = self.eval(node.value)
        key, index = self.eval(node.slice)
        if isinstance(whose, Object) and isinstance(key, Known):
            value, deps = self._part(whose, key.value)
            return value, {**deps, **index, **({} if isinstance(node.value, ast.Name) else came)}
        return self.opaque((whose, came), (key, index))

    def _attribute(self, node: ast.Attribute) -> Result:
        whose, came = self.eval(node.value)
        members = whose if isinstance(whose, Function) else whose.klass if isinstance(whose, Object) else None
        if (
            members is not None
            and node.attr in members.members
            and not (isinstance(whose, Object) and node.attr in whose.parts)
        ):
            value, deps = self._read(members.members[node.attr])
            if isinstance(value, Function) and isinstance(whose, Object):
                value = Function(value.node, value.scope, value.defaults, whose)
                if _is_property(value.node):
                    value, given = self.call_function(value, [], {})
                    deps = {**deps, **given}
            return value, {**deps, **came}
        if isinstance(whose, Object):
            value, deps = self._part(whose, node.attr)
            return value, {**deps, **({} if isinstance(node.value, ast.Name) else came)}
        return self.opaque((whose, came))

    def _part(self, whose: Object, key: object) -> Result:
        value, deps = self._read(whose.part(key))
        if whose.inside.set_at:
            self._look(whose.inside)
            deps[whose.inside] = self.now
        return value, deps

    def _binop(self, node: ast.BinOp) -> Result:
        return self.operate(node.op, self.eval(node.left), self.eval(node.right))

    def _compare(self, node: ast.Compare) -> Result:
        if len(node.ops) > 1:
            return self.opaque(*(self.eval(part) for part in (node.left, *node.comparators)))
        return self.operate(node.ops[0], self.eval(node.left), self.eval(node.comparators[0]))

    def operate(self, op: ast.AST, left: Result, right: Result) -> Result:
        """`left op right`: two lists are joined, constants are computed."""
        (one, first), (other, second) = left, right
        if (
            isinstance(op, ast.Add)
            and isinstance(one, Object)
            and isinstance(other, Object)
            and None not in (one.items, other.items)
        ):
            items = [
                self.kept((place.value, {place: self.now})) for place in (*(one.items or ()), *(other.items or ()))
            ]
            return Object(items), {**first, **second}
        deps = {**self._all(left), **self._all(right)}
        if isinstance(one, Known) and isinstance(other, Known) and type(op) in _OPERATORS and _is_small(one, other):
            try:
                return Known(_OPERATORS[type(op)](one.value, other.value)), deps
            except (TypeError, ValueError, ArithmeticError):
                pass
        return None, deps

    def _ifexp(self, node: ast.IfExp) -> Result:
        value, deps = self.eval(node.test)
        if isinstance(value, Known):
            given, came = self.eval(node.body if value.value else node.orelse)
            return given, {**deps, **came}
        return self.opaque((value, deps), self.eval(node.body), self.eval(node.orelse))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Result:
        outer, self.scope = self.scope, Scope(self.scope)
        found: list[Result] = []
        try:
            for generator in node.generators:
                found.append(self.eval(generator.iter))
                self.assign(generator.target, self.opaque(found[-1]))
                found += [self.eval(test) for test in generator.ifs]
            return self.opaque(*found, self.eval(node.elt))
        finally:
            self.scope = outer

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Result:
        self.step()
        called, came = self.eval(node.func)
        given = [self.eval(argument.value if isinstance(argument, ast.Starred) else argument) for argument in node.args]
        words = {word.arg: self.eval(word.value) for word in node.keywords}
        handed = {place: when for _, deps in (*given, *words.values()) for place, when in deps.items()}
        if isinstance(called, Function) and self._depth < _DEEPEST:
            value, deps = self.call_function(called, given, words)
            return value, {**came, **handed, **deps}
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("range", "list", "tuple") and self.scope.find(name) is None:
            return self._builtin(name, given)
        receiver: Result = (None, {})
        if isinstance(node.func, ast.Attribute):
            receiver = self.eval(node.func.value)
            if self._changes(node.func.attr, receiver, given):
                return NOTHING, {}
        result = self.opaque((called, came), receiver, *given, *words.values())
        return Object(), result[1]

    def _builtin(self, name: str, given: list[Result]) -> Result:
        value, deps = given[0] if given else (NOTHING, {})
        if name == "range":
            numbers = [number.value for number, _ in given if isinstance(number, Known)]
            known = len(numbers) == len(given) and all(type(number) is int for number in numbers)
            if known and 0 < len(numbers) < 4 and numbers[2:] != [0]:
                rounds = range(*numbers)  # type: ignore[call-overload]
                if len(rounds) <= ROUNDS:
                    return Object([Place(Known(number), deps, self.now) for number in rounds]), {}
        elif not given:
            return Object([]), {}
        elif isinstance(value, Object) and value.items is not None:
            return Object([self.kept((place.value, {place: self.now})) for place in value.items]), deps
        return Object(), self.opaque(*given)[1]

    def _changes(self, method: str, receiver: Result, given: list[Result]) -> bool:
        """Follow a method that changes its object; False where it does not."""
        whose, _ = receiver
        if method == "append" and isinstance(whose, Object) and whose.items is not None and given:
            whose.items.append(self.kept(given[0]))
            whose.inside.set_at = self.now
            return True
        changed = [whose] if method == "seed" or changes_object(method, None, discarded=True) else []
        if method in _MUTATORS:
            changed += [value for value, _ in given]
        for value in changed:
            if isinstance(value, Object):
                value.inside.set(None, self.opaque(*given)[1], self.now)
        return bool(changed) and method != "seed"

    def call_function(self, function: Function, given: list[Result], words: dict[str | None, Result]) -> Result:
        """Call a function, method or class of the page."""
        node = function.node
        if isinstance(node, ast.ClassDef):
            made = Object(klass=function)
            start = function.members.get("__init__")
            deps: Deps = {}
            if start is not None and isinstance(start.value, Function):
                method = Function(start.value.node, start.value.scope, start.value.defaults, made)
                self.call_function(method, given, words)
            return made, deps
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        scope = Scope(function.scope)
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        if function.owner is not None:
            given = [(function.owner, {}), *given]
        for name, place in function.defaults.items():
            scope.names[name] = place
        for name, result in (*zip(names, given, strict=False), *((n, r) for n, r in words.items() if n in names)):
            scope.names[str(name)] = self.kept(result)
        outer, self.scope = self.scope, scope
        self._depth += 1
        try:
            if isinstance(node, ast.Lambda):
                return self.eval(node.body)
            self.body(node.body)
        except Stopped as stopped:
            if stopped.how != "return":
                raise
            return stopped.result
        finally:
            self.scope = outer
            self._depth -= 1
        return NOTHING, {}

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Result:
        """A function or lambda: its defaults are evaluated now."""
        arguments = [*node.args.posonlyargs, *node.args.args]
        pairs = list(zip(arguments[::-1], node.args.defaults[::-1], strict=False))
        pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
        defaults = {argument.arg: self.kept(self.eval(default)) for argument, default in pairs}
        deps = {place: when for default in defaults.values() for place, when in default.deps.items()}
        return Function(node, self.scope, defaults), deps

    def body(self, statements: list[ast.stmt]) -> None:
        """Follow statements (`Replay` knows how)."""
        raise NotImplementedError

    def assign(self, target: ast.expr, result: Result) -> None:
        """Give a target a value (`Replay` knows how)."""
        raise NotImplementedError


def _is_property(node: ast.AST) -> bool:
    return any(getattr(decorator, "id", "") == "property" for decorator in getattr(node, "decorator_list", ()))


def _is_small(*operands: Known) -> bool:
    """Is it safe to compute with these?"""
    return all(
        (isinstance(known.value, (int, float)) and abs(known.value) < _SMALL)
        or (isinstance(known.value, str) and len(known.value) < ROUNDS)
        for known in operands
    )


Evaluator.handlers = {
    ast.Constant: Evaluator._constant,
    ast.Name: Evaluator._name,
    ast.NamedExpr: Evaluator._namedexpr,
    ast.Lambda: Evaluator.define,
    ast.List: Evaluator._list,
    ast.Tuple: Evaluator._list,
    ast.Dict: Evaluator._dict,
    ast.Subscript: Evaluator._subscript,
    ast.Attribute: Evaluator._attribute,
    ast.BinOp: Evaluator._binop,
    ast.Compare: Evaluator._compare,
    ast.IfExp: Evaluator._ifexp,
    ast.Call: Evaluator._call,
    ast.ListComp: Evaluator._comprehension,
    ast.SetComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
}
