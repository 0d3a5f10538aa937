"""Which variables a page has, and every expression that is bound to each: what `Values` reasons over."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell

Scope: TypeAlias = "ast.AST | None"
"""The function, lambda, class or comprehension that a name lives in; None for the notebook."""
Variable: TypeAlias = "tuple[ast.AST | None, str]"
Step: TypeAlias = "int | str"

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)
RETURNED = "return value"
"""The name (no identifier) under which a function's scope keeps what it returns."""
_MANY = 24
"""So many elements of a display are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
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
            for collect in (self._assignments, self._loops, self._definitions, self._others):
                collect(cell)
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
        scopes = cell.nodes(*_SCOPES)
        # Parents come before their children there.
        for node, parent in cell.parents.items() if scopes else ():
            scope = parent if isinstance(parent, _SCOPES) else self._scopes.get(parent)
            if scope is not None:
                self._scopes[node] = scope
        self._parents.update((scope, self._scopes.get(scope)) for scope in scopes)
        for declaration in cell.nodes(ast.Global, ast.Nonlocal):
            inside = self._scopes.get(declaration)
            outer = None if isinstance(declaration, ast.Global) else self._parents.get(inside) if inside else None
            for name in declaration.names:  # type: ignore[attr-defined]
                self._elsewhere[inside, name] = outer

    def _here(self, node: ast.AST) -> Scope:
        """The scope that a binding at `node` belongs to, comprehensions left out."""
        scope = self._scopes.get(node)
        while isinstance(scope, COMPREHENSIONS):
            scope = self._parents.get(scope)
        return scope

    # -- bindings ----------------------------------------------------------------------------------------------------

    def _add(self, variable: Variable, binding: Binding) -> None:
        self.of.setdefault(variable, []).append(binding)

    def _bind(self, target: ast.AST, value: ast.expr, steps: tuple[Step, ...] = (), scope: Scope = None) -> None:
        """Bind the names of a target, however it unpacks."""
        waiting: list[tuple[ast.AST, tuple[Step, ...]]] = [(target, steps)]
        while waiting:
            target, steps = waiting.pop()
            if isinstance(target, ast.Name):
                home = self._elsewhere.get((scope, target.id), scope)
                self._add((home, target.id), Binding(value, steps))
            elif isinstance(target, ast.Starred):
                if isinstance(target.value, ast.Name):
                    self._add((scope, target.value.id), Binding(None, fixed="list"))
            elif isinstance(target, ast.Tuple | ast.List):
                starred = any(isinstance(item, ast.Starred) for item in target.elts)
                # Behind a star nothing is known of a place.
                waiting += [(item, (*steps, "?" if starred else place)) for place, item in enumerate(target.elts)]

    def _assignments(self, cell: CodeCell) -> None:
        for assign in cell.nodes(ast.Assign):
            for target in assign.targets:
                self._bind(target, assign.value, scope=self._here(assign))
        for annotated in cell.nodes(ast.AnnAssign):
            if annotated.value is not None:
                self._bind(annotated.target, annotated.value, scope=self._here(annotated))
        for augmented in cell.nodes(ast.AugAssign):
            if isinstance(augmented.target, ast.Name):
                scope = self._here(augmented)
                home = self._elsewhere.get((scope, augmented.target.id), scope)
                self._add((home, augmented.target.id), Binding(augmented.value, augments=augmented.op))
        for walrus in cell.nodes(ast.NamedExpr):
            self._bind(walrus.target, walrus.value, scope=self._here(walrus))

    def _loops(self, cell: CodeCell) -> None:
        loops: list[ast.For | ast.AsyncFor] = [*cell.nodes(ast.For), *cell.nodes(ast.AsyncFor)]
        for loop in loops:
            self._each(loop.target, loop.iter, self._here(loop))
        for scope in cell.nodes(*COMPREHENSIONS):
            for generator in scope.generators:  # type: ignore[attr-defined]
                self._each(generator.target, generator.iter, scope)

    def _each(self, target: ast.AST, iterable: ast.expr, scope: Scope) -> None:
        if isinstance(iterable, ast.List | ast.Tuple | ast.Set) and iterable.elts:
            for element in iterable.elts[:_MANY]:
                self._bind(target, element, scope=scope)
        else:
            self._bind(target, iterable, ("each",), scope=scope)

    def _definitions(self, cell: CodeCell) -> None:
        functions: list[ast.FunctionDef | ast.AsyncFunctionDef]
        functions = [*cell.nodes(ast.FunctionDef), *cell.nodes(ast.AsyncFunctionDef)]
        for function in functions:
            scope = self._here(function)
            self._add(
                (self._elsewhere.get((scope, function.name), scope), function.name), Binding(None, fixed=function)
            )
            self._parameters(function)
        for anonymous in cell.nodes(ast.Lambda):
            self._parameters(anonymous)
        for klass in cell.nodes(ast.ClassDef):
            self._add((self._here(klass), klass.name), Binding(None, fixed="class"))
        for given in cell.nodes(ast.Return):
            self._add(
                (self._here(given), RETURNED), Binding(given.value) if given.value else Binding(None, fixed="none")
            )
        for yielded in cell.nodes(ast.Yield, ast.YieldFrom):
            self._add((self._here(yielded), RETURNED), Binding(None))

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
        calls: dict[str, list[ast.Call]] = {}
        called = set[ast.AST]()
        for cell in self.cells:
            for call in cell.nodes(ast.Call):
                if isinstance(call.func, ast.Name):
                    calls.setdefault(call.func.id, []).append(call)
                    called.add(call.func)
        names = (name for cell in self.cells for name in cell.nodes(ast.Name))
        # What is handed to `map` or `apply` is called with anything.
        loose = {name.id for name in names if isinstance(name.ctx, ast.Load) and name not in called}
        for name in calls.keys() - loose:
            bindings = self.of.get((None, name), ())
            function = bindings[0].fixed if len(bindings) == 1 else None
            if isinstance(function, ast.FunctionDef) and not function.decorator_list:
                self._give(function, calls[name])

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

    def _others(self, cell: CodeCell) -> None:
        blocks: list[ast.With | ast.AsyncWith] = [*cell.nodes(ast.With), *cell.nodes(ast.AsyncWith)]
        for block in blocks:
            for item in block.items:
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, item.context_expr, ("enter",), self._here(block))
        for imports in cell.nodes(ast.Import):
            for alias in imports.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._add((self._here(imports), name), Binding(None, fixed="module"))
        for imported in cell.nodes(ast.ImportFrom):
            for alias in imported.names:
                name = alias.asname or alias.name
                is_class = alias.name[:1].isupper() and not alias.name.isupper()
                self._add((self._here(imported), name), Binding(None, fixed="class" if is_class else None))
        for handler in cell.nodes(ast.ExceptHandler):
            if handler.name:
                self._add((self._here(handler), handler.name), Binding(None))
        for capture in cell.nodes(ast.MatchAs, ast.MatchStar, ast.MatchMapping):
            captured = getattr(capture, "name", None) or getattr(capture, "rest", None)
            if captured:
                self._add((self._here(capture), captured), Binding(None))
