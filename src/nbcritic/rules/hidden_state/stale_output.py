"""NBC104."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.staleness import CALLS_BACK, Stale
from nbcritic.model import Confidence, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._difference import Difference, difference, is_direct
from nbcritic.rules.hidden_state._shared import counted, listed
from nbcritic.rules.hidden_state._told import only_times

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
    session. That a cell above ran again is not enough: it counts where it draws by chance without a seed or downloads prices or
    posts anew, where another cell had made the value that was used, and where a newer output shows the same thing
    otherwise (another text, another number of rows, other columns). Of a size or a count of gaps, only what changes rows, columns
    or gaps counts.

    Instead, run the cell again, or all cells, before saving.

    Bad:

        # %% In[1]
        import pandas as pd
        from sklearn.model_selection import train_test_split
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        train, test = train_test_split(sales)
        # %% In[3]
        train["price"].mean()  # <- flagged
        #> 31.5

    Bad:

        # %% In[11]
        kept = [price for price in prices if price > limit]
        print(sum(kept))
        #> 130
        # %% In[4]
        total = sum(kept)
        # %% In[5]
        print(sum(kept))  # <- flagged
        #> 90

    Bad:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        limit = 20
        # %% In[9]
        kept = sales[sales["price"] > limit]
        print(len(kept), "are left")
        #> 960 are left
        # %% In[3]  # <- flagged
        out = kept[["shop", "price"]]
        out.to_csv("kept.csv")
        print(len(out), "rows written")
        #> 1474 rows written

    Bad:

        # %% In[1]
        prices = [3, 4]
        # %% In[3]
        print(sum(prices))  # <- flagged
        #> 12
        # %% In[2]
        prices.append(5)

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        kept = sales[sales["price"] > 20]
        # %% In[3]
        kept["price"].mean()
        #> 31.5

    Good:

        # %% In[11]
        kept = [price for price in (10, 30, 50) if price > 20]
        # %% In[4]
        total = sum(kept)
        # %% In[12]
        print(total)
        #> 90

    Good:

        # %% In[1]
        import pandas as pd
        from sklearn.model_selection import train_test_split
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        train, test = train_test_split(sales, random_state=1)
        # %% In[3]
        train["price"].mean()
        #> 31.5

    Good:

        # %% In[1]
        import pandas as pd
        from plots import draw
        visits = pd.read_csv("visits.csv")
        # %% In[6]
        draw(visits["minutes"]).mean()
        #> 12.5
        # %% In[4]
        visits = visits.dropna().sort_values("day")

    Good:

        # %% In[1]
        import time
        import numpy as np
        # %% In[9]
        frames = np.random.rand(200, 64, 64)
        # %% In[3]
        start = time.time()
        print(f"{frames.sum() and time.time() - start} seconds to load a frame")
        #> 0.0021 seconds to load a frame

    Good:

        # %% In[1]
        import numpy as np
        # %% In[9]
        words = np.random.choice(open("words.txt").read().split(), 5)
        # %% In[3]
        def say(click):
            print(words[0])
        print(len(words[0]))
        button.on_click(say)
        #> kiwi

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

        # %% In[8]
        import random
        # %% In[9]
        kept = random.sample(open("prices.txt").readlines(), 2)
        # %% In[10]
        print("kept", sum(kept))
        #> kept 80.25
        # %% In[3]
        print(sum(kept))
        #> 80.25

    Good:

        # %% In[1]
        import pandas as pd
        import seaborn as sns
        sales = pd.read_csv("sales.csv")
        # %% In[5]
        sns.lineplot(data=sales, x="day", y="price")
        #> 31.5
        # %% In[4]
        sales["share"] = sales["price"] / 100

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

        # %% In[39]
        import random
        # %% In[40]
        kept = random.sample(open("prices.txt").readlines(), 2)
        # %% In[1]
        print(sum(kept))
        #> 90

    Good:

        # %% In[8]
        import random
        # %% In[9]
        kept = random.sample(open("prices.txt").readlines(), 2)
        # %% In[3]
        total = sum(kept)

    Good:

        # %% In[8]
        import random
        # %% In[9]
        kept = random.sample(open("prices.txt").readlines(), 2)
        # %% In[3]
        kept = [10, 30]
        print(sum(kept))
        #> 40
    """
    told = [(stale, found) for stale in page.staleness.cells.values() if (found := _told(page, stale))]
    if told:
        surest = min(
            told, key=lambda item: (not item[1].is_seen, _SUREST_FIRST.index(item[0].evidence), len(item[0].path))
        )
        yield _hit(page, *surest, [stale.cell for stale, _ in told if stale is not surest[0]])


def _told(page: Page, stale: Stale) -> Difference | None:
    """What tells that the cell's output is not what the page makes; None where nothing does, or nobody would mind."""
    cell = page.cell(stale.cell)
    if _is_free(page, stale) or _calls_back(cell) or only_times(cell):
        return None
    found = difference(page, stale)
    if found is None or found.is_seen:
        return found
    return found if stale.shown and not _is_confirmed(page, stale) else None


def _is_free(page: Page, stale: Stale) -> bool:
    """An initialization cell runs first by design."""
    return any("init_cell" in page.cell(number).tags for number in (stale.cell, stale.cause))


def _calls_back(cell: CodeCell) -> bool:
    """Does the cell hand a function to a widget, whose output comes at a click, whenever the cell ran?"""
    return any(called_name(call.func) in CALLS_BACK for call in cell.nodes(ast.Call))


def _is_confirmed(page: Page, stale: Stale) -> bool:
    """Do the cells that ran since, and show something of the same values, show every number that the old output shows?"""
    since = page.cell(stale.cause).execution_count or 0
    numbers = set(_NUMBER.findall(_text(page.cell(stale.cell))))
    made = {edge.name for edge in stale.path}
    asking = (c for c in page.code if c.number != stale.cell and not made.isdisjoint(page.flow.touched[c.number].reads))
    later = [cell for cell in (page.cell(stale.cause), *asking) if (cell.execution_count or 0) >= since]
    if not any(sum(map(str.isdigit, number)) >= _TELLING for number in numbers):
        return False
    return numbers <= {number for cell in later for number in _NUMBER.findall(_text(cell))}


def _text(cell: CodeCell) -> str:
    return "\n".join(
        output.text for output in cell.outputs if output.kind != "error" and "image/png" not in output.mime
    )


def _hit(page: Page, stale: Stale, found: Difference, others: list[int]) -> Hit:
    cell, cause = page.cell(stale.cell), page.cell(stale.cause)
    name = stale.path[0].name
    if stale.seen is not None:
        source = counted(page.cell(stale.seen))
        since = f"made from `{name}` as {source} had left it, not as cell {cause.number} above makes it"
    else:
        since = f"from before cell {cause.number} ran again (In[{cause.execution_count}])"
    what, this = _shown(cell)
    message = f"Shows {what} {since}: {_chain(stale, this)}"
    related = [Related(found.at, found.words)] if found.words else []
    related.append(Related(Span(cause.number), f"sets `{name}`"))
    if stale.seen is not None:
        related.append(Related(Span(stale.seen), f"had set `{name}` when this cell ran"))
    related += [Related(Span(edge.from_cell), f"makes `{edge.name}` of it") for edge in stale.path[1:]]
    order = "the cells ran in another order than the page shows"
    if others:
        order += (
            f"; the output{'s' * (len(others) > 1)} of {listed(others)} {'are' if len(others) > 1 else 'is'} as old"
        )
    confidence: Confidence | None = None if found.is_seen or is_direct(page, stale) else "possible"
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
