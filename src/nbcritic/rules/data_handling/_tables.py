"""What is known of the tables that a page joins: which have one row a key, and of which results something is summed."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters, root_name
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._per_item import NAMES, Key, PerItem
from nbcritic.rules.data_handling._shared import is_constant, keyword

UNIQUE = frozenset("drop_duplicates value_counts pivot_table pivot nunique idxmax idxmin describe".split())
"""Methods that give every key once."""
SUMS = frozenset(
    "agg aggregate mean sum count size min max median std var first last nunique any all quantile apply".split()
)
"""Methods of a group-by that give one row a group."""
SAME = frozenset(
    "reset_index rename sort_values sort_index copy fillna astype round set_index to_frame assign rename_axis add_suffix add_prefix "
    "dropna head query drop".split()
)
"""Methods that double no key."""
SUMMED = frozenset("groupby pivot_table sum mean count value_counts median resample corr describe agg fit".split())
"""Methods whose result doubled rows change."""
_COUNTED = frozenset("len is_unique duplicated nunique unique shape size value_counts".split())
"""What an assertion on the number of keys asks for."""
_NEAR = 3
_STEPS = 12

_Place: TypeAlias = tuple[int, int]
"""A cell and a line in it."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A call that joins two frames."""

    cell: CodeCell
    call: ast.Call
    left: ast.expr
    right: ast.expr
    keys: tuple[ast.keyword, ...]
    positional: bool
    """Are keys given by place?"""

    def key(self, side: ast.expr) -> Key:
        """What one of the tables is joined on."""
        words = ("on", "left_on" if side is self.left else "right_on")
        given = [node for word in self.keys if word.arg in words for node in nodes_in(word.value)]
        columns = (node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str))
        other = root_name(self.right if side is self.left else self.left)
        return Key(frozenset(columns), other.id if other is not None else "")

    @property
    def is_by_name(self) -> bool:
        """Is the only key a name for people, which several things share?"""
        columns = self.key(self.left).columns | self.key(self.right).columns
        return bool(columns) and all(NAMES.fullmatch(column) for column in columns)


