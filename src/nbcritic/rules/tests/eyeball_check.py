"""NBC303."""

from __future__ import annotations

import ast
from bisect import bisect_left
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
STEPS = frozenset(step for steps in SUITS.values() for step in steps.split())
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
    asserted: dict[int, frozenset[str]] = {}
    steps_of: dict[int, dict[str, list[tuple[int, str]]]] = {}
    for cell, shown, frame in looks(page):
        how = _what(shown)
        name = _root(frame)
        if how not in SUITS or not name or page.values.kind(frame) not in ("frame", "series"):
            continue
        if cell.number not in steps_of:
            steps_of[cell.number] = _steps(page, cell)
            asserted[cell.number] = _asserted(page, cell)
            if (previous := before.get(cell.number)) is not None and previous.number not in steps_of:
                steps_of[previous.number] = _steps(page, previous)
                asserted[previous.number] = _asserted(page, previous)
        suited = frozenset(SUITS[how].split())
        step = _last_step(steps_of[cell.number].get(name, []), suited, shown.lineno)
        if not step and cell.number in before and _is_first(cell, shown):
            step = _last_step(steps_of[before[cell.number].number].get(name, []), suited, 1 << 30)
        if step and name not in asserted[cell.number]:
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


def _last_step(steps: list[tuple[int, str]], suited: frozenset[str], line: int) -> str:
    """The last of the suited steps before a line."""
    end = bisect_left(steps, (line, ""))
    return next((step for _, step in reversed(steps[max(0, end - 10) : end]) if step in suited), "")


def _steps(page: Page, cell: CodeCell) -> dict[str, list[tuple[int, str]]]:
    """For each frame the steps of a cell that gave it its present rows: line and name, in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for call in cell.nodes(ast.Call):
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in STEPS or cell.in_function(call):
            continue
        of_pandas = (page.qualified(function) or "").startswith("pandas.")
        if not of_pandas and page.values.kind(function.value) not in ("frame", "series"):
            continue
        if any(word.arg == "validate" for word in call.keywords):
            continue
        statement = cell.statement(call)
        names = {_root(target) for target in statement.targets} if isinstance(statement, ast.Assign) else set()
        if any(word.arg == "inplace" for word in call.keywords):
            names.add(_root(function.value))
        for name in names:
            found.setdefault(name, []).append((call.lineno, function.attr))
    return {name: sorted(steps) for name, steps in found.items()}


def _asserted(page: Page, cell: CodeCell) -> frozenset[str]:
    """The names that the assertions of a cell mention."""
    guards = (node for node in cell.nodes(ast.Assert, ast.Call) if is_assertion(page, node))
    return frozenset(inner.id for guard in guards for inner in ast.walk(guard) if isinstance(inner, ast.Name))
