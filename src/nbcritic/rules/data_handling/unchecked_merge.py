"""NBC604."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._accounts import Accounts
from nbcritic.rules.data_handling._shared import is_constant, keyword, path
from nbcritic.rules.data_handling._sizes import Sizes

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
_STEPS = 6


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
        pairs = left.merge(right, how="cross")
        seen = left.merge(right, on="key", indicator=True)
        beside = left.join(right)
    """
    accounts, sizes, summed = Accounts(page), Sizes(page), _summed(page)
    merges = [merge for cell in page.code for merge in _merges(page, cell)]
    faulty = [merge for merge in merges if _is_unchecked(page, sizes, accounts, summed, merge)]
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


def _is_unchecked(page: Page, sizes: Sizes, accounts: Accounts, summed: set[str], merge: _Merge) -> bool:
    """Is there a table on each side that may hold a key twice, and a result that nobody counts?"""
    cell, call = merge.cell, merge.call
    if any(_is_unique(page, side) for side in (merge.left, merge.right)):
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


def _is_unique(page: Page, node: ast.expr, depth: int = 0) -> bool:
    """Has the table surely (or as good as surely) one row a key?"""
    if depth > _STEPS:
        return False
    if isinstance(node, ast.Name):
        source = page.values.source(node)
        return source is not None and _is_unique(page, source, depth + 1)
    if isinstance(node, ast.Subscript):
        return _is_unique(page, node.value, depth + 1)
    if not isinstance(node, ast.Call):
        return False
    if page.qualified(node.func) in ("pandas.DataFrame", "pandas.Series") and node.args:
        return _is_unique(page, node.args[0], depth + 1)
    if page.qualified(node.func) in ("pandas.pivot_table", "pandas.crosstab"):
        return True
    function = node.func
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr in UNIQUE:
        return True
    if function.attr in SUMS and page.values.kind(function.value) == "groupby":
        return True
    return function.attr in (*SAME, "loc") and _is_unique(page, function.value, depth + 1)


def _message(merge: _Merge, more: int) -> str:
    left, right = (path(side) or merge.cell.segment(side, 30) for side in (merge.left, merge.right))
    rest = f" (so are {more} more joins)" if more > 1 else " (so is another join)" if more else ""
    text = merge.cell.segment(merge.call)
    if not merge.keys and not merge.positional:
        return (
            f"`{text}` joins on all columns that `{left}` and `{right}` happen to share{rest}; name the keys with `on=` and what "
            'you expect of them with `validate="m:1"`'
        )
    return f'`{text}` is not checked{rest}: a key that `{right}` holds twice doubles rows of `{left}`; say `validate="m:1"`, or assert the number of rows'
