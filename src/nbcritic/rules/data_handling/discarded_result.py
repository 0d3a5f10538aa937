"""NBC606."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import is_constant, keyword

OF_PANDAS = frozenset("dropna fillna sort_values reset_index set_index drop_duplicates sort_index".split())
"""Names that every data-frame library gives to methods which leave their object alone."""
OF_FRAMES = frozenset(
    "drop rename replace astype merge assign round shift interpolate ffill bfill melt pivot append transpose query clip "
    "rename_axis add_prefix add_suffix select_dtypes".split()
)
"""These need a frame or series before them: other objects have methods of the same name that do something."""
OF_STRINGS = frozenset(
    "strip lstrip rstrip lower upper title capitalize replace format join zfill ljust rjust center casefold swapcase".split()
)
INPLACE = OF_PANDAS | frozenset(
    "drop rename replace interpolate ffill bfill rename_axis query eval clip where mask".split()
)
FUNCTIONS = frozenset(
    f"pandas.{name}" for name in "to_datetime to_numeric concat merge get_dummies melt pivot_table".split()
)


@rule(
    "NBC606",
    name="discarded-result",
    severity="major",
    category="pandas-correctness",
    confidence="certain",
    covers=("PD002",),
)
def check(page: Page) -> Iterator[Hit]:
    r"""The result of a call is thrown away, or None is kept in its place.

    Methods of frames, series and strings return a new object and leave the old one as it was: as a statement of its own such a
    call does nothing, and the rows that it was to drop, or the values that it was to fill, are still there in every later cell.
    With `inplace=True` it is the other way round: the call returns None, and a name bound to it has lost its data.

    Instead, assign the result (`df = df.dropna()`), and never combine an assignment with `inplace=True`.

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        # %%
        df.dropna()  # <- flagged
        df["city"].str.lower()  # <- flagged
        print(len(df))
        # %%
        orders = df.drop(columns="note", inplace=True)  # <- flagged
        # %%
        label = "total"
        label.upper()  # <- flagged
        pd.to_datetime(df["day"])  # <- flagged
        print(label)

    Bad:

        # %%
        def clean(table):
            table.fillna(0)  # <- flagged
            return table
        # %%
        for part in parts:
            part.sort_values("day")  # <- flagged
        # %%
        df = df.rename(columns={"a": "b"}, inplace=True).head()  # <- flagged

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.dropna(inplace=True)
        df = df.drop(columns="note")
        # %%
        df.sort_values("total")

    Good:

        # %%
        from pathlib import Path
        collection.drop()
        Path("a.csv").rename("b.csv")
        queue.append(1)
        report.replace("draft", "final")
        table.fillna(0, inplace=flag)
        table.fillna(0, **options)
        print("done")

    Good:

        # %%
        from IPython.core.interactiveshell import InteractiveShell
        InteractiveShell.ast_node_interactivity = "all"
        # %%
        df.dropna()
        df.describe()

    Good:

        # %%
        ax = df.plot()
        df.dropna()
        #> shown
        # %%
        with pytest.raises(KeyError):
            df.drop(columns="no such column")
        try:
            df.astype(int)
        except ValueError as error:
            print(error)
        print(df)
    """
    shows_all = any("ast_node_interactivity" in cell.source for cell in page.code)
    for cell in page.code:
        assert cell.tree is not None
        last = cell.tree.body[-1:]
        for statement in cell.nodes(ast.Expr):
            call = statement.value
            if isinstance(call, ast.Call) and statement not in last and (lost := _lost(page, call)):
                at_top = cell.parent(statement) is cell.tree
                if not (shows_all and at_top) and not _expects_error(cell, statement):
                    yield Hit(cell.at(statement), f"`{cell.segment(call)}` returns {lost}, which is thrown away")
        for call in cell.nodes(ast.Call):
            if _returns_none(call) and (use := _kept(cell, call)):
                yield Hit(
                    cell.at(cell.statement(call)),
                    f"`{cell.segment(call)}` returns None because of `inplace=True`, and {use}",
                )


def _lost(page: Page, call: ast.Call) -> str:
    """What a bare call would have given, or an empty string where it does something."""
    function = call.func
    if page.qualified(function) in FUNCTIONS:
        return "a new object"
    if not isinstance(function, ast.Attribute) or any(
        word.arg in ("inplace", None, "copy", "out") for word in call.keywords
    ):
        return ""
    method, owner = function.attr, function.value
    if isinstance(owner, ast.Attribute) and owner.attr == "str" and method in OF_STRINGS:
        return "a new series"
    kind = page.values.kind(owner)
    if kind == "str":
        return "a new string" if method in OF_STRINGS else ""
    if kind in ("frame", "series"):
        return f"a new {kind}" if method in OF_PANDAS or method in OF_FRAMES else ""
    return "a new frame or series" if method in OF_PANDAS and kind is None else ""


def _expects_error(cell: CodeCell, statement: ast.stmt) -> bool:
    """Is the call there to see whether it fails?"""
    parent = cell.parent(statement)
    if isinstance(parent, ast.Try):
        return len(parent.body) == 1
    return isinstance(parent, ast.With) and len(parent.body) == 1


def _returns_none(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute) and function.attr in INPLACE and is_constant(keyword(call, "inplace"), True)
    )


def _kept(cell: CodeCell, call: ast.Call) -> str:
    """What becomes of the None, or an empty string where nothing does."""
    parent = cell.parent(call)
    if isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is call:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        return f"`{cell.segment(targets[0])}` is bound to that None"
    if isinstance(parent, ast.Attribute):
        return f"`.{parent.attr}` is asked of that None"
    if isinstance(parent, ast.Subscript) and parent.value is call:
        return "that None is indexed"
    return "the function returns that None" if isinstance(parent, ast.Return) else ""
