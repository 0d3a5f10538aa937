"""Does the body of a row loop do arithmetic that whole columns could do? And how would it read?"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Protocol

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import path

MATHS = frozenset(
    "abs float int round bool len str min max sum".split()
    + [f"math.{name}" for name in "sqrt log log10 log2 exp sin cos tan atan2 radians floor ceil fabs pow hypot asin acos atan".split()]
    + [f"numpy.{name}" for name in "sqrt log log10 log1p log2 exp sin cos tan abs absolute radians floor ceil round power where sign arctan2 arcsin "
       "isnan maximum minimum square nan_to_num deg2rad".split()]
    + [f"pandas.{name}" for name in "isnull isna notnull notna".split()]
)  # fmt: skip
"""Functions of one value that have a counterpart for whole columns."""
ELEMENTWISE = frozenset({"abs", "round"})
_NOT_WHOLE = frozenset({"len", "str", "min", "max", "sum", "bool", "int", "float"})
_DEEP = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `frame` under the name `row`, or its place under the name `index`."""

    frame: ast.expr
    row: str
    index: str
    tuples: bool = False

    def column(self, node: ast.AST) -> str | None:
        """The column (as source text) that `node` reads or writes in this row; None where it is something else."""
        if isinstance(node, ast.Attribute):
            is_field = isinstance(node.value, ast.Name) and node.value.id == self.row and bool(self.row)
            return repr(node.attr) if is_field and node.attr not in ("Index", "index", "name", "values") else None
        if not isinstance(node, ast.Subscript):
            return None
        value, key = node.value, node.slice
        if isinstance(value, ast.Name) and value.id == self.row and self.row:
            return _text(key)
        return self._by_index(value, key)

    def whole(self, node: ast.AST) -> str | None:
        """What stands for the whole column that `node` reads one value of, as source text; None where it is something else."""
        column = self.column(node)
        return None if column is None else f"{path(self.frame) or 'df'}[{column}]"

    def _by_index(self, value: ast.expr, key: ast.expr) -> str | None:
        frame = path(self.frame)
        if frame is None or not self.index:
            return None
        if _is_index(key, self.index):
            # df["a"][i], df.a[i], df["a"].iloc[i]
            if isinstance(value, ast.Attribute) and value.attr in ("loc", "iloc", "at", "iat", "values"):
                value = value.value
            if isinstance(value, ast.Subscript) and path(value.value) == frame:
                return _text(value.slice)
            if isinstance(value, ast.Attribute) and path(value.value) == frame:
                return repr(value.attr)
        elif isinstance(key, ast.Tuple) and len(key.elts) == 2 and _is_index(key.elts[0], self.index):
            # df.loc[i, "a"]
            if isinstance(value, ast.Attribute) and value.attr in ("loc", "at") and path(value.value) == frame:
                return _text(key.elts[1])
        elif isinstance(value, ast.Subscript) and _is_index(value.slice, self.index):
            # df.loc[i]["a"]
            indexer = value.value
            if isinstance(indexer, ast.Attribute) and indexer.attr in ("loc", "iloc") and path(indexer.value) == frame:
                return _text(key)
        return None


