"""Walks statements in evaluation order and writes down what happens to names; scopes are resolved on the way.

Functions and classes are summarised: what their bodies do to names from outside is kept aside until somebody calls them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nbcritic.analysis.events import (
    AT_CONSTRUCTION,
    METHOD,
    PROPERTY,
    SELF,
    WRAPPED,
    Comprehension,
    Event,
    EventKind,
    Function,
    FunctionNode,
    asks_for_names,
    called_name,
    catches_names,
    forgives_names,
    is_main,
    never_holds,
    opens_by_store,
    parameters,
    root_name,
    stored_names,
)
from nbcritic.analysis.expressions import Expressions
from nbcritic.analysis.loops import Block, always_holds, comes_first, leaves_early

__all__ = ["Event", "EventKind", "Function", "Visitor", "root_name", "stored_names"]


class Visitor(Expressions):
    """Collects the events of one scope: statements, functions and classes."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._blocks: list[Block] = []

    def branch(self, nodes: Iterable[ast.AST | None], *, guarded: bool = False, sure: bool = False) -> None:
        """Visit what need not happen, and remember where it stands."""
        start = len(self.events)
        self._depth += 1
        self._guards += guarded
        self.all(nodes)
        self._blocks.append(Block(start, len(self.events), self._depth, sure))
        self._depth -= 1
        self._guards -= guarded

    def _inline(self, node: ast.Lambda, *, now: bool) -> None:
        start = len(self.events)
        super()._inline(node, now=now)
        self._blocks.append(Block(start, len(self.events), self._depth + 1, now))

    def _elements(self, node: Comprehension) -> None:
        known = len(self._blocks)
        super()._elements(node)
        del self._blocks[known:]  # they are counted in events of the comprehension

    # -- statements --------------------------------------------------------------------------------------------------

    def assign(self, node: ast.Assign) -> None:
        """Values first, then targets; a lambda under a name is a function."""
        first = node.targets[0]
        if isinstance(node.value, ast.Lambda) and isinstance(first, ast.Name):
            self.functions.append(self._function(first.id, node.value, first))
        elif self._top and isinstance(first, ast.Name) and _is_lazy(node.value):
            self._generator(first, node.value)
        elif not isinstance(node.value, ast.Constant):
            self._kept = (node.value, first.id if isinstance(first, ast.Name) else "")
            self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.add("bind", target.id, target, "assign")
                continue
            if reason := opens_by_store(target):
                self.add("unknown", "", target, reason)
            self.visit(target)

    def _generator(self, target: ast.Name, value: ast.expr) -> None:
        """`x = (f(n) for n in m)` and `x = map(f, m)`: what is done for each comes when somebody iterates over `x`."""
        inner = self._inner(self._depth)
        if isinstance(value, ast.GeneratorExp):
            self.visit(value.generators[0].iter)
            inner._elements(value)
        elif isinstance(value, ast.Call):
            function = value.args[0]
            self.all(value.args[isinstance(function, ast.Lambda) :])
            if isinstance(function, ast.Lambda):
                inner._inline(function, now=True)
            elif isinstance(function, ast.Name):
                inner.add("call", function.id, function, "handed over")
        self._adopt(inner)
        self.functions.append(Function(target.id, value, tuple(inner.events), bound_by=target, lazy=True))

    def augmented(self, node: ast.AugAssign) -> None:
        """`x += 1` reads and binds `x`; `x[i] += 1` changes `x` in place."""
        if isinstance(node.target, ast.Name):
            self.add("use", node.target.id, node.target)
            self.visit(node.value)
            self.add("bind", node.target.id, node, "augment")
        else:
            self.visit(node.value)
            self.visit(node.target)

    def annotated(self, node: ast.AnnAssign) -> None:
        """An annotation without a value binds nothing."""
        if self._annotations:
            self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def alias(self, node: ast.AST) -> None:
        """`type X = …` (Python 3.12): its value is evaluated later, if ever."""
        name = getattr(node, "name", None)
        if isinstance(name, ast.Name):
            self.add("bind", name.id, name, "assign")

    def imports(self, node: ast.Import) -> None:
        """`import a.b` binds `a`."""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.add("bind", name, node, "import", alias.name if alias.asname else name)

    def imports_from(self, node: ast.ImportFrom) -> None:
        """`from a import b`; a star brings names that nobody sees."""
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.add("unknown", "", node, f"`from {module} import *`")
            else:
                joined = module + alias.name if module.endswith(".") else f"{module}.{alias.name}"
                self.add("bind", alias.asname or alias.name, node, "import", joined)

    def for_loop(self, node: ast.For | ast.AsyncFor) -> None:
        """The iterable, the target, then a body that need not run."""
        self.visit(node.iter)
        for name in stored_names(node.target):
            self.add("bind", name, node.target, "for")
        if not isinstance(node.target, (ast.Name, ast.Tuple, ast.List)):
            self.branch([node.target])
        self._loop(node.body)
        self.branch(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        """The test, then a body that need not run."""
        self.visit(node.test)
        self._loop(node.body, guarded=never_holds(node.test), sure=always_holds(node.test))
        self.branch(node.orelse)

    def _loop(self, body: list[ast.stmt], *, guarded: bool = False, sure: bool = False) -> None:
        """What a branch in a loop reads may have been bound in an earlier round: such a reading is guarded.

        What the loop deletes in each round is gone afterwards.
        """
        start, inside, known = len(self.events), self._depth + 1, len(self._blocks)
        self.branch(body, guarded=guarded, sure=sure)
        events, blocks = self.events, self._blocks[known:-1]
        bound: dict[str, list[int]] = {}
        for index in range(start, len(events)):
            event = events[index]
            if event.kind == "bind":
                bound.setdefault(event.name, []).append(index)
            elif event.kind == "delete" and event.depth == inside and not event.guarded and not leaves_early(body):
                events[index] = event._replace(depth=inside - 1)
        looked_at: set[str] = set()
        for index in range(start, len(events)) if bound else ():
            event = events[index]
            if event.depth > inside and event.kind == "use" and event.name in bound and not event.guarded:
                first_round = event.name not in looked_at and comes_first(
                    index, event, bound[event.name], inside, blocks
                )
                looked_at.add(event.name)
                if not first_round:
                    events[index] = event._replace(guarded=True)

    def if_statement(self, node: ast.If) -> None:
        """A chain of `elif` is walked without recursion. `if "x" in globals()` is how people ask whether a name is there."""
        depth, guards = self._depth, self._guards
        others: list[tuple[int, int]] = []
        while True:
            test = node.test
            self.visit(test)
            never = never_holds(test)
            guarded = never or asks_for_names(test)
            if not is_main(test):
                self._depth += 1
            self._guards += guarded
            start = len(self.events)
            self.all(node.body)
            self._blocks.append(Block(start, len(self.events), self._depth, always_holds(test)))
            others.append((len(self.events), self._depth))
            if never:
                self._guards -= guarded
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        self.all(node.orelse)
        self._blocks += [Block(start, len(self.events), deep, False) for start, deep in others]
        self._depth, self._guards = depth, guards

    def try_statement(self, node: ast.Try) -> None:
        """The body may stop anywhere; a handler of NameError (or of everything) guards it."""
        self.branch(node.body, guarded=any(catches_names(handler) for handler in node.handlers), sure=True)
        for handler in node.handlers:
            self.branch([handler])
        self.branch(node.orelse)
        self.all(node.finalbody)

    def handler(self, node: ast.ExceptHandler) -> None:
        """`except E as name`."""
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self.add("bind", node.name, node, "except")
        self.all(node.body)

    def with_statement(self, node: ast.With | ast.AsyncWith) -> None:
        """Context managers in order, then the body, which always runs."""
        guarded = False
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
            guarded = guarded or forgives_names(item)
        self._guards += guarded
        self.all(node.body)
        self._guards -= guarded

    def match_statement(self, node: ast.Match) -> None:
        """The subject, then branches."""
        self.visit(node.subject)
        for case in node.cases:
            self.branch([case])

    def pattern(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        """Captures of a pattern."""
        self.children(node)
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self.add("bind", name, node, "match")

    def declare_global(self, node: ast.Global) -> None:
        """`global x` in a function: its bindings of `x` are the notebook's."""
        self._globals.update(node.names)

    def declare_nonlocal(self, node: ast.Nonlocal) -> None:
        """`nonlocal x`."""
        self._nonlocals.update(node.names)

    # -- functions and classes ---------------------------------------------------------------------------------------

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators, defaults and annotations run now; the body when somebody calls."""
        self.all(node.decorator_list)
        generic = _type_parameters(node)
        signature = self._inner(self._depth)
        signature._signature(node.args)
        if node.returns is not None and self._annotations:
            signature.visit(node.returns)
        self.events += [event for event in signature.events if event.name not in generic]
        self._adopt(signature)
        self.functions.append(self._function(node.name, node, node))
        self.add("bind", node.name, node, "def")
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name):
                self.add("call", decorator.id, decorator)

    def _signature(self, arguments: ast.arguments) -> None:
        self.all((*arguments.defaults, *arguments.kw_defaults))
        if self._annotations:
            self.all(argument.annotation for argument in parameters(arguments))

    def _function(self, name: str, node: FunctionNode, bound_by: ast.AST | None = None) -> Function:
        """Summarise a body: its events on names that are not its own."""
        inner = self._inner()
        if isinstance(node, ast.Lambda):
            self._signature(node.args)
            inner.visit(node.body)
        else:
            inner._annotations = False  # those of local variables are never evaluated
            inner.all(node.body)
        named = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        own = {argument.arg for argument in parameters(node.args)} | _type_parameters(node) | {"__class__"}
        bound = {event.name for event in inner.events if event.kind in ("bind", "delete")}
        own |= bound - inner._globals - inner._nonlocals
        first = named[0] if named else ""
        events = [
            event._replace(how="global") if event.kind == "bind" and event.name in inner._globals else event
            for event in (*_wrapping(node), *_outward(inner.events, own, first))
        ]
        later = list[Event]()
        called = {event.name for event in inner.events if event.kind == "call" and event.how not in (METHOD, PROPERTY)}
        for function in inner.functions:
            (events if function.name in called else later).extend(_outward(function.events, own, first))
            later += _outward(function.afterwards, own, first)
        runs = tuple((place, name) for place, name in enumerate(named) if name in called)
        self.local_names |= own | inner.local_names
        self.local_imports.update(inner.local_imports)
        self.local_imports.update({e.name: e.origin for e in inner.events if e.how == "import" and e.name in own})
        self.attributes |= inner.attributes
        hooked = bool(getattr(node, "decorator_list", ()))
        return Function(name, node, tuple(events), tuple(later), (), bound_by, hooked, inner._yields, runs)

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class body runs now, in a scope that its methods do not see."""
        self.all(node.decorator_list)
        inner = self._inner(self._depth)
        inner.all((*node.bases, *(word.value for word in node.keywords), *node.body))
        own = {event.name for event in inner.events if event.kind == "bind"} - inner._globals
        own |= _type_parameters(node) | {"__module__", "__qualname__"}
        self.events += [event for event in inner.events if event.name not in own]
        functions = [_of_class(function, node.name) for function in inner.functions]
        now = [e for f in functions if f.name in AT_CONSTRUCTION for e in f.events]
        later = [e for f in functions if f.name in AT_CONSTRUCTION for e in f.afterwards]
        methods = [f for f in functions if f.name not in AT_CONSTRUCTION]
        self._adopt(inner, functions=False)
        hooked = bool(node.bases or node.decorator_list)
        self.functions.append(Function(node.name, node, tuple(now), tuple(later), tuple(methods), node, hooked))
        self.add("bind", node.name, node, "class")

    def _inner(self, depth: int = 0) -> Visitor:
        inner = Visitor(guarded=self._guards > 0, annotations=self._annotations, methods=self._methods)
        inner._depth = depth
        return inner


def _type_parameters(node: ast.AST) -> set[str]:
    """The `T` of `def f[T](x: T)` (Python 3.12)."""
    return {parameter.name for parameter in getattr(node, "type_params", ())}


def _is_lazy(value: ast.expr) -> bool:
    """Is it a generator expression, `map(f, x)` or `filter(f, x)`?"""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("map", "filter") and len(value.args) > 1
    return isinstance(value, ast.GeneratorExp)


def _wrapping(node: FunctionNode) -> list[Event]:
    """The calls of what decorators have put around a function."""
    decorators = getattr(node, "decorator_list", ())
    functions = [decorator.func if isinstance(decorator, ast.Call) else decorator for decorator in decorators]
    return [Event("call", called_name(f), f, WRAPPED) for f in functions if isinstance(f, ast.Name)]


def _outward(events: Iterable[Event], own: set[str], first: str) -> list[Event]:
    """The events of a scope that are seen from outside; a method's call is, even that of a local variable or of `self`."""
    found = []
    for event in events:
        if event.name not in own:
            found.append(event)
        elif event.kind == "call" and event.how in (METHOD, PROPERTY):
            found.append(event._replace(name=SELF if event.name == first else ""))
    return found


def _of_class(method: Function, owner: str) -> Function:
    """A method that knows whose it is."""
    if not any(event.name == SELF for event in (*method.events, *method.later)):
        return method
    events, later = (
        tuple(event._replace(name=owner) if event.name == SELF else event for event in some)
        for some in (method.events, method.later)
    )
    return replace(method, events=events, later=later)


Visitor.handlers = {
    **Expressions.handlers,
    ast.Assign: Visitor.assign,
    ast.AugAssign: Visitor.augmented,
    ast.AnnAssign: Visitor.annotated,
    ast.Import: Visitor.imports,
    ast.ImportFrom: Visitor.imports_from,
    ast.For: Visitor.for_loop,
    ast.AsyncFor: Visitor.for_loop,
    ast.While: Visitor.while_loop,
    ast.If: Visitor.if_statement,
    ast.Try: Visitor.try_statement,
    ast.ExceptHandler: Visitor.handler,
    ast.With: Visitor.with_statement,
    ast.AsyncWith: Visitor.with_statement,
    ast.Match: Visitor.match_statement,
    ast.MatchAs: Visitor.pattern,
    ast.MatchStar: Visitor.pattern,
    ast.MatchMapping: Visitor.pattern,
    ast.Global: Visitor.declare_global,
    ast.Nonlocal: Visitor.declare_nonlocal,
    ast.FunctionDef: Visitor.definition,
    ast.AsyncFunctionDef: Visitor.definition,
    ast.ClassDef: Visitor.class_definition,
    ast.TryStar: Visitor.try_statement,
}
if hasattr(ast, "TypeAlias"):
    Visitor.handlers[ast.TypeAlias] = Visitor.alias
