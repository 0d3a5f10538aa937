"""Follows statements on paper, cell by cell: what each cell reads of what other cells bound and changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import captured, is_main, never_holds
from nbcritic.analysis.graph_calls import Calls
from nbcritic.analysis.graph_things import NEVER, Binding, Frame, Thing, Value, stored

if TYPE_CHECKING:
    from nbcritic.analysis.names import Names
    from nbcritic.analysis.values import Values
    from nbcritic.notebook.magics import Magic

Things: TypeAlias = "tuple[Thing, ...]"

_IN_PLACE = frozenset({"list", "dict", "set", "array", "frame", "series", "tensor"})
"""Kinds that `+=` changes; others are replaced."""


@dataclass(frozen=True, slots=True)
class Read:
    """A name that a cell reads. `when` is the place in the run of the cell that gave the name its value."""

    when: int
    name: str
    is_code: bool
    shared: bool
    """Is it only another name of what the cell reads?"""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a cell takes from the cells before it; `needed` are the places of those that it cannot do without."""

    reads: tuple[Read, ...]
    needed: frozenset[int]


class Walk(Calls):
    """Follows the cells of a page in a given order."""

    statements: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {}

    def __init__(self, names: Names, values: Values) -> None:
        super().__init__(names, values)
        self._loops = 0

    def run(self, cells: Sequence[CodeCell]) -> Iterator[Reads]:
        """What each cell takes from the cells before it."""
        for self.now, cell in enumerate(cells):
            self.start()
            if reason := self.names.unknown.get(cell.number):
                self.open(by_star=reason.endswith("import *`"))
            if cell.plain.isolated:
                self.module.layers.append({})
            self._cell(cell)
            if cell.plain.isolated:
                self.module.layers.pop()
            yield self._found()

    def _found(self) -> Reads:
        outside = [read for read in self.read if read[0] not in (self.now, NEVER)]
        # Another name is of no interest where the cell reads it anyway, or binds it anew before it changes anything.
        known = {name for _, name, _, shared in outside if not shared} | (self.bound - self.altered)
        reads = tuple(Read(*read) for read in outside if not (read[3] and read[1] in known))
        return Reads(reads, frozenset(self.needed - {self.now, NEVER}))

    def _cell(self, cell: CodeCell) -> None:
        magics = list(reversed(cell.magics))
        for statement in cell.tree.body if cell.tree is not None else ():
            self._magics(magics, statement.lineno)
            depth = len(self.module.layers)
            try:
                self.statement(statement)
            except RecursionError:  # what it has done up to here counts
                self._loops, self.frame = 0, self.module
                self.module.collapse(depth)
        self._magics(magics, None)

    def _magics(self, waiting: list[Magic], before: int | None) -> None:
        """Follow the magics above a line. `waiting` is in reverse order, and shrinks."""
        while waiting and (before is None or waiting[-1].line < before):
            magic = waiting.pop()
            for name in magic.reads:
                self.lookup(name)
            for name in magic.binds:
                self.assign(name, ())

    # -- statements --------------------------------------------------------------------------------------------------

    def body(self, statements: Iterable[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Follow one statement."""
        method = self.statements.get(node.__class__)
        if method is not None:
            method(self, node)
        else:
            self.eval(node)

    def expression(self, node: ast.Expr) -> None:
        """An expression whose value nobody uses."""
        self.discarded = node.value
        self.eval(node.value)

    def assignment(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Values first, then targets; `a, b = x, y` goes pair by pair."""
        if isinstance(node, ast.AnnAssign) and self.annotations and (self.frame is self.module or self.frame.is_class):
            self.eval(node.annotation)  # those of a function's own names never are
        if node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        pairs = assigned_pairs(targets[0], node.value) if len(targets) == 1 else None
        if pairs:
            given = [self.settle(value, self.eval(value)) for _, value in pairs]
            for (target, _), things in zip(pairs, given, strict=True):
                self.bind(target, things)
            return
        things = self.settle(node.value, self.eval(node.value))
        if len(targets) > 1:
            things = things or (Thing(),)  # the same new thing under each name
        for target in targets:
            self.bind(target, things)

    def augmented(self, node: ast.AugAssign) -> None:
        """`x += 1` reads and binds `x`, or changes what it stands for; `x[i] += 1` changes `x`."""
        if not isinstance(node.target, ast.Name):
            self.eval(node.value)
            self.bind(node.target, ())
            return
        things = self.lookup(node.target.id)
        added = self.eval(node.value)
        kind = self.values.kind(node.target)
        if kind in _IN_PLACE or (kind is None and self.values.kind(node.value) in ("list", "dict", "set")):
            self.change(things)
            for thing in things:
                thing.hold({inner: False for other in added for inner in other.holds})
            self.assign(node.target.id, things)
        else:
            self.assign(node.target.id, ())

    def delete(self, node: ast.Delete) -> None:
        """`del x` reads `x`; `del x[i]` changes it."""
        for target in node.targets:
            for item in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                if isinstance(item, ast.Name):
                    self.lookup(item.id)
                    self._home(item.id).set(item.id, ())
                    self.bound.add(item.id)
                elif isinstance(item, (ast.Attribute, ast.Subscript)):
                    self.store(item, ())

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Each imported name is a new piece of code."""
        for alias in node.names:
            if alias.name == "annotations" and getattr(node, "module", "") == "__future__":
                self.annotations = False
            elif alias.name != "*":
                self.assign(alias.asname or alias.name.partition(".")[0], (Thing(node=node),))

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators and defaults are evaluated now, the body at each call; a decorator of the page's own is called."""
        things: Things = (self.define(node),)
        for decorator in reversed(node.decorator_list):
            for thing in self.eval(decorator):
                if isinstance(thing.node, ast.FunctionDef):
                    things = (*things, *self._invoke(thing, [things], {}))
        self.assign(node.name, things)

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class body runs now, in a scope that its methods do not see."""
        for item in (*node.decorator_list, *(word.value for word in node.keywords)):
            self.eval(item)
        thing = Thing(node=node)
        thing.bases = tuple(base for item in node.bases for base in self.eval(item) if base.methods)
        outer = self.frame
        self.frame = frame = Frame(stored(node), outer, is_class=True)
        try:
            self.body(node.body)
        finally:
            self.frame = outer
        frame.collapse(1)
        functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        found = {
            name: tuple(p for p in value if isinstance(p.thing.node, functions))
            for name, value in frame.layers[0].items()
        }
        thing.methods = {name: value for name, value in found.items() if value}
        self.assign(node.name, (thing,))

    def returns(self, node: ast.Return) -> None:
        """What a function gives back."""
        if node.value is not None:
            self.returned += self.settle(node.value, self.eval(node.value))

    # -- branches ----------------------------------------------------------------------------------------------------

    def _frames(self) -> tuple[Frame, ...]:
        """The scopes that a branch may write to."""
        return tuple(dict.fromkeys((self.module, self.frame)))

    def _aside(self, run: Callable[[], None]) -> list[dict[str, Value]]:
        """Follow something and undo its bindings; they are given back, one layer for each scope."""
        for frame in self._frames():
            frame.layers.append({})
        run()
        return [frame.layers.pop() for frame in self._frames()]

    def _join(self, *ends: list[dict[str, Value]], is_loop: bool = False) -> None:
        for frame, layers in zip(self._frames(), zip(*ends, strict=True), strict=True):
            frame.join(layers, is_loop=is_loop)

    def _nothing(self) -> list[dict[str, Value]]:
        return [{} for _ in self._frames()]

    def _expecting(self, names: Iterable[str], body: list[ast.stmt]) -> list[dict[str, Value]]:
        """Follow a branch in which these names may be taken as bound."""
        assumed = {name: (Binding(self.now, Thing()),) for name in names}

        def run() -> None:
            for name, value in assumed.items():
                self._home(name).set(name, value)
            self.body(body)

        ends = self._aside(run)
        return [{name: v for name, v in layer.items() if v is not assumed.get(name)} for layer in ends]

    def if_statement(self, node: ast.If) -> None:
        """One of two branches. In a loop, what one branch binds may be there from an earlier round when the other reads it."""
        self.eval(node.test)
        if is_main(node.test) or (isinstance(node.test, ast.Constant) and node.test.value):
            self.body(node.body)
        elif never_holds(node.test):
            self.body(node.orelse)
        else:
            bound = (_bound(node.orelse), _bound(node.body)) if self._loops else ((), ())
            ends = [self._expecting(names, way) for names, way in zip(bound, (node.body, node.orelse), strict=True)]
            ways = [end for end, way in zip(ends, (node.body, node.orelse), strict=True) if not _raises(way)]
            if ways:
                self._join(*ways)

    def for_loop(self, node: ast.For | ast.AsyncFor) -> None:
        """The iterable, the target, then a body that need not run."""
        things = self.eval(node.iter)

        def rounds() -> None:
            self.each(node.target, node.iter, things)
            self._round(node.body)

        if _never_empty(node.iter):
            rounds()
        else:
            self._join(self._aside(rounds), self._nothing(), is_loop=True)
        self.body(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        """The test, then a body that need not run."""
        self.eval(node.test)
        if isinstance(node.test, ast.Constant) and node.test.value:
            self._round(node.body)
        else:
            self._join(self._aside(partial(self._round, node.body)), self._nothing())
        self.body(node.orelse)

    def _round(self, body: list[ast.stmt]) -> None:
        self._loops += 1
        self.body(body)
        self._loops -= 1

    def try_statement(self, node: ast.Try) -> None:
        """The body, or some of it and a handler."""
        body = self._aside(partial(self.body, node.body))

        def done() -> None:
            self._join(body)
            self.body(node.orelse)

        def handled(handler: ast.ExceptHandler) -> None:
            self._join(body, self._nothing())
            self._handler(handler)

        ends = [(handler, self._aside(partial(handled, handler))) for handler in node.handlers]
        self._join(self._aside(done), *(end for handler, end in ends if not _raises(handler.body)))
        self.body(node.finalbody)

    def _handler(self, node: ast.ExceptHandler) -> None:
        self.eval(node.type)
        if node.name:
            self.assign(node.name, ())
        self.body(node.body)
        if node.name:
            self._home(node.name).set(node.name, ())

    def with_statement(self, node: ast.With | ast.AsyncWith) -> None:
        """Context managers in order, then the body, which always runs."""
        for item in node.items:
            things = self.eval(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, things)
        self.body(node.body)

    def match_statement(self, node: ast.Match) -> None:
        """The subject, then one of the cases, or none."""
        self.eval(node.subject)

        def run(case: ast.match_case) -> None:
            for pattern in nodes_in(case.pattern):
                if name := captured(pattern):
                    self.assign(name, ())
                if isinstance(pattern, (ast.MatchValue, ast.MatchClass)):
                    self.eval(pattern.value if isinstance(pattern, ast.MatchValue) else pattern.cls)
            self.eval(case.guard)
            self.body(case.body)

        last = node.cases[-1]
        exhaustive = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
        ends = [self._aside(partial(run, case)) for case in node.cases]
        self._join(*ends, *(() if exhaustive else (self._nothing(),)))


def assigned_pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The pairs of `a, b = x, y`; none where the sides do not match one by one."""
    if not isinstance(target, (ast.Tuple, ast.List)) or not isinstance(value, (ast.Tuple, ast.List)):
        return []
    starred = any(isinstance(item, ast.Starred) for item in (*target.elts, *value.elts))
    return [] if starred or len(target.elts) != len(value.elts) else list(zip(target.elts, value.elts, strict=True))


def _bound(statements: Sequence[ast.stmt]) -> frozenset[str]:
    """The names that these statements assign on their own level."""
    targets = (t for s in statements if isinstance(s, ast.Assign) for t in s.targets)
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def _raises(statements: Sequence[ast.stmt]) -> bool:
    """Does the run of the cell end here for certain?"""
    return bool(statements) and isinstance(statements[-1], ast.Raise)


def _never_empty(iterable: ast.expr) -> bool:
    """Is it plain to see that a loop runs at least once?"""
    if isinstance(iterable, (ast.List, ast.Tuple, ast.Set)):
        return any(not isinstance(item, ast.Starred) for item in iterable.elts)
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range":
        values = [argument.value for argument in iterable.args if isinstance(argument, ast.Constant)]
        sizes = [value for value in values if isinstance(value, int)]
        if 0 < len(sizes) == len(iterable.args) < 4 and 0 not in sizes[2:]:
            return bool(range(*sizes))
    return False


Walk.statements = {
    ast.Expr: Walk.expression,
    ast.Assign: Walk.assignment,
    ast.AnnAssign: Walk.assignment,
    ast.AugAssign: Walk.augmented,
    ast.Delete: Walk.delete,
    ast.Import: Walk.imports,
    ast.ImportFrom: Walk.imports,
    ast.FunctionDef: Walk.definition,
    ast.AsyncFunctionDef: Walk.definition,
    ast.ClassDef: Walk.class_definition,
    ast.Return: Walk.returns,
    ast.If: Walk.if_statement,
    ast.For: Walk.for_loop,
    ast.AsyncFor: Walk.for_loop,
    ast.While: Walk.while_loop,
    ast.Try: Walk.try_statement,
    ast.TryStar: Walk.try_statement,
    ast.With: Walk.with_statement,
    ast.AsyncWith: Walk.with_statement,
    ast.Match: Walk.match_statement,
}
