"""NBC511."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit, Value
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._units import shown_frames

_BY_DISTANCE = regex(
    r"^(?:KNeighbors\w+|RadiusNeighbors\w+|(?:MiniBatch)?KMeans|DBSCAN|AgglomerativeClustering|(?:Nu)?SV[CR]|PCA|KernelPCA)$"
)
_SCALED = regex(
    r"[Ss]caler|\bscale\(|_scale\b|[Nn]ormali[sz]|[Ss]tandardi[sz]|z_?score|whiten|minmax|QuantileTransform|PowerTransform|"
    r"\.std\(|\.max\(\)|\.max\(axis|metric\s*=|StepMix|Gower"
)
_MUCH = 20
"""So many times the spread of the middle column, and one column decides the distance alone."""
_THOUSANDS = regex(r"salary|income|revenue|population|turnover|balance|mileage|sqft|square_?feet", re.I)
_FEW = regex(
    r"^(?:age|children|kids|dependents|rooms|bedrooms|bathrooms|floors|rating|gpa|tenure|years?_?(?:of_?)?experience)$",
    re.I,
)
"""Columns whose names tell how large their numbers are."""
_UNLIKE = {
    "load_wine": ("proline", "hue"),
    "load_breast_cancer": ("worst area", "mean smoothness"),
    "fetch_california_housing": ("Population", "AveRooms"),
    "load_boston": ("TAX", "NOX"),
}
"""Data sets of scikit-learn with unlike units: a column of thousands (or hundreds) and one of ones."""
_IDS = regex(r"^Unnamed|(?:^|_)id$|^(?:index|no\.?)$|Id$|ID$")


@rule("NBC511", name="unscaled-distance-model", severity="minor", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A model that works by distances is given raw columns of unlike units.

    To k-NN, k-means, a kernel SVM or PCA a difference of 1 is the same in every column. Next to an income in dollars an age in years does
    not count: the column with the largest numbers decides alone, and would decide otherwise in other units.

    Instead, put a scaler before the model: `make_pipeline(StandardScaler(), KNeighborsClassifier())`, fitted on the training rows only.

    Bad:

        # %%
        from sklearn.cluster import KMeans
        df = pd.read_csv("customers.csv")
        df.head(3)
        #>    age  income
        #> 0   31   42100
        #> 1   58   39800
        #> 2   24   71500
        # %%
        groups = KMeans(4).fit_predict(df[["age", "income"]])  # <- flagged

    Good:

        # %%
        from sklearn.cluster import KMeans
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        df = pd.read_csv("customers.csv")
        df.head(3)
        #>    age  income
        #> 0   31   42100
        #> 1   58   39800
        #> 2   24   71500
        # %%
        groups = make_pipeline(StandardScaler(), KMeans(4)).fit_predict(df[["age", "income"]])

    Good:

        # %%
        from sklearn.cluster import KMeans
        df = pd.read_csv("leaves.csv")
        df.head(3)
        #>    length_mm  width_mm  price
        #> 0       31.5      12.1  10500
        #> 1       38.2      19.9   8100
        #> 2       24.6       9.0  12000
        # %%
        groups = KMeans(4).fit_predict(df[["length_mm", "width_mm"]])
        trees = RandomForestRegressor().fit(df[["length_mm", "price"]], df["width_mm"])
    """
    fits = [
        fit
        for fit in page.provenance.fits
        if _BY_DISTANCE.match(fit.name) or (fit.tool and fit.tool.learns == "projection")
    ]
    if not fits or any(_SCALED.search(cell.source) for cell in page.code):
        return
    frames = [(cell, page.provenance.value(name), spread) for cell, name, spread in shown_frames(page)]
    for fit in fits:
        hit = (
            next(filter(None, (_seen(page, fit, *frame) for frame in frames)), None)
            or _named(page, fit)
            or _known(page, fit)
        )
        if hit is not None:
            yield hit
            return


def _seen(page: Page, fit: Fit, cell: CodeCell, frame: Value, spread: dict[str, float]) -> Hit | None:
    """What a table of the model's frame shows."""
    given = _given(page, fit, spread) if frame.rows & fit.rows else {}
    if len(given) < 2:
        return None
    widest = max(given, key=lambda column: given[column])
    others = {column: value for column, value in given.items() if column != widest}
    middle = statistics.median_low(others.values())
    if given[widest] < _MUCH * middle:
        return None
    other = next(column for column, value in others.items() if value == middle)
    message = (
        f"`{fit.name}` measures distances over `{widest}` (spread {given[widest]:,.4g}) and `{other}` "
        f"({middle:,.4g}) as they are: `{widest}` decides alone; put `StandardScaler()` before it"
    )
    return Hit(fit.cell.at(fit.node), message, (Related(cell.at(), "the units are seen here"),))


def _named(page: Page, fit: Fit) -> Hit | None:
    """What the names of the model's columns tell."""
    value = _argument(page, fit)
    columns = sorted(fit.columns or (value.columns if value is not None else None) or ())
    wide = next((column for column in columns if _THOUSANDS.search(column)), None)
    narrow = next((column for column in columns if _FEW.search(column)), None)
    if wide is None or narrow is None:
        return None
    message = (
        f"`{fit.name}` measures distances over `{wide}` and `{narrow}` as they are: "
        f"`{wide}` decides alone; put `StandardScaler()` before it"
    )
    return Hit(fit.cell.at(fit.node), message)


def _known(page: Page, fit: Fit) -> Hit | None:
    """What is known of the data sets that come with scikit-learn, where all their columns are used."""
    loads = [row for row in fit.rows if isinstance(row, ast.Call)]
    name = next((called_name(call.func) for call in loads if called_name(call.func) in _UNLIKE), None)
    if name is None or fit.columns is not None or any("[:," in cell.source for cell in page.code):
        return None
    wide, narrow = _UNLIKE[name]
    message = (
        f"`{fit.cell.segment(fit.node)}` measures distances over `{wide}` and `{narrow}` of `{name}` as they are: "
        f"`{wide}` decides alone; put `StandardScaler()` first"
    )
    return Hit(fit.cell.at(fit.node), message)


def _given(page: Page, fit: Fit, spread: dict[str, float]) -> dict[str, float]:
    """The columns that the model was given, with their spread, where it is known which they are."""
    columns = fit.columns
    if columns is None:
        value = _argument(page, fit)
        if value is None or not value.exact:
            return {}
        columns = value.columns if value.columns is not None else frozenset(spread) - value.dropped
    known = [column for column in spread if column in columns and spread[column] > 0 and not _IDS.search(column)]
    return {column: spread[column] for column in known}


def _argument(page: Page, fit: Fit) -> Value | None:
    call = fit.node
    if not isinstance(call, ast.Call) or not called_name(call.func).startswith("fit") or not call.args:
        return None
    first = call.args[0]
    return page.provenance.value(first.id) if isinstance(first, ast.Name) else None
