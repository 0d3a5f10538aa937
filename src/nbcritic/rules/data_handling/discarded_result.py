"""NBC606."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._dropped import columns_gone, is_read_by_others, is_used
from nbcritic.rules.data_handling._seen_gaps import SeenGaps
from nbcritic.rules.data_handling._shared import is_constant, keyword, path

OF_PANDAS = frozenset("dropna fillna sort_values reset_index set_index drop_duplicates sort_index".split())
"""Names that every data-frame library gives to methods which leave their object alone."""
OF_FRAMES = frozenset(
    "drop rename replace merge assign round shift interpolate ffill bfill melt pivot append transpose query clip "
    "rename_axis add_prefix add_suffix select_dtypes".split()
)
"""These need a frame or series before them: other objects have methods of the same name that do something."""
OF_STRINGS = frozenset(
    "strip lstrip rstrip lower upper title capitalize replace format join zfill ljust rjust center casefold swapcase".split()
)
INPLACE = OF_PANDAS | frozenset(
    "drop rename replace interpolate ffill bfill rename_axis query eval clip where mask".split()
)
IN_ORDER = regex(r"head$|tail$|iloc$|iterrows$|itertuples$|shift$|diff$|cumsum$|to_")
"""Attributes that take an object in its order, so that the result is another one."""
NEAR = 50
"""So many statements below a call are looked at."""
ORDERS = frozenset({"sort_values", "sort_index"})
_NEXT = 2
"""Lines so close to each other are read as one."""
_LOOKS = frozenset({"query", "select_dtypes"})
_CONVERTS = frozenset({"astype", "to_datetime", "to_numeric"})
CLEANING = {"dropna": "isnull", "fillna": "isnull", "drop_duplicates": "duplicated"}
"""Methods that change nothing where a test of this name finds nothing."""
COLUMN_FUNCTIONS = frozenset({"pandas.to_datetime", "pandas.to_numeric"})
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

    Instead, assign the result (`df = df.dropna()`), or delete the call where nothing needs it; and never combine an assignment
    with `inplace=True`. The same call on lines side by side is one finding; a None that nothing reads is a minor one.

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
        print(orders)
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

    Bad:

        # %%
        import pandas as pd
        from tabulate import tabulate
        ranks = pd.read_csv("ranks.csv")
        ranks.sort_values("accuracy")  # <- flagged
        print(tabulate(ranks, headers="keys"))

    Bad:

        # %%
        import pandas as pd
        old, new = pd.read_csv("old.csv"), pd.read_csv("new.csv")
        old.reset_index(drop=True)  # <- flagged
        new.reset_index(drop=True)
        # %%
        unread = old.fillna(0, inplace=True)  # <- flagged
        # %%
        print(old, new)

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
    known: list[tuple[tuple[int, int, str], Hit]] = []
    for place, hit in _hits(page):
        before, first = known[-1] if known else ((0, 0, ""), hit)
        if _is_beside(before, place) and first.severity == hit.severity:
            known[-1] = place, replace(first, related=(*first.related, Related(hit.at, "lost in the same way")))
        else:
            known.append((place, hit))
    yield from (hit for _, hit in known)


def _is_beside(before: tuple[int, int, str], place: tuple[int, int, str]) -> bool:
    """Is it the same call on the next lines, or in the next cell? Places are the cell, the line and the method."""
    if not place[2] or before[2] != place[2]:
        return False
    return place[0] - before[0] == 1 or (place[0] == before[0] and place[1] - before[1] <= _NEXT)


def _hits(page: Page) -> Iterator[tuple[tuple[int, int, str], Hit]]:
    """What is to be said of each call, with its cell, line and method."""
    gaps = SeenGaps(page)
    shows_all = any("ast_node_interactivity" in cell.source for cell in page.code)
    for cell in page.code:
        assert cell.tree is not None
        last = cell.tree.body[-1:]
        for statement in cell.nodes(ast.Expr):
            call = statement.value
            if isinstance(call, ast.Call) and statement not in last and (lost := _lost(page, call)):
                at_top = cell.parent(statement) is cell.tree
                if not (shows_all and at_top) and not _expects_error(cell, statement):
                    method = called_name(call.func)
                    yield (cell.number, statement.lineno, method), _hit(page, gaps, cell, statement, call, lost)
        for call in cell.nodes(ast.Call):
            if _returns_none(call) and (use := _kept(cell, call)):
                text = f"`{cell.segment(call)}` returns None because of `inplace=True`, and {use}"
                unread = _is_unread(page, cell, call)
                text += ", which nothing reads; drop the name" if unread else ""
                hit = Hit(cell.at(cell.statement(call)), text, severity="minor" if unread else None)
                yield (cell.number, call.lineno, ""), hit


def _lost(page: Page, call: ast.Call) -> str:
    """What a bare call would have given, or an empty string where it does something."""
    function = call.func
    if page.qualified(function) in FUNCTIONS:
        return "a new object"
    if not isinstance(function, ast.Attribute) or any(word.arg in ("inplace", None, "out") for word in call.keywords):
        return ""
    method, owner = function.attr, function.value
    if method == "astype":  # arrays and frames of all libraries have it, and it leaves all of them alone
        kind = page.values.kind(owner)
        return f"a new {kind}" if kind in ("frame", "series", "array") else "a new object"
    if keyword(call, "copy") is not None:
        return ""
    if isinstance(owner, ast.Attribute) and owner.attr == "str" and method in OF_STRINGS:
        return "a new series"
    kind = page.values.kind(owner)
    if kind == "str":
        return "a new string" if method in OF_STRINGS else ""
    if kind in ("frame", "series"):
        return f"a new {kind}" if method in OF_PANDAS or method in OF_FRAMES else ""
    return "a new frame or series" if method in OF_PANDAS and kind is None else ""


def _hit(page: Page, gaps: SeenGaps, cell: CodeCell, statement: ast.Expr, call: ast.Call, lost: str) -> Hit:
    """What to say of a bare call; less where the page works without it."""
    assert isinstance(call.func, (ast.Attribute, ast.Name))
    text = f"`{cell.segment(call)}` returns {lost}, which is thrown away"
    method = getattr(call.func, "attr", "")
    parent = cell.parent(statement)
    block = getattr(parent, "body", [])
    after: list[ast.stmt] = (
        block[(at := block.index(statement) + 1) : at + NEAR] if isinstance(block, list) and statement in block else []
    )
    owner = path(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if method in CLEANING and owner is not None and gaps.has_none(owner, CLEANING[method]):
        text = f"`{cell.segment(call)}` has no effect, and a saved output shows that nothing was to do; delete it"
        return Hit(cell.at(statement), text, severity="minor")
    better = _bound(page, cell, call)
    if method in ORDERS:
        used = any(_uses_order(row, owner) for row in after) or _is_printed(after, owner)
        text += better if used else ""
        return Hit(cell.at(statement), text, severity=None if used else "minor")
    if method in _LOOKS:
        text += " and not shown either; delete it"
        return Hit(cell.at(statement), text, severity="nit")  # left from looking: to keep it would throw rows away
    if method == "reset_index" and not is_constant(keyword(call, "drop"), True):
        # Bound to the name, the result would have one more column than the lines below expect.
        return Hit(cell.at(statement), text, severity="minor")
    gone = columns_gone(call, method)
    column = next((name for name in gone if is_used(page, after, name)), None)
    if column is not None:
        # Bound to the name, the result would break the lines below.
        text += f"; code below still uses `{column}`, so delete the call"
        return Hit(cell.at(statement), text, severity="minor")
    harmless = method == "drop" and bool(gone) and is_read_by_others(page, cell, call, gone)
    return Hit(cell.at(statement), text + better, severity="minor" if harmless else None)


def _bound(page: Page, cell: CodeCell, call: ast.Call) -> str:
    """The statement that keeps the result under the name that it was asked of."""
    owner: ast.expr | None = call.func.value if isinstance(call.func, ast.Attribute) else None
    if page.qualified(call.func) in COLUMN_FUNCTIONS:
        owner = call.args[0] if call.args else None
    elif isinstance(owner, ast.Attribute) and owner.attr == "str":
        owner = owner.value
    if not isinstance(owner, (ast.Name, ast.Subscript, ast.Attribute)) or path(owner) is None:
        return ""
    if isinstance(owner, ast.Name) and owner.id in page.names.imports:
        return ""
    text = cell.segment(call)
    return "" if text.endswith("…") else f"; write `{cell.segment(owner)} = {text}`"


def _uses_order(statement: ast.stmt, owner: str | None) -> bool:
    """Is the object cut, written or returned as it stands? That it is only shown unsorted misleads nobody for long."""
    if owner is None:
        return False
    if isinstance(statement, ast.Return):
        return statement.value is not None and path(statement.value) == owner
    return any(path(node.value) == owner and IN_ORDER.match(node.attr) for node in nodes_in(statement, ast.Attribute))


def _is_printed(after: list[ast.stmt], owner: str | None) -> bool:
    """Does the very next statement show the whole, in the wrong order?"""
    shown = after[0].value if after and isinstance(after[0], ast.Expr) else None
    if not isinstance(shown, ast.Call) or called_name(shown.func) not in ("print", "display"):
        return owner is not None and shown is not None and path(shown) == owner
    inner = (part.args[0] if isinstance(part, ast.Call) and part.args else part for part in shown.args)
    return owner is not None and any(path(part) == owner for part in inner)


def _expects_error(cell: CodeCell, statement: ast.stmt) -> bool:
    """Is the call there to see whether it fails?"""
    parent = cell.parent(statement)
    if isinstance(parent, ast.Try):
        return len(parent.body) == 1 or (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and called_name(statement.value.func) in _CONVERTS
        )
    return isinstance(parent, ast.With) and len(parent.body) == 1


def _returns_none(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute) and function.attr in INPLACE and is_constant(keyword(call, "inplace"), True)
    )


def _is_unread(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Is the None bound to a plain name that nothing on the page reads?"""
    parent = cell.parent(call)
    targets = parent.targets if isinstance(parent, ast.Assign) and parent.value is call else []
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    return len(names) == len(targets) > 0 and names.isdisjoint(_read(page))


@once
def _read(page: Page) -> set[str]:
    """The names that the page reads somewhere."""
    names = (name for cell in page.code for name in cell.nodes(ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def _kept(cell: CodeCell, call: ast.Call) -> str:
    """What becomes of the None, or an empty string where nothing does."""
    parent = cell.parent(call)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is call:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        return f"`{cell.segment(targets[0])}` is bound to that None"
    if isinstance(parent, ast.Attribute):
        return f"`.{parent.attr}` is asked of that None"
    if isinstance(parent, ast.Subscript) and parent.value is call:
        return "that None is indexed"
    return "the function returns that None" if isinstance(parent, ast.Return) else ""
