"""Follows calls of the page's own functions, classes and decorators into their bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from nbcritic.analysis.events import parameters
from nbcritic.analysis.graph_things import stored
from nbcritic.analysis.idempotence_expressions import Expressions
from nbcritic.analysis.idempotence_objects import Obj, Raised, Scope
from nbcritic.analysis.idempotence_state import is_generator
from nbcritic.analysis.idempotence_tables import GENERATORS

_DEEPEST_CALL = 6


class Own(Expressions):
    """Follows calls of what the page defines."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.active: list[ast.AST] = []
        self.defaults: dict[int, Obj] = {}

    def call(self, node: ast.Call) -> Obj:
        """Any call (`Calls` knows how)."""
        raise NotImplementedError

    def arguments(self, node: ast.Call) -> tuple[list[Obj], dict[str | None, Obj]]:
        """What a call is given."""
        return [self.eval(a) for a in node.args], {word.arg: self.eval(word.value) for word in node.keywords}

    def own(self, callee: Obj, arguments: list[Obj], words: dict[str | None, Obj]) -> Obj:
        """Call what the page defines."""
        if callee.made_by is not None:
            made = Obj(
                self.terms.make(
                    "new", id(callee.made_by), *(a.content for a in arguments), *(w.content for w in words.values())
                )
            )
            made.klass = callee.made_by
            found = self.method_of(made.klass, "__init__")
            if found is not None:
                self.invoke(found, None, [made, *arguments], words)
            return made
        assert callee.function is not None
        return self.invoke(callee.function, callee.scope, arguments, words)

    def decorated(self, found: Obj, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Obj:
        """What the page's own decorators make of a function; those of libraries leave it as it is."""
        for decorator in reversed(node.decorator_list):
            maker = self.eval(decorator)
            if maker.function is not None:
                made = self.invoke(maker.function, maker.scope, [found], {})
                found = made if made.function is not None else found
        return found

    def quietly(self, make: Callable[[], Obj]) -> Obj:
        """What an earlier cell made, with whatever its functions hold; nothing that this changes is noted."""
        writes, contents, bindings, scope = self.writes, self._contents, self._bindings, self.scope
        self.writes, self._contents, self._bindings, self.scope = [], [], [], None
        try:
            return make()
        except Raised:
            return Obj(self.terms.none)
        finally:
            for names, name, before in reversed(self._bindings):
                if names is self.globals and before is not None:
                    names[name] = before
            for thing, content in reversed(self._contents):
                if thing.names:
                    thing.content = content
            self.writes, self._contents, self._bindings, self.scope = writes, contents, bindings, scope

    def made_before(self, found: Obj, source: ast.expr | None) -> None:
        """A function that the page's own functions have made: a closure, or a decorated one."""
        definition = found.function
        made = None
        if isinstance(definition, ast.FunctionDef) and definition.decorator_list:
            made = self.quietly(lambda: self.decorated(found, definition))
        elif isinstance(source, ast.Call) and isinstance(source.func, ast.Name):
            maker = self._functions.get(source.func.id)
            if isinstance(maker, ast.FunctionDef) and any(
                isinstance(n, ast.FunctionDef | ast.Lambda) for n in ast.walk(maker) if n is not maker
            ):
                made = self.quietly(lambda: self.call(source))
        if made is not None and made.function is not None:
            found.function, found.scope = made.function, made.scope

    def method_of(self, klass: ast.ClassDef, name: str, depth: int = 0) -> ast.FunctionDef | None:
        """A method of a class or of what it is derived from, as far as the page defines it."""
        for statement in klass.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == name:
                return statement
        for base in klass.bases if depth < 4 else ():
            definition = self._functions.get(base.id) if isinstance(base, ast.Name) else None
            if isinstance(definition, ast.ClassDef) and definition is not klass:
                found = self.method_of(definition, name, depth + 1)
                if found is not None:
                    return found
        return None

    def invoke(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        outer: Scope | None,
        arguments: list[Obj],
        words: dict[str | None, Obj],
    ) -> Obj:
        """Follow a function's body."""
        opaque = self.terms.make("own", id(node), *(a.content for a in arguments), *(w.content for w in words.values()))
        if node in self.active or len(self.active) >= _DEEPEST_CALL:
            return Obj(opaque)
        if is_generator(node):
            found = Obj(opaque)
            found.is_iterator = True
            return found
        names = frozenset(p.arg for p in parameters(node.args)) if isinstance(node, ast.Lambda) else stored(node)
        scope = Scope(names, outer)
        self._pass(scope, node.args, arguments, words)
        before, self.scope = self.scope, scope
        loops, self.loops = self.loops, self.loops
        self.active.append(node)
        try:
            if isinstance(node, ast.Lambda):
                return self.eval(node.body)
            self.body(node.body)
        finally:
            self.active.pop()
            self.scope, self.loops = before, loops
        returned = scope.returned
        if not returned:
            return Obj(self.terms.none)
        if len(returned) == 1:
            return returned[0]
        return Obj(self.terms.make("returned", *(r.content for r in returned)))

    def _pass(self, scope: Scope, expected: ast.arguments, given: list[Obj], words: dict[str | None, Obj]) -> None:
        places = [argument.arg for argument in (*expected.posonlyargs, *expected.args)]
        defaults = dict(zip(reversed(places), reversed(expected.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(expected.kwonlyargs, expected.kw_defaults, strict=True) if d is not None}
        for name, default in defaults.items():
            if isinstance(default, ast.Constant) and default.value is not ...:
                scope.objects[name] = Obj(self.terms.const(default.value))
            else:  # evaluated once: a list is the same one in each call
                is_generator_made = isinstance(default, ast.Call) and self.page.qualified(default.func) in GENERATORS
                fresh = Obj(
                    self.terms.make("sym", f"\0default {id(default)}"), "generator" if is_generator_made else ""
                )
                kept = self.defaults.setdefault(id(default), fresh)
                scope.objects[name] = kept
        scope.objects.update(zip(places, given, strict=False))
        scope.objects.update({name: thing for name, thing in words.items() if name is not None})
        if expected.vararg is not None:
            rest = given[len(places) :]
            many = Obj(self.terms.make("tuple", *(thing.content for thing in rest)))
            many.items = rest
            scope.objects[expected.vararg.arg] = many
        if expected.kwarg is not None:
            scope.objects[expected.kwarg.arg] = Obj(
                self.terms.make("words", *(thing.content for thing in words.values()))
            )
