"""NBC107."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import Event
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

_CHANGED = frozenset({"frame", "series", "array", "list", "dict", "set"})
_VIEW = regex(r"(?:head|tail|sample|describe|info|copy|value_counts)\b")


@rule(
    "NBC107",
    name="cross-cell-mutation",
    severity="minor",
    category="reproducibility",
    profile="production",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell changes in place what an earlier cell made and showed.

    The output above still shows the old content, under the same name: whoever compares the two, or runs the upper cell again, sees
    something else than what is saved. It is worst through an alias (`clean = raw`), where the name that is shown does not even
    stand in the cell that changes it.

    Instead, change it in the cell that makes it, or work on a copy (`clean = raw.copy()`).

    Bad:

        # %%
        import pandas as pd
        raw = pd.read_csv("sales.csv")
        raw
        #>    price
        #> 0  120.0
        # %%
        clean = raw
        clean["price"] /= 100  # <- flagged

    Bad:

        # %%
        scores = [3, 1, 2]
        print(scores)
        #> [3, 1, 2]
        # %%
        scores.sort()  # <- flagged

    Good:

        # %%
        import pandas as pd
        raw = pd.read_csv("sales.csv")
        raw
        #>    price
        #> 0  120.0
        # %%
        clean = raw.copy()
        clean["price"] /= 100

    Good:

        # %%
        scores = [3, 1, 2]
        # %%
        scores.sort()
        print(scores)
        #> [1, 2, 3]

    Good:

        # %%
        import pandas as pd
        raw = pd.read_csv("sales.csv")
        print(len(raw))
        #> 1
        # %%
        raw["total"] = raw["price"] * raw["pieces"]
    """
    said: set[str] = set()
    for cell in page.code:
        own = page.names.of(cell.number)
        for event in own.of("mutate"):
            for name in (event.name, *sorted(page.flow.aliases.get(event.name, ()))):
                is_fresh = name == event.name and name in own.binds
                maker = _maker(page, cell, name)
                if is_fresh or name in said or event.node is None or not maker or not _changes_content(cell, event):
                    continue
                if name in _shown(page, page.cell(maker)):
                    said.add(name)
                    yield _hit(cell, event, name, maker)


def _maker(page: Page, cell: CodeCell, name: str) -> int:
    """The cell above that bound a name last; 0 where none did."""
    return max((number for number, _ in page.names.bindings.get(name, ()) if number < cell.number), default=0)


def _shown(page: Page, cell: CodeCell) -> frozenset[str]:
    """The names that a cell makes or reads and whose whole content it shows."""
    body = cell.tree.body if cell.tree is not None and cell.outputs else []
    found: set[str] = set()
    for statement in body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if (isinstance(value, ast.Call) and page.qualified(value.func) in ("print", "display")) or (
            isinstance(value, ast.Call) and getattr(value.func, "id", "") == "display"
        ):
            found.update(argument.id for argument in value.args if isinstance(argument, ast.Name))
        elif isinstance(value, ast.Name) and statement is body[-1]:
            found.add(value.id)
    return frozenset(name for name in found if page.values.kind_of_name(name) in _CHANGED)


def _changes_content(cell: CodeCell, event: Event) -> bool:
    """Does it overwrite or take away what was shown? A new column or item beside it leaves the rest as it was."""
    assert event.node is not None
    statement = cell.statement(event.node)
    if isinstance(statement, (ast.AugAssign, ast.Delete)):
        return True
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        text = cell.segment(target, 200)
        return text in cell.segment(statement.value, 400) and not isinstance(target, ast.Name)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and not _VIEW.match(getattr(call.func, "attr", ""))


def _hit(cell: CodeCell, event: Event, name: str, maker: int) -> Hit:
    through = f", through `{event.name}`" if name != event.name else ""
    message = f"Changes `{name}` in place{through}: cell {maker} made and showed it, and still shows the old content"
    assert event.node is not None
    return Hit(cell.at(cell.statement(event.node)), message, (Related(Span(maker), f"`{name}` is shown here"),))
