"""NBC104."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.chance import draws
from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.staleness import Stale
from nbcritic.analysis.staleness_edits import edits
from nbcritic.model import Confidence, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import counted, listed

_NUMBER = regex(r"[\w.:+-]*\d[\w.:+%-]*")
_TELLING = 3
"""A number of so many digits does not stand in another output by accident."""
_SUREST_FIRST = ("other", "inputs", "rerun")
_NAMED = 4
"""So many names of a chain are told; of a longer one the ends."""


@rule(
    "NBC104",
    name="stale-output",
    severity="major",
    category="reproducibility",
    covers=("NBC101",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A saved output was computed from a value that has changed since.

    A reader takes the output for the result of the code above it. It belongs to an earlier state of the session, so that a run from
    the top shows other numbers, and whatever was concluded from these may not hold. Judged from the recorded counts within one
    session; imports, definitions, settings and loads that ran again are no evidence, and a cell that only ran again, with the same
    inputs as far as the page tells, is a question; sizes, and numbers that a later output shows again, are none.

    Instead, run the cell again, or all cells, before saving.

    Bad:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        kept = sales[sales["price"] > 20]
        # %% In[3]
        kept["price"].mean()  # <- flagged
        #> 31.5

    Bad:

        # %% In[11]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[4]
        total = sum(kept)
        # %% In[12]
        print(total)  # <- flagged
        #> 90

    Bad:

        # %% In[1]
        prices = [3, 4]
        # %% In[3]
        print(sum(prices))  # <- flagged
        #> 12
        # %% In[2]
        prices.append(5)

    Good:

        # %% In[9]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[3]
        sales["price"].mean()
        #> 31.5

    Good:

        # %% In[9]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[3]
        print(len(kept))
        #> 2

    Good:

        # %% In[4]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[3]
        print(sum(kept))
        #> 90

    Good:

        # %% In[9]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[10]
        print("kept", sum(kept))
        #> kept 80.25
        # %% In[3]
        print(sum(kept))
        #> 80.25

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        def add_share(table):
            table["share"] = table["price"] / table["price"].sum()
        # %% In[9]
        add_share(sales)
        # %% In[3]
        sales["price"].mean()
        #> 31.5

    Good:

        # %% In[1]
        chosen = 3
        def choose(button):
            global chosen
            chosen = button.value
        first.on_click(choose)
        # %% In[3]
        print(chosen)
        #> 5
        # %% In[2]
        def choose_other(button):
            global chosen
            chosen = -button.value
        second.on_click(choose_other)

    Good:

        # %% In[1]
        prices = [3, 4]
        # %% In[7]
        total = sum(prices)
        # %% In[8]
        print(total)
        #> 7

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        sales["net"] = sales["price"] / 1.19
        # %% In[3]
        sales["price"].mean()
        #> 31.5

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        sales.dropna(inplace=True)
        # %% In[3]
        sales.shape
        #> (900, 4)

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[5]
        y = sales["price"]
        y.max()
        #> 31.5
        # %% In[4]
        sales = sales.drop(columns="shop")

    Good:

        # %% In[40]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[1]
        print(sum(kept))
        #> 90

    Good:

        # %% In[9]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales["day"] = pd.to_datetime(sales["day"])
        # %% In[3]
        sales["price"].mean()
        #> 31.5

    Good:

        # %% In[9]
        def mean(values):
            return sum(values) / len(values)
        limit = 20
        # %% In[3]
        print(mean([3, 4]), limit)
        #> 3.5 20

    Good:

        # %% In[9]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[3]
        total = sum(kept)

    Good:

        # %% In[9]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[3]
        kept = [10, 30]
        print(sum(kept))
        #> 40
    """
    found = [stale for stale in page.staleness.cells.values() if stale.shown and not _is_free(page, stale)]
    found = [stale for stale in found if stale.evidence == "other" or not _is_confirmed(page, stale)]
    if found:
        worst = min(found, key=lambda stale: (_SUREST_FIRST.index(stale.evidence), len(stale.path), stale.cell))
        yield _hit(page, worst, [stale.cell for stale in found if stale is not worst])


