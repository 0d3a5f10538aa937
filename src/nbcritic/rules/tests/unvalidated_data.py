"""NBC307."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._shared import TYPED, entries, exports, fits, looks, metrics, validates


@rule("NBC307", name="unvalidated-data", severity="major", category="data-validation")
def check(page: Page) -> Iterator[Hit]:
    r"""Data enter from outside, and nothing checks that they are what is expected.

    Tomorrow's file has a column renamed, a unit changed, half of the rows or a stray "n/a": every cell still runs, and the model or
    the file that comes out at the end is wrong without a word.

    Instead, say what you rely on right after reading: `assert` on columns, row count, nulls and ranges, an explicit `dtype=`, or a
    schema (pandera and its kin).

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")  # <- flagged
        prices = pd.read_excel("prices.xlsx")
        # %%
        df.head()
        # %%
        model.fit(df[["weight"]], df["price"])

    Bad:

        # %%
        import pandas as pd
        df = pd.read_parquet("orders.parquet")  # <- flagged
        # %%
        df.isnull().sum()
        # %%
        df.groupby("city").sum().to_csv("totals.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        assert df["price"].between(0, 10_000).all()
        model.fit(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv", dtype={"zip": str, "price": float})
        df.to_csv("copy.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        if df["id"].duplicated().any():
            raise ValueError("an order stands twice in the file")
        model.fit(df[["weight"]], df["price"])

    Good:

        # %%
        import pandas as pd
        import seaborn as sns
        tips = sns.load_dataset("tips")
        model.fit(tips[["size"]], tips["tip"])

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.plot()
    """
    found = unchecked(page)
    if found is None:
        return
    first, others = found[0], found[1:]
    cell, call = first
    seen = next(((place, shown) for place, shown, _ in looks(page) if place.number >= cell.number), None)
    related = [Related(c.at(n), "and these data") for c, n in others[:5]]
    if seen is not None:
        place, shown = seen
        there = f"cell {place.number}" if place is not cell else "the same cell"
        related.insert(0, Related(place.at(shown), "somebody looked, once"))
        text = f"`{place.segment(shown, 40)}` in {there} is a look, not a check"
    else:
        text = "nothing checks columns, row count, nulls or ranges"
    more = f" (and {len(others)} more)" if others else ""
    yield Hit(
        cell.at(call),
        f"`{cell.segment(call)}`{more} feeds the results unchecked: {text}",
        tuple(related),
        severity="minor" if seen is not None else None,
    )


def unchecked(page: Page) -> list[tuple[CodeCell, ast.Call]] | None:
    """The calls that bring in data which end in a model or a file with nothing to check them; None where all is well."""
    found = list(entries(page))
    if not found or validates(page):
        return None
    if any(word.arg in TYPED for _, call in found for word in call.keywords):
        return None
    results = (next(kind(page), None) for kind in (fits, exports, metrics))
    return found if any(result is not None for result in results) else None
