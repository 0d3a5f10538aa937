"""Runs a page on abstract values, top to bottom: which rows go where, and what was fitted on them before.

Branches are run side by side and joined, loops once, functions of the notebook at their calls (and once by themselves where
nothing calls them). What is not understood carries on the rows and the history of what it is given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.rules.leakage._calls import Calls
from nbcritic.rules.leakage._expressions import MOST_STEPS, Expressions
from nbcritic.rules.leakage._values import PLAIN, Findings, Split, Value, merged

_MOST_CALLS = 200
_DEEPEST_CALL = 2
_TRAIN = re.compile(r"(?:^|_)(?:x_?)?(?:train|trn|training)(?:$|_|\d)|^(?:train|training)", re.I)
_TEST = re.compile(r"(?:^|_)(?:x_?)?(?:test|tst|val|valid|validation|testing|holdout)(?:$|_|\d)|^(?:test|valid)", re.I)


class Interpreter(Expressions):
    """One run over one page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._calls = 0
        self._depth = 0
        self._called: set[ast.AST] = set()
        self._home: dict[ast.FunctionDef | ast.AsyncFunctionDef, CodeCell] = {}
        self._returned: list[Value] = []
        self._sliced: dict[frozenset[object], tuple[Split, set[int]]] = {}
        self._of_calls = Calls(self)

    def folds(self, node: ast.AST) -> Value:
        """What a loop over a splitter gives."""
        return self._of_calls.folds(node, PLAIN)

    def _call(self, node: ast.Call, depth: int) -> Value:
        return self._of_calls.call(node, depth)

    def run(self) -> Findings:
        """Run every cell, then the functions that nothing called."""
        for cell in self.page.code:
            self._home.update(dict.fromkeys(cell.nodes(ast.FunctionDef), cell))
            self._home.update(dict.fromkeys(cell.nodes(ast.AsyncFunctionDef), cell))
        for cell in self.page.code:
            self.cell = self.top = cell
            assert cell.tree is not None
            self.block(cell.tree.body)
        self.outer = self.env
        for function, home in self._home.items():
            if function not in self._called:
                self._by_itself(function, home)
        return self.found

    # -- statements --------------------------------------------------------------------------------------------------

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Run statements in order."""
        for statement in statements:
            self._steps += 1
            if self._steps > MOST_STEPS:
                return
            run = _STATEMENTS.get(type(statement))
            if run is not None:
                run(self, statement)
            elif isinstance(statement, ast.With | ast.AsyncWith):
                for item in statement.items:
                    self.value(item.context_expr)
                self.block(statement.body)
            elif isinstance(statement, ast.While):
                self._side_by_side(statement.body, [])

    def _assign(self, statement: ast.Assign) -> None:
        pieces = statement.value
        for target in statement.targets:
            if isinstance(target, ast.Tuple) and isinstance(pieces, ast.Tuple) and len(target.elts) == len(pieces.elts):
                values = [self._piece(name, piece) for name, piece in zip(target.elts, pieces.elts, strict=True)]
                for name, value in zip(target.elts, values, strict=True):
                    self.bind(name, value)
            else:
                self.bind(target, self._piece(target, pieces))

    def _piece(self, target: ast.expr, node: ast.expr) -> Value:
        """The value of `node`; where its name says so, as one side of a split by position."""
        value = self.value(node)
        if (
            not isinstance(node, ast.Subscript)
            or not isinstance(target, ast.Name)
            or value.part
            or len(value.rows) != 1
        ):
            return value
        side = 1 if _TEST.search(target.id) else 0 if _TRAIN.search(target.id) else None
        if side is None or not _selects_rows(node.slice):
            return value
        return self._side(target, node, value, side)

    def _side(self, target: ast.Name, node: ast.Subscript, value: Value, side: int) -> Value:
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
        part = replace(value, part=((split, side),))
        if sides == {0, 1}:
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
        self.value(statement.test)
        self._side_by_side(statement.body, statement.orelse)

    def _try(self, statement: ast.Try) -> None:
        self.block(statement.body)
        for handler in statement.handlers:
            self._side_by_side(handler.body, [])
        self.block((*statement.orelse, *statement.finalbody))

    def _side_by_side(self, one: list[ast.stmt], other: list[ast.stmt]) -> None:
        before = dict(self.env)
        self.block(one)
        after, self.env = self.env, before
        self.block(other)
        for name, value in after.items():
            mine = self.env.get(name)
            if mine is None or mine is value:
                self.env[name] = value
            else:
                tool = value.tool or mine.tool
                self.env[name] = replace(merged((mine, value)), tool=tool, items=value.items or mine.items)

    def _for(self, statement: ast.For | ast.AsyncFor) -> None:
        self.bind_each(statement.target, statement.iter)
        inside = (node for part in (statement.target, *statement.body) for node in ast.walk(part))
        self._loops.append(frozenset(n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)))
        self.block((*statement.body, *statement.orelse))
        self._loops.pop()

    def _delete(self, statement: ast.Delete) -> None:
        for target in statement.targets:
            if isinstance(target, ast.Subscript) and (columns := self.columns(target.slice)):
                self.bind(target.value, self.value(target.value).without(columns))
            elif isinstance(target, ast.Name):
                self.env.pop(target.id, None)

    def _class(self, statement: ast.ClassDef) -> None:
        methods = [item for item in statement.body if isinstance(item, ast.FunctionDef)]
        outside = self.env
        self.env = dict(outside)
        for method in sorted(methods, key=lambda m: m.name != "__init__"):
            self._called.add(method)
            self._parameters(method, [])
            self.block(method.body)
        self.env = outside
        self._returned.clear()

    # -- functions of the notebook -----------------------------------------------------------------------------------

    def inlined(self, function: ast.FunctionDef | ast.AsyncFunctionDef, given: list[Value]) -> Value | None:
        """Run a function's body on these arguments; None where that goes too far."""
        home = self._home.get(function)
        if home is None or self._depth >= _DEEPEST_CALL or self._calls >= _MOST_CALLS:
            return None
        self._called.add(function)
        self._calls += 1
        self._depth += 1
        outside, outer, cell, returned = self.env, self.outer, self.cell, self._returned
        loops, self._loops = self._loops, []
        self._outer_loops += bool(loops)
        self.outer = {**outer, **outside}
        self.env, self._returned, self.cell = {}, [], home
        self._parameters(function, given)
        self.block(function.body)
        values = self._returned
        self.env, self.outer, self.cell, self._returned = outside, outer, cell, returned
        self._loops = loops
        self._outer_loops -= bool(loops)
        self._depth -= 1
        return values[0] if len(values) == 1 else merged(values)

    def _parameters(self, function: ast.FunctionDef | ast.AsyncFunctionDef, given: list[Value]) -> None:
        names = [
            argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        ]
        for place, name in enumerate(names):
            known = place < len(given)
            self.env[name] = given[place] if known else Value(rows=frozenset({(function, name)}))

    def _by_itself(self, function: ast.FunctionDef | ast.AsyncFunctionDef, cell: CodeCell) -> None:
        self.cell = self.top = cell
        self.env = {}
        self._parameters(function, [])
        self.block(function.body)
        self._returned.clear()


def _selects_rows(index: ast.expr) -> bool:
    """Does an index pick rows (a slice, a mask), not columns?"""
    if isinstance(index, ast.Tuple):
        return bool(index.elts) and _selects_rows(index.elts[0])
    if isinstance(index, ast.Slice):
        return not (index.lower is None and index.upper is None)
    return isinstance(index, ast.Compare | ast.BinOp | ast.UnaryOp | ast.Name)


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
