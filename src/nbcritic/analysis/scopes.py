"""Walks statements in evaluation order and writes down what happens to names; scopes are resolved on the way.

Functions and classes are summarised: what their bodies do to names from outside is kept aside until somebody calls them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from nbcritic.analysis.events import (
    AT_CONSTRUCTION,
    EAGER,
    LATER,
    MUTATORS,
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
    opens,
    opens_by_store,
    parameters,
    root_name,
    stored_names,
)

__all__ = ["Event", "EventKind", "Function", "Visitor", "root_name", "stored_names"]


class Visitor:
    """Collects the events of one scope. `events` is in evaluation order."""

    def __init__(self, *, guarded: bool = False, annotations: bool = True) -> None:
        self.events: list[Event] = []
        self.functions: list[Function] = []
        self.local_names: set[str] = set()
        self.local_imports: dict[str, str] = {}
        self.attributes: set[str] = set()
        """Every attribute that is read: a method that nobody mentions is one that nobody calls."""
        self._annotations = annotations
        self._globals: set[str] = set()
        self._nonlocals: set[str] = set()
        self._depth = 0
        self._guards = int(guarded)

    # -- writing down ------------------------------------------------------------------------------------------------

    def add(self, kind: EventKind, name: str, node: ast.AST | None, how: str = "", origin: str = "") -> None:
        """Write down one event at this point."""
        self.events.append(Event(kind, name, node, how, self._depth, self._guards > 0, origin))

    def visit(self, node: ast.AST) -> None:
        """Write down what `node` does, children first where Python evaluates them first."""
        method = _VISIT.get(node.__class__)
        if method is not None:
            method(self, node)
        else:
            self.children(node)

    def children(self, node: ast.AST) -> None:
        """Visit every child, in the order of the fields (which is the order of evaluation for most nodes)."""
        for name in node._fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Visit these in order."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    def branch(self, nodes: Iterable[ast.AST | None], *, guarded: bool = False) -> None:
        """Visit what need not happen, or (guarded) what happens under the eyes of somebody who expects a missing name."""
        self._depth += 1
        self._guards += guarded
        self.all(nodes)
        self._depth -= 1
        self._guards -= guarded

    # -- expressions -------------------------------------------------------------------------------------------------

    def name(self, node: ast.Name) -> None:
        """A bare name: load, store or delete."""
        context = node.ctx.__class__
        if context is ast.Load:
            self.add("use", node.id, node)
        elif context is ast.Store:
            self.add("bind", node.id, node, "assign")
        else:
            self.add("use", node.id, node)
            self.add("delete", node.id, node)

    def operation(self, node: ast.BinOp) -> None:
        """A long sum is a deep tree to the left: walk it without recursion."""
        operands: list[ast.expr] = []
        here: ast.expr = node
        while isinstance(here, ast.BinOp):
            operands.append(here.right)
            here = here.left
        self.visit(here)
        self.all(reversed(operands))

    def either(self, node: ast.BoolOp) -> None:
        """`a and b`: only the first operand is sure to be evaluated."""
        self.visit(node.values[0])
        self.branch(node.values[1:])

    def conditional(self, node: ast.IfExp) -> None:
        """`a if test else b`."""
        self.visit(node.test)
        self.branch((node.body, node.orelse))

    def walrus(self, node: ast.NamedExpr) -> None:
        """`name := value`."""
        self.visit(node.value)
        self.add("bind", node.target.id, node, "walrus")

    def chain(self, node: ast.Call | ast.Attribute | ast.Subscript) -> None:
        """`a.b(c)[d].e(f)` is a deep tree to the left as well."""
        links: list[ast.Call | ast.Attribute | ast.Subscript] = []
        here: ast.expr = node
        while isinstance(here, ast.Call | ast.Attribute | ast.Subscript):
            links.append(here)
            here = here.func if isinstance(here, ast.Call) else here.value
        if isinstance(here, ast.Lambda):
            self._inline(here, now=True)
        else:
            self.visit(here)
        for link in reversed(links):
            if isinstance(link, ast.Call):
                self._call(link)
            else:
                self._access(link)

    def _access(self, node: ast.Attribute | ast.Subscript) -> None:
        """`x.a` and `x[i]`: a store or delete there changes what `x` holds."""
        if isinstance(node, ast.Subscript):
            self.visit(node.slice)
        if node.ctx.__class__ is ast.Load:
            if isinstance(node, ast.Attribute):
                self.attributes.add(node.attr)
        elif (root := root_name(node)) is not None:
            self.add("mutate", root.id, node, "subscript" if isinstance(node, ast.Subscript) else "attribute")

    def _call(self, node: ast.Call) -> None:
        """A call: of a function by name, of a method that may change its object, or of something that makes names."""
        function = node.func
        eager = called_name(function) in EAGER
        arguments = [*node.args, *(word.value for word in node.keywords)]
        for argument in arguments:
            if isinstance(argument, ast.Lambda):
                self._inline(argument, now=eager)
            else:
                self.visit(argument)
        for argument in arguments if eager else ():
            if isinstance(argument, ast.Name):
                self.add("call", argument.id, argument, "handed over")
        if isinstance(function, ast.Name):
            self.add("call", function.id, node)
        elif isinstance(function, ast.Attribute) and (root := root_name(function.value)) is not None:
            if any(word.arg == "inplace" and getattr(word.value, "value", None) is True for word in node.keywords):
                self.add("mutate", root.id, node, "inplace")
            elif function.attr in MUTATORS:
                self.add("mutate", root.id, node, f".{function.attr}")
        if reason := opens(node):
            self.add("unknown", "", node, reason)

    def comprehension(self, node: Comprehension) -> None:
        """A scope of its own; only the first iterable is evaluated outside, and `:=` binds outside."""
        inner = self._inner(self._depth)
        first, *rest = node.generators
        self.visit(first.iter)
        targets: set[str] = set()
        for generator in (first, *rest):
            if generator is not first:
                inner.visit(generator.iter)
            targets.update(stored_names(generator.target))
            inner.all(generator.ifs)
        inner.all((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,))
        self.events += [event for event in inner.events if event.name not in targets]
        self._adopt(inner)

    def anonymous(self, node: ast.Lambda) -> None:
        """A lambda that is stored somewhere: it runs later, if ever."""
        self._inline(node, now=False)

    def _inline(self, node: ast.Lambda, *, now: bool) -> None:
        function = self._function("<lambda>", node)
        for event in (*function.events, *function.later):
            how = event.how if now or event.kind == "bind" else LATER
            guarded = event.guarded or self._guards > 0
            self.events.append(replace(event, how=how, depth=event.depth + self._depth + 1, guarded=guarded))

    # -- statements --------------------------------------------------------------------------------------------------

    def assign(self, node: ast.Assign) -> None:
        """Values first, then targets; a lambda under a name is a function."""
        if isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
            target = node.targets[0]
            self.functions.append(self._function(target.id, node.value, target))
        else:
            self.visit(node.value)
        for target in node.targets:
            if reason := opens_by_store(target):
                self.add("unknown", "", target, reason)
            self.visit(target)

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
        if not isinstance(node.target, ast.Name | ast.Tuple | ast.List):
            self.branch([node.target])
        self._loop(node.body)
        self.branch(node.orelse)

    def while_loop(self, node: ast.While) -> None:
        """The test, then a body that need not run."""
        self.visit(node.test)
        self._loop(node.body, guarded=never_holds(node.test))
        self.branch(node.orelse)

    def _loop(self, body: list[ast.stmt], *, guarded: bool = False) -> None:
        """What a branch in a loop reads may have been bound in an earlier round: such a reading is guarded."""
        start, inside = len(self.events), self._depth + 1
        self.branch(body, guarded=guarded)
        events = self.events
        bound = {event.name for event in events[start:] if event.kind == "bind"}
        for index in range(start, len(events)) if bound else ():
            event = events[index]
            if event.depth > inside and event.kind == "use" and event.name in bound and not event.guarded:
                events[index] = replace(event, guarded=True)

    def if_statement(self, node: ast.If) -> None:
        """A chain of `elif` is walked without recursion. `if "x" in globals()` is how people ask whether a name is there."""
        depth, guards = self._depth, self._guards
        while True:
            self.visit(node.test)
            guarded = asks_for_names(node.test) or never_holds(node.test)
            if not is_main(node.test):
                self._depth += 1
            self._guards += guarded
            self.all(node.body)
            if never_holds(node.test):
                self._guards -= guarded
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        self.all(node.orelse)
        self._depth, self._guards = depth, guards

    def try_statement(self, node: ast.Try) -> None:
        """The body may stop anywhere; a handler of NameError (or of everything) guards it."""
        self.branch(node.body, guarded=any(catches_names(handler) for handler in node.handlers))
        self.branch((*node.handlers, *node.orelse))
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
        self.branch(node.cases)

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
        own = {argument.arg for argument in parameters(node.args)} | _type_parameters(node) | {"__class__"}
        own |= {event.name for event in inner.events if event.kind == "bind"} - inner._globals - inner._nonlocals
        events = [
            replace(event, how="global") if event.kind == "bind" and event.name in inner._globals else event
            for event in inner.events
            if event.name not in own
        ]
        later = list[Event]()
        called = {event.name for event in inner.events if event.kind == "call"}
        for function in inner.functions:
            (events if function.name in called else later).extend(e for e in function.events if e.name not in own)
            later += [event for event in function.later if event.name not in own]
        self.local_names |= own | inner.local_names
        self.local_imports.update(inner.local_imports)
        self.local_imports.update({e.name: e.origin for e in inner.events if e.how == "import" and e.name in own})
        self.attributes |= inner.attributes
        return Function(name, node, tuple(events), tuple(later), bound_by)

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class body runs now, in a scope that its methods do not see."""
        self.all(node.decorator_list)
        inner = self._inner(self._depth)
        inner.all((*node.bases, *(word.value for word in node.keywords), *node.body))
        own = {event.name for event in inner.events if event.kind == "bind"} - inner._globals
        own |= _type_parameters(node) | {"__module__", "__qualname__"}
        self.events += [event for event in inner.events if event.name not in own]
        now = [e for f in inner.functions if f.name in AT_CONSTRUCTION for e in f.events]
        methods = [f for f in inner.functions if f.name not in AT_CONSTRUCTION]
        later = [e for f in inner.functions for e in (f.later if f.name in AT_CONSTRUCTION else (*f.events, *f.later))]
        self._adopt(inner, functions=False)
        self.functions.append(Function(node.name, node, tuple(now), tuple(later), node))
        self.add("bind", node.name, node, "class")

    def _inner(self, depth: int = 0) -> Visitor:
        inner = Visitor(guarded=self._guards > 0, annotations=self._annotations)
        inner._depth = depth
        return inner

    def _adopt(self, inner: Visitor, *, functions: bool = True) -> None:
        self.functions += inner.functions if functions else ()
        self.local_names |= inner.local_names
        self.local_imports.update(inner.local_imports)
        self.attributes |= inner.attributes


def _type_parameters(node: ast.AST) -> set[str]:
    """The `T` of `def f[T](x: T)` (Python 3.12)."""
    return {parameter.name for parameter in getattr(node, "type_params", ())}


_VISIT: dict[type[ast.AST], Callable[[Visitor, Any], None]] = {
    ast.Name: Visitor.name,
    ast.Constant: lambda visitor, node: None,
    ast.BinOp: Visitor.operation,
    ast.BoolOp: Visitor.either,
    ast.Attribute: Visitor.chain,
    ast.Subscript: Visitor.chain,
    ast.Call: Visitor.chain,
    ast.ListComp: Visitor.comprehension,
    ast.SetComp: Visitor.comprehension,
    ast.DictComp: Visitor.comprehension,
    ast.GeneratorExp: Visitor.comprehension,
    ast.NamedExpr: Visitor.walrus,
    ast.IfExp: Visitor.conditional,
    ast.Lambda: Visitor.anonymous,
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
    _VISIT[ast.TypeAlias] = Visitor.alias
