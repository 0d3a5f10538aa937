"""NBC603."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.data_handling import _warned
from nbcritic.rules.data_handling._shared import is_constant, keyword, path

INDEXERS = ("loc", "iloc", "at", "iat", "ix")
INPLACE = frozenset(
    "fillna dropna drop replace rename sort_values reset_index interpolate ffill bfill clip drop_duplicates".split()
)

FILLS = frozenset({"fillna", "ffill", "bfill", "interpolate"})
NEAR = 50
"""So many statements back a `dropna` is looked for."""
BY_INDEX = "is a series, which fills only the rows of its own index"
"""What is wrong with `fillna(column.mode())`, in every version of pandas."""


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
    cells work on the old values. Where pandas warned while the page ran, its saved warning is the evidence.

    Instead, select rows and column in one step: `df.loc[rows, column] = value`; and for a whole column `df[column] = …`.

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df["price"][df["price"] < 0] = 0  # <- flagged
        df[df["price"] > 100]["label"] = "dear"
        df.price[df.price.isnull()] = 0
        # %%
        df[df["price"] > 100]["label"] = "dear"  # <- flagged
        # %%
        df.price[df.price.isnull()] = 0  # <- flagged
        # %%
        df.loc[df.price > 9]["label"] = "x"  # <- flagged
        # %%
        df[df.price > 9].label = "x"  # <- flagged
        # %%
        df["price"].loc[3] += 1  # <- flagged
        # %%
        for i, row in df.iterrows():
            row["label"] = "dear"  # <- flagged
        # %%
        df["price"].fillna(0, inplace=True)  # <- flagged
        df["weight"].fillna(0, inplace=True)
        # %%
        df[["price", "weight"]].fillna(0, inplace=True)  # <- flagged
        # %%
        df["label"].fillna(df["label"].mode(), inplace=True)  # <- flagged

    Bad:

        # %%
        def mark(table):
            table[table["price"] > 100]["label"] = "dear"  # <- flagged

    Bad:

        # %%
        paid = orders[orders.paid]
        paid["net"] = paid.gross / 1.19  # <- flagged
        #> /tmp/ipykernel_7/3280463502.py:2: SettingWithCopyWarning:
        #> A value is trying to be set on a copy of a slice from a DataFrame.
        #> Try using .loc[row_indexer,col_indexer] = value instead
        #>   paid["net"] = paid.gross / 1.19

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
        # %%
        df.dropna(inplace=True)
        df["price"].fillna(0, inplace=True)
        # %%
        df["label"] = df["label"].fillna(df["label"].mode()[0])

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
        for i, row in frames.iterrows():
            row["x"] = row["a"] * 2
            kept.append(row)
        for i, row in frames.iterrows():
            row["y"] = 3
            print(row["y"])
        image["data"][image["data"] > 3] = 0
    """
    groups: dict[tuple[int, str, str], list[tuple[CodeCell, ast.stmt, Severity, str]]] = {}
    for cell in page.code:
        for statement, frame, severity, text in sorted(_found(page, cell), key=lambda found: found[0].lineno):
            # Columns filled in place are one habit of the notebook; a lost write is a fault of its cell.
            kind = BY_INDEX if BY_INDEX in text else severity
            groups.setdefault((cell.number if kind == "major" else 0, frame, kind), []).append(
                (cell, statement, severity, text)
            )
    for (_, frame, _), ((cell, first, severity, text), *others) in groups.items():
        places = {statement: other for other, statement, _, _ in others if statement is not first}
        where = "cell" if all(other is cell for other in places.values()) else "notebook"
        more = f"; so do {len(places)} more lines" if len(places) > 1 else "; so does another line"
        yield Hit(
            cell.at(first),
            text + (f"{more} of the {where}" if places else ""),
            tuple(Related(other.at(statement), f"the same on `{frame}`") for statement, other in places.items()),
            severity=severity,
        )
    yield from _warned.hits(page, {statement for group in groups.values() for _, statement, _, _ in group})


def _found(page: Page, cell: CodeCell) -> Iterator[tuple[ast.stmt, str, Severity, str]]:
    """Each faulty statement of the cell with its frame, how grave it is, and what to say of it."""
    for node in cell.nodes(ast.Subscript):
        if isinstance(node.ctx, ast.Store) and (found := _chain(page, cell, node.value, node.slice)):
            frame = cell.segment(found[0], 40)
            yield cell.statement(node), frame, "major", _message(page, cell, node, *found)
    for attribute in cell.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Store) and isinstance(attribute.value, ast.Subscript):
            base = attribute.value
            if attribute.attr not in ("name", "index", "columns") and _picks_rows(page, base):
                frame = cell.segment(_root(base), 40)
                text = f"`{cell.segment(attribute)} = …` writes to a copy, and `{frame}` never changes"
                yield cell.statement(attribute), frame, "major", text
    for loop in cell.nodes(ast.For):
        for store, frame, text in _row_writes(page, cell, loop):
            yield cell.statement(store), frame, "major", text
    for statement in cell.nodes(ast.Expr):
        if (lost := _in_place(page, cell, statement)) is not None:
            yield statement, *lost