def _is_free(page: Page, stale: Stale) -> bool:
    """An initialization cell runs first by design."""
    return any("init_cell" in page.cell(number).tags for number in (stale.cell, stale.cause))


def _was_made_anew(page: Page, stale: Stale) -> bool:
    """Was what the value is made of edited between the two runs, or drawn by chance each time?"""
    if stale.evidence == "rerun":
        return False
    low, high = page.cell(stale.cell).execution_count or 0, page.cell(stale.cause).execution_count or 0
    sources = {edge.from_cell for edge in page.graph.into[stale.cause]}
    again = {n for n in sources if low < (page.cell(n).execution_count or 0) < high} | {stale.cause}
    return any(draw.cell.number in again for draw in draws(page)) or any(
        any(edits(page.cell(number))) for number in again
    )


def _is_confirmed(page: Page, stale: Stale) -> bool:
    """Do the cells that ran since, and show something of the same values, show every number that the old output shows?"""
    since = page.cell(stale.cause).execution_count or 0
    numbers = set(_NUMBER.findall(_text(page.cell(stale.cell))))
    made = {edge.name for edge in stale.path}
    asking = (cell for cell in page.code if not made.isdisjoint(page.flow.touched[cell.number].reads))
    later = [cell for cell in (page.cell(stale.cause), *asking) if (cell.execution_count or 0) >= since]
    if not any(sum(map(str.isdigit, number)) >= _TELLING for number in numbers):
        return False
    return numbers <= {number for cell in later for number in _NUMBER.findall(_text(cell))}


def _text(cell: CodeCell) -> str:
    return "\n".join(
        output.text for output in cell.outputs if output.kind != "error" and "image/png" not in output.mime
    )


def _hit(page: Page, stale: Stale, others: list[int]) -> Hit:
    cell, cause = page.cell(stale.cell), page.cell(stale.cause)
    name = stale.path[0].name
    if stale.seen is not None:
        source = counted(page.cell(stale.seen))
        since = f"made from `{name}` as {source} had left it, not as cell {cause.number} above makes it"
    else:
        since = f"from before cell {cause.number} ran again (In[{cause.execution_count}])"
    what, this = _shown(cell)
    message = f"Shows {what} {since}: {_chain(stale, this)}"
    related = [Related(Span(cause.number), f"sets `{name}`")]
    if stale.seen is not None:
        related.append(Related(Span(stale.seen), f"had set `{name}` when this cell ran"))
    related += [Related(Span(edge.from_cell), f"makes `{edge.name}` of it") for edge in stale.path[1:]]
    order = "the cells ran in another order than the page shows"
    if others:
        order += (
            f"; the output{'s' * (len(others) > 1)} of {listed(others)} {'are' if len(others) > 1 else 'is'} as old"
        )
    # Little on the page tells whether a cell that ran again made something else than before.
    confidence: Confidence | None = None if stale.evidence == "other" or _was_made_anew(page, stale) else "possible"
    return Hit(_place(cell), message, (*related[:5], Related(Span(), order)), confidence=confidence)


def _place(cell: CodeCell) -> Span:
    """The line of a cell that has but one, else the cell."""
    body = cell.tree.body if cell.tree is not None else []
    return cell.at(body[0]) if len(body) == 1 and body[0].lineno == body[0].end_lineno else Span(cell.number)


def _shown(cell: CodeCell) -> tuple[str, str]:
    """What the cell shows, in general and this one."""
    if any(mime.startswith("image/") for output in cell.outputs for mime in output.mime):
        return "a chart", "this chart"
    if any("<table" in output.html for output in cell.outputs):
        return "numbers", "this table"
    return "results", "this output"


def _chain(stale: Stale, this: str) -> str:
    names = list(dict.fromkeys(f"`{edge.name}`" for edge in stale.path))
    if len(names) > _NAMED:
        names[2:-1] = ["…"]
    return " → ".join((*names, this))
