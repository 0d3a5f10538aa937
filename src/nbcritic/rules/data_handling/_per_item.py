"""Tables that are made of one dict for each item of a loop, so that what tells the items apart tells the rows apart."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.data_handling._shared import Loop, loops

NAMES = regex(r"(?:full_?|last_?|first_?|sur)?name|title|city|town|village|street", re.IGNORECASE)
"""Columns that name things for people: several things go by the same name."""
_TELLS = regex(r"basename|splitext|stem|str|Path|split|replace|strip|(?:.*_)?(?:id|key|name)(?:_.*)?")
"""Functions of an item (of a path, mostly) that give different values for different items."""
_DEEP = 6


@dataclass(frozen=True, slots=True)
class Key:
    """The columns that a table is joined on, and the name of the other table."""

    columns: frozenset[str]
    other: str


class PerItem:
    """Lists of dicts, and whether the key of a join is the item that each dict was made for."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def is_keyed(self, rows: ast.expr, key: Key, before: tuple[int, int]) -> bool:
        """Do the dicts of this list, filled in the cell before that line, differ in the key's columns?"""
        if isinstance(rows, ast.BinOp) and isinstance(rows.op, ast.Add):
            # The same items may stand in both, so that another column has to tell the two apart.
            return len(key.columns) > 1 and all(self.is_keyed(part, key, before) for part in (rows.left, rows.right))
        if isinstance(rows, ast.ListComp) and len(rows.generators) == 1:
            each = rows.generators[0]
            return self._is_made_of(rows.elt, each.target, each.iter, key)
        return isinstance(rows, ast.Name) and self._is_filled(rows.id, key, before)

    def _is_filled(self, name: str, key: Key, before: tuple[int, int]) -> bool:
        made = [(cell, call) for cell, call in self._appends.get((before[0], name), ()) if call.lineno < before[1]]
        branches = {cell.parent(cell.parent(call) or call) for cell, call in made}
        if not made or len(branches) < len(made) or (len(made) > 1 and any(isinstance(b, ast.For) for b in branches)):
            return False
        return all(self._is_appended(cell, call, key) for cell, call in made)

    def _is_appended(self, cell: CodeCell, call: ast.Call, key: Key) -> bool:
        over: list[Loop] = list(loops(cell, call))
        if len(over) > 1 and _is_nested(call.args[0], over, key):
            return True
        return bool(over) and all(
            isinstance(loop, ast.For) and self._is_made_of(call.args[0], loop.target, loop.iter, key, loop.body)
            for loop in over
        )

    def _is_made_of(
        self, made: ast.expr, target: ast.expr, items: ast.expr, key: Key, body: Iterable[ast.stmt] = ()
    ) -> bool:
        """Does the dict hold the item under one of the key's columns?"""
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and isinstance(target, ast.Name):
            return self._is_returned(made, made.func, target.id, items, key)
        if not isinstance(made, ast.Dict):
            return False
        values = [value for name, value in zip(made.keys, made.values, strict=True) if _text(name) in key.columns]
        row = _row_of(target, items, key)
        if row and any(_is_field(value, row, key.columns) for value in values):
            return True
        named = _items(target, items) if self._are_distinct(items) else set()
        return bool(named) and any(_is_item(value, named, dict(_assigned(body)), 0) for value in values)

    def _is_returned(self, call: ast.Call, function: ast.Name, item: str, items: ast.expr, key: Key) -> bool:
        definition = self._page.values.function(function)
        if definition is None:
            return False
        parameters = [argument.arg for argument in definition.args.args]
        given = [
            name
            for name, value in zip(parameters, call.args, strict=False)
            if isinstance(value, ast.Name) and value.id == item
        ]
        returned = [node.value for node in nodes_in(definition, ast.Return)]
        target = ast.Name(given[0]) if given else None
        return bool(target and returned) and all(
            isinstance(value, ast.Dict) and self._is_made_of(value, target, items, key, definition.body)  # type: ignore[arg-type]
            for value in returned
        )

    def _are_distinct(self, items: ast.expr) -> bool:
        """May every item of the loop be taken to stand there once? Values of a column repeat."""
        if isinstance(items, ast.Name):
            source = self._page.values.source(items)
            is_column = self._page.values.kind(items) in ("series", "frame", "array")
            return not is_column and (source is None or isinstance(source, ast.Name) or self._are_distinct(source))
        if isinstance(items, ast.Subscript):
            return False
        if isinstance(items, ast.Attribute):
            return items.attr == "index"
        name = getattr(items.func, "attr", "") if isinstance(items, ast.Call) else ""
        return name not in ("tolist", "to_list", "iterrows", "itertuples", "read", "readlines")

    @cached_property
    def _appends(self) -> dict[tuple[int, str], list[tuple[CodeCell, ast.Call]]]:
        found: dict[tuple[int, str], list[tuple[CodeCell, ast.Call]]] = defaultdict(list)
        for cell in self._page.code:
            for call in cell.nodes(ast.Call):
                function = call.func
                if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name) or not call.args:
                    continue
                if function.attr in ("append", "extend"):
                    found[cell.number, function.value.id].append((cell, call))
        return found


