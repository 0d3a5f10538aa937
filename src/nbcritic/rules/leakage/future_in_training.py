"""NBC507."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Split
from nbcritic.analysis.provenance_arguments import word
from nbcritic.analysis.provenance_tables import TEST, TRAIN
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._chain import used
from nbcritic.rules.leakage._flows import Flows
from nbcritic.rules.leakage._folds_in_time import FOLDED, folded

_IN_ORDER = regex(
    r"TimeSeriesSplit|shuffle\s*=\s*(?:False|0)\b|GapRollForward|PurgedKFold|Group(?:KFold|ShuffleSplit)|groups\s*="
)
_TIME = regex(r"date|time|year|month|day|hour|week|quarter|period|^ds$|^t$", re.I)
_COLUMN = regex(r"(?:\w+[_ ])?(?:date|datetime|time|timestamp|year|month|hour|ds)(?:[_ ]\w+)?", re.I)
_STAMP = regex(r"(?:\w+_)?(?:date|datetime|timestamp|ds)", re.I)
_PARSES = frozenset("to_datetime DatetimeIndex date_range strptime".split())
_NEIGHBOURS = frozenset("shift rolling diff pct_change ewm".split())
_FORECASTS = regex(
    r"\bforecast|\btime[- ]series\b|\b(?:stock|share|bitcoin|crypto\w*) (?:price|market)|\bnext (?:day|hour|week|month)\b|\bfuture (?:price|sales|demand|value)s?\b",
    re.I,
)
_DATE = regex(r"(?:19|20)\d\d(?:[-/]\d\d?){0,2}")
_MOST = 20
"""So many splits, and so many things that put rows in time, are looked at."""
_LATER = (ast.Gt, ast.GtE)
_EARLIER = (ast.Lt, ast.LtE)


@rule("NBC507", name="future-in-training", severity="major", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""The model is trained on what comes after the rows that it is tested on.

    Where rows follow each other in time and carry their neighbours' values (lags, rolling means, windows), a random split puts the day
    before and the day after a test day into training: the model fills gaps instead of forecasting, and scores far better than it
    will tomorrow, when there is no day after. The ordinary folds of a search or of `cross_val_score` do so as
    well, shuffled or not; in a search they spoil the choice alone, which is minor.

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

    Bad:

        # %%
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
        months = pd.read_csv("prices.csv", parse_dates=["month"])
        X, y = months[["rain", "price_before"]], months["price"]
        search = GridSearchCV(RandomForestRegressor(), {"max_depth": [3, 5]}, cv=5)  # <- flagged
        search.fit(X, y)
        # %%
        for before, after in TimeSeriesSplit().split(months):
            best = RandomForestRegressor(**search.best_params_).fit(X.iloc[before], y.iloc[before])
            print(best.score(X.iloc[after], y.iloc[after]))

    Good:

        # %%
        from sklearn.model_selection import TimeSeriesSplit, cross_val_score
        from sklearn.svm import LinearSVC
        smooth = clips.rolling(50).mean()
        means = np.mean(smooth, axis=0)
        X = np.column_stack([means, means])
        print(cross_val_score(LinearSVC(), X, labels))
        # %%
        X = np.column_stack([lags_of(prices)])
        for before, after in TimeSeriesSplit().split(X):
            print(len(before), len(after))

    Good:

        # %%
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
        months = pd.read_csv("prices.csv", parse_dates=["month"])
        X, y = months[["rain", "price_before"]], months["price"]
        in_time = TimeSeriesSplit()
        search = GridSearchCV(RandomForestRegressor(), {"max_depth": [3, 5]}, cv=in_time).fit(X, y)
        print(cross_val_score(search.best_estimator_, X, y, cv=in_time))
        flats = pd.read_csv("flats.csv")
        print(cross_val_score(RandomForestRegressor(), flats[["area"]], flats["rent"], cv=5))
        for before, after in in_time.split(months):
            print(months.iloc[after]["price"].mean())

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
    if page.calls_named(FOLDED):
        yield from folded(page, list(islice(_neighbours(page), _MOST)) if _has_times(page) else [])
    splits = [s for s in page.provenance.splits if s.how in ("train_test_split", "the folds") and s.shuffled][:_MOST]
    if not splits or any(_IN_ORDER.search(cell.source) for cell in page.code) or not _has_times(page):
        return
    flows = Flows(page)
    neighbours = list(islice(_neighbours(page), _MOST))
    for split in splits:
        before = [n for n in neighbours if n[0].number <= split.cell.number and split.how == "train_test_split"]
        ordered = next((n for n in before if flows.holds(split.node, flows.derived([n]))), None)
        if ordered is not None:
            cell, node = ordered
            message = (
                f"`{split.cell.segment(split.node)}` splits rows at random that `{cell.segment(node)}` in cell {cell.number} "
                "ties to their neighbours in time: the model is trained on what comes after its test rows; cut at a date (`shuffle=False`)"
            )
            related = Related(cell.at(node), "each row holds something of the rows before or after it")
            yield Hit(split.cell.at(split.node), message, (related, *used(page.provenance.events, split)))
            return
    for split in splits:
        dated = _dated(page, flows, split)
        if dated is not None:
            yield dated
            return


def _dated(page: Page, flows: Flows, split: Split) -> Hit | None:
    """Rows that are sorted by time, or dated in a page that says that it forecasts, and dealt out at random."""
    places = [
        (cell, call)
        for cell, call in _calls(page, frozenset({"sort_values"}))
        if _by_time(call) and not _is_cut(cell, call)
    ]
    if any(_FORECASTS.search(cell.source) for cell in page.notebook.cells):
        places += _calls(page, _PARSES)
    before = [place for place in places[:_MOST] if place[0].number <= split.cell.number]
    place = next((place for place in before if flows.holds(split.node, flows.derived([place]))), None)
    if place is None:
        return None
    cell, node = place
    message = (
        f"`{split.cell.segment(split.node)}` deals out at random rows that `{cell.segment(node)}` in cell {cell.number} puts in time: "
        "the model is trained on what comes after its test rows; cut at a date (`shuffle=False` on sorted rows, `TimeSeriesSplit`)"
    )
    related = (Related(cell.at(node), "the rows have times"), *used(page.provenance.events, split))
    return Hit(split.cell.at(split.node), message, related, confidence="possible")


def _is_cut(cell: CodeCell, call: ast.Call) -> bool:
    """Is it sorted only to take the first of each, or some of them?"""
    outer = (node for node in cell.ancestors(call) if isinstance(node, ast.Call))
    return any(called_name(node.func) in ("head", "tail", "groupby", "drop_duplicates") for node in outer)


def _by_time(call: ast.Call) -> bool:
    """Is it sorted by a column of times, and by nothing before it?"""
    by = call.args[0] if call.args else word(call, "by")
    first = by.elts[0] if isinstance(by, ast.List) and by.elts else by
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and bool(_STAMP.fullmatch(first.value))


def _has_times(page: Page) -> bool:
    if next(_calls(page, _PARSES), None) is not None:
        return True
    words = (node.value for cell in page.code for node in cell.nodes(ast.Constant) if isinstance(node.value, str))
    return any(_COLUMN.fullmatch(text) for text in words)


def _calls(page: Page, wanted: frozenset[str]) -> Iterator[tuple[CodeCell, ast.Call]]:
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if called_name(call.func) in wanted or (wanted is _PARSES and word(call, "parse_dates") is not None):
                yield cell, call


def _neighbours(page: Page) -> Iterator[tuple[CodeCell, ast.AST]]:
    """What takes values from the rows before or after: lags, rolling statistics, windows."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if called_name(call.func) in _NEIGHBOURS and isinstance(call.func, ast.Attribute) and call.args:
                yield cell, call
        for item in cell.nodes(ast.Subscript):
            if isinstance(item.slice, ast.Slice) and _is_window(cell, item, item.slice):
                yield cell, item


def _is_window(cell: CodeCell, item: ast.Subscript, bounds: ast.Slice) -> bool:
    """`x[i : i + n]` or `x[i - n : i]` in a loop over every `i`."""
    if bounds.lower is None or bounds.upper is None or not isinstance(item.ctx, ast.Load):
        return False
    low, high = ({n.id for n in nodes_in(end, ast.Name)} for end in (bounds.lower, bounds.upper))
    for outer in cell.ancestors(item):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(outer, ast.For):
            pairs = [(outer.target, outer.iter)]
        elif isinstance(outer, (ast.ListComp, ast.GeneratorExp)):
            pairs = [(generator.target, generator.iter) for generator in outer.generators]
        for target, turns in pairs:
            if isinstance(target, ast.Name) and target.id in low & high:
                return isinstance(turns, ast.Call) and called_name(turns.func) == "range" and len(turns.args) < 3
    return False


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
