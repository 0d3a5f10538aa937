"""The state of a cell that is followed on paper: names, objects, branches, and the notes of what was changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import root_name
from nbcritic.analysis.idempotence.objects import Exhausted, Obj, Raised, Scope, Write
from nbcritic.analysis.idempotence.terms import MissingKey, Term, Terms

if TYPE_CHECKING:
    from nbcritic.analysis.code import CodeCell
    from nbcritic.analysis.idempotence.screen import Screen
    from nbcritic.analysis.page import Page

Names: TypeAlias = "dict[str, Obj]"
_DEEPEST = 60
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How each kind of expression and statement is followed, and how a name from an earlier cell is looked up."""

    expressions: Mapping[type[ast.AST], Callable[[Run, Any], Obj]]
    statements: Mapping[type[ast.AST], Callable[[Run, Any], None]]
    from_before: Callable[[Run, ast.Name], Obj]


class Run:
    """What is there while a cell runs."""

    def __init__(
        self, page: Page, cell: CodeCell, screen: Screen, syntax: Syntax, patience: int, *, chance: bool
    ) -> None:
        self.page = page
        self.cell = cell
        self.terms = Terms()
        self.globals: Names = {}
        self.scope: Scope | None = None
        self.again = False
        self.writes: list[Write] = []
        self.outside: list[tuple[ast.AST, ast.stmt]] = []
        """What adds to files or data bases."""
        self.branches: list[ast.AST] = []
        self.loops = 0
        self.node: ast.AST = ast.Pass()
        self.site: ast.stmt = ast.Pass()
        self.discarded: ast.AST | None = None
        self.definitions = screen.definitions
        self._suspects = screen.suspects(cell)
        self._restless = screen.restless if chance else frozenset[str]()
        self._syntax = syntax
        self._expressions = syntax.expressions
        self._depth = 0
        self.active: list[ast.AST] = []
        """The functions whose bodies are being followed, the innermost last."""
        self.defaults: dict[int, Obj] = {}
        self._conditions: dict[int, set[Term]] = {}
        self._contents: list[tuple[Obj, Term]] = []
        self._bindings: list[tuple[Names, str, Obj | None]] = []
        self.patience = patience
        self.truncated = False
        """Was there a function that is too long to be followed?"""

    def eval(self, node: ast.AST) -> Obj:
        """The object that an expression gives."""
        self.patience -= 1
        if self.patience < 0:
            raise Exhausted
        follow = self._expressions.get(node.__class__)
        if follow is None or self._depth > _DEEPEST:
            return Obj(self._generic(node))
        self._depth += 1
        try:
            return follow(self, node)
        finally:
            self._depth -= 1

    def _generic(self, node: ast.AST) -> Term:
        """What an expression of another kind computes from its parts."""
        parts = []
        if self._depth <= _DEEPEST:
            self._depth += 1
            for child in ast.iter_child_nodes(node):
                parts += [self.eval(child).content] if isinstance(child, ast.expr) else []
            self._depth -= 1
        return self.terms.make(type(node).__name__, *parts)

    def body(self, statements: Iterable[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in statements:
            if self.scope is None and not self.loops and not self.branches:
                self.site = statement
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Follow one statement."""
        self.spend()
        follow = self._syntax.statements.get(node.__class__)
        if follow is not None:
            outer, self.node = self.node, node
            try:
                follow(self, node)
            finally:
                self.node = outer

    def follow(self, *, again: bool) -> tuple[list[Write], Raised | None]:
        """Run the cell; `again` says that it ran before. What it wrote, and the error it stops with."""
        self.writes, self.again, self.scope, self.loops, self.branches = [], again, None, 0, []
        try:
            for statement in self.cell.tree.body if self.cell.tree is not None else ():
                self.site = statement
                self.statement(statement)
        except Raised as error:
            return self.writes, error
        return self.writes, None

    def repeats(self, function: ast.AST, value: Term) -> bool:
        """Does a call, of which `value` stands for the result, do the same in both runs, since nothing that it reads is changed?"""
        reached = self.definitions.reached(function)
        return (
            reached is not None
            and function not in self.definitions.makers
            and reached.isdisjoint(self._suspects)
            and reached.isdisjoint(self._restless)
            and value.syms.isdisjoint(self._suspects)
            and getattr(function, "name", "") not in self._restless
        )

    def read_by(self, function: ast.AST) -> list[Term]:
        """What a function reads of the names that the cell may change."""
        own = self.definitions.locals_of(function) if isinstance(function, FUNCTIONS) else frozenset()
        loaded = [n for n in nodes_in(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        return [self.lookup(n).content for n in loaded if n.id in self._suspects and n.id not in own]

    def stop(self, error: str, owner: Obj, node: ast.AST, key: Any = None) -> Raised:
        """The error that ends the run, for the name that the object has or the expression begins with."""
        first = root_name(node)
        name = min(owner.names, default=first.id if first is not None else "")
        return Raised(error, name, self.node, self.site, key)

    def spend(self) -> None:
        """One more step."""
        self.patience -= 1
        if self.patience < 0:
            raise Exhausted

    # -- names -------------------------------------------------------------------------------------------------------

    def lookup(self, node: ast.Name) -> Obj:
        """What a name stands for."""
        name = node.id
        scope = self.scope
        while scope is not None:
            if name in scope.objects:
                return scope.objects[name]
            if name in scope.names:
                return Obj(self.terms.make("unbound", name))
            scope = scope.outer
        if name not in self.globals:
            self.globals[name] = found = self._syntax.from_before(self, node)
            found.names |= {name}
        found = self.globals[name]
        if found.content is self.terms.removed:
            if self.again:
                raise Raised("NameError", name, self.node, self.site)
            return Obj(self.terms.make("sym", name))
        return found

    def bind(self, name: str, value: Obj) -> None:
        """Bind a name in the scope that it belongs to."""
        scope = self.scope
        if scope is not None and name in scope.names:
            self._put(scope.objects, name, value)
            return
        while scope is not None:
            scope = scope.outer
            if scope is not None and name in scope.names:
                self._put(scope.objects, name, value)
                return
        if value.part_of is None and value.content.op == "const":
            value = Obj(value.content, value.kind)  # a literal is nobody's alias
        self._put(self.globals, name, value)
        value.names |= {name}
        self.writes.append(Write(name, None, value.content, value.content, self.node, self.site))

    def _put(self, names: Names, name: str, value: Obj) -> None:
        self._bindings.append((names, name, names.get(name)))
        names[name] = value

    def change(self, thing: Obj, content: Term, key: Any = None, depth: int = 0) -> None:
        """Change an object in place, and with it what it is a part of."""
        if content is thing.content:
            return
        self._contents.append((thing, thing.content))
        thing.content = content
        value = dict(content.args[1]).get(key, content) if key is not None and content.op == "over" else content
        for name in sorted(thing.names):
            if self.globals.get(name) is thing:
                self.writes.append(Write(name, key, value, content, self.node, self.site))
        if thing.part_of is not None and depth < 8:
            whole, place = thing.part_of
            self.change(whole, self.terms.over(whole.content, {place: content}), place, depth + 1)

    def take(self, owner: Obj, key: Any) -> Term:
        """What stands under a key; the run stops where it is gone."""
        try:
            return self.terms.get(owner.content, key)
        except MissingKey as error:
            if self.again:
                kind = "AttributeError" if isinstance(key, tuple) and key[:1] == ("attr",) else str(error)
                raise self.stop(kind, owner, self.node, key) from None
            return self.terms.make("get", owner.content, key)

    # -- branches ----------------------------------------------------------------------------------------------------

    def is_guard(self, node: ast.AST, condition: Term) -> bool:
        """Does a condition ask for what the first run has changed, so that it keeps the second from doing it again?"""
        seen = self._conditions.setdefault(id(node), set())
        if not self.again:
            seen.add(condition)
            return False
        plain = condition.args[0] if condition.op == "Not" else condition
        known = not seen.isdisjoint((plain, self.terms.make("Not", plain)))
        return not known and not any(name.startswith("\0") for name in condition.syms)

    def join(self, condition: Term, one: Callable[[], None], other: Callable[[], None]) -> None:
        """Follow two branches and choose by the condition what everything is afterwards."""
        contents, bindings = self._contents, self._bindings
        ends: list[tuple[dict[Obj, Term], dict[tuple[int, str], tuple[Names, Obj]]]] = []
        error: Raised | None = None
        for branch, holds in ((one, True), (other, False)):
            self._contents, self._bindings = [], []
            self._assume(condition, holds=holds)
            try:
                branch()
            except Raised as raised:
                error = raised
            touched = {thing: thing.content for thing, _ in self._contents}
            bound = {(id(names), name): (names, names[name]) for names, name, _ in self._bindings if name in names}
            touched |= {thing: thing.content for _, thing in bound.values()}
            ends.append((touched, bound))
            self._undo()
        self._contents, self._bindings = contents, bindings
        if error is not None:
            raise error
        (touched1, bound1), (touched2, bound2) = ends
        for thing in dict.fromkeys((*touched1, *touched2)):
            after = self.terms.choose(condition, touched1.get(thing, thing.content), touched2.get(thing, thing.content))
            if after is not thing.content:
                self._contents.append((thing, thing.content))
                thing.content = after
        for key in dict.fromkeys((*bound1, *bound2)):
            names = (bound1.get(key) or bound2[key])[0]
            self._join_names(names, key[1], condition, bound1.get(key), bound2.get(key), touched1, touched2)

    def _join_names(
        self,
        names: Names,
        name: str,
        condition: Term,
        one: tuple[Names, Obj] | None,
        other: tuple[Names, Obj] | None,
        touched1: Mapping[Obj, Term],
        touched2: Mapping[Obj, Term],
    ) -> None:
        before = names.get(name)
        if before is None and names is self.globals:
            before = self.lookup(ast.Name(name, ast.Load()))
        first, second = one[1] if one else before, other[1] if other else before
        if first is None or second is None or first is second:
            found = first or second
            if found is not None:
                self._put(names, name, found)
            return
        content = self.terms.choose(condition, touched1.get(first, first.content), touched2.get(second, second.content))
        joined = Obj(content, first.kind if first.kind == second.kind else "")
        joined.klass = first.klass or second.klass
        joined.function = first.function or second.function
        self._put(names, name, joined)
        if names is self.globals:
            joined.names |= {name}

    def _undo(self) -> None:
        for names, name, before in reversed(self._bindings):
            if before is None:
                names.pop(name, None)
            else:
                names[name] = before
        for thing, content in reversed(self._contents):
            thing.content = content

    def _assume(self, condition: Term, *, holds: bool) -> None:
        """In a branch, what was chosen by the same condition before is known."""
        for thing in dict.fromkeys(self.globals.values()):
            content = thing.content
            if content.op == "over":
                base, items = content.args
                hangs = [key for key, term in items if term.op == "ite" or term is condition]
                if not hangs and base.op != "ite":
                    continue
                known = dict(items)
                changed = {key: self.terms.given(known[key], condition, holds=holds) for key in hangs}
                content = self.terms.over(self.terms.given(base, condition, holds=holds), known | changed)
            elif content.op == "ite" or content is condition:
                content = self.terms.given(content, condition, holds=holds)
            if content is not thing.content:
                self._contents.append((thing, thing.content))
                thing.content = content
