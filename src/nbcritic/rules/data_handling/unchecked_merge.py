"""NBC604."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._accounts import Accounts
from nbcritic.rules.data_handling._shared import is_constant, keyword, path
from nbcritic.rules.data_handling._sizes import Sizes, sizes_of

FEW = 60
"""A table of at most so many rows is looked through by eye."""
KEYS = ("on", "left_on", "right_on", "left_index", "right_index", "left_by", "right_by", "by")
UNIQUE = frozenset("drop_duplicates value_counts pivot_table pivot nunique idxmax idxmin describe".split())
"""Methods that give every key once."""
SUMS = frozenset(
    "agg aggregate mean sum count size min max median std var first last nunique any all quantile apply".split()
)
"""Methods of a group-by that give one row a group."""
SAME = frozenset(
    "reset_index rename sort_values sort_index copy fillna astype round set_index to_frame assign rename_axis add_suffix add_prefix "
    "dropna head query drop".split()
)
"""Methods that double no key."""
SUMMED = frozenset("groupby pivot_table sum mean count value_counts median resample corr describe agg fit".split())
"""Methods whose result doubled rows change."""
_COUNTED = frozenset("len is_unique duplicated nunique unique shape size value_counts".split())
"""What an assertion on the number of keys asks for."""
_NEAR = 3
_STEPS = 12


@rule("NBC604", name="unchecked-merge", severity="major", category="pandas-correctness")
def check(page: Page) -> Iterator[Hit]:
    r"""Two tables are joined, and nothing checks how many rows come of it.

    A key that the second table holds twice doubles the rows of the first, and every sum and mean below counts them twice; a key
    that it lacks loses rows in an inner join. Without `on=` the join even takes whatever columns happen to have the same name,
    so that one more column in the data changes what the tables are joined on. Nothing of that raises an error.

    Instead, name the keys and say what you expect of them (`validate="m:1"`), or assert the number of rows after the join.

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        # %%
        both = orders.merge(customers)  # <- flagged
        both.groupby("city")["price"].sum()

    Bad:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        both = pd.merge(orders, customers, on="customer", how="left")  # <- flagged
        total = both["price"].sum()

    Good:

        # %%
        import pandas as pd
        orders = pd.read_csv("orders.csv")
        customers = pd.read_csv("customers.csv")
        both = orders.merge(customers, on="customer", how="left", validate="m:1")
        # %%
        sums = orders.groupby("customer")["price"].sum().reset_index()
        with_sums = orders.merge(sums, on="customer")
        first = customers.drop_duplicates("customer")
        with_first = pd.merge(orders, first)
        # %%
        joined = orders.merge(customers, on="customer", how="left")
        joined.shape
        #> (1000, 12)
        # %%
        late = orders.merge(customers)
        assert len(late) == len(orders)
        # %%
        few = pd.DataFrame({"city": ["Oslo", "Rome"], "rain": [763, 878]})
        wet = orders.merge(few, on="city")

    Good:

        # %%
        import pandas as pd
        left = pd.read_csv("left.csv")
        right = pd.read_csv("right.csv")
        pd.merge(left, right, on="key")
        looked_up = left.merge(right, on="key")
        looked_up.to_csv("both.csv")
        # %%
        assert len(left["key"]) == len(set(left["key"]))
        tested = left.merge(right, on="key")
        tested.groupby("city")["price"].sum()
        # %%
        pairs = left.merge(right, how="cross")
        seen = left.merge(right, on="key", indicator=True)
        beside = left.join(right)

    Good:

        # %%
        import pandas as pd
        trips = pd.read_csv("trips.csv")
        prices = pd.read_csv("prices.csv")
        prices = prices.rename(columns={"fare": "price"})
        prices = prices.set_index(["line", "class"]).unstack().reset_index()
        dear = trips.merge(prices, on="line")
        dear["price"].sum()
        # %%
        length = trips.groupby("line")["length"].sum()
        length = length.rename("total")
        delay = trips.groupby("line")["delay"].apply(lambda times: times.max() - times.min())
        lines = pd.concat([length, delay], axis=1).reset_index()
        with_lines = trips.merge(lines, on="line", how="left")
        with_lines["delay"].mean()
        # %%
        stops = pd.read_csv("stops.csv")
        stops = stops[["line", "stop"]]
        stops.drop_duplicates(inplace=True)
        stopped = trips.merge(stops)
        stopped.groupby("stop").size()
    """
    accounts, sizes, summed, tables = Accounts(page), sizes_of(page), _summed(page), _Tables(page)
    merges = [merge for cell in page.code for merge in _merges(page, cell)]
    faulty = [merge for merge in merges if _is_unchecked(page, sizes, accounts, summed, tables, merge)]
    faulty.sort(key=lambda merge: bool(merge.keys or merge.positional))
    if faulty:
        first, *others = faulty
        sure = not first.keys and not first.positional
        related = tuple(Related(other.cell.at(other.call), "a join without a check, too") for other in others)
        yield Hit(
            first.cell.at(first.call),
            _message(first, len(others)),
            related,
            severity=None if sure else "minor",
            # Whether the named keys are unique, only somebody who knows the data can tell.
            confidence=None if sure else "possible",
        )


_Place: TypeAlias = tuple[int, int]
"""A cell and a line in it."""


@dataclass(frozen=True, slots=True)
class _Merge:
    """A call that joins two frames."""

    cell: CodeCell
    call: ast.Call
    left: ast.expr
    right: ast.expr
    keys: tuple[ast.keyword, ...]
    positional: bool
    """Are keys given by place?"""


def _merges(page: Page, cell: CodeCell) -> Iterator[_Merge]:
    for call in cell.nodes(ast.Call):
        function, arguments = call.func, call.args
        if called_name(function) != "merge" and page.qualified(function) != "pandas.merge":
            continue
        if any(word.arg in (None, "validate", "indicator") for word in call.keywords):
            continue
        how = keyword(call, "how")
        if isinstance(how, ast.Constant) and how.value == "cross":
            continue
        keys = tuple(word for word in call.keywords if word.arg in KEYS)
        if page.qualified(function) == "pandas.merge" and len(arguments) >= 2:
            yield _Merge(cell, call, arguments[0], arguments[1], keys, len(arguments) > 3)
        elif isinstance(function, ast.Attribute) and function.attr == "merge" and arguments:
            if page.values.kind(function.value) != "frame":
                continue
            yield _Merge(cell, call, function.value, arguments[0], keys, len(arguments) > 2)


def _is_unchecked(
    page: Page, sizes: Sizes, accounts: Accounts, summed: set[str], tables: _Tables, merge: _Merge
) -> bool:
    """Is there a table on each side that may hold a key twice, and a result that nobody counts?"""
    cell, call = merge.cell, merge.call
    # In a function, the order of the lines tells nothing of the names outside.
    at = None if cell.in_function(call) else (cell.number, call.lineno)
    if any(tables.is_unique(side, at) for side in (merge.left, merge.right)) or tables.is_asserted(merge):
        return False
    if any((count := sizes.length(side)) is not None and count <= FEW for side in (merge.left, merge.right)):
        return False
    if all(
        any(word.arg == name and is_constant(word.value, True) for word in merge.keys)
        for name in ("left_index", "right_index")
    ):
        return False
    statement = cell.statement(call)
    if isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        named = merge.keys or merge.positional
        return bool(names) and not any(map(accounts.has, names)) and not (named and summed.isdisjoint(names))
    return False


def _summed(page: Page) -> set[str]:
    """Names of frames of which a sum, mean or model is made."""
    asked = (node for cell in page.code for node in cell.nodes(ast.Attribute) if node.attr in SUMMED)
    return {root.id for node in asked if (root := root_name(node.value)) is not None}


class _Tables:
    """What is known of tables at a place of the page, read from top to bottom."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def is_unique(self, node: ast.expr, at: _Place | None, depth: int = 0) -> bool:
        """Has the table surely (or as good as surely) one row a key?"""
        if depth > _STEPS:
            return False
        if isinstance(node, ast.Name):
            value, place = self._bound(node, at)
            return value is not None and self.is_unique(value, place, depth + 1)
        if isinstance(node, ast.Subscript):
            return self.is_unique(node.value, at, depth + 1)
        return isinstance(node, ast.Call) and self._gives_unique(node, at, depth)

    def is_asserted(self, merge: _Merge) -> bool:
        """Does one of the statements right before count the keys of one of the tables?"""
        statement = merge.cell.statement(merge.call)
        if statement not in self._places:
            return False
        end = self._places[statement]
        sides = {root.id for side in (merge.left, merge.right) if (root := root_name(side)) is not None}
        return any(
            isinstance(before, ast.Assert) and _counts(before.test, sides)
            for before in self._statements[max(0, end - _NEAR) : end]
        )

    def _gives_unique(self, call: ast.Call, at: _Place | None, depth: int) -> bool:
        qualified, function = self._page.qualified(call.func), call.func
        if qualified in ("pandas.DataFrame", "pandas.Series") and call.args:
            return self.is_unique(call.args[0], at, depth + 1)
        if qualified in ("pandas.pivot_table", "pandas.crosstab"):
            return True
        if qualified == "pandas.concat" and call.args:
            axis, parts = keyword(call, "axis"), call.args[0]
            beside = isinstance(axis, ast.Constant) and axis.value in (1, "columns")
            listed = parts.elts if isinstance(parts, (ast.List, ast.Tuple)) else []
            return beside and bool(listed) and all(self.is_unique(part, at, depth + 1) for part in listed)
        if not isinstance(function, ast.Attribute):
            return False
        if function.attr in UNIQUE:
            return True
        if function.attr in SUMS and self._page.values.kind(function.value) == "groupby":
            return True
        # Of one key, `unstack` makes a row for each column and key.
        if function.attr == "unstack" and _is_indexed_by_several(function.value):
            return True
        return function.attr in (*SAME, "loc", "unstack") and self.is_unique(function.value, at, depth + 1)

    def _bound(self, name: ast.Name, at: _Place | None) -> tuple[ast.expr | None, _Place | None]:
        """What the name is bound to there, and where that is."""
        stores = self._stores.get(name.id, [])
        place = bisect_left(stores, at, key=lambda store: store[0]) if at is not None else 0
        value, where = (stores[place - 1][1], stores[place - 1][0]) if place else (None, at)
        return value if value is not None else self._page.values.source(name), where

    @cached_property
    def _statements(self) -> list[ast.stmt]:
        return [statement for cell in self._page.code if cell.tree is not None for statement in cell.tree.body]

    @cached_property
    def _places(self) -> dict[ast.stmt, int]:
        return {statement: place for place, statement in enumerate(self._statements)}

    @cached_property
    def _stores(self) -> dict[str, list[tuple[_Place, ast.expr | None]]]:
        """What each name is bound to at the top level, in order; None for what cannot be followed."""
        found: dict[str, list[tuple[_Place, ast.expr | None]]] = defaultdict(list)
        for cell in self._page.code:
            plain: dict[ast.AST, ast.expr] = {}
            for statement in cell.tree.body if cell.tree is not None else ():
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                    plain[statement.targets[0]] = statement.value
                call = statement.value if isinstance(statement, ast.Expr) else None
                if isinstance(call, ast.Call) and is_constant(keyword(call, "inplace"), True):
                    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                    if isinstance(owner, ast.Name):
                        found[owner.id].append(((cell.number, call.lineno), call))
            for name in cell.nodes(ast.Name):
                if not isinstance(name.ctx, ast.Load) and not cell.in_function(name):
                    found[name.id].append(((cell.number, name.lineno), plain.get(name)))
        for stores in found.values():
            stores.sort(key=lambda store: store[0])
        return found


