"""NBC622."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import keyword, path

_MOST = 20
_NEIGHBOURS = frozenset("shift diff pct_change rolling".split())
_TIME = regex(
    r"date|time|year|month|day|hour|minute|week|quarter|period|season|epoch|stamp|^ds$|^t$|index|^seq|order|rank|step|round",
)
_KEEPS = frozenset(
    "sort_values sort_index reset_index dropna copy drop fillna rename astype merge assign drop_duplicates ffill bfill".split()
)
"""Methods after which the same series stand in the table."""
_HEEDS = frozenset("cumcount duplicated head tail nth first ngroup".split())
"""Methods that find the beginnings of series, so that what crosses them may be mended."""


_Place: TypeAlias = tuple[int, int]
"""A cell and a line."""
_Binding: TypeAlias = "tuple[_Place, ast.expr | None]"


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A place that shows which columns tell the series of a table apart."""

    cell: CodeCell
    call: ast.Call
    keys: tuple[str, ...]

    @property
    def place(self) -> _Place:
        """Its cell and line."""
        return self.cell.number, self.call.lineno


@rule("NBC622", name="series-run-together", severity="major", category="pandas-correctness")
def check(page: Page) -> Iterator[Hit]:
    r"""A table of several series is shifted as if it were one.

    Where the rows of many shops stand below each other, `shift(1)`, `diff()` and rolling means take the first value of a shop from
    the last row of the shop above it. The numbers look like any others, and models and means take them for true.

    Instead, group first: `df.groupby("shop")["sold"].shift(1)`.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales = sales.sort_values(["shop", "date"])
        sales["before"] = sales["sold"].shift(1)  # <- flagged
        sales["change"] = sales["sold"].diff()
        # %%
        def last_rows(table, n):
            return table.sort_values("week").groupby(["store", "brand"]).tail(n)
        some = pd.read_csv("juice.csv")
        test = last_rows(some, 4)
        some["lag"] = some["move"].shift(1)  # <- flagged

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales = sales.sort_values(["shop", "date"])
        sales["before"] = sales.groupby("shop")["sold"].shift(1)
        # %%
        trips = pd.read_csv("trips.csv").sort_values(["car", "time"])
        trips.sort_values(["car", "time"], inplace=True)
        trips["pause"] = trips["time"].diff()
        trips.loc[trips["car"] != trips["car"].shift(), "pause"] = None
        # %%
        days = pd.read_csv("days.csv").sort_values(["year", "day"])
        days = days.sort_values(["year", "day"])
        days["before"] = days["rain"].shift(1)
        # %%
        shops = pd.read_csv("shops.csv")
        shops = shops.sort_values(["shop", "date"])
        shops = shops[shops["shop"] == 3]
        shops["before"] = shops["sold"].shift(1)
    """
    calls = page.calls_named(_NEIGHBOURS)
    if not calls or not page.called_words & {"sort_values", "groupby"}:
        return
    keyed = _keyed(page)
    shifted: dict[str, list[tuple[CodeCell, ast.Call]]] = {}
    for cell, call in calls:
        if (frame := _stored_in(cell, call)) in keyed:
            shifted.setdefault(frame, []).append((cell, call))
    if not shifted:
        return
    bound, heeded = _bindings(page, shifted.keys()), _heeded(page, shifted.keys())
    for frame, ((cell, call), *others) in shifted.items():
        at = cell.number, call.lineno
        known = next((each for each in keyed[frame][:_MOST] if _stays(bound, frame, each.place, at)), None)
        if known is None or not {known.keys[0], ""}.isdisjoint(heeded.get(frame, ())):
            continue
        by = repr([*known.keys]) if len(known.keys) > 1 else repr(known.keys[0])
        message = (
            f"`{cell.segment(call)}` runs on from one `{known.keys[0]}` to the next, as `{frame}` holds one below the other: "
            f"write `{frame}.groupby({by})` before it".replace("'", '"')
        )
        more = (Related(where.at(node), "so does this") for where, node in others[:5])
        related = (Related(known.cell.at(known.call), "the table holds one series below the other"), *more)
        yield Hit(cell.at(call), message, related)


