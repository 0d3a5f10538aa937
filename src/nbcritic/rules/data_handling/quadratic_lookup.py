"""NBC609."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import path
from nbcritic.rules.data_handling._sizes import Sizes, sizes_of

Turn: TypeAlias = ast.For | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

FEW = 500
"""A list of at most so many elements is searched as fast as a set, or nearly so."""
STOPWORDS = frozenset({"nltk.corpus.stopwords.words"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_AS_LIST = frozenset("tolist to_list".split())
_LINES = frozenset("readlines splitlines".split())
_KEY = regex(r"(?:^|_|(?<=[a-z]))(?:id|ids|key|code|name|user|word|title|url|email|token)s?$", re.IGNORECASE)
"""Columns that are as long without their repeats, or nearly so."""
_DRAWS = regex(r"plot|show|hist|scatter|savefig|legend")
_LOOKS = regex(rf"{_DRAWS.pattern}|print|display|text|title")
_SEARCHED = 300
_DEEP = 4


@rule("NBC609", name="quadratic-lookup", severity="minor", category="performance")
def check(page: Page) -> Iterator[Hit]:
    r"""A list is searched from its start again and again inside a loop.

    `x in values` walks along a list until it finds x, and to its end where x is not there: in a loop over n rows against a list of
    m, that is n × m comparisons, minutes where a set answers at once. A frame that is filtered for one key at every turn is the
    same search, written in pandas.

    Instead, make a set of the list before the loop and ask that; for values that belong to a key, make a dict or a series
    (`set_index`) once, or join the two tables with `merge`.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        known = pd.read_csv("customers.csv")["id"].tolist()
        new = [i for i in orders["customer"] if i not in known]  # <- flagged
        # %%
        from nltk.corpus import stopwords
        kept = [w for w in words if w not in stopwords.words("english")]  # <- flagged
        # %%
        stops = stopwords.words("english")
        def clean(text):
            return " ".join(w for w in text.split() if w not in stops)  # <- flagged
        texts = orders["note"].apply(clean)

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        cities = []
        for row in orders.itertuples():
            cities.append(customers[customers["id"] == row.customer]["city"].iloc[0])  # <- flagged
        # %%
        shops = pd.read_csv("shops.csv")
        orders["shop"] = orders["shop_id"].apply(lambda i: shops.loc[shops["id"] == i, "name"].iloc[0])  # <- flagged
        # %%
        seen = []
        for i, row in orders.iterrows():
            if row["customer"] not in seen:  # <- flagged
                seen.append(row["customer"])

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        for order in orders.itertuples():
            for customer in customers.itertuples():  # <- flagged
                if customer.id == order.customer:
                    ship(order, customer)

    Good:

        # %%
        import pandas as pd
        from nltk.corpus import stopwords
        orders = pd.read_csv("orders.csv")
        known = set(pd.read_csv("customers.csv")["id"].tolist())
        new = [i for i in orders["customer"] if i not in known]
        stops = set(stopwords.words("english"))
        kept = [w for w in words if w not in stops]
        if "Oslo" in orders["city"].tolist():
            print("Oslo")
        weekend = ["Sat", "Sun"]
        first = orders["customer"].tolist()[:370]
        chosen = [i for i in orders["customer"] if i in first]
        late = [d for d in orders["day"] if d in weekend]
        numbers = [c for c in orders.columns if c not in known_columns]
        for path in ["a.csv", "b.csv"]:
            if path in orders["file"].tolist():
                print(path)

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        rows = orders["customer"].tolist()
        for city in orders["city"].unique():
            part = orders[orders["city"] == city]
            print(city, len(part))
        for order in orders.itertuples():
            words = order.note.split()
            if "late" in words:
                print(order)
    """
    groups: dict[str, list[tuple[CodeCell, ast.AST, str]]] = {}
    sizes, bodies = sizes_of(page), _Bodies()
    for cell in page.code:
        for place, what, text in (
            *_memberships(page, sizes, bodies, cell),
            *_filters(page, sizes, bodies, cell),
            *_nested(page, sizes, cell),
        ):
            groups.setdefault(what, []).append((cell, place, text))
    for what, ((cell, place, text), *others) in groups.items():
        related = tuple(Related(other.at(node), f"`{what}` is searched here, too") for other, node, _ in others)
        yield Hit(cell.at(place), text, related)


# -- `in` a list ---------------------------------------------------------------------------------------------------------


def _memberships(page: Page, sizes: Sizes, bodies: _Bodies, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str]]:
    """Each `in` of a long list in a loop, with the list and what to say."""
    for node in cell.nodes(ast.Compare):
        if (
            len(node.ops) != 1
            or not isinstance(node.ops[0], (ast.In, ast.NotIn))
            or isinstance(node.left, ast.Constant)
        ):
            continue
        listed = node.comparators[0]
        turn = _turn(page, sizes, cell, node)
        if turn is None or not _is_long(page, sizes, listed):
            continue
        body = bodies[turn]
        if _DRAWS.search(body.called) or not _is_outside(listed, body):
            continue
        what = cell.segment(listed, 40)
        yield node, what, _say(page, cell, node, listed, turn, body)


def _say(page: Page, cell: CodeCell, node: ast.Compare, listed: ast.expr, turn: Turn, body: _Body) -> str:
    what, over = cell.segment(listed, 40), cell.segment(_iterable(turn), 40)
    if isinstance(listed, ast.Call):
        return f"`{what}` makes its list anew and searches it for each of `{over}`; write `known = set({what})` before the loop"
    grows = isinstance(listed, ast.Name) and listed.id in body.appended
    if grows:
        return f"`{cell.segment(node)}` searches a list that grows with each of `{over}`; keep a set beside it, or use `dict.fromkeys(…)`"
    return f"`{cell.segment(node)}` searches a list for each of `{over}`; write `{what} = set({what})` before the loop"


def _turn(page: Page, sizes: Sizes, cell: CodeCell, node: ast.AST) -> Turn | None:
    """The innermost loop or comprehension around `node` that may turn often, in the same function."""
    below: ast.AST = node
    for parent in cell.ancestors(node):
        if isinstance(parent, _SCOPES):
            return None
        if isinstance(parent, ast.For) and below not in parent.orelse and below is not parent.iter:
            if _turns_often(page, sizes, parent.iter):
                return parent
        elif isinstance(parent, _COMPREHENSIONS):
            first = parent.generators[0]
            in_first = below is first and any(inner is node for inner in nodes_in(first.iter))
            if not in_first and _turns_often(page, sizes, first.iter):
                return parent
        below = parent
    return None


def _turns_often(page: Page, sizes: Sizes, iterable: ast.expr) -> bool:
    count = sizes.length(iterable)
    if count is not None and count <= FEW:
        return False
    kind = page.values.kind(iterable)
    is_columns = isinstance(iterable, ast.Attribute) and iterable.attr == "columns"
    return not (kind == "frame" or is_columns or sizes.is_setting(iterable))


def _is_outside(listed: ast.expr, body: _Body) -> bool:
    """Is the list there before the loop, and none of the loop's own names in it?"""
    read = {inner.id for inner in nodes_in(listed, ast.Name)}
    return bool(read) and read.isdisjoint(body.bound)


