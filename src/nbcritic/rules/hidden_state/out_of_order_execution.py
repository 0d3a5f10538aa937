"""NBC101."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.model import ClearCounts, Fix, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._consequence import called_before_defined, consequence, is_setting, writers
from nbcritic.rules.hidden_state._shared import counted, defined_in, listed, missing_names

_FRAMES = frozenset({"HTML", "IFrame", "YouTubeVideo", "Markdown"})
_CLEARED = Fix("Clear the execution counts; then run all cells, for the outputs are as they were", (ClearCounts(),))
"""Not safe: the counts are the evidence of what is wrong with the outputs."""


@rule(
    "NBC101",
    name="out-of-order-execution",
    severity="major",
    category="reproducibility",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""The cells ran in another order than the page shows.

    The saved outputs then belong to a history that nobody can repeat: a run from the top gives other numbers, or stops. It is
    major where the counts show that one cell used what another one below it had left, or used what changes with every run of the
    cell above; of a table, the columns must be the same. It is minor where only the counts are in disorder, where the other cell
    makes its value anew whenever it runs, and where several sessions leave their order open. A bar of progress is no result, and
    below the line of a saved error a cell used nothing. Cells that only import, show a frame of HTML or are empty are no evidence,
    and a single cell that ran again at the end without consequence is no fault. Where one cell alone used a name that only a cell
    below defines, NBC102 says it.

    Instead, restart the kernel and run all cells before saving.

    Bad:

        # <- flagged
        # %% In[1]
        prices = [3, 4]
        # %% In[4]
        prices = [price * 1.2 for price in prices]
        # %% In[2]
        print(sum(prices))
        #> 7

    Fixed:

        # %%
        prices = [3, 4]
        # %%
        prices = [price * 1.2 for price in prices]
        # %%
        print(sum(prices))
        #> 7

    Bad:

        # <- flagged
        # %% In[2]
        prices = [3, 4]
        # %% In[6]
        prices = [price * 1.2 for price in prices]
        # %% In[3]
        print(sum(prices))
        #> 7
        # %% In[3]
        print(max(prices))
        #> 4

    Bad:

        # <- flagged
        # %% In[1]
        import pandas as pd
        # %% In[2]
        sales = pd.read_csv("sales.csv")
        # %% In[9]
        sales.shape
        #> (90, 3)
        # %% In[4]
        sales = sales.dropna()

    Bad:

        # <- flagged
        # %% In[3]
        print("a")
        # %% In[1]
        print("b")
        # %% In[2]
        print("c")

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[8]
        sales["share"] = sales["price"] / 100
        # %% In[3]
        print(sales["price"].sum())
        #> 7

    Good:

        # %% In[3]
        import pandas as pd
        # %% In[4]
        sales = pd.read_csv("sales.csv")
        # %% In[17]
        sales.describe()

    Good:

        # %% In[9]
        import numpy as np
        from IPython.display import HTML
        %matplotlib inline
        HTML("<style>td {color: navy}</style>")
        # %% In[2]
        values = np.arange(3)
        # %% In[3]
        # values = np.zeros(3)
        # %% In[4]
        values.sum()

    Good:

        # %% In[1]
        values = [3, 4]
        # %% In[7]
        print("the mean is", sum(values) / 2)
        # %% In[2]
        print(max(values))
        # %% In[3]
        print(min(values))

    Good:

        # %% In[8] tags=["init_cell"]
        prices = [price * 1.2 for price in (3, 4)]
        # %% In[2]
        print(sum(prices))

    Good:

        # %% In[8]
        bands = [0, 10, 20]
        folder = "data/raw"
        # %% In[4]
        print(len(bands))
        # %% In[5]
        print(folder)

    Good:

        # %% In[3]
        import matplotlib.pyplot as plt
        values = [3, 4]
        # %% In[9]
        plt.plot(values)
        # %% In[8]
        plt.hist(values)
        # %% In[4]
        print(sum(values))
        # %% In[5]
        print(max(values))

    Good:

        # %% In[3]
        import pandas as pd
        folder = "data"
        # %% In[9]
        sales.head()
        # %% In[4]
        sales = pd.read_csv(folder + "/sales.csv")
        # %% In[5]
        sales.shape

    Good:

        # %% In[0]
        a = 1
        # %% In[0]
        b = a
    """
    cells = [cell for cell in page.cells if cell.execution_count and not cell.is_empty and not _is_free(cell)]
    counts = [cell.execution_count or 0 for cell in cells]
    falls = [at for at in range(1, len(counts)) if counts[at] < counts[at - 1]]
    repeated = _repeated(cells)
    if repeated:
        yield _sessions(page, cells, repeated)
    elif len(falls) == 1 and counts[falls[0]] <= 2 and max(counts[falls[0] :]) < min(counts[: falls[0]]):
        message = f"The counts start again at {counted(cells[falls[0]])}: the saved outputs come from two sessions"
        yield Hit(Span(), message, fix=_CLEARED, severity="minor", confidence="likely")
    elif falls:
        yield from _disorder(page, cells, counts)


