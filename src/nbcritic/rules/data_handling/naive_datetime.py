"""NBC611."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Confidence, Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import keyword

LOCAL = frozenset({"datetime.datetime.fromtimestamp", "datetime.date.fromtimestamp"})
NAIVE = {
    "datetime.datetime.utcnow": "datetime.now(timezone.utc)",
    "datetime.datetime.utcfromtimestamp": "datetime.fromtimestamp(…, timezone.utc)",
}
NOW = frozenset({"datetime.datetime.now", "datetime.datetime.today"})
CLOCKS = frozenset({"time.time", "os.path.getmtime", "os.path.getctime"})
GUESSED = regex(
    r"Could not infer format, so each element will be parsed individually|Parsing dates in \S+ format when dayfirst=|"
    r"Parsing '[^']{1,40}' in \S+ format"
)
"""What pandas says when it guesses how a date is written."""
_READERS = ("pandas.to_datetime", "pandas.read_csv", "pandas.read_excel", "pandas.read_table", "pandas.DatetimeIndex")
_AS_TEXT = frozenset("strftime isoformat ctime print format".split())


@rule(
    "NBC611",
    name="naive-datetime",
    severity="minor",
    category="pandas-correctness",
    profile="production",
    covers=("DTZ003", "DTZ004", "DTZ006"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A time has no zone, or a date was read by a guess.

    `fromtimestamp` gives the clock time of whichever machine runs it: hours and days move between a laptop and a server, and twice
    a year an hour is missing or there twice. Where dates are written in more than one way, or the day may stand first, a guess
    that is made value by value takes 03/04 for March and 13/04 for April.

    Instead, keep times in UTC with their zone (`datetime.now(timezone.utc)`, `pd.to_datetime(…, utc=True)`) and say how dates are
    written (`format="%d/%m/%Y"`).

    Bad:

        # %%
        from datetime import datetime
        import pandas as pd
        log = pd.read_csv("log.csv")
        log["time"] = log["seconds"].apply(lambda s: datetime.fromtimestamp(s))  # <- flagged
        # %%
        log["day"] = pd.to_datetime(log["day"], format="mixed")  # <- flagged
        # %%
        log["stamp"] = datetime.utcnow()  # <- flagged

    Bad:

        # %%
        import pandas as pd
        log = pd.read_csv("log.csv")
        log["day"] = pd.to_datetime(log["day"])  # <- flagged
        #> UserWarning: Parsing dates in %d/%m/%Y format when dayfirst=False (the default) was specified.

    Good:

        # %%
        from datetime import datetime, timezone
        import os
        import time
        import pandas as pd
        log = pd.read_csv("log.csv")
        log["time"] = pd.to_datetime(log["seconds"], unit="s", utc=True)
        log["other"] = log["seconds"].apply(lambda s: datetime.fromtimestamp(s, timezone.utc))
        log["day"] = pd.to_datetime(log["day"], format="%d/%m/%Y")
        log["late"] = pd.to_datetime(log["late"], format="mixed", dayfirst=True)
        name = datetime.fromtimestamp(time.time()).strftime("run-%Y-%m-%d")
        print(datetime.fromtimestamp(os.path.getmtime("log.csv")))
        stamp = datetime.utcnow().isoformat() + "Z"
        started = datetime.now()
    """
    found: dict[str, list[tuple[CodeCell, ast.AST, str, Confidence | None]]] = {}
    for cell in page.code:
        for node, what, text, confidence in (*_calls(page, cell), *_guessed(page, cell)):
            found.setdefault(what, []).append((cell, node, text, confidence))
    for (cell, node, text, confidence), *others in found.values():
        related = tuple(Related(other.at(place), "here, too") for other, place, _, _ in others)
        yield Hit(cell.at(node), text, related, confidence=confidence)


def _calls(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str, Confidence | None]]:
    """Each call that gives or reads a time without a zone: where, which, what to say."""
    for call in cell.nodes(ast.Call):
        name = page.qualified(call.func) or ""
        if name in LOCAL and len(call.args) == 1 and not call.keywords and not _is_label(page, cell, call):
            text = (
                f"`{cell.segment(call)}` gives the clock time of the machine that runs it; write `{_utc(cell, call)}`"
            )
            yield call, name, text, None
        elif name in NAIVE and not _is_label(page, cell, call):
            yield call, name, f"`{cell.segment(call)}` is UTC and does not say so; write `{NAIVE[name]}`", None
        elif name in NOW and not call.args and not call.keywords and _is_recorded(cell, call):
            text = f"`{cell.segment(call)}` is recorded without its zone; write `datetime.now(timezone.utc)`"
            yield call, name, text, "possible"
        elif name == "pandas.to_datetime" and keyword(call, "dayfirst", "yearfirst") is None:
            how = keyword(call, "format")
            if isinstance(how, ast.Constant) and how.value == "mixed":
                text = f"`{cell.segment(call)}` guesses for each value how it is written; say `dayfirst=`, or give the `format`"
                # Dates of ISO 8601 with and without fractions are mixed, too, and nothing is guessed there.
                yield call, "mixed", text, "possible"


def _utc(cell: CodeCell, call: ast.Call) -> str:
    assert isinstance(call.func, (ast.Attribute, ast.Name))
    return f"{cell.segment(call.func)}({cell.segment(call.args[0], 40)}, timezone.utc)"


def _is_label(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Is it only printed, or made the name of a run?"""
    if any(page.qualified(inner.func) in CLOCKS for inner in nodes_in(call, ast.Call)):
        return True
    here: ast.AST = call
    for parent in cell.ancestors(call):
        if isinstance(parent, (ast.stmt, ast.Lambda)):
            break
        if isinstance(parent, ast.JoinedStr):
            return True
        if isinstance(parent, ast.BinOp) and isinstance(parent.right, ast.Constant) and parent.right.value == "Z":
            return True
        if isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "print" and here in parent.args:
            return True
        here = parent
    return False


def _is_recorded(cell: CodeCell, call: ast.Call) -> bool:
    """Is it kept in a record: the value of a dict, or a column?"""
    parent = cell.parent(call)
    if isinstance(parent, ast.Dict):
        return call in parent.values
    return isinstance(parent, ast.Assign) and all(isinstance(target, ast.Subscript) for target in parent.targets)


def _guessed(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str, Confidence | None]]:
    """The call after which pandas said that it guesses."""
    if cell.cell.outputs == b"[]":
        return
    said = next((match for output in cell.outputs if (match := GUESSED.search(output.text))), None)
    calls = [call for call in cell.nodes(ast.Call) if page.qualified(call.func) in _READERS] if said else []
    if said and calls:
        call = next((call for call in calls if page.qualified(call.func) == "pandas.to_datetime"), calls[0])
        text = f"`{cell.segment(call)}` guesses how dates are written (its saved warning: {said[0]!r}); say `format=` or `dayfirst=`"
        yield call, "guess", text, "certain"
