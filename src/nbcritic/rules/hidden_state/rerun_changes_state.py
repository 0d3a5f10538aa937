"""NBC105."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._again import RAISES
from nbcritic.rules.hidden_state._rerun import Change, changes, global_changes
from nbcritic.rules.hidden_state._shared import is_serious

_COUNTERS = re.compile(
    r"[a-z]|i\d*|idx|index|count\w*|\w*_?counter|cnt|steps?|epochs?|iterations?|num_\w+|n_\w+|seed|offset|row|col"
)


@rule(
    "NBC105",
    name="rerun-changes-state",
    severity="major",
    category="reproducibility",
    confidence="possible",
)
def check(page: Page) -> Iterator[Hit]:
    r"""Running a cell a second time gives another result.

    The cell changes what an earlier cell made, and takes its own result for input when it runs again: a price is divided twice,
    rows stand there twice. In a session of many runs nobody knows how often that happened. Steps that repeat without effect (a
    filter, `dropna`, a column computed from others) are fine. A second run that only stops with an error (a dropped column is
    gone) weighs less, and counts only where the cell in fact ran out of turn and makes more than that, or where the saved output
    is that error.

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
        sales["region"] = sales["region"].map({"north": 0, "south": 1})  # <- flagged
        sales = sales.drop(columns=["comment"])
        # %%
        for region in sales["region"].unique():
            scores.append(region * 2)  # <- flagged

    Bad:

        # %% In[1]
        import pandas as pd
        flights = pd.read_csv("flights.csv")
        # %% In[7]
        flights["air_time"] = (flights["air_time"] / 60).round(2)  # <- flagged
        # %% In[3]
        target = flights["delay"]
        flights = flights.drop(columns=["delay"])  # <- flagged

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales = sales.drop(columns=["comment"])  # <- flagged
        #! KeyError: "['comment'] not found in axis"

    Bad:

        # %%
        import pandas as pd
        def in_euros(table):
            table["price"] /= 100
        sales = pd.read_csv("sales.csv")
        # %%
        in_euros(sales)  # <- flagged

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

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[2]
        sales = sales.drop(columns=["comment"])
        sales["price"] /= 100
        # %% In[3]
        sales.insert(0, "row", range(len(sales)))

    Good:

        # %%
        fruits = ["apple"]
        # %%
        fruits.append("kiwi")
        print(fruits)
    """
    for cell in page.code if is_serious(page) else ():
        found = [(change, _said(page, cell, change)) for change in _first_effects(changes(page, cell))]
        if (
            found
            and found[0][0].is_loud
            and not (
                _shows(cell, found[0][0].then)
                or (_ran_on_its_own(page, cell, found[0][0].name) and _does_more(page, cell, found[0][0].name))
            )
        ):
            found = []
        found += [
            (
                change,
                f"Each call of `{function.name}` {change.then.format(f'`{change.key}`')}, a global of the notebook",
            )
            for function, change in global_changes(page, cell)
            if not _COUNTERS.fullmatch(change.name)
        ]
        if found:
            yield _hit(page, cell, found)


def _first_effects(found: Iterable[Change]) -> Iterator[Change]:
    """What a second run does until it stops, once a name."""
    said: set[str] = set()
    for change in found:
        if change.is_loud and said:
            return
        if change.name not in said and not _COUNTERS.fullmatch(change.name):
            said.add(change.name)
            yield change
        if change.is_loud:
            return


def _is_read(page: Page, cell: CodeCell, change: Change) -> bool:
    """Does anything read what was changed, further down in the cell or in the cells below?"""
    line = getattr(change.node, "end_lineno", None) or 0
    below = any(change.name in read.reads for number, read in page.flow.touched.items() if number > cell.number)
    uses = (event.node for event in page.names.of(cell.number).of("use") if event.name == change.name)
    return below or any(getattr(node, "lineno", 0) > line for node in uses)


def _said(page: Page, cell: CodeCell, change: Change) -> str:
    source = page.flow.sources[cell.number][change.name]
    what = f"`{change.key if len(change.key) <= 40 else change.name}`"
    return f"A second run of this cell {change.then.format(what)}: `{change.name}` comes from cell {source}"


def _hit(page: Page, cell: CodeCell, found: list[tuple[Change, str]]) -> Hit:
    first, message = found[0]
    source = page.flow.sources[cell.number].get(first.name)
    related = [Related(Span(source), f"`{first.name}` comes from here")] if source is not None else []
    related += [Related(cell.at(change.node), "and this once more") for change, _ in found[1:6]]
    if first.is_loud or (source is not None and not _is_read(page, cell, first)):
        return Hit(cell.at(first.node), message, tuple(related), severity="minor")
    return Hit(cell.at(first.node), message, tuple(related))


def _ran_on_its_own(page: Page, cell: CodeCell, name: str) -> bool:
    """Do the counts show that the cell ran again after the next ones, or that what it changes was made anew after it ran?"""
    own, source = cell.execution_count, page.cell(page.flow.sources[cell.number][name]).execution_count
    below = next((c.execution_count for c in page.cells if c.number > cell.number and c.execution_count), None)
    return bool(own and ((source and source > own) or (below and below < own)))


def _does_more(page: Page, cell: CodeCell, name: str) -> bool:
    """Does the cell make anything else, which then cannot be made again without the cells above?"""
    touched = page.flow.touched[cell.number]
    return bool({*touched.binds, *touched.mutates} - {name} - page.names.imports.keys())


def _shows(cell: CodeCell, then: str) -> bool:
    """Is the error of a second run the cell's saved output?"""
    return any(output.kind == "error" and then == f"{RAISES}{output.ename}" for output in cell.outputs)
