"""Names and expressions on abstract values: the half of the interpreter that knows no statements and no calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.rules.leakage import _tools as tools
from nbcritic.rules.leakage._values import PLAIN, Columns, Findings, Fit, Value, merged, path_of

MOST_STEPS = 60_000
"""A run that takes longer than this is given up: what it has found so far stands."""
_DEEPEST = 40

Env = dict[str, Value]


class Expressions:
    """What names hold, and what expressions give."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found = Findings()
        self.env: Env = {}
        self.outer: Env = {}
        self.cell: CodeCell = page.code[0]
        self.top = self.cell
        """The cell that runs: another one than `cell` inside a function."""
        self._loops: list[frozenset[str]] = []
        self._outer_loops = 0
        self._steps = 0

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
            value = self.folds(node)
        if value.folds and isinstance(into, ast.Tuple) and len(into.elts) == 2:
            for item, inner in zip(into.elts, value.items or (), strict=False):
                self.bind(item, inner)
        else:
            self.bind(target, merged(value.items) if value.items else replace(value, tool=None))

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
        if depth > _DEEPEST or self._steps > MOST_STEPS:
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
        raise NotImplementedError

    def folds(self, node: ast.AST) -> Value:
        """What a loop over a splitter gives."""
        raise NotImplementedError


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


_EXPRESSIONS: dict[type, Callable[..., Value]] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Call: lambda run, node, depth: run._call(node, depth),
    ast.Tuple: Expressions._several,
    ast.List: Expressions._several,
    ast.BinOp: Expressions._binary,
    ast.IfExp: Expressions._merge,
    ast.BoolOp: Expressions._merge,
    ast.UnaryOp: Expressions._merge,
    ast.Dict: Expressions._merge,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.NamedExpr: Expressions._walrus,
    ast.Starred: Expressions._inner,
    ast.Await: Expressions._inner,
}
