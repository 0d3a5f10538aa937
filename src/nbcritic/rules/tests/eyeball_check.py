"""NBC303."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._shared import is_assertion, looks

NULLS = "fillna dropna interpolate ffill bfill merge join to_numeric to_datetime replace"
ROWS = "dropna drop_duplicates merge join"
SUITS = {
    "isnull": NULLS,
    "isna": NULLS,
    "notnull": NULLS,
    "notna": NULLS,
    "duplicated": "drop_duplicates concat merge join",
    "shape": ROWS,
    "len": ROWS,
    "dtypes": "astype to_datetime to_numeric",
    "info": "fillna dropna astype to_datetime to_numeric",
}
"""What is looked at, and the steps that such a look can check."""
CHECKS = {
    "merge": "assert len({frame}) == …",
    "join": "assert len({frame}) == …",
    "drop_duplicates": "assert not {frame}.duplicated().any()",
    "astype": "assert {frame}.dtypes[…] == …",
    "to_datetime": "assert {frame}[…].notna().all()",
    "to_numeric": "assert {frame}[…].notna().all()",
}
"""What the eye looked for after a step, as an assertion; for the other steps it is that no null is left."""


@rule("NBC303", name="eyeball-check", severity="minor", category="tests")
def check(page: Page) -> Iterator[Hit]:
    r"""A step is checked by eye, where an assertion would check it on every run.

    Somebody looked whether the nulls were gone or the join kept its rows, once, on that day's data. The next run shows another number
    to nobody.

    Instead, keep the look if you like it, and put what you looked for beside it: `assert df.notna().all().all()`.

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df = df.dropna()
        df.isnull().sum()  # <- flagged
        # %%
        orders = df.merge(prices, on="id")
        # %%
        print(orders.shape)

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        # %%
        df.isnull().sum()
        # %%
        df = df.dropna()
        df.head()

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv").drop_duplicates()
        print(df.duplicated().sum())
        assert not df.duplicated().any()

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv").fillna(0)
        orders = df.merge(prices, on="id", validate="many_to_one")
        orders.shape
        # %%
        df["city"].value_counts()
        df.describe()
    """
    found = [one for one in _checked_by_eye(page) if not _is_report(*one[:2])]
    if not found:
        return
    cell, shown, frame, how, step = found[0]
    name = cell.segment(frame, 30)
    series = page.values.kind(frame) == "series"
    better = CHECKS.get(step, f"assert {{frame}}.notna().all(){'' if series else '.all()'}").format(frame=name)
    if how in ("isnull", "isna", "notnull", "notna"):
        better = f"assert {name}.notna().all(){'' if series else '.all()'}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    yield Hit(
        cell.at(shown),
        f"`{cell.segment(shown)}`{more} checks `{step}(…)` by eye; `{better}` would check it on every run",
        tuple(Related(c.at(s), "and here") for c, s, *_ in found[1:6]),
    )


def _checked_by_eye(page: Page) -> Iterator[tuple[CodeCell, ast.expr, ast.expr, str, str]]:
    """Looks at a frame right after a step that changed it: cell, expression, frame, what is looked at, the step."""
    before: dict[int, CodeCell] = {
        cell.number: previous for previous, cell in zip(page.code, page.code[1:], strict=False)
    }
    for cell, shown, frame in looks(page):
        how = _what(shown)
        name = _root(frame)
        if how not in SUITS or not name or page.values.kind(frame) not in ("frame", "series"):
            continue
        steps = frozenset(SUITS[how].split())
        step = _step(page, cell, name, steps, shown.lineno)
        if not step and _is_first(cell, shown) and cell.number in before:
            step = _step(page, before[cell.number], name, steps)
        if step and not _asserts(page, cell, name):
            yield cell, shown, frame, how, step


def _is_report(cell: CodeCell, shown: ast.expr) -> bool:
    """Does the number stand in a sentence, so that it is a result that is told, not a check?"""
    parent = cell.parent(shown)
    if isinstance(parent, ast.FormattedValue):
        return True
    return isinstance(parent, ast.Call) and len(parent.args) > 2


def _what(shown: ast.expr) -> str:
    node: ast.AST = shown
    for _ in range(20):
        if isinstance(node, ast.Attribute):
            if node.attr in SUITS:
                return node.attr
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                return node.func.id
            node = node.func
        else:
            return ""
    return ""


def _root(node: ast.expr) -> str:
    for _ in range(20):
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        else:
            return ""
    return ""


def _is_first(cell: CodeCell, shown: ast.expr) -> bool:
    """Does the cell begin with this look?"""
    assert cell.tree is not None
    return cell.tree.body[0] is cell.statement(shown)


def _step(page: Page, cell: CodeCell, name: str, steps: frozenset[str], line: int = 1 << 30) -> str:
    """The last of these steps before a line that gave the frame its present rows."""
    for call in reversed(cell.nodes(ast.Call)):
        function = call.func
        if (
            not isinstance(function, ast.Attribute)
            or function.attr not in steps
            or call.lineno >= line
            or cell.in_function(call)
        ):
            continue
        of_pandas = (page.qualified(function) or "").startswith("pandas.")
        if not of_pandas and page.values.kind(function.value) not in ("frame", "series"):
            continue
        if any(word.arg == "validate" for word in call.keywords):
            continue
        statement = cell.statement(call)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        inplace = any(word.arg == "inplace" for word in call.keywords)
        if any(_root(target) == name for target in targets) or (inplace and _root(function.value) == name):
            return function.attr
    return ""


def _asserts(page: Page, cell: CodeCell, name: str) -> bool:
    """Does an assertion of the cell mention the frame?"""
    guards = (node for node in cell.nodes(ast.Assert, ast.Call) if is_assertion(page, node))
    return any(isinstance(inner, ast.Name) and inner.id == name for guard in guards for inner in ast.walk(guard))
