"""NBC619."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import keyword, path

_CODES = regex(r"%[-#]?([a-zA-Z])")
_MONTH_AFTER_HOUR = regex(r"%[-#]?[HI][^%\w]?%[-#]?m")
_READS = frozenset({"strptime", "to_datetime"})
_WRITES = frozenset({"strftime"})
_CLOCKS = frozenset("now utcnow today time perf_counter monotonic process_time".split())


@rule("NBC619", name="misread-time", severity="major", category="pandas-correctness")
def check(page: Page) -> Iterator[Hit]:
    r"""A part of a time is taken for all of it, or a format mixes up its letters.

    `seconds` of a duration is what is left after whole days: 25 hours have 3600. In a format, `%p` (AM or PM) counts only beside
    `%I`, so that with `%H` five in the afternoon becomes five in the morning; and `%M` is minutes, `%m` months. Nothing fails.

    Instead, ask a duration for `total_seconds()`, and read clock times with AM or PM by `%I … %p`.

    Bad:

        # %%
        import pandas as pd
        trips = pd.read_csv("trips.csv", parse_dates=["start", "end"])
        trips["hours"] = (trips["end"] - trips["start"]).dt.seconds / 3600  # <- flagged
        # %%
        trips["wait"] = trips["start"] - trips["booked"]
        trips["wait_minutes"] = trips["wait"].dt.seconds // 60  # <- flagged
        # %%
        gap = trips["end"].max() - trips["start"].min()
        print(gap.seconds)  # <- flagged
        # %%
        trips["pause"] = trips["start"].diff().dt.seconds  # <- flagged

    Bad:

        # %%
        from datetime import datetime
        import pandas as pd
        noon = datetime.strptime("1 May 2024 5:30 PM", "%d %b %Y %H:%M %p")  # <- flagged
        day = pd.to_datetime(log["day"], format="%Y-%M-%d")  # <- flagged
        name = datetime.now().strftime("%Y%m%d_%H%m")  # <- flagged

    Good:

        # %%
        from datetime import datetime
        import time
        import pandas as pd
        trips["hours"] = (trips["end"] - trips["start"]).dt.total_seconds() / 3600
        span = trips["end"].max() - trips["start"].min()
        print(span.days, "days and", span.seconds, "seconds")
        started = datetime.now()
        took = datetime.now() - started
        print(took.seconds, (datetime.now() - started).seconds)
        trips["second"] = trips["start"].dt.second
        noon = datetime.strptime("1 May 2024 5:30 PM", "%d %b %Y %I:%M %p")
        shown = noon.strftime("%H:%M %p on %d.%m.")
        lap = datetime.strptime("03:20", "%M:%S")
        hours = (datetime.strptime("02:00", "%H:%M") - datetime.strptime("09:00", "%H:%M")).seconds / 3600
        early = datetime.strptime("5:30", "%I:%M") if is_morning else None
    """
    for cell in page.code:
        for node in cell.nodes(ast.Attribute):
            if node.attr == "seconds" and isinstance(node.ctx, ast.Load) and _is_rest(page, cell, node):
                text = f"`{cell.segment(node, 50)}` is what is left after whole days; the whole duration is `total_seconds()`"
                yield Hit(cell.at(cell.statement(node)), text)
        for call in cell.nodes(ast.Call):
            written = _format(page, call)
            if written is not None and (said := _slip(written, reads=called_name(call.func) in _READS)):
                yield Hit(cell.at(cell.statement(call)), f"{said} in {written!r}")


def _is_rest(page: Page, cell: CodeCell, node: ast.Attribute) -> bool:
    """Are these the seconds of a difference of two times, of which nobody asks the days?"""
    owner: ast.expr = node.value
    if isinstance(owner, ast.Attribute) and owner.attr == "dt":
        owner = owner.value
    if isinstance(call := cell.parent(node), ast.Call) and call.func is node:
        return False  # a method of that name, in Polars, gives all seconds
    if ast.dump(owner) in _asked_whole(page, cell.number):
        return False
    difference = _bound(page, cell, owner)
    if isinstance(difference, ast.Call) and called_name(difference.func) == "abs" and difference.args:
        difference = difference.args[0]
    if isinstance(difference, ast.Call):
        return called_name(difference.func) == "diff" and owner is not node.value
    if not isinstance(difference, ast.BinOp) or not isinstance(difference.op, ast.Sub):
        return False
    return not any(_is_within_a_day(page, side) for side in (difference.left, difference.right))


def _bound(page: Page, cell: CodeCell, node: ast.expr) -> ast.expr | None:
    """The expression itself, or what the name or column is bound to, where that is one thing on the page."""
    if isinstance(node, ast.Name):
        return page.values.source(node)
    if not isinstance(node, ast.Subscript):
        return node
    values = _columns(page).get(path(node) or "", [])
    return values[0] if len(values) == 1 else None


@once
def _columns(page: Page) -> dict[str, list[ast.expr]]:
    """What the page binds each column to."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            for target in assign.targets:
                if isinstance(target, ast.Subscript) and (column := path(target)) is not None:
                    found[column].append(assign.value)
    return found


@once
def _asked_whole(page: Page, number: int) -> set[str]:
    """The durations that the cell asks for their days or for all their seconds."""
    found = set[str]()
    for node in page.cell(number).nodes(ast.Attribute):
        if node.attr in ("days", "total_seconds"):
            is_column = isinstance(node.value, ast.Attribute) and node.value.attr == "dt"
            found.add(ast.dump(node.value.value if is_column else node.value))  # type: ignore[attr-defined]
    return found


def _is_within_a_day(page: Page, node: ast.expr) -> bool:
    """May it be a time that a clock told while the page ran, or one without a date, so that no days can lie between?"""
    source = page.values.source(node) if isinstance(node, ast.Name) else node
    calls = nodes_in(source, ast.Call) if source is not None else []
    formats = [_format(page, call) for call in calls if called_name(call.func) in _READS]
    return (
        source is None
        or any(called_name(call.func) in _CLOCKS for call in calls)
        or any(written is not None and not {"d", "j", "x", "c"} & _codes(written) for written in formats)
    )


def _format(page: Page, call: ast.Call) -> str | None:
    """The format of a call that reads or writes times."""
    name = called_name(call.func)
    if name not in _READS and name not in _WRITES:
        return None
    given = keyword(call, "format", "fmt", "date_format") or (
        call.args[-1] if call.args and name != "to_datetime" else None
    )
    if isinstance(given, ast.Name):
        given = page.values.source(given)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _slip(written: str, *, reads: bool) -> str:
    """What is wrong with a format, if that can be seen."""
    codes = _codes(written)
    if reads and {"H", "p"} <= codes:
        return "`%p` is ignored beside `%H`, so that PM is read as AM (`%I` heeds it),"
    if "M" in codes and codes & {"Y", "y", "d"} and not codes & {"H", "I", "m", "b", "B", "j"}:
        return "`%M` is minutes, not the month (`%m`),"
    if _MONTH_AFTER_HOUR.search(written) and "M" not in codes:
        return "`%m` is the month, not minutes (`%M`),"
    return ""


def _codes(written: str) -> set[str]:
    return set(_CODES.findall(written.replace("%%", "")))
