"""NBC507."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Fit, Split
from nbcritic.analysis.provenance_tables import TEST, TRAIN
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_IN_ORDER = re.compile(r"TimeSeriesSplit|shuffle\s*=\s*(?:False|0)\b|GapRollForward|PurgedKFold")
_TIME = re.compile(r"date|time|year|month|day|hour|week|quarter|period|^ds$|^t$", re.I)
_NEIGHBOURS = frozenset("shift rolling diff pct_change ewm".split())
_DATE = re.compile(r"(?:19|20)\d\d(?:[-/]\d\d?){0,2}")
_LATER = (ast.Gt, ast.GtE)
_EARLIER = (ast.Lt, ast.LtE)


@rule("NBC507", name="future-in-training", severity="major", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""The model is trained on what comes after the rows that it is tested on.

    Where rows follow each other in time and carry their neighbours' values (lags, rolling means, windows), a random split puts the day
    before and the day after a test day into training: the model fills gaps instead of forecasting, and scores far better than it
    will tomorrow, when there is no day after.

    Instead, cut at a date: train on what is before, test on what is after (`train_test_split(..., shuffle=False)` on sorted rows, or
    `TimeSeriesSplit`).

    Bad:

        # %%
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import train_test_split
        load = pd.read_csv("load.csv", parse_dates=["hour"])
        load["last_hour"] = load["mw"].shift(1)
        X_train, X_test, y_train, y_test = train_test_split(load[["last_hour"]], load["mw"])  # <- flagged
        RandomForestRegressor().fit(X_train, y_train).score(X_test, y_test)

    Bad:

        # %%
        from sklearn.linear_model import Ridge
        df = pd.read_csv("sales.csv")
        train = df[df["date"] >= "2019-01-01"]  # <- flagged
        test = df[df["date"] < "2019-01-01"]
        model = Ridge().fit(train[["price"]], train["sold"])

    Good:

        # %%
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import train_test_split
        load = pd.read_csv("load.csv", parse_dates=["hour"])
        load["last_hour"] = load["mw"].shift(1)
        X_train, X_test, y_train, y_test = train_test_split(load[["last_hour"]], load["mw"], shuffle=False)
        RandomForestRegressor().fit(X_train, y_train).score(X_test, y_test)

    Good:

        # %%
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import train_test_split
        flats = pd.read_csv("flats.csv", parse_dates=["built"])
        flats["age"] = 2024 - flats["built"].dt.year
        train, test = train_test_split(flats)
        Ridge().fit(train[["age"]], train["rent"]).score(test[["age"]], test["rent"])

    Good:

        # %%
        from sklearn.linear_model import Ridge
        df = pd.read_csv("sales.csv")
        train = df[df["date"] < "2019-01-01"]
        test = df[df["date"] >= "2019-01-01"]
        model = Ridge().fit(train[["price"]], train["sold"])
    """
    if not page.provenance.concerns_models:
        return
    yield from _reversed(page)
    fits = [fit for fit in page.provenance.fits if fit.by == "model" and fit.kind != "cluster" and _at_random(fit)]
    if not fits or any(_IN_ORDER.search(cell.source) for cell in page.code):
        return
    for cell, call, frame in _neighbours(page):
        rows = page.provenance.value(frame).rows
        fit = next((fit for fit in fits if fit.rows & rows), None)
        if fit is not None:
            split = fit.part[0][0]
            message = (
                f"`{split.cell.segment(split.node)}` splits rows at random that `{cell.segment(call)}` in cell {cell.number} "
                "ties to their neighbours in time: the model is trained on what comes after its test rows; cut at a date (`shuffle=False`)"
            )
            yield Hit(split.cell.at(split.node), message, _chain(cell, call, fit))
            return


def _at_random(fit: Fit) -> bool:
    split: Split | None = fit.part[0][0] if fit.part else None
    return split is not None and split.how == "train_test_split" and split.shuffled


def _chain(cell: CodeCell, call: ast.AST, fit: Fit) -> tuple[Related, ...]:
    return (
        Related(cell.at(call), "each row holds something of the rows before or after it"),
        Related(fit.cell.at(fit.node), "the model is trained on rows of all times"),
    )


def _neighbours(page: Page) -> Iterator[tuple[CodeCell, ast.Call, str]]:
    """Columns of frames that are computed from the rows before or after, in pages that speak of time."""
    if not any(
        _TIME.search(node.value) for c in page.code for node in c.nodes(ast.Constant) if isinstance(node.value, str)
    ):
        return
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if called_name(call.func) not in _NEIGHBOURS or not isinstance(call.func, ast.Attribute):
                continue
            statement = cell.statement(call)
            if not isinstance(statement, ast.Assign) or cell.in_function(call):
                continue
            target = statement.targets[0]
            if isinstance(target, ast.Subscript | ast.Attribute) and (root := root_name(target)) is not None:
                source = root_name(call.func.value)
                if source is not None and source.id == root.id:
                    yield cell, call, root.id


def _reversed(page: Page) -> Iterator[Hit]:
    """`train = df[df.date >= x]` and `test = df[df.date < x]`."""
    later: dict[tuple[str, str], tuple[CodeCell, ast.Assign, str]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            mask = _mask(assign)
            if mask is None:
                continue
            name, key, order, value = mask
            if isinstance(order, _LATER) and TRAIN.search(name):
                later[key] = cell, assign, value
            elif isinstance(order, _EARLIER) and TEST.search(name) and key in later and value <= later[key][2]:
                where, train, since = later.pop(key)
                message = f"`{where.segment(train.targets[0])}` holds the rows since {since} and `{name}` those before {value}: the model is trained on the future of its test rows"
                yield Hit(
                    where.at(train), message, (Related(cell.at(assign), "the rows that it is tested on come before"),)
                )


def _mask(assign: ast.Assign) -> tuple[str, tuple[str, str], ast.cmpop, str] | None:
    """The name, (frame, column), order and date of `name = frame[frame.column < date]`."""
    target, value = assign.targets[0], assign.value
    if isinstance(value, ast.Call) and called_name(value.func) == "copy" and isinstance(value.func, ast.Attribute):
        value = value.func.value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Subscript):
        return None
    mask = value.slice
    if not isinstance(mask, ast.Compare) or len(mask.ops) != 1 or not isinstance(mask.comparators[0], ast.Constant):
        return None
    left, date = mask.left, str(mask.comparators[0].value)
    frame = root_name(left)
    column = left.attr if isinstance(left, ast.Attribute) else ""
    if isinstance(left, ast.Subscript) and isinstance(left.slice, ast.Constant):
        column = str(left.slice.value)
    if frame is None or not _TIME.search(column) or not _DATE.fullmatch(date):
        return None
    return target.id, (frame.id, column), mask.ops[0], date