class _Body:
    """What a loop binds, calls and appends to, found in one walk."""

    def __init__(self, turn: Turn) -> None:
        self.bound: set[str] = set()
        self.appended: set[str] = set()
        called: list[str] = []
        for inner in nodes_in(turn):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                self.bound.add(inner.id)
            elif isinstance(inner, ast.Call):
                function = inner.func
                called.append(getattr(function, "attr", "") or getattr(function, "id", ""))
                if (
                    isinstance(function, ast.Attribute)
                    and function.attr == "append"
                    and isinstance(function.value, ast.Name)
                ):
                    self.appended.add(function.value.id)
        self.called = " ".join(called)


class _Bodies(dict[Turn, _Body]):
    """Each loop is walked once."""

    def __missing__(self, turn: Turn) -> _Body:
        return self.setdefault(turn, _Body(turn))


def _iterable(turn: Turn) -> ast.expr:
    return turn.iter if isinstance(turn, ast.For) else turn.generators[0].iter


def _is_long(page: Page, sizes: Sizes, node: ast.expr, depth: int = 0) -> bool:
    """Is it a list (or an array) as long as the data are?"""
    count = sizes.length(node)
    if depth > _DEEP or (count is not None and count <= FEW):
        return False
    if isinstance(node, ast.Name):
        if page.values.kind(node) not in ("list", "array", None):
            return False
        source = page.values.source(node)
        if isinstance(source, ast.List) and not source.elts:
            return sizes.is_filled_by_data(node)
        return source is not None and _is_long(page, sizes, source, depth + 1)
    if isinstance(node, ast.ListComp):
        generator = node.generators[0]
        return not generator.ifs and _holds_data(page, sizes, generator.iter, depth + 1)
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Attribute) and node.attr == "values" and page.values.kind(node.value) == "series"
    name = page.qualified(node.func)
    if name in STOPWORDS:
        return True
    if name in ("list", "sorted") and len(node.args) == 1:
        return _holds_data(page, sizes, node.args[0], depth + 1)
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "unique":
        column = node.func.value
        label = (
            column.attr if isinstance(column, ast.Attribute) else getattr(getattr(column, "slice", None), "value", "")
        )
        return isinstance(label, str) and _KEY.search(label) is not None
    if node.func.attr in _AS_LIST:
        return _holds_data(page, sizes, node.func.value, depth + 1)
    return node.func.attr in _LINES