def _counts(test: ast.expr, tables: set[str]) -> bool:
    """Does an assertion ask how many keys (or rows) one of the tables has?"""
    names = {getattr(node, "id", "") or getattr(node, "attr", "") for node in nodes_in(test)}
    return not names.isdisjoint(_COUNTED) and not names.isdisjoint(tables)


def _is_indexed_by_several(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "set_index"
    keys = (node.args[0] if node.args else keyword(node, "keys")) if is_call else None  # type: ignore[attr-defined,arg-type]
    return isinstance(keys, (ast.List, ast.Tuple)) and len(keys.elts) > 1


def _message(merge: _Merge, more: int) -> str:
    left, right = (path(side) or merge.cell.segment(side, 30) for side in (merge.left, merge.right))
    rest = f" (so are {more} more joins)" if more > 1 else " (so is another join)" if more else ""
    text = merge.cell.segment(merge.call)
    if not merge.keys and not merge.positional:
        return (
            f"`{text}` joins on all columns that `{left}` and `{right}` happen to share{rest}; name the keys with `on=` and what "
            'you expect of them with `validate="m:1"`'
        )
    expected = "m:1"
    if _extends_right(merge):
        left, right, expected = right, left, "1:m"
    return (
        f"`{text}` is not checked{rest}: a key that `{right}` holds twice doubles rows of `{left}`; "
        f'say `validate="{expected}"`, or assert the number of rows'
    )


def _extends_right(merge: _Merge) -> bool:
    """Is it the table on the right that gets more columns, so that its rows are the ones to keep?"""
    statement = merge.cell.statement(merge.call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return target is not None and path(target) == path(merge.right) != path(merge.left)