class Summed:
    """Names of frames of which a sum, mean or model is made."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def names(self) -> set[str]:
        """Of the frame itself."""
        asked = (node for cell in self._page.code for node in cell.nodes(ast.Attribute) if node.attr in SUMMED)
        return {root.id for node in asked if (root := root_name(node.value)) is not None}

    @cached_property
    def of_parts(self) -> set[str]:
        """Of the frame, or of rows that were chosen from it; these may also be counted."""
        calls = (call for cell in self._page.code for call in cell.nodes(ast.Call) if call.args)
        counted = {root.id for call in calls if called_name(call.func) == "len" and (root := root_name(call.args[0]))}
        found = set(self.names)
        for cell in self._page.code:
            for assign in cell.nodes(ast.Assign):
                target, whole = assign.targets[0], root_name(assign.value)
                if isinstance(target, ast.Name) and whole is not None and target.id in self.names | counted:
                    found.add(whole.id)
        return found


class Tables:
    """What is known of tables at a place of the page, read from top to bottom."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._items = PerItem(page)

    def is_unique(self, node: ast.expr, at: _Place | None, key: Key, depth: int = 0) -> bool:
        """Has the table surely (or as good as surely) one row a key?"""
        if depth > _STEPS:
            return False
        if isinstance(node, ast.Name):
            value, place = self._bound(node, at)
            if value is None and at is None:
                given = self._given.get(node, [])
                return bool(given) and all(self.is_unique(value, place, key, depth + 1) for value, place in given)
            return value is not None and self.is_unique(value, place, key, depth + 1)
        if isinstance(node, ast.Subscript):
            return self.is_unique(node.value, at, key, depth + 1)
        return isinstance(node, ast.Call) and self._gives_unique(node, at, key, depth)

    def is_asserted(self, merge: Merge) -> bool:
        """Does one of the statements right before count the keys of one of the tables?"""
        statement = merge.cell.statement(merge.call)
        if statement not in self._places:
            return False
        end = self._places[statement]
        sides = {root.id for side in (merge.left, merge.right) if (root := root_name(side)) is not None}
        return any(
            isinstance(before, ast.Assert) and _counts(before.test, sides)
            for before in self._statements[max(0, end - _NEAR) : end]
        )

    def is_thinned(self, merge: Merge, names: list[str]) -> bool:
        """Does one of the statements right after drop what is there twice?"""
        place = self._places.get(merge.cell.statement(merge.call))
        following = self._statements[place + 1 : place + 1 + _NEAR] if place is not None else []
        return any(
            node.attr == "drop_duplicates" and (root := root_name(node.value)) is not None and root.id in names
            for statement in following
            for node in nodes_in(statement, ast.Attribute)
        )

    def _gives_unique(self, call: ast.Call, at: _Place | None, key: Key, depth: int) -> bool:
        qualified, function = self._page.qualified(call.func), call.func
        if isinstance(function, ast.Name) and function.id in self._returned:
            return all(self.is_unique(value, None, key, depth + 1) for value in self._returned[function.id])
        if qualified == "pandas.merge" and len(call.args) >= 2:
            return all(self.is_unique(side, at, key, depth + 1) for side in call.args[:2])
        if qualified in ("pandas.DataFrame", "pandas.Series") and call.args:
            rows, line = call.args[0], (at or (0, 0))[0]
            return self.is_unique(rows, at, key, depth + 1) or self._items.is_keyed(rows, key, (line, call.lineno))
        if qualified in ("pandas.pivot_table", "pandas.crosstab"):
            return True
        if qualified == "pandas.concat" and call.args:
            axis, parts = keyword(call, "axis"), call.args[0]
            beside = isinstance(axis, ast.Constant) and axis.value in (1, "columns")
            listed = parts.elts if isinstance(parts, (ast.List, ast.Tuple)) else []
            return beside and bool(listed) and all(self.is_unique(part, at, key, depth + 1) for part in listed)
        if not isinstance(function, ast.Attribute):
            return False
        if function.attr in UNIQUE:
            return True
        is_grouped = self._page.values.kind(function.value) == "groupby" or _groups(function.value)
        if function.attr in SUMS and is_grouped:
            return True
        if function.attr in ("merge", "join") and call.args and self.is_unique(function.value, at, key, depth + 1):
            return self.is_unique(call.args[0], at, key, depth + 1)
        # Of one key, `unstack` makes a row for each column and key.
        if function.attr == "unstack" and _is_indexed_by_several(function.value):
            return True
        return function.attr in (*SAME, "loc", "unstack") and self.is_unique(function.value, at, key, depth + 1)

    def _bound(self, name: ast.Name, at: _Place | None) -> tuple[ast.expr | None, _Place | None]:
        """What the name is bound to there, and where that is."""
        if name in self._local:
            return self._local[name], None
        stores = self._stores.get(name.id, [])
        place = bisect_left(stores, at, key=lambda store: store[0]) if at is not None else 0
        value, where = (stores[place - 1][1], stores[place - 1][0]) if place else (None, at)
        return value if value is not None else self._page.values.source(name), where

    @cached_property
    def _given(self) -> dict[ast.Name, list[tuple[ast.expr, _Place]]]:
        """What the calls of the page give for a parameter of its functions, by each place that reads it; None is no table."""
        calls: dict[str, list[tuple[CodeCell, ast.Call]]] = defaultdict(list)
        for cell in self._page.code:
            for call in cell.nodes(ast.Call):
                if isinstance(call.func, ast.Name):
                    calls[call.func.id].append((cell, call))
        found: dict[ast.Name, list[tuple[ast.expr, _Place]]] = {}
        functions = (function for cell in self._page.code for function in cell.nodes(ast.FunctionDef))
        for function in (function for function in functions if function.name in calls):
            names = nodes_in(function, ast.Name)
            stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
            for place, argument in enumerate(parameters(function.args)):
                values = [
                    (value, (at.number, call.lineno))
                    for at, call in calls[function.name]
                    if (value := call.args[place] if place < len(call.args) else keyword(call, argument.arg))
                    is not None
                    and not is_constant(value, None)
                ]
                if argument.arg not in stored:
                    found.update((name, values) for name in names if name.id == argument.arg)
        return found

    @cached_property
    def _returned(self) -> dict[str, list[ast.expr]]:
        """What the page's own functions return, of which each name stands for one function."""
        found: dict[str, list[ast.expr]] = {}
        functions = [function for cell in self._page.code for function in cell.nodes(ast.FunctionDef)]
        several = Counter(function.name for function in functions)
        for function in functions:
            values = [node.value for node in nodes_in(function, ast.Return)]
            if several[function.name] == 1 and values and None not in values:
                found[function.name] = [value for value in values if value is not None]
        return found

    @cached_property
    def _local(self) -> dict[ast.Name, ast.expr]:
        """What names are bound to where functions read them, if the lines of the function's body tell that one after the other."""
        found: dict[ast.Name, ast.expr] = {}
        for function in (function for cell in self._page.code for function in cell.nodes(ast.FunctionDef)):
            names = nodes_in(function, ast.Name)
            plain = {_target(statement): statement for statement in function.body}
            known = {name.id for name in plain if name is not None}
            known -= {name.id for name in names if not isinstance(name.ctx, ast.Load) and name not in plain}
            values: dict[str, ast.expr] = {}
            for statement in function.body:
                read = (node for node in nodes_in(statement, ast.Name) if node.id in values)
                found.update((name, values[name.id]) for name in read)
                target = _target(statement)
                if target is not None and target.id in known and isinstance(statement, (ast.Assign, ast.Expr)):
                    values[target.id] = statement.value
        return found

    @cached_property
    def _statements(self) -> list[ast.stmt]:
        return [statement for cell in self._page.code if cell.tree is not None for statement in cell.tree.body]

    @cached_property
    def _places(self) -> dict[ast.stmt, int]:
        return {statement: place for place, statement in enumerate(self._statements)}

    @cached_property
    def _stores(self) -> dict[str, list[tuple[_Place, ast.expr | None]]]:
        """What each name is bound to at the top level, in order; None for what cannot be followed."""
        found: dict[str, list[tuple[_Place, ast.expr | None]]] = defaultdict(list)
        for cell in self._page.code:
            plain: dict[ast.AST, ast.expr] = {}
            for statement in cell.tree.body if cell.tree is not None else ():
                target = _target(statement)
                if target is not None and isinstance(statement, ast.Assign):
                    plain[target] = statement.value
                elif target is not None and isinstance(statement, ast.Expr):
                    found[target.id].append(((cell.number, statement.lineno), statement.value))
            for name in cell.nodes(ast.Name):
                if not isinstance(name.ctx, ast.Load) and not cell.in_function(name):
                    found[name.id].append(((cell.number, name.lineno), plain.get(name)))
        for stores in found.values():
            stores.sort(key=lambda store: store[0])
        return found


def _target(statement: ast.stmt) -> ast.Name | None:
    """The name that a statement binds, or whose object it changes with `inplace=True`."""
    target: ast.expr | None = statement.targets[0] if isinstance(statement, ast.Assign) else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and is_constant(keyword(call, "inplace"), True):
        target = call.func.value if isinstance(call.func, ast.Attribute) else None
    return target if isinstance(target, ast.Name) else None


def _counts(test: ast.expr, tables: set[str]) -> bool:
    """Does an assertion ask how many keys (or rows) one of the tables has?"""
    names = {getattr(node, "id", "") or getattr(node, "attr", "") for node in nodes_in(test)}
    return not names.isdisjoint(_COUNTED) and not names.isdisjoint(tables)


def _groups(node: ast.expr) -> bool:
    """Is it `table.groupby(…)` or columns of it, whatever the table is?"""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Call) and called_name(node.func) == "groupby"


def _is_indexed_by_several(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "set_index"
    keys = (node.args[0] if node.args else keyword(node, "keys")) if is_call else None  # type: ignore[attr-defined,arg-type]
    return isinstance(keys, (ast.List, ast.Tuple)) and len(keys.elts) > 1
