"""What protected the notebook is gone."""

from __future__ import annotations

import ast
from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles


def assertions_gone(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Every assertion at cell level is taken away."""
    edits, first = [], None
    for cell in page.code:
        body = cell.tree.body if cell.tree else []
        checks = [node for node in body if isinstance(node, ast.Assert)]
        if checks and len(checks) < len(body):
            first = first or next(
                (c, s) for c, s in code.statements(page) if c is cell and not isinstance(s, ast.Assert)
            )
            edits += [code.without(cell, node) for node in checks]
    if len(edits) < 2 or first is None:
        return "fewer than two assertions stand in cells that do something else as well"
    cell, statement = first
    line = code.text(cell, statement).split("\n")[0]
    return Plant(tuple(edits), cell.cell.id or "", line, also=(("", ""),))


def error_swallowed(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A function catches whatever goes wrong and gives 0."""
    choices = []
    for cell in page.code:
        for function in cell.tree.body if cell.tree else []:
            if isinstance(function, ast.FunctionDef) and isinstance(function.body[-1], ast.Return):
                rest = [node for node in function.body[:-1] if not isinstance(node, ast.Expr)]
                if not rest and code.names(page, function.name):
                    choices.append((cell, function))
    if not choices:
        return "no function that is called consists of one `return`"
    cell, function = chance.choice(choices)
    last = function.body[-1]
    gap = " " * last.col_offset
    body = code.text(cell, last).replace("\n", "\n    ")
    edit = code.replace(cell, last, f"try:\n{gap}    {body}\n{gap}except:\n{gap}    return 0")
    return Plant((edit,), cell.cell.id or "", "except:", {"function": function.name})


def warnings_silenced(page: Page, given: Roles, chance: Random) -> Plant | str:
    """All warnings are switched off at the top."""
    place = code.imports_below(page)
    if place is None:
        return "no cell imports anything"
    line = 'warnings.filterwarnings("ignore")'
    edit = code.after(*place, f"import warnings\n\n{line}")
    return Plant((edit,), place[0].cell.id or "", line)
