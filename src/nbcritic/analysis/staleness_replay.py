"""Replays cells value by value, as far as the page tells values, to say whether a cell uses something that is older than its inputs.

The cells run in the order given. A value is stale when something it was computed from, in another cell, has been set to another value
since. Elements and attributes are places of their own, constants are computed, functions of the page are followed. What the page does not
tell (libraries, files, branches on unknown values) is taken to be computed from all that it is given. The notion is that of Macke et al.,
Fine-grained lineage for safer notebook interactions, PVLDB 14(6), 2021; they watch the run, here nothing runs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.graph_walk import assigned_pairs
from nbcritic.analysis.staleness_eval import ROUNDS, Evaluator, Result, Stopped, Tired
from nbcritic.analysis.staleness_values import NOTHING, Function, Known, Object, Place, Scope


def uses_stale_value(cells: Sequence[CodeCell]) -> bool:
    """Does the last of the cells, run in this order, use a value that is older than what it was computed from?"""
    replay = Replay()
    with suppress(Tired, RecursionError):  # what was seen up to there counts
        for now, cell in enumerate(cells, 1):
            replay.run(cell, now, is_watched=now == len(cells))
    return replay.is_stale


class Replay(Evaluator):
    """Follows statements."""

    statements: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {}

    def run(self, cell: CodeCell, now: int, *, is_watched: bool) -> None:
        """Follow one cell; where it is watched, look at the age of all that it reads."""
        self.now, self.is_watched, self.scope = now, is_watched, self.page
        with suppress(Stopped):
            self.body(cell.tree.body if cell.tree is not None else [])

    def body(self, statements: list[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in statements:
            self.step()
            method = self.statements.get(type(statement))
            if method is not None:
                method(self, statement)

    def expression(self, node: ast.Expr) -> None:
        """An expression by itself; IPython keeps its value as `_`."""
        result = self.eval(node.value)
        if self.scope is self.page and not isinstance(node.value, ast.Call):
            self.page.place("_").set(*result, self.now)

    # -- setting -----------------------------------------------------------------------------------------------------

    def assignment(self, node: ast.Assign | ast.AnnAssign) -> None:
        """`x = …`; `a, b = x, y` goes pair by pair."""
        if node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if (pairs := assigned_pairs(targets[0], node.value)) and len(targets) == 1:
            results = [self.eval(value) for _, value in pairs]
            for (target, _), result in zip(pairs, results, strict=True):
                self.assign(target, result)
            return
        result = self.eval(node.value)
        for target in targets:
            self.assign(target, result)

    def augmented(self, node: ast.AugAssign) -> None:
        """`x += …` works on the list that `x` is, and sets `x` otherwise."""
        old, added = self.eval(node.target), self.eval(node.value)
        if isinstance(node.target, ast.Name) and isinstance(old[0], Object) and old[0].items is not None:
            old[0].inside.set(None, {**old[0].inside.deps, **self.opaque(added)[1]}, self.now)
            return
        self.assign(node.target, self.operate(node.op, old, added))

    def assign(self, target: ast.expr, result: Result) -> None:
        """Give a target a value."""
        value, deps = result
        if isinstance(target, ast.Name):
            self.scope.place(target.id).set(value, deps, self.now)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, result)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._store(target, result)

    def _unpack(self, targets: list[ast.expr], result: Result) -> None:
        value, deps = result
        items = value.items if isinstance(value, Object) else None
        if items is None or len(items) != len(targets) or any(isinstance(target, ast.Starred) for target in targets):
            for target in targets:
                self.assign(target.value if isinstance(target, ast.Starred) else target, self.opaque(result))
            return
        for target, place in zip(targets, list(items), strict=True):
            self.assign(target, (place.value, {**deps, place: self.now}))

    def _store(self, target: ast.Attribute | ast.Subscript, result: Result) -> None:
        whose, _ = self.eval(target.value)
        key = self.eval(target.slice)[0] if isinstance(target, ast.Subscript) else Known(target.attr)
        if isinstance(whose, Object) and whose.klass is not None and isinstance(target, ast.Attribute):
            setter = whose.klass.members.get(f"{target.attr}.setter")
            if setter is not None and isinstance(setter.value, Function):
                method = setter.value
                self.call_function(Function(method.node, method.scope, method.defaults, whose), [result], {})
                return
        if isinstance(whose, Function) and isinstance(key, Known):
            whose.members.setdefault(str(key.value), Place()).set(*result, self.now)
        elif isinstance(whose, Object):
            place = whose.part(key.value) if isinstance(key, Known) else whose.inside
            place.set(*result, self.now)

    def delete(self, node: ast.Delete) -> None:
        """What is deleted is nothing from now on."""
        for target in node.targets:
            self.assign(target, (NOTHING, {}))

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """A module is an object of which nothing is known."""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if self.page.find(name) is None or self.page.names[name].value is None:
                self.assign(ast.Name(name, ast.Store()), (Object(is_module=True), {}))

    def declaration(self, node: ast.Global | ast.Nonlocal) -> None:
        """The names live elsewhere."""
        for name in node.names:
            scope: Scope | None = self.page if isinstance(node, ast.Global) else self.scope.outer
            while scope is not None and isinstance(node, ast.Nonlocal) and name not in scope.names:
                scope = scope.outer
            self.scope.elsewhere[name] = scope or self.page

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function, after its decorators."""
        value, deps = self.define(node)
        for decorator in reversed(node.decorator_list):
            if isinstance(decorator, ast.Attribute) and decorator.attr == "setter":
                self.scope.place(f"{node.name}.setter").set(value, deps, self.now)
                return
            called, came = self.eval(decorator)
            deps = {**deps, **came}
            if isinstance(called, Function):
                value, given = self.call_function(called, [(value, deps)], {})
                deps = {**deps, **given}
        self.assign(ast.Name(node.name, ast.Store()), (value, deps))

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class: what its body binds, and what the classes it is made from have."""
        outer, self.scope = self.scope, Scope(self.scope)
        made = Function(node, outer, {})
        deps = {}
        for base in node.bases:
            value, came = self.eval(base)
            deps.update(came)
            made.members.update(value.members if isinstance(value, Function) else {})
        try:
            self.body(node.body)
            made.members.update(self.scope.names)
        finally:
            self.scope = outer
        for place in made.members.values():
            if isinstance(place.value, Function):
                place.value.scope = outer
        self.assign(ast.Name(node.name, ast.Store()), (made, deps))

    # -- control -----------------------------------------------------------------------------------------------------

    def returns(self, node: ast.Return) -> None:
        """Leave a function."""
        raise Stopped("return", self.eval(node.value) if node.value is not None else (NOTHING, {}))

    def raises(self, node: ast.Raise) -> None:
        """Leave everything up to a `try`."""
        self.eval(node.exc)
        raise Stopped("raise")

    def leaves(self, node: ast.Break | ast.Continue) -> None:
        """Leave a loop, or a round of it."""
        raise Stopped("break" if isinstance(node, ast.Break) else "continue")

    def if_statement(self, node: ast.If) -> None:
        """The branch that is taken; both where that is unknown."""
        value, _ = self.eval(node.test)
        if isinstance(value, Known):
            self.body(node.body if value.value else node.orelse)
            return
        for way in (node.body, node.orelse):
            try:
                self.body(way)
            except Stopped as stopped:
                if stopped.how == "return" and way is node.orelse:
                    raise

    def for_loop(self, node: ast.For | ast.AsyncFor) -> None:
        """Round by round over a list that is known, else one round."""
        value, deps = self.eval(node.iter)
        known = isinstance(value, Object) and value.items is not None and len(value.items) <= ROUNDS
        items = list(value.items or ()) if isinstance(value, Object) and known else []
        rounds = (
            [(place.value, {**deps, place: self.now}) for place in items] if known else [self.opaque((value, deps))]
        )
        for result in rounds:
            self.assign(node.target, result)
            if not self._round(node.body):
                return
        self.body(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        """As often as the test holds; once where that is unknown."""
        for _ in range(ROUNDS):
            value, _deps = self.eval(node.test)
            if isinstance(value, Known) and not value.value:
                break
            if not self._round(node.body) or not isinstance(value, Known):
                break

    def _round(self, body: list[ast.stmt]) -> bool:
        """One round of a loop; False where it was the last."""
        try:
            self.body(body)
        except Stopped as stopped:
            if stopped.how not in ("break", "continue"):
                raise
            return stopped.how == "continue"
        return True

    def try_statement(self, node: ast.Try) -> None:
        """The handlers only run where something is raised for certain."""
        try:
            self.body(node.body)
            self.body(node.orelse)
        except Stopped as stopped:
            if stopped.how != "raise" or not node.handlers:
                raise
            self.body(node.handlers[0].body)
        finally:
            self.body(node.finalbody)

    def with_statement(self, node: ast.With | ast.AsyncWith) -> None:
        """The managers, then the body."""
        for item in node.items:
            result = self.opaque(self.eval(item.context_expr))
            if item.optional_vars is not None:
                self.assign(item.optional_vars, result)
        self.body(node.body)


Replay.statements = {
    ast.Expr: Replay.expression,
    ast.Assign: Replay.assignment,
    ast.AnnAssign: Replay.assignment,
    ast.AugAssign: Replay.augmented,
    ast.Delete: Replay.delete,
    ast.Import: Replay.imports,
    ast.ImportFrom: Replay.imports,
    ast.Global: Replay.declaration,
    ast.Nonlocal: Replay.declaration,
    ast.FunctionDef: Replay.definition,
    ast.AsyncFunctionDef: Replay.definition,
    ast.ClassDef: Replay.class_definition,
    ast.Return: Replay.returns,
    ast.Raise: Replay.raises,
    ast.Break: Replay.leaves,
    ast.Continue: Replay.leaves,
    ast.If: Replay.if_statement,
    ast.For: Replay.for_loop,
    ast.AsyncFor: Replay.for_loop,
    ast.While: Replay.while_loop,
    ast.Try: Replay.try_statement,
    ast.With: Replay.with_statement,
    ast.AsyncWith: Replay.with_statement,
}