def _is_index(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return repr(node.value) if isinstance(node.value, str) else None
    return node.id if isinstance(node, ast.Name) else None


class Element(Protocol):
    """What a loop has of the data at one turn: a row of a frame, or an element of an array."""

    @property
    def row(self) -> str: ...
    @property
    def index(self) -> str: ...
    def column(self, node: ast.AST) -> str | None: ...
    def whole(self, node: ast.AST) -> str | None: ...


class _Body:
    """Reads a body: is everything in it arithmetic on the row, with no tie between one row and the next?"""

    def __init__(self, page: Page, row: Element) -> None:
        self.page = page
        self.row = row
        self.bound: set[str] = set()
        self.from_row: set[str] = set()
        self.sums: set[str] = set()
        self.computes = False
        self.stores = False

    def block(self, statements: list[ast.stmt]) -> bool:
        """Is every statement of a kind that columns can do?"""
        return all(self.statement(statement) for statement in statements)

    def statement(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Assign):
            return len(node.targets) == 1 and self._store(node.targets[0], node.value)
        if isinstance(node, ast.AugAssign):
            return self._accumulate(node)
        if isinstance(node, ast.If):
            tested = self.value(node.test)
            self.computes = self.computes or self.reads_row(node.test)
            # What one branch binds, the other need not have.
            before = set(self.bound)
            fine = tested and self.block(node.body)
            after, self.bound = self.bound, before
            fine = fine and self.block(node.orelse)
            self.bound |= after
            return fine
        if isinstance(node, ast.Expr):
            return self._bare(node.value)
        if isinstance(node, ast.Return) and node.value is not None:
            self.stores = True
            return self.value(node.value)
        return isinstance(node, (ast.Pass, ast.Continue))

    def _store(self, target: ast.expr, value: ast.expr) -> bool:
        if not self.value(value):
            return False
        if isinstance(target, ast.Name):
            self.bound.add(target.id)
            if self.reads_row(value):
                self.from_row.add(target.id)
            return True
        self.stores = True
        if self.row.column(target) is None:
            return False
        self.computes = self.computes or _operates(value)
        return True

    def _accumulate(self, node: ast.AugAssign) -> bool:
        if not self.value(node.value):
            return False
        if isinstance(node.target, ast.Name):
            if node.target.id not in self.bound:
                self.stores = True
                self.sums.add(node.target.id)
                # A running sum of something computed is a sum of a column; anything else is tied to the row before.
                return isinstance(node.op, (ast.Add, ast.Sub)) and not isinstance(node.value, (ast.List, ast.JoinedStr))
            self.computes = self.computes or node.target.id in self.from_row
            return True
        self.stores = True
        self.computes = True
        return self.row.column(node.target) is not None

    def _bare(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return True
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "append":
            return False
        if not isinstance(node.func.value, ast.Name) or len(node.args) != 1:
            return False
        self.stores = True
        return self.value(node.args[0])

    def value(self, node: ast.expr, depth: int = 0) -> bool:
        """Is it arithmetic on the row, on constants and on names from outside that no row changes?"""
        if depth > _DEEP:
            return False
        if self.row.column(node) is not None or isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return node.id not in (self.row.row, self.row.index)
        if isinstance(node, ast.BinOp):
            self.computes = self.computes or (self.reads_row(node) and not _is_text(node))
            return self.value(node.left, depth + 1) and self.value(node.right, depth + 1)
        if isinstance(node, ast.Call):
            name = self.page.qualified(node.func)
            known = name in MATHS and not node.keywords
            self.computes = self.computes or (
                known and (name or "").startswith(("numpy", "math")) and self.reads_row(node)
            )
            return known and all(self.value(argument, depth + 1) for argument in node.args)
        parts: list[ast.expr]
        if isinstance(node, ast.Compare):
            if any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops):
                return self.value(node.left, depth + 1) and isinstance(
                    node.comparators[0], (ast.List, ast.Tuple, ast.Set)
                )
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.IfExp):
            self.computes = self.computes or self.reads_row(node.test)
            parts = [node.test, node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            parts = node.values
        elif isinstance(node, ast.UnaryOp):
            parts = [node.operand]
        else:
            return False
        return all(self.value(part, depth + 1) for part in parts)

    def reads_row(self, node: ast.AST) -> bool:
        """Does the expression depend on the row?"""
        return any(
            self.row.column(inner) is not None or (isinstance(inner, ast.Name) and inner.id in self.from_row)
            for inner in nodes_in(node)
        )


def _operates(value: ast.expr) -> bool:
    return any(isinstance(inner, ast.BinOp) for inner in nodes_in(value))


def _is_text(node: ast.BinOp) -> bool:
    """Is it put together from strings?"""
    return any(
        (isinstance(side, (ast.Constant, ast.JoinedStr)) and not _is_number(side))
        or (isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "str")
        for side in (node.left, node.right)
    )


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def body_computes(page: Page, block: ast.For | ast.FunctionDef | ast.AsyncFunctionDef, row: Element) -> bool:
    """Does the body of a loop over rows (or of a function that is applied to rows) do what columns can do, and nothing else?"""
    body = _Body(page, row)
    if isinstance(block, ast.For) and block.orelse:
        return False
    return body.block(block.body) and body.computes and body.stores and not _tied(block, body)


def _tied(block: ast.AST, body: _Body) -> bool:
    """Does a row use what the row before has left in a name?"""
    if not isinstance(block, ast.For):
        return False
    seen: set[str] = set()
    for statement in block.body:
        read = {n.id for n in nodes_in(statement, ast.Name) if isinstance(n.ctx, ast.Load)}
        if read & body.sums or (read & body.bound) - seen:
            return True
        if isinstance(statement, ast.Assign):
            seen |= {t.id for t in statement.targets if isinstance(t, ast.Name)}
        elif isinstance(statement, ast.If):
            seen |= {n.id for n in nodes_in(statement, ast.Name) if isinstance(n.ctx, ast.Store)}
    return False


def is_arithmetic(page: Page, expression: ast.expr, row: Element) -> bool:
    """Is the expression arithmetic (or a comparison) on the fields of one row?"""
    body = _Body(page, row)
    fine = body.value(expression)
    compares = isinstance(expression, (ast.Compare, ast.BoolOp)) and body.reads_row(expression)
    return fine and (body.computes or compares)
