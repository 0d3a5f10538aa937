"""Orders of a forecasting model that are searched on all rows, those that test the model among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance_arguments import word
from nbcritic.analysis.provenance_tables import FORMULAS, TEST, TRAIN
from nbcritic.model import Hit, Related

_MOST = 20
_SEARCHES = frozenset({"auto_arima"})
_MEASURES = regex(r"(?:^|_)(?:s?mape|r?mse|mae|mase|error|score|square)(?:$|_)", re.IGNORECASE)
"""Functions that say how far off a forecast is."""


def searched_on_all(page: Page) -> Iterator[Hit]:
    """`auto_arima(df["y"])` where `df` is cut in two, the model is fitted on the first part and measured on the second."""
    calls = page.calls_named(_SEARCHES)
    whole = [(cell, call, root) for cell, call in calls if (root := _whole(call))]
    if len(whole) < len(calls) or not whole:
        return  # searched on a part, too: the other search may be for the last model
    parts = list(_parts(page))
    for cell, call, frame in whole[:_MOST]:
        train = next((name for _, _, name, of in parts if of == frame and TRAIN.search(name)), None)
        test = next((part for part in parts if part[3] == frame and TEST.search(part[2])), None)
        if train is None or test is None or not _is_fitted(page, train) or not _is_measured(page, test[2]):
            continue
        message = (
            f"`{cell.segment(call)}` searches the orders on all of `{frame}`, `{test[2]}` of which tests the model: its error "
            f"there comes out too small; search on `{train}`"
        )
        others = tuple(
            Related(c.at(other), "so does this search") for c, other, f in whole if other is not call and f == frame
        )
        yield Hit(cell.at(call), message, (Related(test[0].at(test[1]), "the rows are held out here"), *others))
        return


def _whole(call: ast.Call) -> str:
    """The frame or series whose rows a search is given, all of them; empty where it is a part, or is not known."""
    given = call.args[0] if call.args else word(call, "y")
    if given is None or nodes_in(given, ast.Slice):
        return ""
    root = root_name(given)
    return root.id if root is not None and not TRAIN.search(root.id) and not TEST.search(root.id) else ""


def _parts(page: Page) -> Iterator[tuple[CodeCell, ast.Assign, str, str]]:
    """Selections of rows that are bound to a name: where, the name, and the frame that they are taken from."""
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            target, value = assign.targets[0], assign.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = [*zip(target.elts, value.elts, strict=True)]
            for name, part in pairs:
                root = root_name(part) if isinstance(part, ast.Subscript) and _is_of_rows(part) else None
                if isinstance(name, ast.Name) and root is not None:
                    yield cell, assign, name.id, root.id


def _is_of_rows(part: ast.Subscript) -> bool:
    """Is it `x[:n]`, `x.iloc[n:]`, `x.loc[…]` or `x[x.day < d]`?"""
    by_place = isinstance(part.value, ast.Attribute) and part.value.attr in ("iloc", "loc")
    return by_place or isinstance(part.slice, (ast.Slice, ast.Compare))


def _is_fitted(page: Page, train: str) -> bool:
    models = page.calls_named(FORMULAS)
    roots = (root_name(argument) for _, call in models for argument in call.args[:1])
    return any(root is not None and root.id == train for root in roots)


def _is_measured(page: Page, test: str) -> bool:
    """Is the part given to something that measures an error?"""
    return any(
        isinstance(inner, ast.Name) and inner.id == test
        for cell in page.code
        for call in cell.nodes(ast.Call)
        if _MEASURES.search(called_name(call.func))
        for argument in call.args[:2]
        for inner in nodes_in(argument)
    )
