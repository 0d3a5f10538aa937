"""NBC601."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.data_handling import _vector as vector
from nbcritic.rules.data_handling._rows import Row, body_computes, is_arithmetic
from nbcritic.rules.data_handling._shared import is_constant, keyword, path
from nbcritic.rules.data_handling._sizes import LARGE, Sizes, sizes_of
from nbcritic.rules.environment._links import links

FEW_ROWS = 1_000
"""A frame of fewer rows is done at once, whichever way."""
BY_COLUMN = "compute with whole columns, `np.where` or `np.select`"
_RESULTS = regex(r"(?:^|[/_.-])(?:results?|scores?|metrics|accurac(?:y|ies)|benchmarks?|leaderboard)(?=[/_.-])", re.I)
VERY_LARGE = 10 * LARGE
"""So many rows take about a second or more by `apply`, which is faster than a loop."""


@rule("NBC601", name="row-loop", severity="major", category="performance")
def check(page: Page) -> Iterator[Hit]:
    r"""Rows are computed one at a time, where whole columns can be.

    A loop over rows (`iterrows`, `itertuples`, `range(len(df))`, `apply(axis=1)`) pays for a Python object a row and for the
    interpreter a step: some hundred times slower than the same arithmetic on columns, so that a result which could be there at
    once takes minutes on real data.

    Instead, compute with whole columns; use `np.where` or `np.select` for conditions, `groupby` for sums, `shift` for neighbours.

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        total = 0
        for i, row in df.iterrows():  # <- flagged
            total += row["price"] * row["quantity"]
        # %%
        for i in range(len(df)):  # <- flagged
            df.loc[i, "total"] = df["price"][i] * df.loc[i, "quantity"]
        # %%
        margins = []
        for row in df.itertuples():  # <- flagged
            margin = (row.price - row.cost) / row.price
            margins.append(round(margin, 2))
        # %%
        df["dear"] = df.apply(lambda row: row["price"] > 100 and row["weight"] < 2, axis=1)  # <- flagged
        # %%
        def band(row):
            if row["price"] > 100:
                return "dear"
            elif row["price"] > 10:
                return "fair"
            return "cheap"
        df["band"] = df.apply(band, axis=1)  # <- flagged
        new = pd.read_csv("new.csv")
        new["band"] = new.apply(band, axis=1)

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df["total"] = df["price"] * df["quantity"]
        for i, row in df.iterrows():
            print(row["price"] * row["quantity"])
        for i, row in df.iterrows():
            ax.text(row["x"] + 1, row["y"] + 1, row["name"])
        for row in df.itertuples():
            geocode(row.city)
        by_name = {}
        for row in df.itertuples():
            by_name[row.name] = row.price

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("account.csv")
        balance = 100
        for row in df.itertuples():
            balance = balance * (1 + row.rate) + row.payment
            print(balance)
        for i in range(1, len(df)):
            df.loc[i, "level"] = df.loc[i - 1, "level"] * 0.9 + df.loc[i, "rain"]
        previous = None
        for i, row in df.iterrows():
            if row["price"] == previous:
                break
            previous = row["price"]
        # %%
        points = [1, 2, 3]
        for i in range(len(points)):
            points[i] = points[i] * 2
        # %%
        df["title"] = df.apply(lambda row: fetch_title(row["url"]), axis=1)
        df["mean"] = df.apply(np.mean, axis=1)
        df["key"] = df.apply(lambda row: row["city"] + "-" + str(row["zone"]), axis=1)
        df["words"] = df.apply(lambda row: " ".join(row["words"]), axis=1)

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df["late"] = df.apply(lambda row: row["days"] if row["open"] == 1 else 0, axis=1)  # <- flagged
        df["owed"] = df.apply(lambda row: row["cash"] if row["open"] == 1 else 0, axis=1)

    Good:

        # %%
        import pandas as pd
        runs = pd.read_csv("saved_results/accuracy_by_seed.csv")
        runs["label"] = runs.apply(lambda run: str(run["alpha"]) if run["kind"] == "new" else run["kind"], axis=1)

    Good:

        # %%
        import cudf
        import pandas as pd
        flights = cudf.read_csv("flights.csv")
        flights["late"] = flights.apply(lambda row: row["arrival"] > row["planned"], axis=1)
        # %%
        orders = pd.read_csv("orders.csv")
        few = pd.DataFrame({"price": orders["price"].head(30), "weight": orders["weight"].head(30)})
        line = []
        for i in range(len(few)):
            line.append(few["weight"][i] * 3 + 1)
        # %%
        months = pd.read_csv("months.csv")
        months.shape
        #> (43, 5)
        # %%
        for i, month in months.iterrows():
            months.loc[i, "margin"] = month["income"] - month["costs"]

    Good:

        # %%
        import pandas as pd
        from sklearn.metrics import classification_report
        days = pd.read_gbq(query)
        #> Got 731 rows.
        # %%
        days["warm"] = days.apply(lambda day: day["high"] > 20 and day["low"] > 10, axis=1)
        # %%
        shops = pd.read_csv("shops.csv")
        shops["large"] = shops.apply(lambda shop: shop["area"] * shop["floors"] > 500, axis=1)
        shops["large"].value_counts()
        #> large
        #> False    205
        #> True      17
        #> Name: count, dtype: int64
        # %%
        trials = pd.read_csv("trials.csv")
        trials["guess"] = trials.apply(lambda trial: trial["a"] > trial["b"], axis=1)
        print(classification_report(trials["won"], trials["guess"]))
        #>               precision    recall  f1-score   support
        #>
        #>        False       0.80      0.80      0.80        20
        #>         True       0.80      0.80      0.80        20
        #>
        #>     accuracy                           0.80        40
    """
    sizes = sizes_of(page)
    twins: dict[str, list[tuple[CodeCell, ast.Call, str]]] = {}
    for cell in page.code:
        for loop in cell.nodes(ast.For):
            row = _rows_of(page, loop)
            if row is not None and body_computes(page, loop, row) and _is_worth_it(page, sizes, row.frame):
                yield Hit(cell.at(loop.iter), _message(page, cell, loop, row), severity=_severity(sizes, loop, row))
        for call in cell.nodes(ast.Call):
            if (text := _applied(page, cell, call)) is not None:
                assert isinstance(call.func, ast.Attribute)
                frame = call.func.value
                if _is_worth_it(page, sizes, frame):
                    twins.setdefault(_done(cell, call), []).append((cell, call, text))
    yield from _side_by_side([_of_twins(sizes, several) for several in twins.values()])


def _side_by_side(hits: list[Hit]) -> Iterator[Hit]:
    """Lines one below the other are rewritten at one go: one finding, as grave and as sure as the gravest and surest of them."""
    together: list[list[Hit]] = []
    for hit in sorted(hits, key=lambda hit: hit.at):
        before = together[-1][-1].at if together else None
        if before is not None and before.cell == hit.at.cell and hit.at.line <= max(before.line, before.end_line) + 1:
            together[-1].append(hit)
        else:
            together.append([hit])
    for first, *others in together:
        related = (*first.related, *(Related(hit.at, "this line as well") for hit in others))
        every = (first, *others)
        yield replace(
            first,
            related=related,
            severity=None if any(hit.severity is None for hit in every) else "minor",
            confidence=None if any(hit.confidence is None for hit in every) else "possible",
        )


def _done(cell: CodeCell, call: ast.Call) -> str:
    """What is applied and which column it gives, whatever the frame: a training and a test table get the same."""
    statement = cell.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    column = ast.dump(target.slice) if isinstance(target, ast.Subscript) else f"{cell.number}:{call.lineno}"
    return f"{column} {ast.dump(call.args[0])}"


def _of_twins(sizes: Sizes, several: list[tuple[CodeCell, ast.Call, str]]) -> Hit:
    """One finding for the same function on several frames, at the first, as grave as the largest of them."""
    cell, call, text = several[0]
    frames = [each.func.value for _, each, _ in several if isinstance(each.func, ast.Attribute)]
    # A frame that was filtered or grouped may be small, and a named function reads well.
    sure = isinstance(call.args[0], ast.Lambda) or any(
        sizes.is_read(frame) or sizes.seen(frame) is not None for frame in frames
    )
    grave = max(sizes.seen(frame) or 0 for frame in frames) >= VERY_LARGE
    return Hit(
        cell.at(call),
        text,
        tuple(Related(each.at(other), "the same for another table") for each, other, _ in several[1:]),
        severity=None if grave else "minor",
        confidence=None if sure else "possible",
    )


def _is_worth_it(page: Page, sizes: Sizes, frame: ast.expr) -> bool:
    """Is it a frame of pandas, and not one that the page shows to be small?"""
    if page.values.kind(frame) != "frame":
        imported = {name.partition(".")[0] for name in page.names.imports.values()}
        # cuDF compiles such a function for the GPU; its frames have the same methods.
        if "cudf" in imported or "pandas" not in imported or sizes.is_foreign(frame):
            return False
    if any("cudf" in magic.argument for _, magic in page.magics("load_ext")):
        return False
    rows = sizes.length(frame)
    return rows >= FEW_ROWS if rows is not None else not _holds_results(page, frame)


def _holds_results(page: Page, frame: ast.expr) -> bool:
    """Is it a table of what other runs have found, a row for each? Few are read to be drawn."""
    read = links(page).sources(frame.id) if isinstance(frame, ast.Name) else ()
    texts = (node.value for call in read if isinstance(call, ast.Call) for node in nodes_in(call, ast.Constant))
    return any(isinstance(text, str) and _RESULTS.search(text) for text in texts)


def _severity(sizes: Sizes, loop: ast.For, row: Row) -> Severity | None:
    """A loop by `iterrows`, or one that writes single elements, of a frame that is seen to be large is what costs most."""
    writes = any(isinstance(node.ctx, ast.Store) for node in nodes_in(loop, ast.Subscript))
    slowest = bool(row.row and row.index) or writes
    return None if (sizes.seen(row.frame) or 0) >= (LARGE if slowest else VERY_LARGE) else "minor"


def _rows_of(page: Page, loop: ast.For) -> Row | None:
    """What a loop over rows calls its row, index and frame; None for other loops."""
    iterable, target = loop.iter, loop.target
    while (
        isinstance(iterable, ast.Call)
        and iterable.args
        and _name(iterable.func) in ("tqdm", "enumerate", "tqdm_notebook")
    ):
        if _name(iterable.func) == "enumerate":
            if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
                return None
            target = target.elts[1]
        iterable = iterable.args[0]
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Attribute):
        frame, method = iterable.func.value, iterable.func.attr
        if method == "iterrows" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            index, row = (item.id if isinstance(item, ast.Name) else "" for item in target.elts)
            return Row(frame, row, index) if row else None
        if method == "itertuples" and isinstance(target, ast.Name):
            return Row(frame, target.id, "", tuples=True)
    frame_by_index = _indexed(page, iterable)
    if frame_by_index is not None and isinstance(target, ast.Name):
        return Row(frame_by_index, "", target.id)
    return None


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _indexed(page: Page, iterable: ast.expr) -> ast.expr | None:
    """The frame behind `range(len(df))`, `range(df.shape[0])` and `df.index`."""
    if isinstance(iterable, ast.Attribute) and iterable.attr == "index":
        return iterable.value if page.values.kind(iterable.value) == "frame" else None
    if (
        not isinstance(iterable, ast.Call)
        or page.qualified(iterable.func) not in ("range", "xrange")
        or len(iterable.args) > 2
    ):
        return None
    if len(iterable.args) == 2 and not is_constant(iterable.args[0], 0):
        return None
    end = iterable.args[-1] if iterable.args else None
    frame: ast.expr | None = None
    if isinstance(end, ast.Call) and page.qualified(end.func) == "len" and end.args:
        frame = end.args[0]
        if isinstance(frame, ast.Attribute) and frame.attr == "index":
            frame = frame.value
    elif isinstance(end, ast.Subscript) and is_constant(end.slice, 0):
        frame = end.value.value if isinstance(end.value, ast.Attribute) and end.value.attr == "shape" else None
    return frame if frame is not None and page.values.kind(frame) == "frame" else None


def _message(page: Page, cell: CodeCell, loop: ast.For, row: Row) -> str:
    better = vector.loop(page, cell, loop, row)
    advice = f"write `{better}`" if better else "whole columns, `np.where` or `np.select` do it at once"
    return f"`{cell.segment(loop.iter)}` computes `{path(row.frame) or 'df'}` one row at a time; {advice}"


def _applied(page: Page, cell: CodeCell, call: ast.Call) -> str | None:
    """What to say of `df.apply(f, axis=1)`, or None."""
    function = call.func
    axis = keyword(call, "axis") or (call.args[1] if len(call.args) == 2 else None)
    if not isinstance(function, ast.Attribute) or function.attr != "apply" or not call.args:
        return None
    if not isinstance(axis, ast.Constant) or axis.value not in (1, "columns"):
        return None
    applied = call.args[0]
    if isinstance(applied, ast.Lambda) and len(applied.args.args) == 1:
        row = Row(function.value, applied.args.args[0].arg, "")
        if not is_arithmetic(page, applied.body, row):
            return None
        better = vector.expression(page, applied.body, row)
        advice = f"write `{_bound(cell, call)}{better}`" if better else BY_COLUMN
        return f"`{cell.segment(call)}` calls Python once a row; {advice}"
    if isinstance(applied, ast.Name) and (definition := page.values.function(applied)) is not None:
        arguments = definition.args
        plain = len(arguments.args) == 1 and not arguments.vararg and not arguments.kwarg
        row = Row(function.value, arguments.args[0].arg if plain else "", "")
        if plain and body_computes(page, definition, row):
            better = vector.function(page, definition, row)
            advice = f"write `{_bound(cell, call)}{better}`" if better else BY_COLUMN
            return f"`{cell.segment(call)}` calls `{applied.id}` once a row; {advice}"
    return None


def _bound(cell: CodeCell, call: ast.Call) -> str:
    """`name = `, where the call is all that is bound to a name."""
    parent = cell.parent(call)
    plain = isinstance(parent, ast.Assign) and parent.value is call and len(parent.targets) == 1
    return f"{cell.segment(parent.targets[0])} = " if plain else ""  # type: ignore[union-attr]
