"""NBC403."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.packaging._bodies import Def, functions, lines, statements
from nbcritic.rules.packaging._logic import COMPOUND, DEFINITIONS, is_show, only_called

WEIGHT = 50


@rule(
    "NBC403",
    name="long-function",
    severity="minor",
    category="readability",
    confidence="certain",
    covers=("PLR0915",),
)
def check(page: Page, *, weight: int = WEIGHT) -> Iterator[Hit]:
    r"""A function does more than can be read, tested or named as one thing.

    What is wrong in its middle shows only at its end, and a test has to build the input of all of it to reach one step. Counted
    are the statements of its own body: one over several lines counts as two, what only draws, prints or calls the same function
    again as half, an inner function as one; more than `weight` are too many.

    Instead, make each part that has a name a function of its own, and let the long one call them.

    Bad (weight=8):

        # %%
        def report(orders, rates):  # <- flagged
            orders = orders.dropna()
            orders = orders.drop_duplicates()
            orders["euro"] = orders["amount"] * rates["euro"]
            for shop in orders["shop"].unique():
                part = orders[orders["shop"] == shop]
                mean = part["euro"].mean()
                share = mean / orders["euro"].mean()
                table[shop] = share
            table = table.sort_values()
            return table

    Good (weight=8):

        # %%
        def report(orders, rates):
            return shares(converted(clean(orders), rates))

    Good (weight=8):

        # %%
        def network(width):
            '''A network of
            eight layers,
            all alike.'''
            model = Sequential()
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(width))
            model.add(Dense(1))
            return model

    Good (weight=8):

        # %%
        #| export
        def report(orders, rates):
            orders = orders.dropna()
            orders = orders.drop_duplicates()
            orders["euro"] = orders["amount"] * rates["euro"]
            first = orders["day"].min()
            last = orders["day"].max()
            span = last - first
            table = orders.groupby("shop").sum()
            table = table / span
            table = table.sort_values()
            return table
    """
    for cell, function in functions(page):
        if is_long(function, weight):
            unused = function.name not in page.names.mentioned
            yield Hit(cell.at_line(function.lineno), _message(function), severity="nit" if unused else None)


_NEARLY_ALL = 0.75
"""So much of a function makes its longest block the whole of it."""


def is_long(function: Def, weight: int = WEIGHT) -> bool:
    """Does it do more than one thing?"""
    return lines(function) > weight and _weight(function) > weight


def _weight(function: Def) -> float:
    total, called = 0.0, set[str]()
    for statement in statements(function):
        if isinstance(statement, (*COMPOUND, *DEFINITIONS)):
            total += 1
            continue
        name = only_called(statement)
        size = 2 if lines(statement) > 1 else 1
        total += size / 2 if is_show(statement) or name in called else size
        if name is not None:
            called.add(name)
    return total


def _message(function: Def) -> str:
    blocks = [item for item in function.body if isinstance(item, (*COMPOUND, ast.FunctionDef))]
    longest = max(blocks, key=lines, default=None)
    advice = "make each of its parts a function"
    if longest is not None and 3 * lines(longest) > lines(function):
        advice = f"begin with the block in line {longest.lineno} ({lines(longest)} lines)"
        if _NEARLY_ALL * lines(function) < lines(longest):
            # To begin with what is all of it helps nobody.
            loops = isinstance(longest, (ast.For, ast.AsyncFor, ast.While))
            what = "body of the loop" if loops else "parts of the block"
            advice = f"make the {what} in line {longest.lineno} {'a function' if loops else 'functions'}"
        if isinstance(longest, ast.FunctionDef):
            advice = f"move the inner function `{longest.name}` out ({lines(longest)} lines)"
    return f"`{function.name}` is {lines(function)} lines long; {advice}"
