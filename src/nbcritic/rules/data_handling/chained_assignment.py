"""NBC603."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import is_constant, keyword, path

INDEXERS = ("loc", "iloc", "at", "iat", "ix")
INPLACE = frozenset(
    "fillna dropna drop replace rename sort_values reset_index interpolate ffill bfill clip drop_duplicates".split()
)


@rule(
    "NBC603",
    name="chained-assignment",
    severity="major",
    category="pandas-correctness",
    confidence="certain",
    covers=("PD002",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A chain of two selections is written to, so that the frame may not change.

    The first selection makes an object of its own, and the write goes into that. From pandas 3 on the frame never changes; before,
    it depended on the order of the two selections and on the memory layout. The code runs, with or without a warning, and later
    cells work on the old values.

    Instead, select rows and column in one step: `df.loc[rows, column] = value`; and for a whole column `df[column] = …`.

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df["price"][df["price"] < 0] = 0  # <- flagged
        df[df["price"] > 100]["label"] = "dear"  # <- flagged
        df.price[df.price.isnull()] = 0  # <- flagged
        df.loc[df.price > 9]["label"] = "x"  # <- flagged
        df[df.price > 9].label = "x"  # <- flagged
        df["price"].loc[3] += 1  # <- flagged
        df["price"].fillna(0, inplace=True)  # <- flagged
        df[["price", "weight"]].fillna(0, inplace=True)  # <- flagged

    Bad:

        # %%
        def mark(table):
            table[table["price"] > 100]["label"] = "dear"  # <- flagged

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.loc[df["price"] < 0, "price"] = 0
        df["price"] = df["price"].fillna(0)
        df.fillna(0, inplace=True)
        df.loc[3, "price"] += 1
        df.columns.values[2] = "x"
        df["tags"].iloc[0].append("new")
        price = df["price"].copy()
        price[price < 0] = 0
        price.fillna(0, inplace=True)
        df.values[0][1] = 3
        df.loc["a"].attrs["unit"] = "kg"

    Good:

        # %%
        import numpy as np
        table = {"a": {}, "b": [1, 2]}
        table["a"]["x"] = 1
        table["b"][0] = 3
        grid = np.zeros((3, 3))
        grid[0][1] = 2
        frames = {"a": 1}
        frames["a"][mask] = 0
        tensor[0][1] = 2
        self.board[i][j] = "x"
        image["data"][image["data"] > 3] = 0
    """
    for cell in page.code:
        for node in cell.nodes(ast.Subscript):
            if isinstance(node.ctx, ast.Store) and (found := _chain(page, cell, node.value, node.slice)):
                yield Hit(cell.at(cell.statement(node)), _message(page, cell, node, *found))
        for attribute in cell.nodes(ast.Attribute):
            if isinstance(attribute.ctx, ast.Store) and isinstance(attribute.value, ast.Subscript):
                base = attribute.value
                if attribute.attr not in ("name", "index", "columns") and _picks_rows(page, base):
                    text = f"`{cell.segment(attribute)} = …` writes to a copy, and `{cell.segment(_root(base))}` never changes"
                    yield Hit(cell.at(cell.statement(attribute)), text)
        for statement in cell.nodes(ast.Expr):
            yield from _in_place(page, cell, statement)


def _chain(page: Page, cell: CodeCell, first: ast.expr, last: ast.expr) -> tuple[ast.expr, str] | None:
    """For the store `first[last] = …`: the frame that it does not reach, and the better form; None for other stores."""
    if isinstance(first, ast.Attribute) and first.attr in INDEXERS:
        # df["a"].loc[rows] = …: a column, then its rows.
        column = _column(page, cell, first.value)
        return (
            (column[0], f"{cell.segment(column[0], 40)}.{first.attr}[{cell.segment(last, 40)}, {column[1]}]")
            if column
            else None
        )
    if isinstance(first, ast.Subscript) and (_picks_rows(page, first) or _is_row(page, first)):
        rows = first.slice
        return _root(first), f"{cell.segment(_root(first), 40)}.loc[{cell.segment(rows, 40)}, {cell.segment(last, 40)}]"
    column = _column(page, cell, first)
    if column is None or (isinstance(last, ast.Slice) and last.lower is last.upper is None):
        return None
    return column[0], f"{cell.segment(column[0], 40)}.loc[{cell.segment(last, 40)}, {column[1]}]"