def _is_nested(made: ast.expr, over: list[Loop], key: Key) -> bool:
    """Does each of several loops, one in another, give the dict a column of the key of its own?"""
    if not isinstance(made, ast.Dict) or len(key.columns) < len(over):
        return False
    assigned = {name: value for loop in over for name, value in _assigned(loop.body)}
    free = [value for name, value in zip(made.keys, made.values, strict=True) if _text(name) in key.columns]
    for loop in over:
        items = set(stored_names(loop.target)) if isinstance(loop, ast.For) else set[str]()
        own = next((value for value in free if _is_of_item(value, items, assigned, 0)), None)
        if own is None:
            return False
        free.remove(own)
    return True


def _is_of_item(value: ast.expr, items: set[str], assigned: dict[str, ast.expr], depth: int) -> bool:
    """Is it the item of a loop, or a field of it?"""
    if depth > _DEEP:
        return False
    if isinstance(value, ast.Name):
        if value.id in items:
            return True
        return value.id in assigned and _is_of_item(assigned[value.id], items, assigned, depth + 1)
    if isinstance(value, (ast.Subscript, ast.Attribute)):
        return _is_of_item(value.value, items, assigned, depth + 1)
    is_same = (
        isinstance(value, ast.Call) and called_name(value.func) in ("int", "str", "float") and len(value.args) == 1
    )
    return is_same and _is_of_item(value.args[0], items, assigned, depth + 1)  # type: ignore[attr-defined]


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _row_of(target: ast.expr, items: ast.expr, key: Key) -> str:
    """The name of a row of the other table, over which the loop goes."""
    function = items.func if isinstance(items, ast.Call) else None
    if not isinstance(function, ast.Attribute) or (root := root_name(function.value)) is None or root.id != key.other:
        return ""
    if function.attr == "iterrows" and isinstance(target, ast.Tuple):
        target = target.elts[-1]
    return target.id if function.attr in ("iterrows", "itertuples") and isinstance(target, ast.Name) else ""


def _is_field(value: ast.expr, row: str, columns: frozenset[str]) -> bool:
    """Is it `row["key"]` or `row.key`, of a column that tells rows apart?"""
    if not isinstance(value, (ast.Subscript, ast.Attribute)) or not isinstance(value.value, ast.Name):
        return False
    column = value.attr if isinstance(value, ast.Attribute) else _text(value.slice)
    return value.value.id == row and column in columns and NAMES.fullmatch(column or "") is None


def _items(target: ast.expr, items: ast.expr) -> set[str]:
    """The names that stand for the item itself."""
    if isinstance(target, ast.Name):
        return {target.id}
    function = items.func if isinstance(items, ast.Call) else None
    name = getattr(function, "attr", "") or getattr(function, "id", "")
    is_pair = isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name)
    first = target.elts[0].id if is_pair else ""  # type: ignore[attr-defined]
    return {first} if first and name in ("items", "groupby", "enumerate") else set()


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.value


def _is_item(value: ast.expr, items: set[str], assigned: dict[str, ast.expr], depth: int) -> bool:
    """Is it the item, or what tells it apart: `os.path.basename(path)`, `path.stem`?"""
    if depth > _DEEP:
        return False
    if isinstance(value, ast.Name):
        if value.id in items:
            return True
        return value.id in assigned and _is_item(assigned[value.id], items, assigned, depth + 1)
    if isinstance(value, ast.Attribute):
        return value.attr in ("name", "stem") and _is_item(value.value, items, assigned, depth + 1)
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Call) and _is_item(value.value, items, assigned, depth + 1)
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = getattr(function, "attr", "") or getattr(function, "id", "")
    given = [*value.args[:1], *([function.value] if isinstance(function, ast.Attribute) else [])]
    return _TELLS.fullmatch(name) is not None and any(_is_item(part, items, assigned, depth + 1) for part in given)