def _holds_data(page: Page, sizes: Sizes, node: ast.expr, depth: int) -> bool:
    """Has it one element a row, or one a key?"""
    is_columns = isinstance(node, ast.Attribute) and node.attr in ("columns", "dtypes")
    return not is_columns and (page.values.kind(node) in ("series", "index") or _is_long(page, sizes, node, depth))


# -- a frame that is filtered for one key ---------------------------------------------------------------------------------


def _filters(page: Page, sizes: Sizes, bodies: _Bodies, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str]]:
    """Each `frame[frame["key"] == row["key"]]` at every row of another frame."""
    for node in cell.nodes(ast.Subscript):
        test = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
            continue
        frame = node.value
        if isinstance(frame, ast.Attribute) and frame.attr == "loc":
            frame = frame.value
        name = path(frame)
        key = test.left
        if name is None or page.values.kind(frame) != "frame" or page.values.kind(key) != "series":
            continue
        if not isinstance(key, (ast.Subscript, ast.Attribute)) or path(key.value) != name:
            continue
        over = _row_by_row(page, sizes, bodies, cell, node, test.comparators[0], name)
        if over:
            text = (
                f"`{cell.segment(node)}` goes through all of `{name}` for each row of `{over}`; join the two once with `merge`, "
                f"or look the key up in a series made by `{name}.set_index({_label(cell, key)})`"
            )
            yield node, name, text


def _label(cell: CodeCell, key: ast.Subscript | ast.Attribute) -> str:
    return repr(key.attr) if isinstance(key, ast.Attribute) else cell.segment(key.slice, 40)


def _row_by_row(
    page: Page, sizes: Sizes, bodies: _Bodies, cell: CodeCell, node: ast.AST, value: ast.expr, name: str
) -> str:
    """The frame or column whose rows the value comes from, one at a time; empty where it does not."""
    read = {inner.id for inner in nodes_in(value, ast.Name)}
    for parent in cell.ancestors(node):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return ""
        if isinstance(parent, ast.For):
            bound = {inner.id for inner in nodes_in(parent.target, ast.Name)}
            owner = _frame_of_rows(page, parent.iter)
            if read & bound:
                # A loop that draws or prints at every turn is short, and the search is not what it costs.
                return "" if _LOOKS.search(bodies[parent].called) else _worth(sizes, owner, name)
        elif isinstance(parent, ast.Lambda) and read & {argument.arg for argument in parent.args.args}:
            call = cell.parent(parent)
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("apply", "map")
            ):
                owner = call.func.value if page.values.kind(call.func.value) in ("series", "frame") else None
                return _worth(sizes, owner, name)
    return ""


def _worth(sizes: Sizes, owner: ast.expr | None, name: str) -> str:
    text = path(owner) if owner is not None else None
    count = sizes.length(owner) if owner is not None else None
    return text if text is not None and text != name and (count is None or count > _SEARCHED) else ""


def _frame_of_rows(page: Page, iterable: ast.expr) -> ast.expr | None:
    """The frame behind `frame.iterrows()`, `frame.itertuples()` and `frame["key"]`."""
    if isinstance(iterable, ast.Call):
        function = iterable.func
        is_rows = isinstance(function, ast.Attribute) and function.attr in ("iterrows", "itertuples")
        return function.value if is_rows else None  # type: ignore[attr-defined]
    return iterable if page.values.kind(iterable) == "series" else None


# -- nested loops ---------------------------------------------------------------------------------------------------------


def _nested(page: Page, sizes: Sizes, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str]]:
    """Each loop over all rows in a loop over all rows, which only waits for the row of the same key."""
    for inner in cell.nodes(ast.For):
        outer = cell.parent(inner)
        test = inner.body[0].test if len(inner.body) == 1 and isinstance(inner.body[0], ast.If) else None
        if not isinstance(outer, ast.For) or not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
            continue
        sides = [_names(test.left), _names(test.comparators[0])]
        here, there = _names(inner.target), _names(outer.target)
        meets = sides in ([sides[0] & here, sides[1] & there], [sides[0] & there, sides[1] & here]) and all(sides)
        rows = all(_long_rows(page, sizes, loop.iter) for loop in (inner, outer))
        if meets and rows and not inner.body[0].orelse and _names(inner.iter).isdisjoint(there):  # type: ignore[attr-defined]
            over, within = cell.segment(outer.iter, 40), cell.segment(inner.iter, 40)
            text = f"`{within}` is gone through for each of `{over}`, to find the rows where `{cell.segment(test)}`; "
            yield inner, within, text + "join the two once with `merge`, or look the key up in a dict"


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in nodes_in(node, ast.Name)}


def _long_rows(page: Page, sizes: Sizes, iterable: ast.expr) -> bool:
    frame = _frame_of_rows(page, iterable)
    count = sizes.length(iterable)
    return (frame is not None or _is_long(page, sizes, iterable)) and (count is None or count > _SEARCHED)
