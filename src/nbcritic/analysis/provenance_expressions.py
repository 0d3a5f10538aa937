"""Names and expressions on abstract values: the half of the interpreter that knows no statements and no calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbcritic.analysis import provenance_tables as tables
from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.provenance_columns import ColumnNames
from nbcritic.analysis.provenance_events import Events
from nbcritic.analysis.provenance_names import Env, is_indexer, key_of, path_of, selects_rows
from nbcritic.analysis.provenance_values import (
    PLAIN,
    Columns,
    Fit,
    Split,
    Tool,
    Value,
    merged,
    replace,
)

if TYPE_CHECKING:
    from nbcritic.analysis.page import Page

MOST_STEPS = 80_000
"""A run that takes longer than this is given up: what it has found so far stands, and `truncated` says so."""
_DEEPEST = 40


class Expressions(ColumnNames):
    """What names hold, and what expressions give."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.found = Events()
        self.env = Env()
        self.outer: tuple[Env, ...] = ()
        self.cell: CodeCell = page.code[0]
        self.top = self.cell
        """The cell that runs: another one than `cell` inside a function."""
        self.loops: list[tuple[ast.AST, frozenset[str]]] = []
        """The loops that run, each with the names that it binds."""
        self._outer_loops: tuple[ast.AST, ...] = ()
        self._steps = 0

    @property
    def loop_nodes(self) -> tuple[ast.AST, ...]:
        """The loops that run, the outermost first."""
        return (*self._outer_loops, *(node for node, _ in self.loops))

    def is_in_loop(self, node: ast.expr) -> bool:
        """Is it something that a loop makes anew at each turn: one item of many, not the data?"""
        root: ast.AST = node
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        bound = isinstance(root, ast.Name) and any(root.id in names for _, names in self.loops)
        return bool(self._outer_loops) or bound

    def token(self, node: ast.AST) -> object:
        """What stands for one choice of rows."""
        return (node, self.call) if self.call else node

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
        if value.tool is not None and value.tool.kind == "splitter":
            value = self.folds(node)  # `for train, test in KFold(len(X), 5)`, as it once was
        if value.folds and isinstance(into, ast.Tuple) and len(into.elts) == 2:
            for item, inner in zip(into.elts, value.items or (), strict=False):
                self.bind(item, inner)
        elif value.items and all(item.tool is not None for item in value.items):
            self.bind(into, replace(value.items[0]))
        elif value.items and isinstance(into, ast.Tuple) and all(item.items for item in value.items):
            columns = zip(*(item.items or () for item in value.items), strict=False)
            for name, pieces in zip(into.elts, columns, strict=False):
                tool = next((piece for piece in pieces if piece.tool is not None), None)
                self.bind(name, tool if tool is not None else merged(pieces))
        else:
            self.bind(target, merged(value.items) if value.items else replace(value, tool=None))

    # -- names -------------------------------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: Value, sources: Columns = None) -> None:
        """Bind a target, however it unpacks; a store into a part of something leaves its traces there."""
        if isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, merged((value,)))
        elif isinstance(target, ast.Subscript):
            base = target.value
            if is_indexer(base) and isinstance(base, ast.Attribute):
                base = base.value
            name = key_of(base)
            if name is not None:
                if not is_indexer(
                    target.value
                ):  # a column of predictions is a result; gaps filled with them are features
                    value = replace(value, predicted=None) if value.predicted is not None else value
                old = self.lookup(name)
                self.env[name] = old.holding(value, self._stored_columns(target), sources)
                self.found.held_out(self.env[name])
        elif (name := key_of(target)) is not None:
            self.lists.pop(name, None)
            self.env[name] = value
            root, _, column = name.partition(".")
            if column and root in self.env and root != "self":
                old = self.env[root]
                self.env[root] = (
                    old.loose() if column == "columns" else old.holding(value, frozenset({column}), sources)
                )

    def _unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        items = value.items if value.items and len(value.items) == len(target.elts) else None
        named = None if items or not value.rows else self._named(target, value)
        for place, item in enumerate(target.elts):
            if items:
                self.bind(item, items[place])
            elif named is not None and isinstance(item, ast.Name):
                self.bind(item, named[place])
            else:
                self.bind(item, replace(value, items=None, tool=None).loose())

    def _named(self, target: ast.Tuple | ast.List, value: Value) -> list[Value] | None:
        """What an unknown function gives to `train, test`: parts of which the names alone tell."""
        names = [item.id if isinstance(item, ast.Name) else "" for item in target.elts]
        sides = [1 if tables.TEST.search(name) else 0 if tables.TRAIN.search(name) else None for name in names]
        if {0, 1} - set(sides):
            return None
        held = next(name for name, side in zip(names, sides, strict=True) if side == 1)
        split = Split(target, self.cell, self.top, "names", held)
        self.found.splits.append(split)
        plain = replace(value, items=None, tool=None).loose()
        return [plain if side is None else plain.side((split, side)) for side in sides]

    def _stored_columns(self, target: ast.Subscript) -> Columns:
        index = target.slice
        if is_indexer(target.value) and isinstance(index, ast.Tuple) and len(index.elts) == 2:
            index = index.elts[1]
        return self.columns(index)

    def lookup(self, name: str) -> Value:
        """The value of a name; of one that nothing binds, rows that come from elsewhere."""
        for env in (self.env, *self.outer):
            if name in env:
                return env[name]
        if "." not in name and name not in tables.MODULES and not self._is_bound(name):
            return Value(rows=frozenset({name}), file=name)
        return PLAIN

    def _is_bound(self, name: str) -> bool:
        names = self.page.names
        return name in names.bindings or name in names.imports or names.is_known(name) or bool(names.unknown)

    # -- expressions -------------------------------------------------------------------------------------------------

    def value(self, node: ast.AST, depth: int = 0) -> Value:
        """What is known of the value of an expression."""
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Constant):
            return _TRUTHS[node.value] if isinstance(node.value, bool) else PLAIN
        self._steps += 1
        if depth > _DEEPEST or self._steps > MOST_STEPS:
            self.found.truncated = self.found.truncated or self._steps > MOST_STEPS
            return PLAIN
        evaluate = _EXPRESSIONS.get(type(node))
        return evaluate(self, node, depth + 1) if evaluate is not None else PLAIN

    def _attribute(self, node: ast.Attribute, depth: int) -> Value:
        key = key_of(node)
        if key is not None and key in self.env:
            return self.env[key]
        value = self.value(node.value, depth)
        if value.tool is not None:
            fit = value.tool.fit
            if value.tool.kind == "object":
                return value.tool.fields.get(node.attr) or replace(value, tool=None).loose()
            if value.tool.kind == "correlations":
                if node.attr in tables.NOT_ROWS:
                    return PLAIN
                return value if node.attr in _WHOLE else _correlated(value.tool, frozenset({node.attr}))
            if node.attr == "best_estimator_":
                return Value(tool=Tool("model", name=value.tool.name, fit=fit, selects=value.tool.selects))
            learnt = node.attr in tables.LEARNT and fit is not None
            return Value(taints=frozenset({(fit, None)})) if learnt and fit is not None else PLAIN
        if node.attr in tables.NOT_ROWS:
            return PLAIN if value.rows else Value(taints=value.taints)
        if value.is_plain or node.attr in _WHOLE:
            return value
        if node.attr in _PLACES:  # which word stands in which text, whatever its weight
            value = replace(value, taints=frozenset(taint for taint in value.taints if taint[0].kind != "vectoriser"))
        if tables.TRAIN.search(node.attr) or tables.TEST.search(node.attr):
            value = value.picked(f".{node.attr}")  # an object that deals its rows out: `window.train`, `window.val`
        return value.only(frozenset({node.attr})) if node.attr not in _METHODLIKE else value.loose()

    def _subscript(self, node: ast.Subscript, depth: int) -> Value:
        value = self.value(node.value, depth)
        index = node.slice
        if value.tool is not None and value.tool.fit is not None:
            if value.tool.kind == "correlations":
                places = index.elts if isinstance(index, ast.Tuple) else [index]
                named = next((columns for place in places if (columns := self.columns(place))), None)
                return _correlated(value.tool, named) if named else value
            if value.tool.name in tables.EMBEDDINGS:
                return self.value(index, depth).tainted(value.tool.fit)
        if value.items is not None and isinstance(index, ast.Constant) and isinstance(index.value, int):
            if value.folds:
                return replace(value, folds=False)
            return value.items[index.value] if -len(value.items) <= index.value < len(value.items) else PLAIN
        if isinstance(index, ast.Tuple) and len(index.elts) == 2 and (is_indexer(node.value) or _has_slice(index)):
            rows, index = index.elts
            value = self._picked(value, rows, depth)
            if isinstance(index, ast.Slice):
                return value if index.lower is None and index.upper is None else value.loose()
        elif is_indexer(node.value):
            return self._picked(value, index, depth)
        columns = self.columns(index)
        if columns is not None:
            return value.only(columns)
        if _only_orders(index):
            return value.loose()
        if isinstance(index, ast.Name) and self.page.values.kind(index) in ("list", "index", "str"):
            learnt = self.value(index, depth)
            return merged((value.loose(), learnt.by_tools())) if learnt.taints and not learnt.rows else value.loose()
        return self._picked(value, index, depth)

    def _picked(self, value: Value, index: ast.expr, depth: int) -> Value:
        """The rows of a value that an index picks: one side of a split, where the index is."""
        if isinstance(index, ast.Slice):
            return value.picked(self.token(index)) if selects_rows(index) else value.alone()
        if isinstance(index, ast.Constant):
            return value.alone().loose()
        place = self.value(index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index, depth)
        if isinstance(index, ast.Compare):
            return merged((value, place)) if place.taints else value.picked(self.token(index))
        if place.part and not place.rows and not value.is_plain:
            picked = value.side(*place.part)
            self.found.held_out(picked)
            return picked
        chosen = self.value(index.elts[-1], depth) if isinstance(index, ast.Tuple) and index.elts else place
        if chosen.taints and not chosen.rows:
            return merged((value.loose(), chosen))
        return value.picked(self.token(index)).loose()

    def _several(self, node: ast.Tuple | ast.List, depth: int) -> Value:
        items = tuple(self.value(item, depth) for item in node.elts[:40])
        return replace(merged(items), items=items)

    def _merge(self, node: ast.AST, depth: int) -> Value:
        return merged(
            [self.value(child, depth) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)][:40]
        )

    def _choice(self, node: ast.IfExp, depth: int) -> Value:
        one, other = self.value(node.body, depth), self.value(node.orelse, depth)
        return replace(merged((one, other)), tool=one.tool or other.tool)

    def _compare(self, node: ast.Compare, depth: int) -> Value:
        """What a tool has learnt stays in a choice made by it; a threshold at a statistic puts none into the data."""
        sides = [self.value(side, depth) for side in (node.left, *node.comparators[:2])]
        learnt = merged(side.by_tools() for side in sides if not side.rows)
        predicted = next((side for side in sides if side.predicted is not None), None)
        if predicted is not None:
            return Value(
                rows=predicted.rows, part=predicted.part, subset=predicted.subset, predicted=predicted.predicted
            )
        return Value(taints=learnt.taints)

    def _binary(self, node: ast.BinOp, depth: int) -> Value:
        left, right = self.value(node.left, depth), self.value(node.right, depth)
        if right.taints and not right.rows:
            # Only `x - x.mean()` and its kin put a statistic into the data: a ratio to the mean of something else does not.
            kept = (t for t in right.taints if t[0].by == "tool" or _centres(node, t[0]))
            right = replace(right, taints=frozenset(kept))
        return merged((left, right))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, depth: int) -> Value:
        self.env.begin()
        self.loops.append((node, frozenset()))
        chosen = []
        for generator in node.generators:
            self.bind_each(generator.target, generator.iter)
            chosen += [self.value(condition, depth).by_tools() for condition in generator.ifs]
        value = self.value(node.value if isinstance(node, ast.DictComp) else node.elt, depth)
        self.loops.pop()
        self.env.undo()
        if (
            value.taints and not value.rows
        ):  # one for each row of what it goes through: `[vector(text) for text in texts]`
            each = self.value(node.generators[0].iter, depth)
            value = replace(value, rows=each.rows, part=each.part, subset=each.subset)
        return merged((value, *(choice for choice in chosen if not choice.rows)))

    def of_lambda(self, node: ast.Lambda, each: Value, depth: int) -> Value:
        """What a lambda gives for its first argument."""
        self.env.begin()
        for argument in node.args.args[:1]:
            self.env[argument.arg] = each
        value = self.value(node.body, depth)
        self.env.undo()
        return value

    def _pairs(self, node: ast.DictComp, depth: int) -> Value:
        return self._comprehension(ast.GeneratorExp(node.value, node.generators), depth)

    def _walrus(self, node: ast.NamedExpr, depth: int) -> Value:
        value = self.value(node.value, depth)
        self.bind(node.target, value)
        return value

    def _text(self, node: ast.JoinedStr, depth: int) -> Value:
        """What a text shows is no data, but may be a score."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.value(part.value, depth)
        return PLAIN

    def _inner(self, node: ast.Starred | ast.Await, depth: int) -> Value:
        return self.value(node.value, depth) if hasattr(node, "value") else PLAIN

    def _call(self, node: ast.Call, depth: int) -> Value:
        raise NotImplementedError

    def folds(self, node: ast.AST) -> Value:
        """What a loop over a splitter gives."""
        raise NotImplementedError


def _correlated(tool: Tool, columns: frozenset[str]) -> Value:
    """`frame.corr()["price"]`: what each column has to do with the one."""
    fit = replace(tool.fit, target=columns) if tool.fit is not None and len(columns) == 1 else None
    return Value(taints=frozenset({(fit, None)})) if fit is not None else PLAIN


_TRUTHS = {truth: Value(truth=truth) for truth in (True, False)}
_WHOLE = frozenset("values T loc iloc at iat str dt cat array data".split())
_PLACES = frozenset("row col indices indptr".split())
"""Of a sparse matrix, where its values stand."""
_METHODLIKE = frozenset("real flat A target images best_estimator_".split())


def _has_slice(index: ast.Tuple) -> bool:
    """`x[:, 0]`: rows and columns of an array."""
    return any(isinstance(item, ast.Slice) for item in index.elts)


def _only_orders(index: ast.expr) -> bool:
    """`ratings.argsort()[::-1]` puts all columns into another order, and leaves none out."""
    if isinstance(index, ast.Subscript) and isinstance(index.slice, ast.Slice):
        return index.slice.lower is None and index.slice.upper is None and _only_orders(index.value)
    name = getattr(index.func, "attr", "") if isinstance(index, ast.Call) else ""
    return name == "argsort"


def _centres(node: ast.BinOp, fit: Fit) -> bool:
    return isinstance(node.op, ast.Sub) and path_of(node.left) == fit.of


_EXPRESSIONS: dict[type, Callable[..., Value]] = {
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Call: lambda run, node, depth: run._call(node, depth),
    ast.Tuple: Expressions._several,
    ast.List: Expressions._several,
    ast.BinOp: Expressions._binary,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._choice,
    ast.BoolOp: Expressions._merge,
    ast.UnaryOp: Expressions._merge,
    ast.Dict: Expressions._merge,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._pairs,
    ast.NamedExpr: Expressions._walrus,
    ast.JoinedStr: Expressions._text,
    ast.Starred: Expressions._inner,
    ast.Await: Expressions._inner,
}
