"""NBC404."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from nbcritic.analysis.code import CodeCell, children
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.packaging._bodies import Def, functions
from nbcritic.rules.packaging._logic import DEFINITIONS

_APART = frozenset({*DEFINITIONS, ast.Lambda})
_WAYS = frozenset({ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case})
_NESTING = frozenset({ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match})
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
    forks: _Forks | None = None
    for cell, function in functions(page):
        if forks is None or forks.cell is not cell:
            forks = _Forks(cell)
        if forks.at_most(function) <= ways:
            continue
        count, depth = _ways(function)
        if count > ways:
            deep = f", {depth} deep; make its inner blocks functions" if depth > 3 else "; split it into stages"
            yield Hit(
                cell.at_line(function.lineno),
                f"`{function.name}` has {count} ways through it{deep}",
            )


class _Forks:
    """The lines of a cell in which its ways part: they tell which functions are simple without a look into them."""

    def __init__(self, cell: CodeCell) -> None:
        self.cell = cell
        # A `case` has no line of its own.
        found: list[Any] = [getattr(node, "pattern", node) for node in cell.nodes(*_WAYS)]
        found += [value for node in cell.nodes(ast.BoolOp) for value in node.values[1:]]
        found += [test for node in cell.nodes(ast.comprehension) for test in node.ifs]
        self._lines = sorted(node.lineno for node in found)

    def at_most(self, function: Def) -> int:
        """The function has no more ways through it than this."""
        # Three links that make a table count once each here, twice all together there.
        end = bisect_right(self._lines, function.end_lineno or function.lineno)
        return 1 + end - bisect_left(self._lines, function.lineno)


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
        if kind in _WAYS:
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += len(node.ifs)
        # An `elif` is an `if` in the `else` of another, and not nested for a reader.
        chained = node.orelse[0] if isinstance(node, ast.If) and len(node.orelse) == 1 else None
        if kind in _NESTING:
            deepest = max(deepest, depth + 1)
            stack += [
                (child, depth if child is chained and isinstance(child, ast.If) else depth + 1)
                for child in children(node)
            ]
        else:
            stack += [(child, depth) for child in children(node)]
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
