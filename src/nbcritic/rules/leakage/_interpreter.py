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
from nbcritic.rules.leakage import _tools as tools
from nbcritic.rules.leakage._calls import Calls, path_of
from nbcritic.rules.leakage._values import PLAIN, Columns, Findings, Fit, Split, Value, merged

_DEEPEST = 40
_MOST_STEPS = 60_000
_MOST_CALLS = 200
_DEEPEST_CALL = 2
_TRAIN = re.compile(r"(?:^|_)(?:x_?)?(?:train|trn|training)(?:$|_|\d)|^(?:train|training)", re.I)
_TEST = re.compile(r"(?:^|_)(?:x_?)?(?:test|tst|val|valid|validation|testing|holdout)(?:$|_|\d)|^(?:test|valid)", re.I)

Env = dict[str, Value]


class Interpreter:
    """One run over one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found = Findings()
        self.env: Env = {}
        self.outer: Env = {}
        self.cell: CodeCell = page.code[0] if page.code else None  # type: ignore[assignment]
        self.top = self.cell
        self._loops: list[frozenset[str]] = []
        self._outer_loops = 0
        self._steps = 0
        self._calls = 0
        self._depth = 0
        self._called: set[ast.AST] = set()
        self._home: dict[ast.FunctionDef | ast.AsyncFunctionDef, CodeCell] = {}
        self._returned: list[Value] = []
        self._sliced: dict[frozenset[object], tuple[Split, set[int]]] = {}
        self._of_calls = Calls(self)

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
            if self._steps > _MOST_STEPS:
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

    def is_in_loop(self, node: ast.expr) -> bool:
        """Is it something that a loop makes anew at each turn: one item of many, not the data?"""
        root: ast.AST = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        return self._outer_loops > 0 or (isinstance(root, ast.Name) and any(root.id in names for names in self._loops))

    def bind_each(self, target: ast.expr, iterable: ast.expr) -> None:
        """Bind the target of a loop."""
        node, into = iterable, target
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            if node.func.id == "enumerate" and isinstance(into, ast.Tuple) and len(into.elts) == 2:
                into = into.elts[1]
            elif node.func.id not in ("tqdm", "list"):
                break
            node = node.args[0]
        value = self.value(node)
        if (
            value.tool is not None and value.tool.kind == "splitter"
        ):  # `for train, test in KFold(len(X), 5)`, as it once was
            value = self._of_calls.folds(node, PLAIN)
        if value.folds and isinstance(into, ast.Tuple) and len(into.elts) == 2:
            for item, inner in zip(into.elts, value.items or (), strict=False):
                self.bind(item, inner)
        else:
            self.bind(target, merged(value.items) if value.items else replace(value, tool=None))

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

    # -- names -------------------------------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: Value) -> None:
        """Bind a target, however it unpacks; a store into a part of something leaves its traces there."""
        if isinstance(target, ast.Tuple | ast.List):
            items = value.items if value.items and len(value.items) == len(target.elts) else None
            for place, item in enumerate(target.elts):
                self.bind(item, items[place] if items else replace(value, items=None, tool=None))
        elif isinstance(target, ast.Starred):
            self.bind(target.value, merged((value,)))
        elif isinstance(target, ast.Subscript):
            base = target.value
            if isinstance(base, ast.Attribute) and _is_indexer(base):
                base = base.value
            name = key_of(base)
            if name is not None:
                old = self.lookup(name)
                self.env[name] = replace(old.holding(value, self._stored_columns(target)), items=None)
        elif (name := key_of(target)) is not None:
            self.env[name] = value
            if "." in name and name.partition(".")[0] in self.env and not name.startswith("self."):
                root, _, column = name.partition(".")
                self.env[root] = self.env[root].holding(value, frozenset({column}))

    def _stored_columns(self, target: ast.Subscript) -> Columns:
        index = target.slice
        if _is_indexer(target.value) and isinstance(index, ast.Tuple) and len(index.elts) == 2:
            index = index.elts[1]
        return self.columns(index)

    def lookup(self, name: str) -> Value:
        """The value of a name; of one that nothing binds, rows that come from elsewhere."""
        found = self.env.get(name) or self.outer.get(name)
        if found is None and "." not in name and not self._is_bound(name):
            return Value(rows=frozenset({name}))
        return found or PLAIN

    def _is_bound(self, name: str) -> bool:
        names = self.page.names
        return name in names.bindings or name in names.imports or names.is_known(name) or bool(names.unknown)

    def columns(self, node: ast.AST, depth: int = 0) -> Columns:
        """The names of columns that an index lists, or None."""
        if isinstance(node, ast.Constant):
            return frozenset({node.value}) if isinstance(node.value, str) else None
        if isinstance(node, ast.List | ast.Tuple):
            names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            return frozenset(names) if len(names) == len(node.elts) else None
        if isinstance(node, ast.Name) and depth < 3:
            source = self.page.values.source(node)
            return self.columns(source, depth + 1) if source is not None else None
        return None

    def columns_of(self, node: ast.expr) -> Columns:
        """The columns that an expression such as `df["price"]` picks, also through a name."""
        for _ in range(3):
            if isinstance(node, ast.Name):
                source = self.page.values.source(node)
                if source is None:
                    return frozenset({node.id})
                node = source
            elif isinstance(node, ast.Attribute) and node.attr in ("values", "T"):
                node = node.value
            elif isinstance(node, ast.Subscript):
                return self.columns(node.slice)
            elif isinstance(node, ast.Attribute):
                return frozenset({node.attr})
        return None

    # -- expressions -------------------------------------------------------------------------------------------------

    def value(self, node: ast.AST, depth: int = 0) -> Value:
        """What is known of the value of an expression."""
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS:
            return PLAIN
        evaluate = _EXPRESSIONS.get(type(node))
        return evaluate(self, node, depth + 1) if evaluate is not None else PLAIN

    def _name(self, node: ast.Name, depth: int) -> Value:
        return self.lookup(node.id)

    def _attribute(self, node: ast.Attribute, depth: int) -> Value:
        key = key_of(node)
        if key is not None and key in self.env:
            return self.env[key]
        value = self.value(node.value, depth)
        if value.tool is not None or node.attr in tools.NOT_ROWS:
            return PLAIN
        if value.is_plain or node.attr in _WHOLE:
            return value
        return value.only(frozenset({node.attr})) if node.attr not in _METHODLIKE else value

    def _subscript(self, node: ast.Subscript, depth: int) -> Value:
        value = self.value(node.value, depth)
        index = node.slice
        if value.items is not None and isinstance(index, ast.Constant) and isinstance(index.value, int):
            return value.items[index.value] if -len(value.items) <= index.value < len(value.items) else PLAIN
        if isinstance(index, ast.Tuple) and _is_indexer(node.value) and len(index.elts) == 2:
            rows, index = index.elts
            value = self._picked(value, rows, depth)
        columns = self.columns(index)
        if columns is not None:
            return value.only(columns)
        return self._picked(value, index, depth)

    def _picked(self, value: Value, index: ast.expr, depth: int) -> Value:
        """The rows of a value that an index picks: one side of a split, where the index is."""
        if isinstance(index, ast.Slice | ast.Compare | ast.Constant):
            return replace(value, items=None)
        place = self.value(index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index, depth)
        if place.part and not place.rows and not value.is_plain:
            picked = replace(value, part=value.part + place.part, items=None)
            self.found.held_out(picked)
            return picked
        chosen = self.value(index.elts[-1], depth) if isinstance(index, ast.Tuple) and index.elts else place
        if chosen.taints and not chosen.rows:
            return merged((value, chosen))
        return replace(value, items=None)

    def _several(self, node: ast.Tuple | ast.List, depth: int) -> Value:
        items = tuple(self.value(item, depth) for item in node.elts[:40])
        return replace(merged(items), items=items)

    def _merge(self, node: ast.AST, depth: int) -> Value:
        return merged(
            [self.value(child, depth) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)][:40]
        )

    def _binary(self, node: ast.BinOp, depth: int) -> Value:
        left, right = self.value(node.left, depth), self.value(node.right, depth)
        if right.taints and not right.rows:
            # Only `x - x.mean()` and its kin put a statistic into the data: a ratio to the mean of something else does not.
            kept = (t for t in right.taints if t[0].by == "tool" or _centres(node, t[0]))
            right = replace(right, taints=frozenset(kept))
        return merged((left, right))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, depth: int) -> Value:
        before = dict(self.env)
        for generator in node.generators:
            self.bind_each(generator.target, generator.iter)
        value = self.value(node.elt, depth)
        self.env = before
        return merged((value,))

    def _walrus(self, node: ast.NamedExpr, depth: int) -> Value:
        value = self.value(node.value, depth)
        self.bind(node.target, value)
        return value

    def _inner(self, node: ast.Starred | ast.Await, depth: int) -> Value:
        return self.value(node.value, depth)

    def _call(self, node: ast.Call, depth: int) -> Value:
        return self._of_calls.call(node, depth)

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


_WHOLE = frozenset("values T loc iloc at iat str dt cat array data".split())
_METHODLIKE = frozenset("real flat A".split())


def key_of(node: ast.AST) -> str | None:
    """`name` or `name.attribute` as text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def _is_indexer(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("loc", "iloc", "at", "iat")


def _centres(node: ast.BinOp, fit: Fit) -> bool:
    return isinstance(node.op, ast.Sub) and path_of(node.left) == fit.of


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
_EXPRESSIONS: dict[type, Callable[..., Value]] = {
    ast.Name: Interpreter._name,
    ast.Attribute: Interpreter._attribute,
    ast.Subscript: Interpreter._subscript,
    ast.Call: Interpreter._call,
    ast.Tuple: Interpreter._several,
    ast.List: Interpreter._several,
    ast.BinOp: Interpreter._binary,
    ast.IfExp: Interpreter._merge,
    ast.BoolOp: Interpreter._merge,
    ast.UnaryOp: Interpreter._merge,
    ast.Dict: Interpreter._merge,
    ast.ListComp: Interpreter._comprehension,
    ast.SetComp: Interpreter._comprehension,
    ast.GeneratorExp: Interpreter._comprehension,
    ast.NamedExpr: Interpreter._walrus,
    ast.Starred: Interpreter._inner,
    ast.Await: Interpreter._inner,
}