def _column(page: Page, cell: CodeCell, node: ast.expr) -> tuple[ast.expr, str] | None:
    """The frame and the name of the column, where `node` is a column of a known frame."""
    if (
        isinstance(node, ast.Subscript)
        and page.values.kind(node.value) == "frame"
        and page.values.kind(node) == "series"
    ):
        return node.value, cell.segment(node.slice, 40)
    if (
        isinstance(node, ast.Attribute)
        and page.values.kind(node.value) == "frame"
        and page.values.kind(node) == "series"
    ):
        return (node.value, repr(node.attr)) if node.attr != "dtypes" else None
    return None


def _picks_rows(page: Page, node: ast.Subscript) -> bool:
    """Is it surely a selection of rows (or columns) of a frame, which is a new object?"""
    if isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc"):
        return page.values.kind(node) == "frame" and not isinstance(node.slice, ast.Slice)
    if isinstance(node.slice, ast.Slice):
        return False
    if page.values.kind(node) == "frame":
        return True
    # table[table["price"] > 100]["label"]: whatever has both, an array with fields or a frame, has made a copy by then.
    test = node.slice
    own = path(node.value)
    return (
        isinstance(test, ast.Compare)
        and own is not None
        and page.values.kind(node.value) is None
        and isinstance(test.left, ast.Subscript)
        and isinstance(test.left.slice, ast.Constant)
        and isinstance(test.left.slice.value, str)
        and path(test.left.value) == own
    )


def _is_row(page: Page, node: ast.Subscript) -> bool:
    """Is it `df.loc[i]` or `df.iloc[i]` of a known frame?"""
    indexer = node.value
    if not isinstance(indexer, ast.Attribute) or indexer.attr not in ("loc", "iloc", "ix"):
        return False
    return page.values.kind(indexer.value) == "frame" and not isinstance(node.slice, ast.Tuple | ast.Slice)


def _root(node: ast.Subscript) -> ast.expr:
    """The frame behind `df[..]` or `df.loc[..]`."""
    value = node.value
    return value.value if isinstance(value, ast.Attribute) and value.attr in INDEXERS else value


def _in_place(page: Page, cell: CodeCell, statement: ast.Expr) -> Iterator[Hit]:
    """`df["a"].fillna(0, inplace=True)`."""
    call = statement.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in INPLACE:
        return
    if not is_constant(keyword(call, "inplace"), True):
        return
    owner = call.func.value
    if isinstance(owner, ast.Subscript) and not isinstance(owner.slice, ast.Slice) and _picks_rows(page, owner):
        root = cell.segment(_root(owner), 40)
        yield Hit(
            cell.at(statement),
            f"`{cell.segment(call)}` fills a copy, and `{root}` never changes".replace("fills", "changes"),
        )
        return
    column = _column(page, cell, owner)
    if column is not None:
        frame = cell.segment(column[0], 40)
        better = f"{frame}[{column[1]}] = {frame}[{column[1]}].{call.func.attr}(…)"
        yield Hit(
            cell.at(statement),
            f"`{cell.segment(call)}` changes a copy: from pandas 3 on `{frame}` keeps its old values; write `{better}`",
            severity="minor",
        )


def _message(page: Page, cell: CodeCell, node: ast.Subscript, frame: ast.expr, better: str) -> str:
    sure = isinstance(node.value, ast.Subscript) and _picks_rows(page, node.value)
    when = "" if sure else " from pandas 3 on"
    return f"`{cell.segment(node)} = …` writes to a copy, and{when} `{cell.segment(frame, 40)}` does not change; write `{better} = …`"
