"""Follows a cell's statements on paper with terms for values, and writes down every change that reaches a name of the notebook."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from nbcritic.analysis.events import is_main, never_holds
from nbcritic.analysis.idempotence_calls import Calls
from nbcritic.analysis.idempotence_objects import Obj, Raised, Write

if TYPE_CHECKING:
    from nbcritic.analysis.idempotence_terms import Term

_ROUNDS = 2
"""A loop goes round so often: what a round leaves to the next shows in the second."""
_UNROLLED = 8
"""Loops over literal collections of up to so many objects are followed object by object."""
_DEEPEST_LOOP = 2
_IN_PLACE = frozenset({"list", "dict", "set", "array", "frame", "series", "tensor"})


class Machine(Calls):
    """One cell, which can be run more than once."""

    statements: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {}

    def run(self, *, again: bool) -> tuple[list[Write], Raised | None]:
        """Run the cell; `again` says that it ran before. What it wrote, and the error it stops with."""
        self.writes, self.again, self.scope, self.loops, self.branches = [], again, None, 0, []
        try:
            for statement in self.cell.tree.body if self.cell.tree is not None else ():
                self.site = statement
                self.statement(statement)
        except Raised as error:
            return self.writes, error
        return self.writes, None

    def body(self, statements: Iterable[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in statements:
            if self.scope is None and not self.loops and not self.branches:
                self.site = statement
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Follow one statement."""
        self.spend()
        method = self.statements.get(node.__class__)
        if method is not None:
            outer, self.node = self.node, node
            try:
                method(self, node)
            finally:
                self.node = outer

    def expression(self, node: ast.Expr) -> None:
        """An expression whose value nobody uses."""
        self.discarded = node.value
        self.eval(node.value)

    def assignment(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Values first, then targets."""
        if node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets[:1]:
            if (
                isinstance(target, ast.Tuple)
                and isinstance(node.value, ast.Tuple)
                and len(target.elts) == len(node.value.elts)
            ):
                values = [self.eval(value) for value in node.value.elts]
                for inner, value in zip(target.elts, values, strict=True):
                    self.assign(inner, value)
                return
        value = self.eval(node.value)
        for target in targets:
            self.assign(target, value)

    def assign(self, target: ast.expr, value: Obj) -> None:
        """Bind a name, or change what a subscript or attribute belongs to."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for place, inner in enumerate(target.elts):
                item = value.items[place] if value.items is not None and place < len(value.items) else None
                part = self.terms.get(value.content, place)
                self.assign(inner, item or Obj(part))
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, ast.Subscript | ast.Attribute):
            self.store(target, value)

    def augmented(self, node: ast.AugAssign) -> None:
        """`x += 1` binds `x` anew, or changes what it stands for."""
        value = self.eval(node.value)
        target = node.target
        op = type(node.op).__name__
        before = self.eval(target)
        done = self.terms.binary(op, before.content, value.content)
        if isinstance(target, ast.Name):
            if self.kind(target, before) in _IN_PLACE or (
                before.kind == "" and self.kind(node.value, value) in ("list", "dict", "set")
            ):
                self.change(before, done)
            else:
                self.bind(target.id, Obj(done))
        else:
            self.store(target, Obj(done))

    def delete(self, node: ast.Delete) -> None:
        """`del x`, `del x[i]`."""
        for target in node.targets:
            for item in target.elts if isinstance(target, ast.Tuple | ast.List) else (target,):
                if isinstance(item, ast.Name):
                    self.eval(item)
                    self.bind(item.id, Obj(self.terms.removed))
                elif isinstance(item, ast.Subscript):
                    owner = self.eval(item.value)
                    key = self.key(item.slice)
                    self.take(owner, key)
                    positional = self.kind(item.value, owner) in ("list", "array") or isinstance(item.slice, ast.Slice)
                    if positional or isinstance(key, int):
                        self.change(owner, self.terms.make("m:del", owner.content, key))
                    else:
                        self.change(owner, self.terms.over(owner.content, {key: self.terms.removed}), key)
                elif isinstance(item, ast.Attribute):
                    owner = self.eval(item.value)
                    key = ("attr", item.attr)
                    self.take(owner, key)
                    self.change(owner, self.terms.over(owner.content, {key: self.terms.removed}), key)

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Imports give the same each time."""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if name != "*" and self.scope is None:
                self.globals[name] = Obj(self.terms.make("import", getattr(node, "module", None) or "", alias.name))

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """The body runs at the call; decorators are taken to change nothing."""
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.eval(default)
            self.defaults.pop(id(default), None)
        found = Obj(self.terms.make("def", id(node)))
        found.function, found.scope = node, self.scope
        self.bind(node.name, self.decorated(found, node))

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class with what its body computes."""
        found = Obj(self.terms.make("def", id(node)))
        found.made_by = node
        self.bind(node.name, found)

    def give_back(self, node: ast.Return) -> None:
        """What a function returns; the rest of the body is followed all the same."""
        if node.value is not None and self.scope is not None:
            self.scope.returned.append(self.eval(node.value))

    def branch(self, node: ast.If) -> None:
        """Both branches, each on what was there before; then their results are joined."""
        test = node.test
        if never_holds(test):
            self.body(node.orelse)
            return
        if is_main(test):
            self.body(node.body)
            return
        condition = self.condition(test)
        if condition.op == "const":
            self.body(node.body if condition.args[1] else node.orelse)
            return
        if self.is_guard(node, condition):
            return
        self.branches.append(node)
        try:
            self.join(condition, lambda: self.body(node.body), lambda: self.body(node.orelse))
        finally:
            self.branches.pop()

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        """Twice round, or object by object where they stand there."""
        over = self.eval(node.iter)
        if self.again and over.content.op == "taken":
            return
        items = self.items_of(node.iter, over)
        self.loops += 1
        try:
            if items is not None and len(items) <= _UNROLLED:
                for item in items:
                    self.assign(node.target, item)
                    self.body(node.body)
            else:
                for turn in range(_ROUNDS if self.loops <= _DEEPEST_LOOP else 1):
                    self.assign(node.target, self.element(over, (id(node), turn)))
                    self.body(node.body)
            if over.is_iterator:
                self.change(over, self.terms.make("taken", over.content))
        finally:
            self.loops -= 1
        self.body(node.orelse)

    def repeat(self, node: ast.While) -> None:
        """Once its condition no longer holds, a loop does nothing; nobody but the loop itself has changed that."""
        condition = self.condition(node.test)
        if (
            never_holds(node.test)
            or (condition.op == "const" and not condition.args[1])
            or self.is_guard(node, condition)
        ):
            self.body(node.orelse)
            return
        self.loops += 1
        try:
            for _ in range(_ROUNDS if self.loops <= _DEEPEST_LOOP else 1):
                self.body(node.body)
        finally:
            self.loops -= 1
        self.body(node.orelse)

    def attempt(self, node: ast.Try) -> None:
        """The body as it runs without an error; where it stops with one now, the first handler."""
        self.branches.append(node)
        try:
            try:
                self.body(node.body)
            except Raised:
                for handler in node.handlers[:1]:
                    self.body(handler.body)
                if not node.handlers:
                    raise
            else:
                self.body(node.orelse)
            self.body(node.finalbody)
        finally:
            self.branches.pop()

    def context(self, node: ast.With | ast.AsyncWith) -> None:
        """Managers first, then the body."""
        quiet = False
        for item in node.items:
            value = self.eval(item.context_expr)
            quiet = quiet or value.content.op in ("call:contextlib.suppress", "call:pytest.raises")
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        try:
            self.body(node.body)
        except Raised:
            if not quiet:
                raise

    def match(self, node: ast.Match) -> None:
        """Every case in turn, as branches."""
        self._cases(self.eval(node.subject).content, node.cases)

    def _cases(self, subject: Term, cases: list[ast.match_case]) -> None:
        if not cases:
            return
        case, pattern = cases[0], cases[0].pattern
        condition = self.terms.make("matches", subject, id(case))
        if isinstance(pattern, ast.MatchValue) and case.guard is None:
            condition = self.terms.binary("Eq", subject, self.eval(pattern.value).content)
        elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None and case.guard is None:
            condition = self.terms.true

        def follow() -> None:
            for part in ast.walk(pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if name:
                    self.bind(name, Obj(subject if part is pattern else self.terms.make("captured", name, condition)))
            self.body(case.body)

        if condition.op == "const":
            follow() if condition.args[1] else self._cases(subject, cases[1:])
        elif self.is_guard(case, condition):
            self._cases(subject, cases[1:])
        else:
            self.join(condition, follow, lambda: self._cases(subject, cases[1:]))

    def check(self, node: ast.Assert) -> None:
        """An assertion only reads."""
        self.eval(node.test)


Machine.statements = {
    ast.Expr: Machine.expression,
    ast.Assign: Machine.assignment,
    ast.AnnAssign: Machine.assignment,
    ast.AugAssign: Machine.augmented,
    ast.Delete: Machine.delete,
    ast.Import: Machine.imports,
    ast.ImportFrom: Machine.imports,
    ast.FunctionDef: Machine.definition,
    ast.AsyncFunctionDef: Machine.definition,
    ast.ClassDef: Machine.class_definition,
    ast.Return: Machine.give_back,
    ast.If: Machine.branch,
    ast.For: Machine.loop,
    ast.AsyncFor: Machine.loop,
    ast.While: Machine.repeat,
    ast.Try: Machine.attempt,
    ast.With: Machine.context,
    ast.AsyncWith: Machine.context,
    ast.Match: Machine.match,
    ast.Assert: Machine.check,
}
