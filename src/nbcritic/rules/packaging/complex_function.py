"""NBC404."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, children
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.packaging._bodies import Def, functions
from nbcritic.rules.packaging._logic import DEFINITIONS

_APART = frozenset({*DEFINITIONS, ast.Lambda})
_WAYS = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)
_NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)
_LINKS = 50
"""A chain of comparisons is read so far at a time, so that a very long one is not read again from each of its links."""


@rule(
    "NBC404",
    name="complex-function",
    severity="minor",
    category="readability",
    confidence="certain",
    covers=("NBC403", "C901", "PLR0912", "PLR0915"),
)
def check(page: Page, *, ways: int = 25) -> Iterator[Hit]:
    r"""A function branches so often that nobody can say what it does in each case.

    Each `if` (one in a comprehension, too), loop, `except`, `case`, `and` and `or` adds a way through it (McCabe's number, without
    bare comprehensions); tests have to take them all, and a notebook tries the one or two that its data happen to take. A chain that compares one value with constants counts as two: it is a
    table. More than `ways` are too many.

    Instead, return early, turn chains of comparisons into a table, and make the inner loops functions that can be tested alone.

    Bad (ways=6):

        # %%
        def price(order, rates):  # <- flagged
            total = 0
            for line in order:
                if line.kind == "a" and line.amount > 3:
                    if line.country in rates:
                        total += line.amount * rates[line.country]
                    else:
                        while line.parts:
                            total += line.parts.pop() or 0
                elif line.price is not None or line.gift:
                    total += line.price
            return total

    Good (ways=6):

        # %%
        def price(order, rates):
            return sum(price_of(line, rates) for line in order if line.amount)

    Good (ways=6):

        # %%
        def title(code):
            if code == "a":
                return "Ms"
            elif code == "b":
                return "Mr"
            elif code == "c":
                return "Dr"
            elif code == "d":
                return "Prof"
            elif code == "e":
                return "Sir"
            elif code == "f":
                return "Lady"
            elif code == "g":
                return "Capt"
            return ""
    """
    for cell, function in functions(page):
        if _most(cell) <= ways:
            continue
        count, depth = _ways(function)
        if count > ways:
            deep = f", {depth} deep; make its inner blocks functions" if depth > 3 else "; split it into stages"
            yield Hit(
                cell.at_line(function.lineno),
                f"`{function.name}` has {count} ways through it{deep}",
            )


def _most(cell: CodeCell) -> int:
    """No function of the cell has more ways through it than this."""
    # Three links that make a table count once each here, and twice all together there.
    forks = sum(len(cell.nodes(kind)) for kind in _WAYS)
    operands = sum(len(node.values) - 1 for node in cell.nodes(ast.BoolOp))
    return 1 + forks + operands + sum(len(node.ifs) for node in cell.nodes(ast.comprehension))


def _ways(function: Def) -> tuple[int, int]:
    """McCabe's number of the function's own body, and how deep its blocks are nested."""
    count, deepest = 1, 0
    stack: list[tuple[ast.AST, int]] = [(item, 0) for item in function.body]
    while stack:
        node, depth = stack.pop()
        kind = node.__class__
        if kind in _APART:
            continue
        if isinstance(node, ast.If) and (rest := _table(node)) is not None:
            count += 2
            stack += [(item, depth + 1) for item in rest]
            continue
        if isinstance(node, _WAYS):
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += len(node.ifs)
        if isinstance(node, _NESTING):
            deepest = max(deepest, depth + 1)
        # An `elif` is an `if` in the `else` of another, and not nested for a reader.
        chained = node.orelse[0] if isinstance(node, ast.If) and len(node.orelse) == 1 else None
        below = depth + isinstance(node, _NESTING)
        stack += [
            (child, depth if child is chained and isinstance(child, ast.If) else below) for child in children(node)
        ]
    return count, deepest


def _table(node: ast.If) -> list[ast.stmt] | None:
    """What the branches of `if x == 1: … elif x == 2: … elif x == 3: …` hold, None where it is no such chain."""
    held: list[ast.stmt] = []
    subject, links = None, 0
    here: ast.stmt | None = node
    while isinstance(here, ast.If):
        test = here.test
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], (ast.Eq, ast.In)):
            return None
        if not isinstance(test.comparators[0], (ast.Constant, ast.UnaryOp, ast.List, ast.Tuple, ast.Set)):
            return None
        if subject is not None and ast.dump(test.left) != subject:
            return None
        subject = ast.dump(test.left)
        links += 1
        held += here.body
        if len(here.orelse) != 1 or not isinstance(here.orelse[0], ast.If) or links == _LINKS:
            held += here.orelse
            break
        here = here.orelse[0]
    return held if links >= 3 else None
