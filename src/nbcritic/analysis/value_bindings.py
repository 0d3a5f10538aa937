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
RETURNED = "return value"
"""The name (no identifier) under which a function's scope keeps what it returns."""
_MANY = 24
"""So many elements of a display are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One binding of a variable: the value of `node`, and the way from there to the name.

    A step is the place in an unpacking, `each` for an element of an iterable, `enter` for what a context manager gives. Without a
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
        scopes = cell.nodes(*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)
        for scope in sorted(scopes, key=_outer_first):
            self._parents[scope] = self._scopes.get(scope)
            for node in ast.walk(scope):
                self._scopes[node] = scope
            self._scopes[scope] = self._parents[scope]
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


def _outer_first(scope: ast.AST) -> tuple[int, int, int, int]:
    at: tuple[int, ...] = (scope.lineno, scope.col_offset, scope.end_lineno or 0, scope.end_col_offset or 0)  # type: ignore[attr-defined]
    return at[0], at[1], -at[2], -at[3]
