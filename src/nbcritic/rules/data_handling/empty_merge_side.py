"""NBC620."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import is_constant, keyword, path

_LEFT, _RIGHT = "left_only", "right_only"
_NEVER = {"inner": {_LEFT, _RIGHT}, "left": {_RIGHT}, "right": {_LEFT}}
"""What the indicator of a join never says, by its `how`."""
_QUERIED = regex(r"(\w+) *== *['\"](left_only|right_only)['\"]")


@rule("NBC620", name="empty-merge-side", severity="major", category="pandas-correctness", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""Rows without a partner are looked for in a join that never keeps them.

    With `indicator=True` a join says of each row where it came from, but a left join has no `right_only` rows and an inner join only
    `both`. The filter is empty whatever the data, and reads like proof that nothing is missing.

    Instead, join with `how="outer"` to see what either table lacks, and filter to the wanted rows afterwards.

    Bad:

        # %%
        import pandas as pd
        both = orders.merge(customers, on="customer", how="left", indicator=True)
        lost = both[both["_merge"] == "right_only"]  # <- flagged
        print(len(lost))

    Bad:

        # %%
        import pandas as pd
        both = pd.merge(orders, customers, on="customer", indicator="source")
        # %%
        print(both.query("source == 'left_only'"))  # <- flagged

    Good:

        # %%
        import pandas as pd
        both = orders.merge(customers, on="customer", how="outer", indicator=True)
        lost = both[both["_merge"] == "right_only"]
        kept = orders.merge(customers, on="customer", how="left", indicator=True)
        new = kept[kept["_merge"] == "left_only"]
        found = kept[kept["_merge"] != "right_only"]
    """
    joins = _merges(page)
    for cell, node, name, column, side in _asked(page) if joins else ():
        merges = joins.get(name, [])
        if {_column(call) for _, call in merges} != {column} or len(
            hows := {_how(page, call) for _, call in merges}
        ) > 1:
            continue
        (first, call), how = merges[0], hows.pop()
        if side in _NEVER.get(how, ()) and (cell.number, node.lineno) >= (first.number, call.lineno):
            text = f"`{cell.segment(node, 50)}` is empty whatever the data: the {how} join keeps no row of that kind"
            yield Hit(cell.at(cell.statement(node)), text, (Related(first.at(call), "the join"),))


def _merges(page: Page) -> dict[str, list[tuple[CodeCell, ast.Call]]]:
    """The joins with an indicator, by the name that each is bound to; without names that mean something else, too."""
    found: dict[str, list[tuple[CodeCell, ast.Call]]] = {}
    for cell, call in page.calls_named({"merge"}):
        target = cell.parent(call)
        if isinstance(target, ast.Assign) and target.value is call and _column(call) and _how(page, call):
            found.setdefault(path(target.targets[0]) or "", []).append((cell, call))
    return found


def _column(call: ast.Call) -> str:
    """The column that says where a row came from."""
    given = keyword(call, "indicator")
    if is_constant(given, True):
        return "_merge"
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _how(page: Page, call: ast.Call) -> str:
    """How a join joins; empty where that is not written."""
    given = keyword(call, "how")
    if given is None:
        tables = 2 if page.qualified(call.func) == "pandas.merge" else 1
        return "" if len(call.args) > tables or any(word.arg is None for word in call.keywords) else "inner"
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _asked(page: Page) -> Iterator[tuple[CodeCell, ast.expr, str, str, str]]:
    """Each question for the rows of one table alone: the cell, the expression, the joined table, its column and the side."""
    for cell in page.code:
        for node in cell.nodes(ast.Compare):
            if isinstance(node.ops[0], ast.Eq) and len(node.ops) == 1 and (side := _side(node.comparators[0])):
                table, column = _of(node.left)
                yield cell, node, table, column, side
        for call in cell.nodes(ast.Call):
            first = call.args[0] if call.args else None
            if not isinstance(call.func, ast.Attribute) or first is None:
                continue
            if call.func.attr == "query":
                text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
                asked = _QUERIED.search(text)
                if asked is not None and " or " not in text and "|" not in text:
                    yield cell, call, path(call.func.value) or "", asked[1], asked[2]
            elif (
                call.func.attr == "isin" and isinstance(first, (ast.List, ast.Tuple, ast.Set)) and len(first.elts) == 1
            ):
                table, column = _of(call.func.value)
                yield cell, call, table, column, _side(first.elts[0])


def _side(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and node.value in (_LEFT, _RIGHT) else ""


def _of(node: ast.expr) -> tuple[str, str]:
    """The table and the column of `table.column` and `table["column"]`."""
    if isinstance(node, ast.Attribute):
        return path(node.value) or "", node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return path(node.value) or "", node.slice.value
    return "", ""
