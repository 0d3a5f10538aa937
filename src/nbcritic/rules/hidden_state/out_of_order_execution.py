"""NBC101."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.model import ClearCounts, Fix, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import counted, listed

_LITERAL = (
    ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.JoinedStr, ast.FormattedValue, ast.Attribute,
    ast.expr_context, ast.operator, ast.unaryop, ast.keyword,
)  # fmt: skip
_PATHS = ("os.path.", "pathlib.Path")
_CLEARED = Fix("Clear the execution counts; then run all cells, for the outputs are as they were", (ClearCounts(),))
"""Not safe: the counts are the evidence of what is wrong with the outputs."""
_NO_DATA = frozenset({"import", "def", "class", "for", "except"})


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
    major where one cell demonstrably used what another made in the wrong order, or by all signs did where the outputs come from
    several sessions; minor where only the counts are in disorder, or the other cell makes its value anew whenever it runs. Cells that only import or are empty are no evidence, and a single cell that ran
    again at the end without consequence is no fault.

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

        # %% In[3]
        import pandas as pd
        # %% In[4]
        sales = pd.read_csv("sales.csv")
        # %% In[17]
        sales.describe()

    Good:

        # %% In[9]
        import numpy as np
        %matplotlib inline
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
    return cell.tree is not None and all(isinstance(s, (ast.Import, ast.ImportFrom, ast.Pass)) for s in cell.tree.body)


def _repeated(cells: Sequence[CodeCell]) -> list[CodeCell]:
    """Cells with one count that no single session can have given; the parts of a cell that was split keep its count."""
    found: dict[int | None, list[CodeCell]] = {}
    for above, cell in zip((None, *cells), cells, strict=False):
        is_part = above is not None and above.execution_count == cell.execution_count
        if not is_part or (above is not None and above.outputs and cell.outputs):
            found.setdefault(cell.execution_count, []).append(cell)
    return max(found.values(), key=len, default=[]) if any(len(same) > 1 for same in found.values()) else []


def _sessions(page: Page, cells: Sequence[CodeCell], same: Sequence[CodeCell]) -> Hit:
    where = listed(cell.number for cell in same)
    found, grave = (
        _consequence(page, {cell.number: cell for cell in cells}, shown=True) if page.is_python else ("", False)
    )
    message = f"The saved outputs come from several sessions: In[{same[0].execution_count}] stands at {where}"
    related = tuple(Related(Span(cell.number), "the same count") for cell in same[1:])
    if not found:
        return Hit(Span(), message, related, _CLEARED, severity="minor")
    # The counts of two kernels cannot be compared, so that the order is likely, and no more.
    said = f"{message}; by the counts,{found.removeprefix(':')}"
    return Hit(Span(), said, related, _CLEARED, severity=None if grave else "minor", confidence="likely")


def _disorder(page: Page, cells: Sequence[CodeCell], counts: Sequence[int]) -> Iterator[Hit]:
    moved = [cells[at] for at in _strays(counts)]
    found, grave = _consequence(page, {cell.number: cell for cell in cells}) if page.is_python else ("", False)
    if found or len(_weighty(page, moved)) > 1:
        numbers = listed(cell.number for cell in moved)
        message = f"{numbers[0].upper()}{numbers[1:]} ran out of order{found}"
        related = tuple(Related(Span(cell.number), f"ran as In[{cell.execution_count}]") for cell in moved[:10])
        yield Hit(Span(), message, related, _CLEARED, severity=None if grave else "minor")


def _weighty(page: Page, cells: Sequence[CodeCell]) -> list[CodeCell]:
    """The cells that make data; a chart or a setting that ran again changes nothing for any other cell."""
    if not page.is_python:
        return list(cells)
    writers = _writers(page, {cell.number: cell for cell in cells})
    made = {cell.number for name, some in writers.items() for cell in some if not _is_setting(page, cell, name)}
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


def _consequence(page: Page, cells: dict[int, CodeCell], *, shown: bool = False) -> tuple[str, bool]:
    """What one cell took from another in the wrong order, in words, and is it grave? Empty where nothing is known.

    With `shown`, only cells that have outputs are asked. A cell that makes its value anew from the start and ran again is not grave:
    it may well have made the same.
    """
    writers = _writers(page, cells)
    users = {number: cell for number, cell in cells.items() if not shown or cell.outputs}
    slight = ""
    for number, cell in users.items():
        for name, source in page.flow.sources[number].items():
            above = cells.get(source)
            if above is None or not _later(above, cell) or _is_setting(page, above, name):
                continue
            if above in writers.get(name, ()):
                done = "set" if name in page.flow.touched[source].binds else "changed"
                said = f": {counted(cell)} used `{name}` before {counted(above)} last {done} it"
                if done == "changed" or name in page.flow.touched[source].reads:
                    return said, True
                slight = slight or said
    for number, cell in users.items():
        for name in page.flow.touched[number].reads:
            before = [writer for writer in writers.get(name, ()) if _later(cell, writer)]
            last = max(before, key=lambda writer: writer.execution_count or 0, default=None)
            if last is not None and last.number > number:
                return f": {counted(cell)} used `{name}` as {counted(last)} had left it", True
    return slight, False


def _writers(page: Page, cells: dict[int, CodeCell]) -> dict[str, list[CodeCell]]:
    """For each name of data, the cells that set or change it."""
    found: dict[str, list[CodeCell]] = {}
    for number in cells:
        touched = page.flow.touched[number]
        changed = {name for name, event in touched.mutates.items() if event.name == name}  # not through an alias
        for name in changed | touched.binds.keys():
            event = touched.binds.get(name)
            if name not in page.names.imports and (event is None or event.how not in _NO_DATA):
                found.setdefault(name, []).append(cells[number])
    return found


def _is_setting(page: Page, cell: CodeCell, name: str) -> bool:
    """Does the cell only give the name a value that is written out? To run that again changes nothing."""
    touched = page.flow.touched[cell.number]
    event = touched.binds.get(name)
    if event is None or event.node is None or name in touched.mutates or event.how == "augment":
        return False
    statement = cell.statement(event.node)
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and all(_is_written_out(page, node) for node in nodes_in(value))


def _is_written_out(page: Page, node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return (page.qualified(node.func) or "").startswith(_PATHS)
    if isinstance(node, ast.Name):
        return node.id.isupper() or node.id in page.names.imports
    return isinstance(node, _LITERAL)


def _later(cell: CodeCell, other: CodeCell) -> bool:
    return (cell.execution_count or 0) > (other.execution_count or 0)
