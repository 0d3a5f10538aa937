"""NBC111."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import is_serious

_NOW = (
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "pandas.Timestamp.now",
    "pandas.Timestamp.today",
    "pandas.Timestamp.utcnow",
    "pandas.datetime.now",
    "pandas.datetime.today",
)


@rule("NBC111", name="wall-clock-dependence", severity="minor", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""A column is computed from the current date.

    The same data give another age, another term and another model tomorrow, so that neither a reader nor a test can tell a changed
    result from a changed day. A stamp in a file name or a log, and the measuring of how long something took, are no fault.

    Instead, set the reference date once, as a parameter (`AS_OF = pd.Timestamp("2024-06-30")`), or take it from the data.

    Bad:

        # %%
        import datetime
        import pandas as pd
        people = pd.read_csv("people.csv", parse_dates=["born"])
        # %%
        people["age"] = datetime.date.today().year - people["born"].dt.year  # <- flagged

    Bad:

        # %%
        from datetime import datetime
        import pandas as pd
        orders = pd.read_csv("orders.csv", parse_dates=["day"])
        now = datetime.now()
        # %%
        orders["open_days"] = (now - orders["day"]).dt.days  # <- flagged

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv", parse_dates=["day"])
        recent = orders[orders["day"] > pd.Timestamp.now() - pd.Timedelta(days=30)]  # <- flagged

    Good:

        # %%
        from datetime import datetime
        import time
        import pandas as pd
        AS_OF = datetime(2024, 6, 30)
        started = datetime.now()
        orders = pd.read_csv("orders.csv", parse_dates=["day"])
        orders["open_days"] = (AS_OF - orders["day"]).dt.days
        # %%
        orders.to_csv(f"orders_{datetime.now():%Y%m%d}.csv")
        print("took", datetime.now() - started)
        orders["created_at"] = datetime.now()

    Good:

        # %%
        from datetime import datetime, timedelta
        import pandas as pd
        until = datetime.today()
        prices = load_prices("ACME", until - timedelta(days=365), until)
        prices.plot()
    """
    if not is_serious(page) or not _tells_time(page):
        return
    clocks = {name for name, bound in page.names.bindings.items() if len(bound) == 1 and _is_kept_time(page, name)}
    said: set[str] = set()
    for cell in page.code:
        for node in (*cell.nodes(ast.BinOp), *cell.nodes(ast.Compare)):
            source = _clock_in(page, node, clocks) if _meets_data(page, node, clocks) else None
            statement = cell.statement(node)
            key = ast.dump(statement)[:300] if source else ""
            if source is not None and key not in said and _is_kept(page, cell, statement):
                said.add(key)
                text = cell.segment(source, 40)
                yield Hit(
                    cell.at(statement), f"The result depends on the day of the run: `{text}` is computed with data here"
                )


def _tells_time(page: Page) -> bool:
    """Does the page mention anything that gives the current time?"""
    mentioned = page.names.mentioned
    if not mentioned.isdisjoint(("now", "today", "utcnow", "to_datetime", "Timestamp")):
        return True
    return any(full.rpartition(".")[2] in ("now", "to_datetime", "Timestamp") for full in page.names.imports.values())


def _is_kept_time(page: Page, name: str) -> bool:
    """Is a name bound to the current time, as a reference and not to measure with?"""
    number, event = page.names.bindings[name][0]
    if event.node is None or page.cell(number).tree is None:
        return False
    statement = page.cell(number).statement(event.node)
    value = statement.value if isinstance(statement, ast.Assign) else None
    return value is not None and isinstance(statement, ast.Assign) and _is_clock(page, value)


def _is_clock(page: Page, node: ast.AST) -> bool:
    """The current time, or a part of it: `datetime.now().year`, `pd.to_datetime("now")`."""
    while isinstance(node, ast.Attribute) or (isinstance(node, ast.Call) and page.qualified(node.func) not in _NOW):
        if isinstance(node, ast.Call):
            if page.qualified(node.func) in ("pandas.to_datetime", "pandas.Timestamp") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    return first.value in ("now", "today")
                node = first
                continue
            if called_name(node.func) not in ("date", "normalize", "replace", "floor"):
                return False
            node = node.func
            continue
        node = node.value
    return isinstance(node, ast.Call)


def _clock_in(page: Page, node: ast.AST, clocks: set[str]) -> ast.AST | None:
    for inner in nodes_in(node):
        if isinstance(inner, (ast.Call, ast.Attribute)) and _is_clock(page, inner):
            return inner
        if isinstance(inner, ast.Name) and inner.id in clocks:
            return inner
    return None


def _meets_data(page: Page, node: ast.AST, clocks: set[str]) -> bool:
    """Does an operator put the time and a column together?"""
    if isinstance(node, ast.BinOp):
        sides = [node.left, node.right] if isinstance(node.op, ast.Sub) else []
    else:
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    timed = [side for side in sides if _clock_in(page, side, clocks) is not None]
    return bool(timed) and any(side not in timed and page.values.kind(side) in ("series", "frame") for side in sides)


def _is_kept(page: Page, cell: CodeCell, statement: ast.stmt) -> bool:
    """Is the result kept under a name or in a column that is not a mere stamp?"""
    if not isinstance(statement, (ast.Assign, ast.Return)):
        return False
    names = [cell.segment(target) for target in statement.targets] if isinstance(statement, ast.Assign) else []
    return not any(re.search(r"created_at|updated_at|fetched|timestamp|loaded_at", name, re.I) for name in names)
