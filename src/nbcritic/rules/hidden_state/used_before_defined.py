"""NBC102."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._moved_up import joined, moved_up
from nbcritic.rules.hidden_state._shared import (
    counted,
    defined_in,
    is_asked_for,
    is_branch,
    is_turned_off,
    missing_names,
    never_ran,
    place,
)

_GRAVEST_FIRST: tuple[Severity | None, ...] = (None, "major", "minor")
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
        values = np.arange(3)  # <- flagged
        sales = pd.Series(values)
        # %%
        sales.mean()
        import numpy as np
        import pandas as pd
        # %%
        print(np.pi, pd.NA)

    Fixed:

        # %%
        import numpy as np
        import pandas as pd
        values = np.arange(3)
        sales = pd.Series(values)
        # %%
        sales.mean()
        # %%
        print(np.pi, pd.NA)

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

        # %% [markdown]
        # Write a function called `read_sales`.
        # %%
        # Your code goes here
        # %%
        sales = read_sales()
        # %%
        def read_sales():
            return [3, 4]

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
    found: dict[tuple[int, int], list[tuple[str, Hit]]] = {}
    for missing in missing_names(page):
        below = defined_in(page, missing)
        if missing.deleted_in is not None or not below or is_asked_for(page, missing):
            continue
        if not _is_switched_off(page, missing, below[0]):
            offered += 1
            fix = moved_up(page, missing, below[0]) if offered <= _OFFERED else None
            hit = _hit(page, missing, below[0], fix)
            # One cell of imports further down is one cause, however many of its names are used here.
            cause = below[0] if _is_import(page, missing, below[0]) else -offered
            found.setdefault((missing.cell, cause), []).append((missing.name, hit))
    for hits in found.values():
        yield _together(page, hits)


def _is_import(page: Page, missing: Undefined, definer: int) -> bool:
    return any(number == definer and event.how == "import" for number, event in page.names.bindings[missing.name])


def _together(page: Page, found: Sequence[tuple[str, Hit]]) -> Hit:
    """Several names that one cell uses and one cell of imports further down defines, as one finding."""
    lead = min(found, key=lambda one: _GRAVEST_FIRST.index(one[1].severity))
    first, rest = lead[1], [one for one in found if one is not lead]
    if not rest:
        return first
    names = ", ".join(f"`{name}`" for name, _ in rest)
    related = (*first.related, *(Related(hit.at, f"`{name}` is used here") for name, hit in rest))
    fixes = list(dict.fromkeys(hit.fix for _, hit in found if hit.fix is not None))
    return replace(
        first,
        message=f"{first.message}; so {'is' if len(rest) == 1 else 'are'} {names}",
        related=related,
        fix=joined(page, fixes),
    )


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
