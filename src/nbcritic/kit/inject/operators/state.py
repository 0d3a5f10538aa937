"""What the page shows is not what a fresh run would give."""

from __future__ import annotations

import ast
from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.operator import History, Plant, Swap
from nbcritic.kit.inject.roles import Roles
from nbcritic.model import Move


def helper_below(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A cell that only defines functions moves to the end, below every cell that calls them."""
    for cell in page.code:
        body = cell.tree.body if cell.tree else []
        if not body or not all(isinstance(node, ast.FunctionDef) for node in body):
            continue
        functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        users = [user for name in functions for user, _ in code.names(page, name) if user.number > cell.number]
        if users:
            first = min(users, key=lambda user: user.number)
            name = next(name for name in functions if any(node.id == name for node in first.nodes(ast.Name)))
            use = (first.cell.id or "", code.line_of(first.source, f"{name}("))
            edits = (Move(cell.number, len(page.notebook.cells) + 1),)
            return Plant(edits, cell.cell.id or "", f"def {name}", {"function": name}, also=(use,))
    return "no cell holds nothing but functions that a later cell calls"


def changed_in_place(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A new column made of one other overwrites that other instead: a second run of the cell computes from the result."""
    for cell, statement, frame, column in code.columns_set(page):
        source = _only_source(statement.value, frame)
        if source is None or source == column:
            continue
        uses = code.strings(page, source)
        inside = [node for own, node in uses if own.number == cell.number and node in set(ast.walk(statement.value))]
        later = [own.number for own, node in uses if own.number >= cell.number and node not in inside]
        renamed = code.strings(page, column)
        if later or any(own.number < cell.number for own, _ in renamed):
            continue
        edits = tuple(code.replace(own, node, repr(source).replace("'", '"')) for own, node in renamed)
        line = code.text(cell, statement).replace(f'"{column}"', f'"{source}"')
        if "\n" not in line:
            return Plant(edits, cell.cell.id or "", line, {"frame": frame, "column": source})
    return 'no `frame["new"] = f(frame["old"])` whose old column nothing uses later'


def _only_source(value: ast.expr, frame: str) -> str | None:
    """The one column of the frame that an arithmetic expression or a call computes from; None where there are more, or none."""
    found = {
        str(node.slice.value)
        for node in ast.walk(value)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == frame
        and code.is_text(node.slice)
        and isinstance(node.slice, ast.Constant)
    }
    bare = sum(isinstance(node, ast.Name) and node.id == frame for node in ast.walk(value))
    changes = isinstance(value, ast.BinOp) or (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 1
    )
    return found.pop() if len(found) == 1 and bare == 1 and changes else None


def parameter_changed_last(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A parameter was changed and its cell run again, and nothing below it: every result is that of the old value."""
    for cell, statement, name in code.assigned(page):
        value = statement.value
        readers = [user for user, _ in code.names(page, name) if user.number > cell.number]
        if not (isinstance(value, ast.Constant) and isinstance(value.value, int) and not isinstance(value.value, bool)):
            continue
        if (
            value.value < 2
            or not readers
            or any(isinstance(node, ast.FunctionDef) for node in cell.nodes(ast.FunctionDef))
        ):
            continue
        new = str(value.value * 2)
        id_, here = cell.cell.id or "", code.text(cell, statement)
        quote = here[: -len(code.text(cell, value))] + new

        def ran(history: History, id_: str = id_, swap: Swap = (quote, here)) -> History:
            return (*((cell, swap if cell == id_ else was) for cell, was in history), (id_, None))

        words = {"name": name, "old": str(value.value), "new": new}
        also = ((readers[0].cell.id or "", code.line_of(readers[0].source, name)),)
        return Plant((code.replace(cell, value, new),), id_, quote, words, also, ran)
    return "no whole number stands under a name of its own that a later cell reads"


def unseeded(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The seed of the model or the split is gone."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            seed = code.keyword(call, "random_state", "seed")
            if seed is not None and isinstance(seed.value, ast.Constant) and code.method(call) != "train_test_split":
                edit = code.without_argument(cell, call, seed)
                return Plant((edit,), cell.cell.id or "", f"{code.method(call)}(", {"call": code.method(call)})
    return "no call has a literal `random_state` or `seed`"
