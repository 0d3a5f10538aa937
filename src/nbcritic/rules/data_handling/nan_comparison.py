"""NBC605."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Hit, Replace
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import is_constant

NUMBERS = frozenset({"numpy.nan", "numpy.NaN", "numpy.NAN", "math.nan", "cmath.nan", "scipy.nan"})
SINGLETONS = frozenset({"pandas.NaT", "pandas.NA"})
"""Markers of which there is one object only, so that `is` does what it says."""
COLUMNS = ("frame", "series", "index")
_EQUAL = (ast.Eq, ast.NotEq)
_SAME = (ast.Is, ast.IsNot)


@rule(
    "NBC605",
    name="nan-comparison",
    severity="major",
    category="pandas-correctness",
    confidence="certain",
    covers=("PLW0177", "E711"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A missing value is looked for by comparison, which never finds one.

    NaN equals nothing, itself included: `== np.nan` is False for every value and `!= np.nan` True, so that the rows that were
    meant are neither counted nor dropped nor filled, and nothing says so. `is np.nan` finds the one object of that name and
    misses every NaN that was read or computed. A column compared with None is False in every row, too.

    Instead, ask `isna()` of a column (`df["a"].isna()`), `np.isnan(x)` of an array, `pd.isna(x)` of anything else.

    Bad:

        # %%
        import math
        import numpy as np
        import pandas as pd
        from numpy import nan
        df = pd.read_csv("orders.csv")
        missing = df[df["price"] == np.nan]  # <- flagged
        filled = np.where(df["price"] != nan, df["price"], 0)  # <- flagged
        # %%
        df["late"] = df["day"] == pd.NaT  # <- flagged
        df = df[df["city"] != None]  # <- flagged
        # %%
        def clean(value):
            if value is np.nan:  # <- flagged
                return 0
            return "?" if value == float("nan") else value  # <- flagged
        # %%
        gaps = [v for v in df["price"] if v in (math.nan, "")]  # <- flagged

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df = df[(df["price"] != np.nan) & (df["amount"] > 0)]  # <- flagged

    Fixed:

        # %%
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df = df[(df["price"].notna()) & (df["amount"] > 0)]

    Good:

        # %%
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        missing = df[df["price"].isna()]
        df["price"] = df["price"].replace(np.nan, 0)
        if value is None or value is pd.NaT or value is pd.NA:
            print(pd.isna(value), value == None)
        odd = df["price"] != df["price"]
        known = df["city"].isin(["Oslo", np.nan])

    Good:

        # %%
        import numpy as np
        np.nan == np.nan
        # %%
        gap = np.nan
        print(gap == np.nan, gap is np.nan, 3 == np.nan)
    """
    for cell in page.code:
        for node in cell.nodes(ast.Compare):
            if len(node.ops) == 1 and (text := _fault(page, cell, node)):
                yield Hit(cell.at(node), text, fix=_fix(page, cell, node))


def _fault(page: Page, cell: CodeCell, node: ast.Compare) -> str:
    """What to say of a comparison; empty where it is none with a missing value, or one of the language itself."""
    op, left, right = node.ops[0], node.left, node.comparators[0]
    if isinstance(op, (ast.In, ast.NotIn)):
        return _membership(page, cell, left, right)
    marks = [_missing(page, side) for side in (left, right)]
    if all(marks) or not isinstance(op, (*_EQUAL, *_SAME)):
        return ""
    if not any(marks):
        return _with_none(page, cell, op, left, right)
    value, mark = (left, marks[1]) if marks[1] else (right, marks[0])
    # `3 == np.nan` shows a reader how NaN behaves.
    if isinstance(value, ast.Constant):
        return ""
    if isinstance(op, _SAME):
        if mark in SINGLETONS:
            return ""
        return (
            f"`{cell.segment(node)}` misses every NaN that is another object; write `{_better(page, cell, value, op)}`"
        )
    return f"`{cell.segment(node)}` is {_outcome(op)} whatever the value is; write `{_better(page, cell, value, op)}`"


def _with_none(page: Page, cell: CodeCell, op: ast.cmpop, value: ast.expr, right: ast.expr) -> str:
    if not isinstance(op, _EQUAL) or not is_constant(right, None) or page.values.kind(value) not in COLUMNS:
        return ""
    symbol = "==" if isinstance(op, ast.Eq) else "!="
    text = cell.segment(value)
    return f"`{text} {symbol} None` is {_outcome(op)} in every row; write `{_better(page, cell, value, op)}`"


def _outcome(op: ast.cmpop) -> str:
    return "False" if isinstance(op, (ast.Eq, ast.Is)) else "True"


def _better(page: Page, cell: CodeCell, value: ast.expr, op: ast.cmpop) -> str:
    kind, text = page.values.kind(value), cell.segment(value)
    plain = isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
    negative = isinstance(op, (ast.NotEq, ast.IsNot))
    if kind in COLUMNS and plain:
        return f"{text}.{'notna' if negative else 'isna'}()"
    test = f"np.isnan({text})" if kind == "array" else f"pd.isna({text})"
    return f"{'~' if kind == 'array' else 'not '}{test}" if negative else test


def _fix(page: Page, cell: CodeCell, node: ast.Compare) -> Fix | None:
    """Ask the column itself. Not safe: the code then does what it says, and so gives something else."""
    op, value = node.ops[0], node.comparators[0] if _missing(page, node.left) else node.left
    at, inner = cell.at(node), cell.at(value)
    plain = isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
    if (
        isinstance(op, (ast.In, ast.NotIn))
        or not plain
        or page.values.kind(value) not in COLUMNS
        or at.line != at.end_line
    ):
        return None
    text = cell.lines[inner.line - 1][inner.column - 1 : inner.end_column - 1]
    method = "notna" if isinstance(op, (ast.NotEq, ast.IsNot)) else "isna"
    return Fix(f"Ask `{method}()`", (Replace(at, f"{text}.{method}()"),))


def _membership(page: Page, cell: CodeCell, left: ast.expr, right: ast.expr) -> str:
    """`x in (np.nan, …)`, and `np.nan in array`."""
    if isinstance(right, (ast.List, ast.Tuple, ast.Set)):
        if any(_missing(page, item) in NUMBERS for item in right.elts) and not isinstance(left, ast.Constant):
            return f"`in {cell.segment(right)}` misses every NaN that is another object; ask `pd.isna({cell.segment(left)})`"
    elif _missing(page, left) and page.values.kind(right) == "array":
        return f"`{cell.segment(left)} in {cell.segment(right)}` is False for every array; write `np.isnan({cell.segment(right)}).any()`"
    return ""


def _usual(page: Page, node: ast.expr) -> str:
    """`np.nan` where nothing on the page binds `np`: the import went with a deleted cell."""
    is_usual = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np"
    return f"numpy.{node.attr}" if is_usual and "np" not in page.names.bindings else ""  # type: ignore[attr-defined]


def _missing(page: Page, node: ast.expr, depth: int = 0) -> str:
    """The full name of the missing value that `node` stands for, or an empty string."""
    name = page.qualified(node) or _usual(page, node)
    if name in NUMBERS or name in SINGLETONS:
        return name or ""
    if isinstance(node, ast.Call) and page.qualified(node.func) in ("float", "numpy.float64") and node.args:
        text = node.args[0]
        spelt = isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value.strip().lower() == "nan"
        return "numpy.nan" if spelt else ""
    if isinstance(node, ast.Name) and depth == 0 and (source := page.values.source(node)) is not None:
        return _missing(page, source, 1)
    return ""
