"""NBC402."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.packaging._bodies import functions_of
from nbcritic.rules.packaging._bodies import lines as spanned
from nbcritic.rules.packaging._copies import clusters
from nbcritic.rules.packaging._logic import COMPOUND, DEFINITIONS, inner, is_show, only_called
from nbcritic.rules.packaging.long_function import is_long
from nbcritic.rules.packaging.unpackaged_logic import IN_ONE_CELL, STATEMENTS, loose_logic

_CLOSING = frozenset(") ] } ), ], }, )) ]) }) )] }] ))".split())
_EXPORTED = regex(r"^\s*#\s*\|?\s*(?:default_exp|exporti?s?)\b", re.M)
"""nbdev writes these cells into a module, as its directives say."""
FEW = 10
_DRAWN = 0.7
"""A cell of which so much draws is drawn, not computed."""
_MOST = 0.6
"""A block that holds so much of a cell is the cell."""
WEIGHT = 6.0
"""Cells that share a block this heavy are NBC405's."""


@rule("NBC402", name="long-cell", severity="minor", category="readability", confidence="certain")
def check(page: Page, *, lines: int = 60) -> Iterator[Hit]:
    r"""A cell holds more than can be read, or run again, as one step.

    A long cell does several things; its intermediate results cannot be looked at, and a change to its last line means running
    all of it again. Counted are lines of code outside of functions and classes, without imports, comments, multi-line strings,
    literal data and settings in capitals; a statement over many lines counts as two, what only draws, prints or calls the same
    function again as half: more than `lines` are too many. A cell of several definitions may hold three times as many beside the
    functions that NBC403 calls long, and a cell that nbdev exports any number. Cells that NBC401 or NBC405 name are left to these.

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

    Good (lines=6):

        # %%
        a = alt.Chart(orders).mark_bar().encode(
            x="day",
            y="euro",
            color="shop",
            size="amount",
            shape="kind",
            tooltip="note",
        )
        plt.figure(figsize=(9, 4))
        plt.plot(days, totals)
        plt.title("Orders")
        plt.xlabel("day")
        plt.ylabel("euro")
        plt.legend()
        plt.grid()
        plt.tight_layout()
        plt.show()

    Good (lines=6):

        # %%
        fig = plt.figure(figsize=(15, 12))
        plt.subplot(2, 2, 1)
        plt.hist(size)
        plt.title("size")
        plt.xlabel("cm")
        plt.subplot(2, 2, 2)
        limit = 5.0
        plt.hist(shift)
        plt.title("shift")
        plt.xlabel("km")
        plt.xlim(0, limit)
        plt.subplot(2, 2, 3)
        plt.hist(colour)
        plt.title("colour")
        plt.ylabel("count")

    Good (lines=6):

        # %%
        ROOT = Path(environ.get("ROOT", "."))
        TRAIN = ROOT / "train"
        TEST = ROOT / "test"
        RATE = float(environ.get("RATE", "0.1"))
        STEPS = int(environ.get("STEPS", "10"))
        DEPTH = int(environ.get("DEPTH", "3"))
        WIDTH = 2 * DEPTH
        SEEDS = list(range(STEPS))
        circuit.append(Gate(1), args=[q[0]])
        circuit.append(Gate(2), args=[q[1]])
        circuit.append(Gate(3), args=[q[0]])
        circuit.append(Gate(4), args=[q[1]])
        circuit.append(Gate(5), args=[q[0]])

    Good (lines=6):

        # %%
        #| export
        orders = read("orders.csv")
        rates = read("rates.csv")
        orders = orders.dropna()
        orders["euro"] = orders["amount"] * rates["euro"]
        by_shop = orders.groupby("shop").sum()
        by_day = orders.groupby("day").sum()
        first = by_day.min()
        last = by_day.max()
        span = last - first
        mean = by_day.mean()
    """
    long = [cell for cell in page.code if len(cell.lines) > lines and not _EXPORTED.search(cell.source)]
    hits = [hit for cell in long for hit in _judged(page, cell, lines)]
    if not hits:
        return
    said = {copy.run.cell.number for cluster in clusters(page, WEIGHT) for copy in cluster.copies}
    said.update(proposal.cell.number for proposal in loose_logic(page, STATEMENTS, IN_ONE_CELL).worth)
    yield from (hit for hit in hits if hit.at.cell not in said)


