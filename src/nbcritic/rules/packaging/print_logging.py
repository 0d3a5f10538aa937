"""NBC413."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule


@rule("NBC413", name="print-logging", severity="nit", category="monitoring", profile="production", covers=("T201",))
def check(page: Page, *, prints: int = 5) -> Iterator[Hit]:
    r"""Functions report on their progress by printing.

    Code that is taken out of the notebook prints into nobody's log: no time, no level, no switch, and a test run drowns in it. Counted
    are prints of a text inside of functions that return something; fewer than `prints` are left alone, as are functions whose work
    it is to show, and progress of a loop at cell level.

    Instead, call `logger.info("%d rows", n)` with `logger = logging.getLogger(__name__)`, and return what a caller needs to know.

    Bad (prints=2):

        # %%
        def clean(orders):
            print("cleaning", len(orders))  # <- flagged
            orders = orders.dropna()
            print(f"{len(orders)} left")
            return orders

    Good (prints=2):

        # %%
        def clean(orders):
            logger.info("cleaning %d", len(orders))
            return orders.dropna()
        def show(orders):
            print("Orders")
            print("mean", orders.mean())
        def print_report(orders):
            print("Orders")
            print("mean", orders.mean())
            return orders
        for part in orders:
            print("part", part)
            print("done", part)
    """
    found = [(cell, call) for cell in page.code for call in cell.nodes(ast.Call) if _logs(page, cell, call)]
    if len(found) < prints:
        return
    (cell, call), *others = found
    functions = len({id(_function(where, node)) for where, node in found})
    many = f"{functions} functions print" if functions > 1 else "a function prints"
    message = f"{many} {len(found)} times what a log should hold, such as `{cell.segment(call)}`; use `logging`"
    yield Hit(cell.at(call), message, tuple(Related(where.at(node), "and here") for where, node in others))


def _logs(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Does a function that computes something say in passing how far it is?"""
    if page.qualified(call.func) != "print" or not call.args:
        return False
    first = call.args[0]
    if isinstance(first, (ast.Call, ast.BinOp)):
        first = next((node for node in nodes_in(first) if isinstance(node, (ast.Constant, ast.JoinedStr))), first)
    text = isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and _has_words(first.value))
    function = _function(cell, call)
    if (
        not text
        or function is None
        or any(word in function.name for word in ("print", "show", "display", "report", "main"))
    ):
        return False
    return _returns(cell, function)


def _has_words(value: object) -> bool:
    """Is it a text for a reader, and no line of dashes?"""
    return isinstance(value, str) and any(character.isalpha() for character in value)


def _function(cell: CodeCell, call: ast.Call) -> ast.FunctionDef | None:
    return next((node for node in cell.ancestors(call) if isinstance(node, ast.FunctionDef)), None)


def _returns(cell: CodeCell, function: ast.FunctionDef) -> bool:
    within = (node for node in cell.nodes(ast.Return) if function.lineno < node.lineno <= (function.end_lineno or 0))
    return any(node.value is not None for node in within)
