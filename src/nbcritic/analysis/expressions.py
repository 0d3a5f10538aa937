"""Walks expressions in evaluation order and writes down what happens to names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from nbcritic.analysis.code import ATOMS, fields
from nbcritic.analysis.events import (
    EAGER,
    ENDS,
    LATER,
    MAY_OPEN,
    METHOD,
    PROPERTY,
    QUERIES,
    Comprehension,
    Event,
    EventKind,
    Function,
    FunctionNode,
    asks_for_names,
    opens,
    queried,
    root_name,
    stored_names,
)
from nbcritic.analysis.graph_changes import changes_object

_LINKS = frozenset({ast.Call, ast.Attribute, ast.Subscript})
_SILENT = ATOMS | {ast.Constant}
_make = tuple.__new__


class Expressions:
    """Collects the events of one scope. `events` is in evaluation order."""

    handlers: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {}

    def __init__(
        self,
        *,
        guarded: bool = False,
        annotations: bool = True,
        methods: frozenset[str] = frozenset(),
        top: bool = False,
    ) -> None:
        self.events: list[Event] = []
        self.functions: list[Function] = []
        self.local_names: set[str] = set()
        self.local_imports: dict[str, str] = {}
        self.attributes: set[str] = set()
        """Every attribute that is read: a method that nobody mentions is one that nobody calls."""
        self._annotations = annotations
        self._methods = methods
        """The names of the methods of all classes of the page."""
        self._top = top
        """Is it the cell's own scope?"""
        self._kept: tuple[ast.AST | None, str] = (None, "")
        """The call whose result is kept, and under which name."""
        self._discarded: ast.AST | None = None
        """The value of a statement that does nothing with it."""
        self._yields = False
        self._globals: set[str] = set()
        self._nonlocals: set[str] = set()
        self._depth = 0
        self._guards = int(guarded)

    # -- writing down ------------------------------------------------------------------------------------------------

    def add(self, kind: EventKind, name: str, node: ast.AST | None, how: str = "", origin: str = "") -> None:
        """Write down one event at this point."""
        # `Event(…)` would go through a function that Python writes for it, a quarter of a million times a run.
        self.events.append(_make(Event, (kind, name, node, how, self._depth, self._guards > 0, origin)))

    def visit(self, node: ast.AST) -> None:
        """Write down what `node` does, children first where Python evaluates them first."""
        self.handlers.get(node.__class__, _children)(self, node)

    def children(self, node: ast.AST) -> None:
        """Visit every child, in the order of the fields (which is the order of evaluation for most nodes)."""
        handlers = self.handlers
        for name in fields(node.__class__):
            value = getattr(node, name, None)
            for item in value if value.__class__ is list else (value,):
                kind: Any = item.__class__
                if kind not in _SILENT:
                    handlers.get(kind, _children)(self, item)

    def all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Visit these in order; what stands below a `return` is written down as if somebody caught what is missing there."""
        guards, handlers = self._guards, self.handlers
        for node in nodes:
            if node is not None:
                kind = node.__class__
                handlers.get(kind, _children)(self, node)
                if kind in ENDS:
                    self._guards += 1
        self._guards = guards

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
            # `add` written out: this is half of all events.
            self.events.append(_make(Event, ("use", node.id, node, "", self._depth, self._guards > 0, "")))
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
        """`a and b`: only the first operand is sure to be evaluated, and it may ask for the names of the others."""
        first = node.values[0]
        self.visit(first)
        self.branch(node.values[1:], guarded=asks_for_names(first))

    def conditional(self, node: ast.IfExp) -> None:
        """`a if test else b`."""
        self.visit(node.test)
        self.branch((node.body, node.orelse), guarded=asks_for_names(node.test))

    def walrus(self, node: ast.NamedExpr) -> None:
        """`name := value`."""
        self.visit(node.value)
        self.add("bind", node.target.id, node, "walrus")

    def chain(self, node: ast.Call | ast.Attribute | ast.Subscript) -> None:
        """`a.b(c)[d].e(f)` is a deep tree to the left as well."""
        links: list[Any] = []
        here: Any = node
        while (kind := here.__class__) in _LINKS:
            links.append(here)
            here = here.func if kind is ast.Call else here.value
        if kind is ast.Name:
            self.events.append(_make(Event, ("use", here.id, here, "", self._depth, self._guards > 0, "")))
        elif kind is ast.Lambda:
            self._inline(here, now=True)
        elif kind is not ast.Constant:
            self.visit(here)
        for link in reversed(links):
            kind = link.__class__
            if kind is ast.Call:
                self._call(link)
            elif kind is ast.Attribute and link.ctx.__class__ is ast.Load:
                self.attributes.add(link.attr)
                if link.attr in self._methods:
                    root = root_name(link.value)
                    self.add("call", root.id if root is not None else "", link, PROPERTY, link.attr)
            else:
                self._access(link)

    def _access(self, node: ast.Attribute | ast.Subscript) -> None:
        """`x[i]`, and a store or delete in `x.a` or there, which changes what `x` holds."""
        if isinstance(node, ast.Subscript) and node.slice.__class__ is not ast.Constant:
            self.visit(node.slice)
        if node.ctx.__class__ is not ast.Load and (root := root_name(node)) is not None:
            self.add("mutate", root.id, node, "subscript" if isinstance(node, ast.Subscript) else "attribute")

    def _call(self, node: ast.Call) -> None:
        """A call: of a function by name, of a method that may change its object, or of something that makes names."""
        function: Any = node.func
        way = function.__class__
        called = function.attr if way is ast.Attribute else function.id if way is ast.Name else ""
        words = node.keywords
        arguments = [*node.args, *[word.value for word in words]] if words else node.args
        handlers, calls = self.handlers, False
        for argument in arguments:
            kind = argument.__class__
            if kind is ast.Lambda:
                self._inline(argument, now=called in EAGER)  # type: ignore[arg-type]
            elif kind is not ast.Constant:
                calls = calls or kind is ast.Call
                handlers.get(kind, _children)(self, argument)
        if called in EAGER:
            for argument in arguments:
                if isinstance(argument, ast.Name):
                    self.add("call", argument.id, argument, "handed over")
        if called in QUERIES:
            for name in queried(node):
                self.add("use", name, node)
        if way is ast.Name:
            kept, under = self._kept
            self.add("call", called, node, "", under if node is kept else "")
        elif way is ast.Attribute:
            self._method(node, function)
        if (called in MAY_OPEN or (words and calls)) and (reason := opens(node, called)):  # `globals()` is a call
            self.add("unknown", "", node, reason)

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        """A method of a class of the page, or one that changes its object."""
        method = function.attr
        if method in self._methods:
            root = root_name(function.value)
            self.add("call", root.id if root is not None else "", node, METHOD, method)
        if node.keywords and any(w.arg == "inplace" and getattr(w.value, "value", None) is True for w in node.keywords):
            how = "inplace"
        elif changes_object(method, None, discarded=node is self._discarded):
            how = f".{method}"
        else:
            return
        if (root := root_name(function.value)) is not None:
            self.add("mutate", root.id, node, how)

    def discarded(self, node: ast.Expr) -> None:
        """A statement that is an expression: a method that gives something back as well would be another one."""
        self._discarded = node.value
        self.visit(node.value)

    def produced(self, node: ast.Yield | ast.YieldFrom) -> None:
        """`yield` makes a generator of its function."""
        self._yields = True
        self.children(node)

    def comprehension(self, node: Comprehension) -> None:
        """A scope of its own; only the first iterable is evaluated outside, and `:=` binds outside."""
        self.visit(node.generators[0].iter)
        self._elements(node)

    def _elements(self, node: Comprehension) -> None:
        """What a comprehension does for each of what it iterates over."""
        outer, yields = self.events, self._yields
        self.events = []
        targets: set[str] = set()
        for generator in node.generators:
            if generator is not node.generators[0]:
                self.visit(generator.iter)
            targets.update(stored_names(generator.target))
            self.all(generator.ifs)
        self.all((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,))
        outer += [event for event in self.events if event.name not in targets]
        self.events, self._yields = outer, yields

    def anonymous(self, node: ast.Lambda) -> None:
        """A lambda that is stored somewhere: it runs later, if ever."""
        self._inline(node, now=False)

    def _inline(self, node: ast.Lambda, *, now: bool) -> None:
        function = self._function("<lambda>", node)
        for event in (*function.events, *function.later):
            how = event.how if now or event.kind == "bind" else LATER
            guarded = event.guarded or self._guards > 0
            self.events.append(event._replace(how=how, depth=event.depth + self._depth + 1, guarded=guarded))

    # -- scopes, which `Visitor` knows -------------------------------------------------------------------------------

    def _inner(self, depth: int = 0) -> Expressions:
        """A visitor for a scope inside this one."""
        raise NotImplementedError

    def _adopt(self, inner: Expressions, *, functions: bool = True) -> None:
        """Take over what an inner scope has learnt."""
        self.functions += inner.functions if functions else ()
        self.local_names |= inner.local_names
        self.local_imports.update(inner.local_imports)
        self.attributes |= inner.attributes

    def _function(self, name: str, node: FunctionNode, bound_by: ast.AST | None = None) -> Function:
        """Summarise a body: its events on names that are not its own."""
        raise NotImplementedError


Expressions.handlers = {
    ast.Name: Expressions.name,
    ast.Constant: lambda visitor, node: None,
    ast.BinOp: Expressions.operation,
    ast.BoolOp: Expressions.either,
    ast.Attribute: Expressions.chain,
    ast.Subscript: Expressions.chain,
    ast.Call: Expressions.chain,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.NamedExpr: Expressions.walrus,
    ast.IfExp: Expressions.conditional,
    ast.Lambda: Expressions.anonymous,
    ast.Expr: Expressions.discarded,
    ast.Yield: Expressions.produced,
    ast.YieldFrom: Expressions.produced,
}
_children = Expressions.children
