"""Walks statements in evaluation order and writes down what happens to names; scopes are resolved on the way.

Functions and classes are summarised: what their bodies do to names from outside is kept aside until somebody calls them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

EventKind: TypeAlias = Literal["bind", "use", "call", "mutate", "delete", "unknown"]
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

MUTATORS = frozenset(
    "append extend insert remove pop clear sort reverse update add discard setdefault popitem appendleft extendleft popleft "
    "intersection_update difference_update symmetric_difference_update fill put itemset partition resize "
    "fit fit_transform fit_resample fit_predict partial_fit load_state_dict".split()
)
"""Methods that (may) change the object they are called on; whether one does depends on the object's kind."""
CATCHES = frozenset({"NameError", "UnboundLocalError", "Exception", "BaseException"})
NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
AT_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__", "setup"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a cell does with a name.

    `how` says by what: `assign`, `augment`, `import`, `def`, `class`, `for`, `with`, `except`, `magic`, `global` … for a binding;
    `subscript`, `attribute`, `inplace` or `.method` for a change in place; the reason for `unknown` (names may appear that the
    page does not show). `may` means that it need not happen each time (a branch, a loop, a `try`), `guarded` that a missing
    name would be caught. `origin` is the full name of what an import binds.
    """

    kind: EventKind
    name: str
    node: ast.AST | None
    how: str = ""
    may: bool = False
    guarded: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, lambda or class: its `events` on names from outside happen when it is called, not where it stands."""

    name: str
    node: ast.AST
    events: tuple[Event, ...]
    later: tuple[Event, ...] = ()
    """What happens at some unknown later time: the methods of a class."""


