"""NBC107."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter, itemgetter

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import Event, called_name
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

_CHANGED = frozenset({"frame", "series", "array", "list", "dict", "set"})
_CLEANING = frozenset(
    "dropna fillna drop drop_duplicates rename rename_axis replace astype map sort_values sort_index set_index reset_index ffill bfill "
    "interpolate clip strip lower upper title to_datetime to_numeric insert update get_dummies apply fit_transform transform factorize".split()
)
_PRINTS = frozenset({"print", "display"})
_IN_PLACE = regex(r"#[^\n]*\b(?:in[ -]?place|на месте)\b", re.I)
"""A comment that tells of it."""
_VIEW = regex(r"(?:head|tail|sample|describe|info|copy|value_counts)\b")


@rule(
    "NBC107",
    name="cross-cell-mutation",
    severity="minor",
    category="reproducibility",
    profile="production",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell changes in place what an earlier cell showed, and nothing there tells so.

    The output above still shows the old content: whoever runs the upper cell again sees something else than what is saved, though
    that cell is as it was. Or the change goes through an alias (`clean = raw`), so that the name that is shown does not even stand in
    the cell that changes it. A cell that both makes and shows a value makes it anew; a change that is shown at once, and the usual
    steps of cleaning, are what a reader expects.

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
        # %%
        print(scores)
        #> [3, 1, 2]
        # %%
        scores.sort()  # <- flagged

    Good:

        # %%
        scores = [3, 1, 2]
        print(scores)
        #> [3, 1, 2]
        # %%
        scores.sort()

    Good:

        # %%
        import pandas as pd
        raw = pd.read_csv("sales.csv")
        # %%
        raw
        #>    price
        #> 0  120.0
        # %%
        raw.dropna(inplace=True)
        # %%
        raw["price"] /= 100
        raw
        #>    price
        #> 0    1.2

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
        print(scores)
        #> [3, 1, 2]
        # %%
        scores.sort()
        # %%
        print(scores)
        #> [1, 2, 3]
        # %%
        # works in place
        scores.reverse()

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
                shower = maker if name != event.name else _later_shower(page, cell, event, maker)
                if shower and _shows(page, shower, name):
                    said.add(name)
                    yield _hit(cell, event, name, shower)


def _maker(page: Page, cell: CodeCell, name: str) -> int:
    """The cell above that bound a name last; 0 where none did."""
    bound = page.names.bindings.get(name, [])
    place = bisect_left(bound, cell.number, key=itemgetter(0))
    return bound[place - 1][0] if place else 0


def _later_shower(page: Page, cell: CodeCell, event: Event, maker: int) -> int:
    """The cell that shows the value as it is; 0 where there is none, or the change is shown, too, or is to be expected."""
    assert event.node is not None
    calls = (node for node in ast.walk(cell.statement(event.node)) if isinstance(node, ast.Call))
    if any(called_name(call.func) in _CLEANING for call in calls) or _is_looked_at(cell, event.name):
        return 0
    after = page.code[bisect_right(page.code, cell.number, key=attrgetter("number")) :][:1]
    if _IN_PLACE.search(cell.source) or any(_shows(page, other.number, event.name) for other in after):
        return 0
    for number in reversed(_shown(page).get(event.name, ())):
        is_between = maker < number < cell.number and _shows(page, number, event.name)
        if is_between and event.name not in page.names.of(number).mutates:
            return number
    return 0


def _is_looked_at(cell: CodeCell, name: str) -> bool:
    """Does the cell end with something of the value, or print it?"""
    body = cell.tree.body if cell.tree is not None and cell.outputs else []
    shows = [
        s
        for s in body
        if isinstance(s, ast.Expr) and (s is body[-1] or called_name(getattr(s.value, "func", s)) in _PRINTS)
    ]
    return any(isinstance(node, ast.Name) and node.id == name for s in shows for node in ast.walk(s)) and not any(
        output.kind == "error" for output in cell.outputs
    )


def _shows(page: Page, number: int, name: str) -> bool:
    """Does a cell show the whole content of a name, of a kind that a change in place can alter?"""
    return number in _shown(page).get(name, ()) and page.values.kind_of_name(name) in _CHANGED


@once
def _shown(page: Page) -> dict[str, dict[int, None]]:
    """By name, the cells that show all of its content, in order."""
    found: dict[str, dict[int, None]] = {}
    for cell in page.code:
        for name in _shown_by(page, cell):
            found.setdefault(name, {})[cell.number] = None
    return found


def _shown_by(page: Page, cell: CodeCell) -> set[str]:
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
    return found


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
    message = f"Changes `{name}` in place{through}: cell {maker} showed it, and still shows the old content"
    assert event.node is not None
    return Hit(cell.at(cell.statement(event.node)), message, (Related(Span(maker), f"`{name}` is shown here"),))