def _stored_in(cell: CodeCell, call: ast.Call) -> str:
    """The frame of `frame["new"] = frame["old"].shift(1)`, outside of functions; empty for anything else."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(owner, (ast.Subscript, ast.Attribute)) or not isinstance(owner.value, ast.Name):
        return ""
    if isinstance(owner, ast.Subscript) and not isinstance(owner.slice, (ast.Constant, ast.List)):
        return ""
    statement = cell.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Subscript) or path(target.value) != owner.value.id or cell.in_function(call):
        return ""
    return owner.value.id


def _keyed(page: Page) -> dict[str, list[_Keyed]]:
    """For each frame the places that sort it by a key and then by time, or sort it by time and group it by a key."""
    found: dict[str, list[_Keyed]] = {}
    inside: dict[str, list[tuple[str, _Keyed]]] = {}
    for cell, call in page.calls_named({"sort_values", "groupby"}):
        root = _root(call)
        keys = _keys(page, call)
        if root is None or not keys:
            continue
        known = _Keyed(cell, call, keys)
        function = next((node for node in cell.ancestors(call) if isinstance(node, ast.FunctionDef)), None)
        if function is None:
            if called_name(call.func) == "groupby" or _is_bound_to(cell, call, root.id):
                found.setdefault(root.id, []).append(known)
        elif called_name(call.func) == "groupby":
            inside.setdefault(function.name, []).append((root.id, known))
    for cell, call in page.calls_named(inside.keys()):
        called = page.values.function(call.func) if isinstance(call.func, ast.Name) else None
        names = [argument.arg for argument in parameters(called.args)] if called is not None else []
        for name, known in inside.get(called_name(call.func), ()):
            given = call.args[names.index(name)] if name in names[: len(call.args)] else None
            if isinstance(given, ast.Name) and not cell.in_function(call):
                found.setdefault(given.id, []).append(_Keyed(cell, call, known.keys))
    return found


def _root(call: ast.Call) -> ast.Name | None:
    """The name at the beginning of `df.sort_values("day").groupby("shop")["sold"].shift`."""
    node: ast.expr = call
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node if isinstance(node, ast.Name) else None


def _keys(page: Page, call: ast.Call) -> tuple[str, ...]:
    """The columns by which a call tells series apart that are ordered in time; none where it does not."""
    by = call.args[0] if call.args else keyword(call, "by")
    by = page.values.source(by) if isinstance(by, ast.Name) else by
    items = by.elts if isinstance(by, ast.List) else [by]
    names = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    others = tuple(name for name in names if not _is_of_time(name))
    if not others or len(names) < len(items) or others[0] != names[0]:
        return ()
    if called_name(call.func) == "sort_values":
        return others if _is_of_time(names[-1]) else ()
    sorts = [node for node in nodes_in(call.func, ast.Call) if called_name(node.func) == "sort_values"]
    in_time = any(_is_time(page, node.args[0] if node.args else keyword(node, "by")) for node in sorts)
    return others if in_time and others == tuple(names) else ()


def _is_of_time(name: str) -> bool:
    return bool(_TIME.search(name.lower()))


def _is_time(page: Page, by: ast.expr | None) -> bool:
    by = page.values.source(by) if isinstance(by, ast.Name) else by
    return isinstance(by, ast.Constant) and isinstance(by.value, str) and _is_of_time(by.value)


def _is_bound_to(cell: CodeCell, call: ast.Call, name: str) -> bool:
    """Is the sorted table kept under the same name?"""
    statement = cell.statement(call)
    if isinstance(statement, ast.Assign):
        return path(statement.targets[0]) == name
    return isinstance(statement, ast.Expr) and keyword(call, "inplace") is not None


def _stays(bound: dict[str, list[_Binding]], frame: str, one: _Place, other: _Place) -> bool:
    """Is the name bound between two places to nothing but the same rows, and never by a loop?"""
    first, last = sorted((one, other))
    return all(
        value is not None and (not first < place <= last or _keeps(value, frame))
        for place, value in bound.get(frame, ())
    )


def _bindings(page: Page, frames: Collection[str]) -> dict[str, list[_Binding]]:
    """Where each frame is bound, and to what; None where it is not by a plain assignment."""
    found: dict[str, list[_Binding]] = {}
    for cell in page.code:
        for name in cell.nodes(ast.Name):
            if name.id in frames and not isinstance(name.ctx, ast.Load):
                statement = cell.statement(name)
                value = statement.value if isinstance(statement, ast.Assign) else None
                found.setdefault(name.id, []).append(((cell.number, name.lineno), value))
    return found


def _keeps(value: ast.expr, frame: str) -> bool:
    """Is it `frame.method()…`, with methods that keep its series?"""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPS:
        value = value.func.value
    return isinstance(value, ast.Name) and value.id == frame


def _heeded(page: Page, frames: Collection[str]) -> dict[str, set[str]]:
    """The columns of each frame whose changes the page looks for; an empty text for the beginnings of its groups."""
    found: dict[str, set[str]] = {}
    for _, call in page.calls_named(_HEEDS | _NEIGHBOURS):
        root = _root(call)
        if root is None or root.id not in frames:
            continue
        is_grouped = any(called_name(node.func) == "groupby" for node in nodes_in(call.func, ast.Call))
        if is_grouped and called_name(call.func) in _HEEDS:
            found.setdefault(root.id, set()).add("")
        elif not is_grouped:
            texts = {str(node.value) for node in nodes_in(call.func, ast.Constant)}
            found.setdefault(root.id, set()).update(texts, (node.attr for node in nodes_in(call.func, ast.Attribute)))
    return found