class Visitor:
    """Collects the events of one scope. `events` is in evaluation order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.functions: list[Function] = []
        self.local_names: set[str] = set()
        self.local_imports: dict[str, str] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self._branches = 0
        self._guards = 0

    # -- writing down ------------------------------------------------------------------------------------------------

    def add(self, kind: EventKind, name: str, node: ast.AST, how: str = "", origin: str = "") -> None:
        """Write down one event at this point."""
        self.events.append(Event(kind, name, node, how, self._branches > 0, self._guards > 0, origin))

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

    def branch(self, nodes: Iterable[ast.AST]) -> None:
        """Visit what need not happen."""
        self._branches += 1
        self.all(nodes)
        self._branches -= 1

    def guard(self, nodes: Iterable[ast.AST]) -> None:
        """Visit what happens under the eyes of somebody who expects a missing name."""
        self._guards += 1
        self.branch(nodes)
        self._guards -= 1

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

    def chain(self, node: ast.BinOp) -> None:
        """A long sum is a deep tree to the left: walk it without recursion."""
        operands: list[ast.expr] = []
        here: ast.expr = node
        while isinstance(here, ast.BinOp):
            operands.append(here.right)
            here = here.left
        self.visit(here)
        self.all(reversed(operands))

    def access(self, node: ast.Attribute | ast.Subscript) -> None:
        """`x.a` and `x[i]`: a store or delete there changes what `x` holds."""
        if isinstance(node, ast.Subscript):
            self.all((node.value, node.slice))
        else:
            self.visit(node.value)
        if node.ctx.__class__ is not ast.Load and (root := root_name(node)) is not None:
            self.add("mutate", root.id, node, "subscript" if isinstance(node, ast.Subscript) else "attribute")

    def call(self, node: ast.Call) -> None:
        """A call: of a function by name, of a method that may change its object, or of something that makes names."""
        function = node.func
        self.visit(function)
        arguments: list[ast.expr] = [*node.args, *(word.value for word in node.keywords)]
        for argument in arguments:
            self.visit(argument)
        for argument in arguments:
            # A function that is handed over (to `apply`, `map`, a button) is taken to be called.
            if isinstance(argument, ast.Name):
                self.add("call", argument.id, argument, "handed over")
        if isinstance(function, ast.Name):
            self.add("call", function.id, node)
            if function.id in ("exec", "execfile", "import_notebook"):
                self.add("unknown", "", node, f"`{function.id}`")
        elif isinstance(function, ast.Attribute):
            self._method(node, function)

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        root = root_name(function.value)
        if root is not None:
            inplace = any(
                word.arg == "inplace" and isinstance(word.value, ast.Constant) and word.value.value is True
                for word in node.keywords
            )
            if inplace:
                self.add("mutate", root.id, node, "inplace")
            elif function.attr in MUTATORS:
                self.add("mutate", root.id, node, f".{function.attr}")
        value = function.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            if value.func.id in NAMESPACES and function.attr in ("update", "setdefault", "__setitem__"):
                self.add("unknown", "", node, f"`{value.func.id}().{function.attr}`")
            if value.func.id == "get_ipython" and function.attr in (
                "run_line_magic",
                "run_cell_magic",
                "magic",
                "run_cell",
                "ex",
                "push",
            ):
                self.add("unknown", "", node, f"`get_ipython().{function.attr}`")

    def comprehension(self, node: Comprehension) -> None:
        """A scope of its own; only the first iterable is evaluated outside, and `:=` binds outside."""
        inner = self._inner()
        first, *rest = node.generators
        self.visit(first.iter)
        targets: set[str] = set()
        for generator in (first, *rest):
            if generator is not first:
                inner.visit(generator.iter)
            targets |= set(stored_names(generator.target))
            inner.all(generator.ifs)
        inner.all((node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,))
        self.events += [event for event in inner.events if event.name not in targets]
        self._adopt(inner)

    def walrus(self, node: ast.NamedExpr) -> None:
        """`name := value`."""
        self.visit(node.value)
        self.add("bind", node.target.id, node, "walrus")

    def if_expression(self, node: ast.IfExp) -> None:
        """`a if test else b`."""
        self.visit(node.test)
        self.branch((node.body, node.orelse))

    def immediate_lambda(self, node: ast.Lambda) -> None:
        """A lambda that is handed over or stored: taken to run here, perhaps."""
        function = self._function("<lambda>", node)
        self._branches += 1
        for event in function.events:
            self.add(event.kind, event.name, event.node or node, event.how)
        self._branches -= 1

    # -- statements --------------------------------------------------------------------------------------------------

    def assign(self, node: ast.Assign) -> None:
        """Values first, then targets; a lambda under a name is a function."""
        if isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
            self.functions.append(self._function(node.targets[0].id, node.value))
        else:
            self.visit(node.value)
        self._namespace_store(node.targets)
        self.all(node.targets)

    def _namespace_store(self, targets: list[ast.expr]) -> None:
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Call):
                function = target.value.func
                if isinstance(function, ast.Name) and function.id in NAMESPACES:
                    self.add("unknown", "", target, f"`{function.id}()[...] = `")

    def augmented(self, node: ast.AugAssign) -> None:
        """`x += 1` reads and binds `x`; `x[i] += 1` changes `x` in place."""
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.add("use", node.target.id, node.target)
            self.add("bind", node.target.id, node, "augment")
        else:
            self.visit(node.target)

    def annotated(self, node: ast.AnnAssign) -> None:
        """An annotation without a value binds nothing."""
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)

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
        self.branch([node.target] if not isinstance(node.target, ast.Name | ast.Tuple | ast.List) else [])
        self.branch((*node.body, *node.orelse))

    def while_loop(self, node: ast.While) -> None:
        """The test, then a body that need not run."""
        self.visit(node.test)
        self.branch((*node.body, *node.orelse))

    def if_statement(self, node: ast.If) -> None:
        """`if "x" in globals()` is how people ask whether a name is there."""
        self.visit(node.test)
        if _asks_for_names(node.test):
            self.guard((*node.body, *node.orelse))
        elif _is_main(node.test):
            self.all((*node.body, *node.orelse))
        else:
            self.branch((*node.body, *node.orelse))

    def try_statement(self, node: ast.Try) -> None:
        """The body may stop anywhere; a handler of NameError (or of everything) guards it."""
        (self.guard if any(_catches_names(h) for h in node.handlers) else self.branch)(node.body)
        self.branch((*node.handlers, *node.orelse))
        self.all(node.finalbody)

    def handler(self, node: ast.ExceptHandler) -> None:
        """`except E as name` binds the name, and deletes it at the end."""
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self.add("bind", node.name, node, "except")
        self.all(node.body)

    def with_statement(self, node: ast.With | ast.AsyncWith) -> None:
        """Context managers in order, then the body, which always runs."""
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        self.all(node.body)

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
        self.globals |= set(node.names)

    def declare_nonlocal(self, node: ast.Nonlocal) -> None:
        """`nonlocal x`."""
        self.nonlocals |= set(node.names)

    # -- functions and classes ---------------------------------------------------------------------------------------

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators, defaults and annotations run now; the body when somebody calls."""
        self.all(node.decorator_list)
        self._signature(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self.functions.append(self._function(node.name, node))
        self.add("bind", node.name, node, "def")
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name):
                self.add("call", decorator.id, decorator)

    def _signature(self, arguments: ast.arguments) -> None:
        self.all((*arguments.defaults, *arguments.kw_defaults))
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        self.all(argument.annotation for argument in every if argument is not None)

    def _function(self, name: str, node: FunctionNode) -> Function:
        """Summarise a body: its events on names that are not its own."""
        inner = self._inner()
        if isinstance(node, ast.Lambda):
            self._signature(node.args)
            inner.visit(node.body)
        else:
            inner.all(node.body)
        own = {argument.arg for argument in _arguments(node.args)}
        own |= {event.name for event in inner.events if event.kind == "bind"} - inner.globals - inner.nonlocals
        free = [
            replace(event, how="global") if event.kind == "bind" and event.name in inner.globals else event
            for event in inner.events
            if event.name not in own
        ]
        for function in inner.functions:
            free += [e for e in (*function.events, *function.later) if e.name not in own]
        self.local_names |= own | inner.local_names
        self.local_imports.update(inner.local_imports)
        self.local_imports.update({e.name: e.origin for e in inner.events if e.how == "import" and e.name in own})
        return Function(name, node, tuple(free))

    def class_definition(self, node: ast.ClassDef) -> None:
        """A class body runs now, in a scope that its methods do not see."""
        self.all((*node.decorator_list, *node.bases, *(word.value for word in node.keywords)))
        inner = self._inner()
        inner.all(node.body)
        own = {event.name for event in inner.events if event.kind == "bind"} - inner.globals
        self.events += [event for event in inner.events if event.name not in own]
        now = [e for f in inner.functions if f.name in AT_CONSTRUCTION for e in f.events]
        later = [e for f in inner.functions if f.name not in AT_CONSTRUCTION for e in (*f.events, *f.later)]
        self.local_names |= inner.local_names
        self.local_imports.update(inner.local_imports)
        self.functions.append(Function(node.name, node, tuple(now), tuple(later)))
        self.add("bind", node.name, node, "class")

    def _inner(self) -> Visitor:
        inner = Visitor()
        inner._guards = self._guards
        return inner

    def _adopt(self, inner: Visitor) -> None:
        self.functions += inner.functions
        self.local_names |= inner.local_names
        self.local_imports.update(inner.local_imports)


