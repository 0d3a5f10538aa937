"""NBC102."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.flow import Undefined
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._moved_up import moved_up
from nbcritic.rules.hidden_state._shared import counted, defined_in, missing_names, never_ran, place

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
        if missing.deleted_in is None and below:
            offered += 1
            yield _hit(page, missing, below[0], moved_up(page, missing, below[0]) if offered <= _OFFERED else None)


def _hit(page: Page, missing: Undefined, definer: int, fix: Fix | None) -> Hit:
    cell, other, home = page.cell(missing.cell), page.cell(definer), page.cell(missing.home)
    name = f"`{missing.name}`"
    where = "further down in this cell" if definer == missing.cell else f"in {counted(other)}"
    if missing.via and definer == missing.cell:
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
        severity="major" if never_ran(page, cell) or (missing.via and missing.event.may) else None,
    )