def _is_free(cell: CodeCell) -> bool:
    """Running an import or a magic again changes nothing, and an initialization cell runs first by design."""
    return "init_cell" in cell.tags or _only_imports(cell)


def _only_imports(cell: CodeCell) -> bool:
    """Imports, and at most a frame of HTML: a video, a style for the page."""
    return cell.tree is not None and all(
        isinstance(s, (ast.Import, ast.ImportFrom, ast.Pass)) or _is_frame(s) for s in cell.tree.body
    )


def _is_frame(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and called_name(call.func) == "display" and call.args:
        call = call.args[0]
    return isinstance(call, ast.Call) and called_name(call.func) in _FRAMES


def _repeated(cells: Sequence[CodeCell]) -> list[CodeCell]:
    """Cells with one count that no single session can have given.

    The parts of a cell that was split keep its count, and so does a copy; a cell that lacks the output of its last line may never have run as it stands.
    """
    found: dict[int | None, dict[str, CodeCell]] = {}
    for above, cell in zip((None, *cells), cells, strict=False):
        is_part = above is not None and above.execution_count == cell.execution_count
        if _is_complete(cell) and (not is_part or (above is not None and above.outputs and cell.outputs)):
            found.setdefault(cell.execution_count, {}).setdefault(cell.source.strip(), cell)
    return max(([*same.values()] for same in found.values() if len(same) > 1), key=len, default=[])


def _is_complete(cell: CodeCell) -> bool:
    body = cell.tree.body if cell.tree is not None else []
    return bool(cell.outputs) or not (body and isinstance(body[-1], ast.Expr))


def _sessions(page: Page, cells: Sequence[CodeCell], same: Sequence[CodeCell]) -> Hit:
    where = listed(cell.number for cell in same)
    found = consequence(page, {cell.number: cell for cell in cells}, sessions=True) if page.is_python else None
    message = f"The saved outputs come from several sessions: In[{same[0].execution_count}] stands at {where}"
    related = tuple(Related(Span(cell.number), "the same count") for cell in same[1:])
    if found is None:
        return Hit(Span(), message, related, _CLEARED, severity="minor")
    # The counts of two kernels cannot be compared, so that the order is likely, and no more.
    said = f"{message}; by the counts, {found.words}"
    return Hit(Span(), said, related, _CLEARED, severity=None if found.is_grave else "minor", confidence="likely")


def _disorder(page: Page, cells: Sequence[CodeCell], counts: Sequence[int]) -> Iterator[Hit]:
    moved = [cells[at] for at in _strays(counts)]
    by_number = {cell.number: cell for cell in cells}
    found = consequence(page, by_number, sessions=len({*counts}) < len(counts)) if page.is_python else None
    if found and len(moved) == 1 and _is_told(page, moved[0], found.words):
        return
    if found or len(_weighty(page, moved)) > 1:
        numbers = listed(cell.number for cell in moved)
        said = found.words if found else called_before_defined(page, by_number) if page.is_python else ""
        message = f"{numbers[0].upper()}{numbers[1:]} ran out of order" + (f": {said}" if said else "")
        related = tuple(Related(Span(cell.number), f"ran as In[{cell.execution_count}]") for cell in moved[:10])
        yield Hit(Span(), message, related, _CLEARED, severity=None if found and found.is_grave else "minor")


def _is_told(page: Page, moved: CodeCell, words: str) -> bool:
    """Is all that the order did that a cell used a name which only a cell further down defines? NBC102 says so, at its place."""
    return any(
        moved.number in (missing.cell, *missing.binders)
        and f"`{missing.name}`" in words
        and counted(page.cell(missing.cell)) in words
        and missing.deleted_in is None
        and bool(defined_in(page, missing))
        for missing in missing_names(page)
    )


def _weighty(page: Page, cells: Sequence[CodeCell]) -> list[CodeCell]:
    """The cells that make data; a chart or a setting that ran again changes nothing for any other cell."""
    if not page.is_python:
        return list(cells)
    by_name = writers(page, {cell.number: cell for cell in cells})
    made = {cell.number for name, some in by_name.items() for cell in some if not is_setting(page, cell, name)}
    return [cell for cell in cells if cell.number in made]


def _strays(counts: Sequence[int]) -> list[int]:
    """The fewest places whose removal leaves the counts in order."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, count in enumerate(counts):
        length = bisect_left(tails, count)
        tails[length:] = [count, *tails[length + 1 :]]
        ends[length:] = [at, *ends[length + 1 :]]
        before.append(ends[length - 1] if length else -1)
    keep, at = set(), ends[-1] if ends else -1
    while at >= 0:
        keep.add(at)
        at = before[at]
    return [at for at in range(len(counts)) if at not in keep]
