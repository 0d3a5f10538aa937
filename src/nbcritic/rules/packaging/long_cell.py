"""NBC402."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import COMPOUND, DEFINITIONS, inner

_CLOSING = frozenset(") ] } ), ], }, )) ]) }) )] }] ))".split())
FEW = 10


@rule("NBC402", name="long-cell", severity="minor", category="readability", confidence="certain")
def check(page: Page, *, lines: int = 50) -> Iterator[Hit]:
    r"""A cell holds more than can be read, or run again, as one step.

    A long cell does several things; its intermediate results cannot be looked at, and a change to its last line means running
    all of it again. Counted are lines of code outside of functions and classes, without imports, comments, multi-line strings
    and literal data: more than `lines` are too many; a cell of several definitions may hold three times as many.

    Instead, split it where its results can be checked, and move what is finished into functions.

    Bad (lines=12):

        # %%  # <- flagged
        orders = read("orders.csv")
        rates = read("rates.csv")
        orders = orders.dropna()
        orders["euro"] = orders["amount"] * rates["euro"]
        by_shop = orders.groupby("shop").sum()
        by_day = orders.groupby("day").sum()
        for shop in by_shop:
            print(shop)
        first = by_day.min()
        last = by_day.max()
        span = last - first
        mean = by_day.mean()
        ratio = mean / span
        print(ratio)

    Good (lines=6):

        # %%
        def clean(orders, rates):
            orders = orders.dropna()
            orders["euro"] = orders["amount"] * rates["euro"]
            by_shop = orders.groupby("shop").sum()
            by_day = orders.groupby("day").sum()
            first = by_day.min()
            last = by_day.max()
            return by_shop, first, last

    Good (lines=6):

        # %%
        # What each shop is called in the report,
        # in the order of the map,
        # from north to south.
        NAMES = {
            "n1": "North",
            "n2": "Harbour",
            "c1": "Centre",
            "c2": "Market",
            "s1": "South",
            "s2": "Airport",
        }
        QUERY = '''
            select shop, day, sum(amount) as amount
            from orders
            join shops using (shop)
            where day > date '2021-01-01'
            group by shop, day
            order by day
        '''
        %config InlineBackend.figure_format = "retina"
    """
    for cell in page.code:
        if len(cell.lines) <= lines:
            continue
        level, every = _counted(cell)
        if level > lines and _statements(cell) >= FEW:
            advice = "split it where a result can be checked"
            yield Hit(cell.at(), f"cell {cell.number} holds {level} lines of code outside of functions; {advice}")
        elif every > 3 * lines and _definitions(cell) > 1:
            advice = "move the definitions into a module"
            yield Hit(
                cell.at(),
                f"cell {cell.number} holds {every} lines of code in {_definitions(cell)} definitions; {advice}",
            )


def _counted(cell: CodeCell) -> tuple[int, int]:
    """Lines of code at cell level, and all lines of code."""
    passed = set[int]()
    for kind in (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict):
        for node in cell.nodes(kind):
            if (end := node.end_lineno or node.lineno) > node.lineno and _is_data(node):
                passed.update(range(node.lineno + 1, end + 1))
    assert cell.tree is not None
    packed = set[int]()
    for definition in [node for kind in DEFINITIONS for node in cell.nodes(kind)]:
        packed.update(range(definition.lineno, (definition.end_lineno or definition.lineno) + 1))
    for statement in cell.tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            passed.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    code = {
        number
        for number, line in enumerate((line.strip() for line in cell.lines), 1)
        if line and not line.startswith(("#", "%", "!")) and line not in _CLOSING and number not in passed
    }
    return len(code - packed), len(code)


def _is_data(node: ast.AST) -> bool:
    """A literal of nothing but constants; a string of many lines."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, ast.List | ast.Tuple | ast.Set):
            stack += here.elts
        elif isinstance(here, ast.Dict):
            stack += [*here.values, *(key for key in here.keys if key is not None)]
        elif isinstance(here, ast.UnaryOp):
            stack.append(here.operand)
        elif not isinstance(here, ast.Constant | ast.JoinedStr):
            return False
    return True


def _statements(cell: CodeCell) -> int:
    assert cell.tree is not None
    count, stack = 0, list(cell.tree.body)
    while stack:
        statement = stack.pop()
        count += not isinstance(statement, DEFINITIONS)
        if isinstance(statement, COMPOUND):
            stack += [item for block in inner(statement) for item in block]
    return count


def _definitions(cell: CodeCell) -> int:
    assert cell.tree is not None
    return sum(isinstance(statement, DEFINITIONS) for statement in cell.tree.body)
