"""The same result, a hundred times slower."""

from __future__ import annotations

import ast
from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles


def row_by_row(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Arithmetic over columns becomes `apply` with a function of one row."""
    for cell, statement, frame, column in code.columns_set(page):
        value = statement.value
        owners = [node for node in ast.walk(value) if isinstance(node, ast.Name)]
        parts = all(
            isinstance(node, ast.BinOp | ast.Subscript | ast.Constant | ast.Name | ast.operator | ast.expr_context)
            for node in ast.walk(value)
        )
        if not isinstance(value, ast.BinOp) or not parts or len(owners) < 2 or any(name.id != frame for name in owners):
            continue
        edits = [code.replace(cell, name, "row") for name in owners]
        start, end = code.offsets(cell.source, cell.at(value))
        edits.append(code.Replace(code.span(cell, start, start), f"{frame}.apply(lambda row: "))
        edits.append(code.Replace(code.span(cell, end, end), ", axis=1)"))
        quote = f"{frame}.apply(lambda row:"
        return Plant(tuple(_joined(edits)), cell.cell.id or "", quote, {"frame": frame, "column": column})
    return "no column is made by arithmetic over two or more columns of the same frame"


def _joined(edits: list[code.Replace]) -> list[code.Replace]:
    """Insertions that touch a replacement become part of it: two edits may not meet at one place."""
    done: dict[tuple[int, int], code.Replace] = {}
    for edit in sorted(edits, key=lambda one: (one.at.line, one.at.column, one.at.end_line, one.at.end_column)):
        here = (edit.at.line, edit.at.column)
        empty = done.get(here)
        if empty is not None and (empty.at.end_line, empty.at.end_column) == here:
            edit = code.Replace(edit.at, empty.text + edit.text)
        done[here] = edit
    return list(done.values())


def growing_table(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A table made of a list of rows is put together row by row with `concat`."""
    for cell, statement, name in code.assigned(page):
        match statement.value:
            case (
                ast.Call(
                    args=[ast.ListComp(generators=[ast.comprehension(ifs=[], is_async=0) as loop]) as rows], keywords=[]
                ) as call
            ) if code.method(call) == "DataFrame":
                pandas = code.text(cell, call.func).rpartition(".")[0]
                if not pandas:
                    continue
                head = f"for {code.text(cell, loop.target)} in {code.text(cell, loop.iter)}:"
                row = " ".join(part.strip() for part in code.text(cell, rows.elt).split("\n"))
                line = f"{name} = {pandas}.concat([{name}, {pandas}.DataFrame([{row}])], ignore_index=True)"
                edit = code.replace(cell, statement, f"{name} = {pandas}.DataFrame()\n{head}\n    {line}")
                return Plant((edit,), cell.cell.id or "", f"{name} = {pandas}.concat([{name}", {"table": name})
    return "no `DataFrame([... for ... in ...])`"