def root_name(node: ast.AST) -> ast.Name | None:
    """The name at the bottom of `x.a[i].b`, or None where something else is."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def stored_names(target: ast.AST) -> list[str]:
    """The plain names that an assignment target binds."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Tuple | ast.List):
        return [name for item in target.elts for name in stored_names(item)]
    return stored_names(target.value) if isinstance(target, ast.Starred) else []


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return [argument for argument in every if argument is not None]


def _catches_names(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in CATCHES) for kind in kinds)


def _asks_for_names(test: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMESPACES
        for node in ast.walk(test)
    )


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


_VISIT: dict[type[ast.AST], Callable[[Visitor, Any], None]] = {
    ast.Name: Visitor.name,
    ast.Constant: lambda visitor, node: None,
    ast.BinOp: Visitor.chain,
    ast.Attribute: Visitor.access,
    ast.Subscript: Visitor.access,
    ast.Call: Visitor.call,
    ast.ListComp: Visitor.comprehension,
    ast.SetComp: Visitor.comprehension,
    ast.DictComp: Visitor.comprehension,
    ast.GeneratorExp: Visitor.comprehension,
    ast.NamedExpr: Visitor.walrus,
    ast.IfExp: Visitor.if_expression,
    ast.Lambda: Visitor.immediate_lambda,
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
}
if hasattr(ast, "TryStar"):
    _VISIT[ast.TryStar] = Visitor.try_statement
