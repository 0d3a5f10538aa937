"""Which variables a page has, and every expression that is bound to each: what `Values` reasons over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import captured

Scope: TypeAlias = "ast.AST | None"
"""The function, lambda, class or comprehension that a name lives in; None for the notebook."""
Variable: TypeAlias = "tuple[ast.AST | None, str]"
Step: TypeAlias = "int | str"

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)
_IS_SCOPE, _IS_COMPREHENSION = frozenset(_SCOPES), frozenset(COMPREHENSIONS)
RETURNED = "return value"
"""The name (no identifier) under which a function's scope keeps what it returns."""
_MANY = 24
"""So many elements of a display are looked at."""


@dataclass(slots=True, eq=False)  # not frozen: there are many, and a frozen one takes three times as long to make
class Binding:
    """One binding of a variable: the value of `node`, and the way from there to the name.

    A step is the place in an unpacking, `each` for an element of an iterable, `enter` for what a context manager gives, `given`
    for what a call hands over. Without a
    node the variable is of the kind `fixed`, or anything at all where that is None.
    """

    node: ast.expr | None
    steps: tuple[Step, ...] = ()
    fixed: object = None
    augments: ast.operator | None = None


@dataclass
class Bindings:
    """Every variable of a page with its bindings, and the scope of every name."""

    cells: Sequence[CodeCell]
    magic: Iterable[str] = ()
    of: dict[Variable, list[Binding]] = field(default_factory=dict)
    _scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    _parents: dict[ast.AST, Scope] = field(default_factory=dict)
    _elsewhere: dict[Variable, Scope] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for cell in self.cells:
            self._mark(cell)
            kinds = cell.kinds
            for kind, collect in _COLLECT.items():
                if kind in kinds:
                    for node in cell.nodes(kind):
                        collect(self, node)
        for name in self.magic:
            self._add((None, name), Binding(None))
        self._arguments()

    def variable(self, name: ast.Name) -> Variable:
        """The variable that a name means where it stands."""
        scope = first = self._scopes.get(name)
        while scope is not None:
            seen = scope is first or not isinstance(scope, ast.ClassDef)
            if seen and (scope, name.id) in self._elsewhere:
                return self._elsewhere[scope, name.id], name.id
            if seen and (scope, name.id) in self.of:
                return scope, name.id
            scope = self._parents.get(scope)
        return None, name.id

    # -- scopes ------------------------------------------------------------------------------------------------------

    def _mark(self, cell: CodeCell) -> None:
        if _IS_SCOPE.isdisjoint(cell.kinds):
            return
        marked = self._scopes
        # Parents come before their children there.
        for node, parent in cell.parents.items():
            if parent.__class__ in _IS_SCOPE:
                marked[node] = parent
            elif parent in marked:
                marked[node] = marked[parent]
        scopes = cell.nodes(*_SCOPES)
        self._parents.update((scope, self._scopes.get(scope)) for scope in scopes)
        for declaration in cell.nodes(ast.Global, ast.Nonlocal):
            inside = self._scopes.get(declaration)
            outer = None if isinstance(declaration, ast.Global) else self._parents.get(inside) if inside else None
            for name in declaration.names:  # type: ignore[attr-defined]
                self._elsewhere[inside, name] = outer

    def _here(self, node: ast.AST) -> Scope:
        """The scope that a binding at `node` belongs to, comprehensions left out."""
        scope = self._scopes.get(node)
        while scope.__class__ in _IS_COMPREHENSION:
            scope = self._parents.get(scope)  # type: ignore[arg-type]
        return scope

    # -- bindings ----------------------------------------------------------------------------------------------------

    def _add(self, variable: Variable, binding: Binding) -> None:
        self.of.setdefault(variable, []).append(binding)

    def _bind(self, target: ast.AST, value: ast.expr, steps: tuple[Step, ...] = (), scope: Scope = None) -> None:
        """Bind the names of a target, however it unpacks."""
        if isinstance(target, ast.Name):
            self._add((self._elsewhere.get((scope, target.id), scope), target.id), Binding(value, steps))
        elif isinstance(target, ast.Starred):
            if isinstance(target.value, ast.Name):
                self._add((scope, target.value.id), Binding(None, fixed="list"))
        elif isinstance(target, (ast.Tuple, ast.List)):
            starred = any(isinstance(item, ast.Starred) for item in target.elts)
            # Behind a star nothing is known of a place.
            for place, item in reversed(list(enumerate(target.elts))):
                self._bind(item, value, (*steps, "?" if starred else place), scope)

    def _assignment(self, assign: ast.Assign) -> None:
        scope = self._here(assign)
        for target in assign.targets:
            self._bind(target, assign.value, scope=scope)

    def _value(self, node: ast.AnnAssign | ast.NamedExpr) -> None:
        if node.value is not None:
            self._bind(node.target, node.value, scope=self._here(node))

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            scope, name = self._here(node), node.target.id
            self._add((self._elsewhere.get((scope, name), scope), name), Binding(node.value, augments=node.op))

    def _loop(self, loop: ast.For | ast.AsyncFor) -> None:
        self._each(loop.target, loop.iter, self._here(loop))

    def _comprehension(self, scope: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        for generator in scope.generators:
            self._each(generator.target, generator.iter, scope)

    def _each(self, target: ast.AST, iterable: ast.expr, scope: Scope) -> None:
        if isinstance(iterable, (ast.List, ast.Tuple, ast.Set)) and iterable.elts:
            for element in iterable.elts[:_MANY]:
                self._bind(target, element, scope=scope)
        else:
            self._bind(target, iterable, ("each",), scope=scope)

    def _function(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        scope, name = self._here(function), function.name
        self._add((self._elsewhere.get((scope, name), scope), name), Binding(None, fixed=function))
        self._parameters(function)

    def _class(self, klass: ast.ClassDef) -> None:
        self._add((self._here(klass), klass.name), Binding(None, fixed="class"))

    def _return(self, given: ast.Return) -> None:
        self._add((self._here(given), RETURNED), Binding(given.value) if given.value else Binding(None, fixed="none"))

    def _yield(self, given: ast.Yield | ast.YieldFrom) -> None:
        self._add((self._here(given), RETURNED), Binding(None))

    def _parameters(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self._add((function, argument.arg), Binding(argument.annotation, ("annotation",)))
        if arguments.vararg:
            self._add((function, arguments.vararg.arg), Binding(None, fixed="tuple"))
        if arguments.kwarg:
            self._add((function, arguments.kwarg.arg), Binding(None, fixed="dict"))

    def _arguments(self) -> None:
        """Bind the parameters of functions that are only ever called, by their one name, to what the calls hand over."""
        functions: dict[str, ast.FunctionDef] = {}
        for (scope, name), bindings in self.of.items():
            function = bindings[0].fixed if scope is None and len(bindings) == 1 else None
            if isinstance(function, ast.FunctionDef) and not function.decorator_list:
                functions[name] = function
        if not functions:
            return
        calls: dict[str, list[ast.Call]] = {}
        called = set[ast.AST]()
        for cell in self.cells:
            for call in cell.nodes(ast.Call):
                if isinstance(call.func, ast.Name) and call.func.id in functions:
                    calls.setdefault(call.func.id, []).append(call)
                    called.add(call.func)
        names = (name for cell in self.cells for name in cell.nodes(ast.Name) if name.id in calls)
        # What is handed to `map` or `apply` is called with anything.
        loose = {name.id for name in names if isinstance(name.ctx, ast.Load) and name not in called}
        for name in calls.keys() - loose:
            self._give(functions[name], calls[name])

    def _give(self, function: ast.FunctionDef, calls: Sequence[ast.Call]) -> None:
        if any(isinstance(item, ast.Starred) for call in calls for item in call.args):
            return
        if any(word.arg is None for call in calls for word in call.keywords):
            return
        positional = [*function.args.posonlyargs, *function.args.args]
        defaults: dict[str, ast.expr | None] = {
            argument.arg: value
            for arguments, values in (
                (reversed(positional), reversed(function.args.defaults)),
                (function.args.kwonlyargs, function.args.kw_defaults),
            )
            for argument, value in zip(arguments, values, strict=False)
        }
        for place, argument in enumerate((*positional, *function.args.kwonlyargs)):
            if argument.annotation is not None:
                continue
            given = []
            for call in calls:
                words = {word.arg: word.value for word in call.keywords}
                by_place = call.args[place] if place < min(len(call.args), len(positional)) else None
                given.append(by_place or words.get(argument.arg) or defaults.get(argument.arg))
            if None not in given:
                known = self.of[function, argument.arg]
                others = [binding for binding in known if binding.steps != ("annotation",)]
                self.of[function, argument.arg] = [Binding(value, ("given",)) for value in given] + others

    def _with(self, block: ast.With | ast.AsyncWith) -> None:
        for item in block.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr, ("enter",), self._here(block))

    def _import(self, imports: ast.Import) -> None:
        for alias in imports.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._add((self._here(imports), name), Binding(None, fixed="module"))

    def _import_from(self, imports: ast.ImportFrom) -> None:
        for alias in imports.names:
            is_class = alias.name[:1].isupper() and not alias.name.isupper()
            name = alias.asname or alias.name
            self._add((self._here(imports), name), Binding(None, fixed="class" if is_class else None))

    def _caught(self, handler: ast.ExceptHandler) -> None:
        if handler.name:
            self._add((self._here(handler), handler.name), Binding(None))

    def _captured(self, pattern: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        if name := captured(pattern):
            self._add((self._here(pattern), name), Binding(None))


_COLLECT: dict[type[ast.AST], Callable[[Bindings, Any], None]] = {
    ast.Assign: Bindings._assignment,
    ast.AnnAssign: Bindings._value,
    ast.AugAssign: Bindings._augmented,
    ast.NamedExpr: Bindings._value,
    ast.For: Bindings._loop,
    ast.AsyncFor: Bindings._loop,
    **dict.fromkeys(COMPREHENSIONS, Bindings._comprehension),
    ast.FunctionDef: Bindings._function,
    ast.AsyncFunctionDef: Bindings._function,
    ast.Lambda: Bindings._parameters,
    ast.ClassDef: Bindings._class,
    ast.Return: Bindings._return,
    ast.Yield: Bindings._yield,
    ast.YieldFrom: Bindings._yield,
    ast.With: Bindings._with,
    ast.AsyncWith: Bindings._with,
    ast.Import: Bindings._import,
    ast.ImportFrom: Bindings._import_from,
    ast.ExceptHandler: Bindings._caught,
    ast.MatchAs: Bindings._captured,
    ast.MatchStar: Bindings._captured,
    ast.MatchMapping: Bindings._captured,
}
"""What binds something, in the order in which the bindings of a cell are looked at."""
