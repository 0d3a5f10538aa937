"""Runs a page on abstract values, top to bottom: which rows go where, and what was fitted on them before.

Branches are run side by side and joined, loops once, functions of the notebook at their calls (and once by themselves where
nothing calls them). What is not understood carries on the rows and the history of what it is given.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nbcritic.analysis import provenance_tables as tables
from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.provenance_calls import Calls
from nbcritic.analysis.provenance_events import Events
from nbcritic.analysis.provenance_expressions import MOST_STEPS, Expressions
from nbcritic.analysis.provenance_names import Env, key_of, selects_rows
from nbcritic.analysis.provenance_values import PLAIN, Split, Value, merged, replace

if TYPE_CHECKING:
    from nbcritic.analysis.page import Page

_MOST_CALLS = 200
_DEEPEST_CALL = 2
_CHOICES = frozenset("sample drop query head tail take skip".split())


class Interpreter(Expressions):
    """One run over one page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._inlined = 0
        self.depth = 0
        self._called: set[ast.AST] = set()
        self._home: dict[ast.FunctionDef | ast.AsyncFunctionDef, CodeCell] = {}
        self._own: dict[ast.AST, frozenset[str]] = {}
        self._stores: dict[int, list[tuple[int, str]]] = {}
        self._returned: list[Value] = []
        self._sliced: dict[frozenset[object], tuple[Split, set[int]]] = {}
        self._known: dict[ast.Call, Value] = {}
        """The calls of this statement: none is made twice."""
        self._of_calls = Calls(self)

    def folds(self, node: ast.AST) -> Value:
        """What a loop over a splitter gives."""
        return self._of_calls.tools.folds(node, PLAIN)

    def _call(self, node: ast.Call, depth: int) -> Value:
        if node not in self._known:
            self._known[node] = self._of_calls.call(node, depth)
        return self._known[node]

    def run(self) -> Events:
        """Run every cell, then the functions that nothing called."""
        for cell in self.page.code:
            self._home.update(dict.fromkeys(cell.nodes(ast.FunctionDef), cell))
            self._home.update(dict.fromkeys(cell.nodes(ast.AsyncFunctionDef), cell))
        for cell in self.page.code:
            self.cell = self.top = cell
            assert cell.tree is not None
            self.block(cell.tree.body)
        self.outer = (self.env,)
        self._of_calls.objects.by_themselves()
        for function, home in self._home.items():
            if function not in self._called and self.concerns_models(function, home):
                self.by_itself([function], home)
        return self.found

    # -- statements --------------------------------------------------------------------------------------------------

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Run statements in order."""
        for statement in statements:
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.found.truncated = True
                return
            self._known = {}
            run = _STATEMENTS.get(type(statement))
            if run is not None:
                run(self, statement)
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                for item in statement.items:
                    self.value(item.context_expr)
                self.block(statement.body)
            elif isinstance(statement, ast.While):
                self.loops.append((statement, frozenset()))
                self._side_by_side(statement.body, [])
                self.loops.pop()

    def _assign(self, statement: ast.Assign) -> None:
        pieces = statement.value
        for target in statement.targets:
            if isinstance(target, ast.Tuple) and isinstance(pieces, ast.Tuple) and len(target.elts) == len(pieces.elts):
                values = [self._piece(name, piece) for name, piece in zip(target.elts, pieces.elts, strict=True)]
                for name, value in zip(target.elts, values, strict=True):
                    self.bind(name, value)
            else:
                value = self._piece(target, pieces)
                stored = isinstance(target, (ast.Subscript, ast.Attribute))
                self.bind(target, value, self.sources(pieces) if stored else None)
                if isinstance(target, ast.Name) and isinstance(pieces, (ast.List, ast.Tuple)) and not self.call:
                    self.lists[target.id] = self.columns(pieces)

    def _piece(self, target: ast.expr, node: ast.expr) -> Value:
        """The value of `node`; where its name says so, as one side of a split by position."""
        value = self.value(node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("copy", "reset_index")
        ):
            node = node.func.value
        if not isinstance(target, ast.Name) or value.part or not 0 < len(value.rows) < 4 or not _chooses_rows(node):
            return value
        if isinstance(node, ast.Subscript) and self._names_columns(node.slice):
            return value
        side = _side_of(target.id)
        root: ast.AST = node
        while isinstance(root, (ast.Subscript, ast.Attribute, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if side is None:
            return value
        if isinstance(root, ast.Name) and _side_of(root.id) == side:
            # `train = train[train.x > 0]` holds nothing out, `train = train_full.iloc[train_rows]` does.
            index = nodes_in(node.slice) if isinstance(node, ast.Subscript) else ()
            if all(_side_of(part.id) != side or part.id == root.id for part in index if isinstance(part, ast.Name)):
                return value
        return self._side(target, node, value, side)

    def _names_columns(self, index: ast.expr) -> bool:
        named = isinstance(index, ast.Name)
        return named and (self.columns(index) is not None or self.page.values.kind(index) in ("list", "index", "str"))

    def _side(self, target: ast.Name, node: ast.expr, value: Value, side: int) -> Value:
        split, sides = self._sliced.get(value.rows, (None, set()))
        if split is None or side == 1:
            old = split
            split = Split(node, self.cell, self.top, "selects by position", target.id if side else "")
            if old is not None and len(sides) == 1 and 1 not in sides:
                self._sliced[value.rows] = split, sides
            else:
                split = old or split
        sides = sides | {side}
        self._sliced[value.rows] = split, sides
        part = value.side((split, side))
        if sides == {0, 1}:
            if split not in self.found.splits[-8:]:
                self.found.splits.append(split)
            self.found.held_out(part)
        return part

    def _augmented(self, statement: ast.AugAssign) -> None:
        self.bind(statement.target, merged((self.value(statement.target), self.value(statement.value))))

    def _annotated(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self.bind(statement.target, self.value(statement.value))

    def _expression(self, statement: ast.Expr) -> None:
        self.value(statement.value)

    def _return(self, statement: ast.Return) -> None:
        if statement.value is not None:
            self._returned.append(self.value(statement.value))

    def _if(self, statement: ast.If) -> None:
        turned = isinstance(statement.test, ast.UnaryOp) and isinstance(statement.test.op, ast.Not)
        test = statement.test.operand if isinstance(statement.test, ast.UnaryOp) and turned else statement.test
        truth = self.value(test).truth
        if (
            self.call and truth is not None and isinstance(test, ast.Name)
        ):  # `if is_train:` in a function that is told so
            self.block(statement.body if truth != turned else statement.orelse)
        elif self._is_off(test):
            self.block(statement.body if turned else statement.orelse)
        else:
            self._side_by_side(statement.body, statement.orelse)

    def _is_off(self, test: ast.expr) -> bool:
        """Is it a name that the same cell sets to a literal that is false, and nothing to anything else?"""
        value = self.page.values.source(test) if isinstance(test, ast.Name) else None
        return isinstance(value, ast.Constant) and not value.value and value in self.cell.nodes(ast.Constant)

    def _try(self, statement: ast.Try) -> None:
        self.block(statement.body)
        for handler in statement.handlers:
            self._side_by_side(handler.body, [])
        self.block((*statement.orelse, *statement.finalbody))

    def _side_by_side(self, one: list[ast.stmt], other: list[ast.stmt]) -> None:
        self.env.begin()
        self.block(one)
        after = self.env.undo()
        self.env.begin()
        self.block(other)
        for name, value in after.items():
            mine = self.env.get(name)
            if mine is None or mine is value:
                self.env[name] = value
            else:
                tool = value.tool or mine.tool
                self.env[name] = replace(merged((mine, value)), tool=tool, items=value.items or mine.items)
        self.env.keep()

    def _for(self, statement: ast.For | ast.AsyncFor) -> None:
        self.bind_each(statement.target, statement.iter)
        self.loops.append((statement, self._stored(statement, self.cell)))
        self.block((*statement.body, *statement.orelse))
        self.loops.pop()

    def _delete(self, statement: ast.Delete) -> None:
        for target in statement.targets:
            if isinstance(target, ast.Subscript):
                columns = self.columns(target.slice)
                value = self.value(target.value)
                self.bind(target.value, value.without(columns) if columns else value.loose())
            elif isinstance(target, ast.Name):
                self.env.forget(target.id)

    def _class(self, statement: ast.ClassDef) -> None:
        self._of_calls.objects.define(statement)

    # -- functions of the notebook -----------------------------------------------------------------------------------

    def inlined(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        given: list[Value],
        call: ast.Call | None = None,
        fields: dict[str, Value] | None = None,
    ) -> Value | None:
        """Run a function's body on these arguments; None where that goes too far.

        What it changes in place (a column of an argument or of a global frame) is changed for the caller, too. `fields` are
        what the object has stored, and are afterwards what the method has left.
        """
        home = self._home.get(function)
        if home is None or self.depth >= _DEEPEST_CALL:
            return None
        if self._inlined >= _MOST_CALLS:
            self.found.truncated = True
            return None
        self._called.add(function)
        self._inlined += 1
        self.depth += 1
        before = self.env, self.outer, self.cell, self._returned, self.loops, self._outer_loops, self.call, self._known
        self.outer = (self.env, *self.outer)
        self.env, self._returned, self.cell, self.call = Env(), [], home, self._inlined
        self._outer_loops, self.loops = self.loop_nodes, []
        self._parameters(function, given)
        self.env.update(fields or {})
        self.block(function.body)
        values, inside = self._returned, self.env
        if fields is not None:
            fields.update(inside)
        self.env, self.outer, self.cell, self._returned, self.loops, self._outer_loops, self.call, self._known = before
        self.depth -= 1
        self._written_back(function, given, inside, call.args if call is not None else [])
        return values[0] if len(values) == 1 else merged(values)

    def _written_back(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        given: list[Value],
        inside: Env,
        arguments: list[ast.expr],
    ) -> None:
        own = self._own_names(function)
        parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        for name, value, argument in zip(parameters, given, arguments, strict=False):
            changed = inside.get(name, value)
            if changed is not value and changed.rows and name not in own and key_of(argument) is not None:
                self.bind(argument, changed)
        for name, value in inside.items():
            if name not in own and name not in parameters and value.rows:
                env = next((env for env in (self.env, *self.outer) if name in env), None)
                if env is not None:
                    env[name] = value

    def _own_names(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
        """The names that a function binds for itself."""
        known = self._own.get(function)
        if known is None:
            cell = self._home[function]
            scopes: list[ast.Global | ast.Nonlocal] = [*cell.nodes(ast.Global), *cell.nodes(ast.Nonlocal)]
            last = function.end_lineno or function.lineno
            shared = {name for node in scopes if function.lineno <= node.lineno <= last for name in node.names}
            known = self._own[function] = self._stored(function, cell) - shared
        return known

    def _stored(self, node: ast.stmt, cell: CodeCell) -> frozenset[str]:
        """The names that a statement of some lines binds or deletes."""
        stores = self._stores.get(cell.number)
        if stores is None:
            names = (name for name in cell.nodes(ast.Name) if not isinstance(name.ctx, ast.Load))
            stores = self._stores[cell.number] = sorted((name.lineno, name.id) for name in names)
        first = bisect_left(stores, (node.lineno, ""))
        last = bisect_left(stores, ((node.end_lineno or node.lineno) + 1, ""))
        return frozenset(name for _, name in stores[first:last])

    def _parameters(self, function: ast.FunctionDef | ast.AsyncFunctionDef, given: list[Value]) -> None:
        names = [
            argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        ]
        for place, name in enumerate(names):
            known = place < len(given)
            self.env[name] = given[place] if known else Value(rows=frozenset({(function, name)}), file=name)

    def concerns_models(self, node: ast.stmt, cell: CodeCell) -> bool:
        """Does a statement fit, split or score anything? A function of any other kind is only of interest where it is called."""
        lines = cell.source.split("\n")[node.lineno - 1 : node.end_lineno]
        return any(tables.CONCERNS.search(line) for line in lines)

    def was_called(self, function: ast.AST) -> bool:
        """Has something called this function of the notebook?"""
        return function in self._called

    def by_itself(self, functions: Iterable[ast.FunctionDef | ast.AsyncFunctionDef], cell: CodeCell) -> None:
        """Run functions that nothing calls, or methods of one class, on rows of which nothing is known."""
        self.cell = self.top = cell
        self.env = Env()
        for function in functions:
            self._called.add(function)
            self._parameters(function, [])
            self.block(function.body)
            self._returned.clear()


def _side_of(name: str) -> int | None:
    """Which side of a split a name says that it is; `train_test` is neither."""
    train, test = tables.TRAIN.search(name), tables.TEST.search(name)
    return None if bool(train) == bool(test) else int(bool(test))


def _chooses_rows(node: ast.expr) -> bool:
    """Does an expression pick some rows of something: by a mask, a slice, a sample?"""
    if isinstance(node, ast.Subscript):
        return selects_rows(node.slice)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _CHOICES:
        return False
    if node.func.attr == "drop":
        inside = (part for argument in node.args[:1] for part in nodes_in(argument))
        return any(isinstance(part, ast.Attribute) and part.attr == "index" for part in inside)
    return True


_STATEMENTS: dict[type, Callable[..., None]] = {
    ast.Assign: Interpreter._assign,
    ast.AugAssign: Interpreter._augmented,
    ast.AnnAssign: Interpreter._annotated,
    ast.Expr: Interpreter._expression,
    ast.Return: Interpreter._return,
    ast.If: Interpreter._if,
    ast.Try: Interpreter._try,
    ast.For: Interpreter._for,
    ast.AsyncFor: Interpreter._for,
    ast.Delete: Interpreter._delete,
    ast.ClassDef: Interpreter._class,
}
