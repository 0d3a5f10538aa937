"""NBC102."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._moved_up import moved_up
from nbcritic.rules.hidden_state._shared import (
    counted,
    defined_in,
    is_branch,
    is_turned_off,
    missing_names,
    never_ran,
    place,
)

_OFFERED = 10
"""Fixes to work out at a time, because each replays the page; when these are applied, the next are."""


@rule(
    "NBC102",
    name="used-before-defined",
    severity="blocker",
    category="reproducibility",
    covers=("F821",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell uses a name that only a later cell defines.

    The notebook ran in another order than it is written in. Whoever restarts the kernel and runs it from the top gets a
    NameError here, and every output below it is out of reach.

    Instead, move the definition above its first use, then restart the kernel and run all cells.

    Bad:

        # %%
        import pandas as pd
        # %%
        sales.head()  # <- flagged
        # %%
        sales = pd.read_csv("sales.csv")

    Fixed:

        # %%
        import pandas as pd
        # %%
        sales = pd.read_csv("sales.csv")
        # %%
        sales.head()

    Bad:

        # %%
        values = np.arange(3)  # <- flagged
        # %%
        %matplotlib inline
        import numpy as np
        print(np.pi)

    Fixed:

        # %%
        import numpy as np
        values = np.arange(3)
        # %%
        %matplotlib inline
        print(np.pi)

    Bad:

        # %%
        def total():
            return price * quantity  # <- flagged
        # %%
        quantity = 3
        # %%
        total()
        # %%
        price = 4

    Bad:

        # %%
        model.fit([[1]], [2])  # <- flagged
        from sklearn.linear_model import LinearRegression
        model = LinearRegression()

    Good:

        # %%
        def total():
            return price * quantity
        # %%
        price, quantity = 4, 3
        # %%
        total()

    Good:

        # %%
        try:
            sales
        except NameError:
            sales = None

    Good:

        # %%
        for step in range(3):
            if step:
                print(last)
            last = step

    Good:

        # %%
        plt.plot([1, 2])
        # %% tags=["init_cell"]
        import matplotlib.pyplot as plt

    Good:

        # %%
        def total():
            raise NotImplementedError
            return price * 2
        # %%
        total()
        # %%
        price = 3

    Good:

        # %%
        def total(rows, rounded=False):
            if rounded:
                rows = to_cents(rows)
            return sum(rows)
        # %%
        total([1, 2])
        # %%
        def to_cents(rows):
            return [round(row, 2) for row in rows]
        # %%
        total([1, 2], rounded=True)

    Good:

        # %%
        from helpers import *
        # %%
        sales.head()
        # %%
        sales = load()
    """
    if any("init_cell" in cell.tags for cell in page.cells):
        return  # some cells run when the page is opened, and those usually start others
    offered = 0
    for missing in missing_names(page):
        below = defined_in(page, missing)
        if missing.deleted_in is None and below and not _is_switched_off(page, missing, below[0]):
            offered += 1
            yield _hit(page, missing, below[0], moved_up(page, missing, below[0]) if offered <= _OFFERED else None)


def _hit(page: Page, missing: Undefined, definer: int, fix: Fix | None) -> Hit:
    cell, other, home = page.cell(missing.cell), page.cell(definer), page.cell(missing.home)
    name = f"`{missing.name}`"
    where = "further down in this cell" if definer == missing.cell else f"in {counted(other)}"
    if missing.via and definer == missing.cell != missing.home:
        message = f"`{missing.via}` reads {name}, and {counted(cell)} calls it before it defines {name}"
    elif missing.via and definer == missing.cell:
        message = f"`{missing.via}` reads {name}, and is called before {name} is defined {where}"
    elif missing.via:
        message = f"`{missing.via}` reads {name}, and {counted(cell)} calls it before {name} is defined {where}"
    else:
        message = f"{name} is used here, but first defined {where}"
    ran_first = 0 < (other.execution_count or 0) < (cell.execution_count or 0)
    certain = ran_first and not missing.event.may
    related = () if definer == missing.cell else (Related(Span(definer), f"{name} is defined here"),)
    return Hit(
        place(home, missing.event.node),
        message + (", which ran first" if ran_first else ""),
        related,
        fix,
        confidence="certain" if certain else None,
        severity=_severity(page, missing),
    )


def _severity(page: Page, missing: Undefined) -> Severity | None:
    if is_turned_off(page, missing):
        return "minor"
    return "major" if never_ran(page, page.cell(missing.cell)) or is_branch(page, missing) else None


def _is_switched_off(page: Page, missing: Undefined, definer: int) -> bool:
    """Does the name stand in a branch that no call above its definition takes, by the arguments and defaults that it has?"""
    home, node = page.cell(missing.home), missing.event.node
    if not missing.via or node is None or definer <= missing.cell:
        return False
    branch = _branch(home, node)
    if branch is None:
        return False
    function, parameter, wanted = branch
    above = [cell for cell in page.code if cell.number < definer]
    calls = [call for cell in above for call in cell.nodes(ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == function.name]
    given = [_given(function, parameter, call) for call in named]
    return bool(given) and all(value is not None and bool(value.value) is not wanted for value in given)


def _branch(cell: CodeCell, node: ast.AST) -> tuple[ast.FunctionDef, str, bool] | None:
    """The function in which a branch around the node asks for a parameter alone, and the value of it that leads there."""
    inner, found = node, dict[str, bool]()
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.If) and inner is not parent.test:
            test, wanted = parent.test, inner in parent.body
            while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                test, wanted = test.operand, not wanted
            if isinstance(test, ast.Name):
                found[test.id] = wanted
        elif isinstance(parent, ast.FunctionDef):
            every = (*parent.args.posonlyargs, *parent.args.args, *parent.args.kwonlyargs)
            stored = {n.id for n in ast.walk(parent) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            asked = (word.arg for word in every if word.arg in found and word.arg not in stored)
            return next(((parent, name, found[name]) for name in asked), None)
        inner = parent
    return None


def _given(function: ast.FunctionDef, parameter: str, call: ast.Call) -> ast.Constant | None:
    """What a call gives for a parameter, its default where it gives nothing; None where that is not written out."""
    if any(isinstance(arg, ast.Starred) for arg in call.args) or any(word.arg is None for word in call.keywords):
        return None
    plain = [word.arg for word in (*function.args.posonlyargs, *function.args.args)]
    defaults = dict(zip(reversed(plain), reversed(function.args.defaults), strict=False))
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    values: dict[str, ast.expr] = {**defaults, **{word.arg: value for word, value in pairs if value is not None}}
    values.update(zip(plain, call.args, strict=False))
    values.update({word.arg: word.value for word in call.keywords if word.arg})
    value = values.get(parameter)
    return value if isinstance(value, ast.Constant) else None