def _judged(page: Page, cell: CodeCell, lines: int) -> Iterator[Hit]:
    counted, light, every = _counted(cell)
    level = len(counted) - len(light) / 2
    if level > lines and _statements(cell) >= FEW:
        if not _is_one_figure(cell, len(light) / len(counted)):
            yield Hit(cell.at(), _message(cell, round(level), every, counted))
    elif every - _in_long_functions(cell) > 3 * lines and _definitions(cell) > 1:
        advice = "move the definitions into a module"
        yield Hit(
            cell.at(),
            f"cell {cell.number} holds {every} lines of code in {_definitions(cell)} definitions; {advice}",
        )


def _in_long_functions(cell: CodeCell) -> int:
    """The lines of the cell that another rule calls too many."""
    return sum(spanned(function) for function in functions_of(cell) if is_long(function))


def _is_one_figure(cell: CodeCell, share: float) -> bool:
    """Is it one grid of panels, which no second cell can go on with, and hardly anything but drawing?"""
    names = [called_name(call.func) for call in cell.nodes(ast.Call)]
    panels = sum(name in ("subplot", "add_subplot") for name in names)
    return (
        (panels > 1 or "subplots" in names) and names.count("figure") + names.count("subplots") < 2 and share >= _DRAWN
    )


def _message(cell: CodeCell, level: int, every: int, counted: set[int]) -> str:
    assert cell.tree is not None
    if every > 2 * level:
        advice = "move the definitions into a module and split the rest"
        return f"cell {cell.number} holds {every} lines of code, {level} of them outside of functions; {advice}"
    body = [item for item in cell.tree.body if not isinstance(item, (ast.Import, ast.ImportFrom, ast.Expr))]
    longest = max(body, key=lambda item: (item.end_lineno or item.lineno) - item.lineno, default=None)
    advice = "split it where a result can be checked"
    if isinstance(longest, COMPOUND):
        size = len(counted & {*range(longest.lineno, (longest.end_lineno or longest.lineno) + 1)})
        if size > _MOST * len(counted):
            advice = f"make the body of the block in line {longest.lineno} a function"
    return f"cell {cell.number} holds {level} lines of code outside of functions; {advice}"


def _counted(cell: CodeCell) -> tuple[set[int], set[int], int]:
    """Lines of code at cell level, those of them that only look, and how many lines of code there are in all."""
    passed = set[int]()
    for kind in (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict):
        for node in cell.nodes(kind):
            if (end := node.end_lineno or node.lineno) > node.lineno and _is_data(node):
                passed.update(range(node.lineno + 1, end + 1))
    assert cell.tree is not None
    packed, light = set[int](), set[int]()
    for definition in [node for kind in DEFINITIONS for node in cell.nodes(kind)]:
        packed.update(range(definition.lineno, (definition.end_lineno or definition.lineno) + 1))
    called = set[str | None]()
    stack: list[ast.stmt] = list(cell.tree.body)
    while stack:
        statement = stack.pop()
        first, end = statement.lineno, statement.end_lineno or statement.lineno
        if isinstance(statement, COMPOUND):
            stack += [item for block in inner(statement) for item in block]
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            passed.update(range(first, end + 1))
        elif not isinstance(statement, DEFINITIONS):
            packed.update(range(first + 2, end + 1))
            name = only_called(statement)
            if _is_setting(statement):
                packed.update(range(first, end + 1))
            elif is_show(statement) or name in called:
                light.update(range(first, end + 1))
            if name is not None:
                called.add(name)
    code = {
        number
        for number, line in enumerate((line.strip() for line in cell.lines), 1)
        if line and not line.startswith(("#", "%", "!")) and line not in _CLOSING and number not in passed
    }
    level = code - packed
    return level, level & light, len(code)


def _is_setting(statement: ast.stmt) -> bool:
    """`LIMIT = 10`, `TEST_DIR = Path(…) / "test"`: a list of settings is long, and one thing."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return bool(targets) and all(isinstance(target, ast.Name) and target.id.isupper() for target in targets)


def _is_data(node: ast.AST) -> bool:
    """A literal of nothing but constants; a string of many lines."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, (ast.List, ast.Tuple, ast.Set)):
            stack += here.elts
        elif isinstance(here, ast.Dict):
            stack += [*here.values, *(key for key in here.keys if key is not None)]
        elif isinstance(here, ast.UnaryOp):
            stack.append(here.operand)
        elif not isinstance(here, (ast.Constant, ast.JoinedStr)):
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
