"""NBC105."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._rerun import changes, global_changes
from nbcritic.rules.hidden_state._shared import is_serious

_COUNTERS = re.compile(
    r"[a-z]|i\d*|idx|index|count\w*|\w*_?counter|cnt|steps?|epochs?|iterations?|num_\w+|n_\w+|seed|offset|row|col"
)


@rule(
    "NBC105",
    name="rerun-changes-state",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""Running a cell a second time gives another result.

    The cell changes what an earlier cell made, and takes its own result for input when it runs again: a price is divided twice,
    rows stand there twice. In a session of many runs nobody knows how often that happened. Steps that repeat without effect (a
    filter, `dropna`, a column computed from others) are fine; a second run that only stops with an error weighs less.

    Instead, give the result a name of its own, or change the data in the cell that reads them.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales["price"] /= 100  # <- flagged
        # %%
        sales["price"] = sales["price"] * 1.2  # <- flagged
        # %%
        sales = pd.concat([sales, pd.read_csv("more.csv")])  # <- flagged

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        scores = []
        # %%
        sales = sales.drop(columns=["comment"])  # <- flagged
        # %%
        sales["region"] = sales["region"].map({"north": 0, "south": 1})  # <- flagged
        # %%
        for region in sales["region"].unique():
            scores.append(region * 2)  # <- flagged

    Bad:

        # %%
        import pandas as pd
        total = pd.read_csv("sales.csv")["price"].sum()
        def add_tax(rate):
            global total
            total *= 1 + rate  # <- flagged
        # %%
        add_tax(0.2)

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales["price"] /= 100
        # %%
        sales = sales.dropna()
        sales = sales[sales["price"] > 0]
        sales["total"] = sales["price"] * sales["pieces"]
        sales = sales.drop(columns=["comment"], errors="ignore").sort_values("price")
        sales["day"] = pd.to_datetime(sales["day"])
        # %%
        scaled = sales["price"] / 100
        sales["price"] = (sales["price"] - sales["price"].mean()) / sales["price"].std()

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        scores = []
        for price in sales["price"]:
            scores.append(price * 2)
        total = 0
        total += sum(scores)
        sales["share"] = sales["price"]
        sales["share"] /= total
        # %%
        if "comment" in sales:
            sales = sales.drop(columns=["comment"])
        sales["month"] = sales["day"].str[:7]
        monthly = sales.groupby("month")["price"].sum()
        sales = sales.drop(columns="month")
        sales = sales.reset_index()
        sales = sales.set_index("day")
        sales.loc[sales["price"] > 1000, "price"] /= 100

    Good:

        # %%
        fruits = ["apple"]
        # %%
        fruits.append("kiwi")
        print(fruits)
    """
    for cell in page.code if is_serious(page) else ():
        said: set[str] = set()
        for change in changes(page, cell):
            if change.name in said or _COUNTERS.fullmatch(change.name):
                continue
            said.add(change.name)
            source = page.flow.sources[cell.number][change.name]
            what = f"`{change.key if len(change.key) <= 40 else change.name}`"
            message = f"A second run of this cell {change.then.format(what)}: `{change.name}` comes from cell {source}"
            related = (Related(Span(source), f"`{change.name}` comes from here"),)
            yield Hit(cell.at(change.node), message, related, severity="minor" if change.is_loud else None)
        for function, change in global_changes(page, cell):
            if _COUNTERS.fullmatch(change.name):
                continue
            message = (
                f"Each call of `{function.name}` {change.then.format(f'`{change.key}`')}, a global of the notebook"
            )
            yield Hit(cell.at(change.node), message)
