"""Rows appear, vanish or are never looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles
from nbcritic.model import Replace


def _merges(page: Page) -> Iterator[tuple[CodeCell, ast.Assign, ast.Call, str]]:
    for cell, statement, name in code.assigned(page):
        if isinstance(statement.value, ast.Call) and code.method(statement.value) == "merge":
            yield cell, statement, statement.value, name


def _length_checks(cell: CodeCell, *names: str) -> list[Replace]:
    """Assertions of a cell that compare lengths of these frames, taken away."""
    body = cell.tree.body if cell.tree else []
    checks = [node for node in body if isinstance(node, ast.Assert) and "len(" in ast.unparse(node)]
    return [code.without(cell, node) for node in checks if any(f"len({name})" in ast.unparse(node) for name in names)]


def merge_unchecked(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A join loses `validate=` and the assertion on its rows."""
    for cell, _statement, call, name in _merges(page):
        validate = code.keyword(call, "validate")
        if validate is not None:
            edits = (code.without_argument(cell, call, validate), *_length_checks(cell, name))
            return Plant(edits, cell.cell.id or "", code.text(cell, call.func) + "(", {"table": name})
    return "no `merge` has `validate=`"


def rows_dropped(page: Page, given: Roles, chance: Random) -> Plant | str:
    """After a join every row with any gap is dropped, and nobody counts."""
    for cell, statement, _call, name in _merges(page):
        line = f"{name} = {name}.dropna()"
        edits = (code.after(cell, statement, line), *_length_checks(cell, name))
        return Plant(edits, cell.cell.id or "", line, {"table": name})
    return "no two tables are merged"


def result_discarded(page: Page, given: Roles, chance: Random) -> Plant | str:
    """`table = table.drop_duplicates()` loses its left side: the line does nothing any more."""
    quiet = ("drop_duplicates", "dropna", "sort_values", "fillna", "reset_index", "replace", "drop")
    for cell, statement, name in code.assigned(page):
        call = statement.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in quiet
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == name
            and code.keyword(call, "inplace") is None
        ):
            line = code.text(cell, call)
            edit = code.replace(cell, statement, line)
            return Plant((edit,), cell.cell.id or "", line, {"table": name, "method": call.func.attr})
    return "no `table = table.method()` of a method that gives a new table"
