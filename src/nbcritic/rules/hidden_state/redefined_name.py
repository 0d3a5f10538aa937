"""NBC106."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import Event
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

_LIKE = ({"frame", "series", "index", "groupby"}, {"list", "tuple", "set", "array"}, {"number", "bool", "none"})
"""Kinds that people change between without giving a name another meaning are not told apart within each other's sets."""
_BRANCHES = (ast.If, ast.Try, ast.ExceptHandler, ast.Match)


@rule(
    "NBC106",
    name="redefined-name",
    severity="minor",
    category="reproducibility",
    profile="production",
)
def check(page: Page) -> Iterator[Hit]:
    r"""One name means different things in different cells.

    What a cell in between does depends on which of them ran last: run again out of turn, it takes the number for the table. A
    reader has to remember what the name meant at each place.

    A rebound import or builtin is told by another rule; a table that is filtered keeps its meaning.

    Instead, give each thing a name of its own.

    Bad:

        # %%
        import pandas as pd
        result = pd.read_csv("sales.csv")
        # %%
        print(result["price"].mean())
        # %%
        result = 0.25  # <- flagged
        # %%
        print(result * 100)

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        print(sales["price"].mean())
        # %%
        sales = sales.dropna()
        # %%
        print(sales["price"].mean())

    Good:

        # %%
        import pandas as pd
        columns = pd.read_pickle("columns.pickle")
        # %%
        print(columns)
        # %%
        columns = ["price", "pieces"]
        # %%
        print(columns)

    Good:

        # %%
        import pandas as pd
        try:
            known = pd.read_csv("known.csv")
        except FileNotFoundError:
            known = []
        # %%
        print(len(known))
        # %%
        known = pd.read_csv("all.csv")
        # %%
        print(len(known))

    Good:

        # %%
        names = ["low", "high"]
        # %%
        print(names[0])
        # %%
        names = {0: "low", 1: "high"}
        # %%
        print(names[1])

    Good:

        # %%
        i = "a"
        # %%
        print(i)
        # %%
        for i in range(3):
            print(i)
        # %%
        values = [1, 2]
        print(values)
        # %%
        values = sum(values)
    """
    for name, bound in page.names.bindings.items():
        plain = [(number, event) for number, event in bound if event.how == "assign" and event.node is not None]
        if len(plain) != len(bound) or len({number for number, _ in bound}) < 2 or len(name) < 3:
            continue
        kinds = _settled(page, [(number, event, _kind(page, number, event)) for number, event in plain])
        for (first, _, before), (second, event, after) in pairwise(kinds):
            if first == second or not before or not after or _alike(before, after):
                continue
            readers = [n for n in page.flow.touched if first < n < second and name in page.flow.touched[n].reads]
            later = any(name in page.flow.touched[n].reads for n in page.flow.touched if n > second)
            if not readers or not later:
                continue
            if {before, after} <= {"list", "tuple", "dict"} and (
                _counts_up(page, first, name) or _counts_up(page, second, name)
            ):
                continue
            message = (
                f"`{name}` is a {before} in cell {first} and a {after} here, and cell {readers[0]} relies on the first"
            )
            assert event.node is not None
            yield Hit(
                page.cell(second).at(event.node), message, (Related(Span(first), f"`{name}` is a {before} here"),)
            )
            break


def _settled(page: Page, kinds: list[tuple[int, Event, str]]) -> list[tuple[int, Event, str]]:
    """Where branches of a cell (a fallback below `except`, say) give different kinds, none is known."""
    open_cells = {
        number
        for number, event, kind in kinds
        if event.node is not None
        and any(isinstance(parent, _BRANCHES) for parent in page.cell(number).ancestors(event.node))
        and any(kind != other for place, _, other in kinds if place == number)
    }
    return [(number, event, "" if number in open_cells else kind) for number, event, kind in kinds]


def _kind(page: Page, number: int, event: Event) -> str:
    """The kind of what a plain assignment binds; empty where that is not known or comes from the name itself."""
    assert event.node is not None
    statement = page.cell(number).statement(event.node)
    if not isinstance(statement, ast.Assign) or not any(
        isinstance(t, ast.Name) and t.id == event.name for t in statement.targets
    ):
        return ""
    if any(node.id == event.name for node in nodes_in(statement.value, ast.Name)):
        return ""
    if isinstance(statement.value, ast.Call) and page.qualified(statement.value.func) == "pandas.read_pickle":
        return ""  # it may hold anything
    return page.values.kind(statement.value) or ""


def _counts_up(page: Page, number: int, name: str) -> bool:
    """Does the cell make the name a `dict` of 0, 1, 2 …, which answers `name[0]` as a list does?"""
    for statement in page.cell(number).nodes(ast.Assign):
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Name) and target.id == name and isinstance(value, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
            return keys == list(range(len(keys)))
    return False


def _alike(one: str, other: str) -> bool:
    return one == other or "none" in (one, other) or any({one, other} <= kinds for kinds in _LIKE)