def _row_writes(page: Page, cell: CodeCell, loop: ast.For) -> Iterator[tuple[ast.expr, str, str]]:
    """Each `row["a"] = …` in a loop over `frame.iterrows()` that nothing reads: the row is a copy."""
    call, target = loop.iter, loop.target
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "iterrows":
        return
    if not isinstance(target, ast.Tuple) or not all(isinstance(item, ast.Name) for item in target.elts[:2]):
        return
    index, row = (getattr(item, "id", "") for item in target.elts[:2])
    reads: set[str] = set()
    stores: list[tuple[ast.expr, str]] = []
    for node in (inner for statement in loop.body for inner in nodes_in(statement)):
        if not isinstance(node, ast.Name) or node.id != row:
            continue
        parent = cell.parent(node)
        if not isinstance(parent, (ast.Subscript, ast.Attribute)) or parent.value is not node:
            return  # the row as a whole goes somewhere
        key = cell.segment(parent.slice, 40) if isinstance(parent, ast.Subscript) else repr(parent.attr)
        if isinstance(parent.ctx, ast.Store) and not isinstance(cell.parent(parent), ast.AugAssign):
            stores.append((parent, key))
        else:
            reads.add(key)
    frame = cell.segment(call.func.value, 40)
    for store, key in stores:
        # What is read again may serve as a variable.
        if key not in reads:
            better = f"{frame}.loc[{index}, {key}]"
            yield (
                store,
                frame,
                f"`{cell.segment(store)} = …` writes to a copy of the row, and `{frame}` never changes; write `{better} = …`",
            )


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
    return page.values.kind(indexer.value) == "frame" and not isinstance(node.slice, (ast.Tuple, ast.Slice))


def _root(node: ast.Subscript) -> ast.expr:
    """The frame behind `df[..]` or `df.loc[..]`."""
    value = node.value
    return value.value if isinstance(value, ast.Attribute) and value.attr in INDEXERS else value


def _in_place(page: Page, cell: CodeCell, statement: ast.Expr) -> tuple[str, Severity, str] | None:
    """`df["a"].fillna(0, inplace=True)`: the frame, how grave it is, and what to say."""
    call = statement.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in INPLACE:
        return None
    if not is_constant(keyword(call, "inplace"), True):
        return None
    owner = call.func.value
    if isinstance(owner, ast.Subscript) and not isinstance(owner.slice, ast.Slice) and _picks_rows(page, owner):
        frame = cell.segment(_root(owner), 40)
        return frame, "major", f"`{cell.segment(call)}` changes a copy, and `{frame}` never changes"
    column = _column(page, cell, owner)
    if column is None or (call.func.attr in FILLS and _has_no_gaps(page, cell, statement, column[0])):
        return None
    frame = cell.segment(column[0], 40)
    whole = f"{frame}[{column[1]}]"
    if call.func.attr == "fillna" and call.args and _is_mode(page, call.args[0]):
        filled = cell.segment(call.args[0], 40)
        return frame, "major", f"`{filled}` {BY_INDEX}; write `{whole} = {whole}.fillna({whole}.mode()[0])`"
    better = f"{whole} = {whole}.{call.func.attr}(…)"
    text = f"`{cell.segment(call)}` changes a copy: from pandas 3 on `{frame}` keeps its old values; write `{better}`"
    return frame, "minor", text


def _is_mode(page: Page, node: ast.expr) -> bool:
    """Is it `column.mode()`, all of it?"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "mode":
        return False
    return page.values.kind(node.func.value) == "series"


def _has_no_gaps(page: Page, cell: CodeCell, statement: ast.stmt, frame: ast.expr) -> bool:
    """Has the frame just lost every row with a gap, so that there is nothing to fill?"""
    name = path(frame)
    parent = cell.parent(statement)
    block = getattr(parent, "body", [])
    if name is None or not isinstance(block, list) or statement not in block:
        return False
    before: list[ast.stmt] = block[: block.index(statement)]
    if parent is cell.tree:
        at = page.code.index(cell)
        above = [row for other in page.code[max(0, at - NEAR) : at] if other.tree for row in other.tree.body[-NEAR:]]
        before = above + before
    for row in reversed(before[-NEAR:]):
        if _drops_gaps(row, name):
            return True
        if _changes(row, name):
            return False
    return False


def _drops_gaps(statement: ast.stmt, name: str) -> bool:
    """Is it `df.dropna(inplace=True)` or `df = df.dropna()`, for every column?"""
    call = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "dropna":
        return False
    if call.args or any(word.arg not in ("inplace", "axis", "how") for word in call.keywords):
        return False
    axis, how = keyword(call, "axis"), keyword(call, "how")
    whole = (axis is None or is_constant(axis, 0)) and (
        how is None or (isinstance(how, ast.Constant) and how.value == "any")
    )
    if isinstance(statement, ast.Assign):
        return whole and [path(target) for target in statement.targets] == [name]
    return whole and path(call.func.value) == name and is_constant(keyword(call, "inplace"), True)


def _changes(statement: ast.stmt, name: str) -> bool:
    """Does the statement bind the frame, or write into it?"""
    for node in nodes_in(statement):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            inner: ast.AST = node
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                if path(inner) == name:
                    return True
                inner = inner.value
            if path(inner) == name:
                return True
    return False


def _message(page: Page, cell: CodeCell, node: ast.Subscript, frame: ast.expr, better: str) -> str:
    sure = isinstance(node.value, ast.Subscript) and _picks_rows(page, node.value)
    when = "" if sure else " from pandas 3 on"
    return f"`{cell.segment(node)} = …` writes to a copy, and{when} `{cell.segment(frame, 40)}` does not change; write `{better} = …`"
