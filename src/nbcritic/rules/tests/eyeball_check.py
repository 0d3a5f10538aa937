"""NBC303."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._shared import is_assertion, looks

NULLS = frozenset("isnull isna notnull notna".split())
FILLS = frozenset("fillna interpolate ffill bfill replace".split())
JOINS = frozenset({"merge", "join"})
MODELS = frozenset("fit train_test_split cross_val_score fit_transform".split())
_FOUND = regex(r"(?m)(?:^|\s)(?:[1-9]\d*|True)\s*$")


@dataclass(frozen=True, slots=True)
class Step:
    """A call that changed a frame: where, how, the frame, and the column where it was one of a frame's."""

    place: int
    line: int
    name: str
    frame: str
    column: str
    chained: bool


@rule("NBC303", name="eyeball-check", severity="minor", category="tests", profile="production")
def check(page: Page) -> Iterator[Hit]:
    r"""A step is checked by eye, where an assertion would check it on every run.

    Somebody looked whether the nulls were gone or the join kept its rows, once, on that day's data. The next run shows another number
    to nobody.

    Instead, keep the look if you like it, and put what you looked for beside it: `assert df.notna().all().all()`.

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        orders = df.merge(prices, on="id")
        # %%
        print(orders.shape)  # <- flagged
        # %%
        df["city"].fillna("?", inplace=True)
        df["city"].isnull().sum()

    Bad:

        # %%
        import pandas as pd
        X = pd.read_csv("orders.csv")
        X["price"] = X["price"].fillna(0)
        # %%
        X.isnull().sum()  # <- flagged
        # %%
        model.fit(X, y)

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.isnull().sum()
        # %%
        df = df.dropna()
        df.isnull().sum()
        # %%
        df["price"] = df["price"].fillna(0)
        df["city"].isnull().sum()
        # %%
        df["city"].fillna("?", inplace=True)
        df["zip"].isnull().sum()
        # %%
        df["zip"] = df["zip"].astype(str)
        df["day"] = pd.to_datetime(df["day"])
        df.info()
        # %%
        df.dtypes
        # %%
        df = df.drop_duplicates(subset="id")
        df.duplicated().sum()

    Good:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv").fillna(0)
        orders = df.merge(prices, on="id", validate="many_to_one")
        orders.shape
        # %%
        joined = df.merge(prices, on="id")
        print(joined.shape)
        assert len(joined) == len(df)
        # %%
        df["city"].value_counts()
        df.describe()
    """
    found = list(_checked_by_eye(page))
    if not found:
        return
    cell, shown, step, better = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    yield Hit(
        cell.at(shown),
        f"`{cell.segment(shown)}`{more} checks `{step}(…)` by eye; `{better}` would check it on every run",
        tuple(Related(c.at(s), "and here") for c, s, *_ in found[1:6]),
        confidence="possible",
    )


def _checked_by_eye(page: Page) -> Iterator[tuple[CodeCell, ast.expr, str, str]]:
    """Looks at a frame right after a step that changed it: cell, expression, the step, the assertion."""
    place = {cell.number: index for index, cell in enumerate(page.code)}
    steps: dict[str, list[Step]] = {}
    for index, cell in enumerate(page.code):
        for step in _steps(page, cell, index):
            steps.setdefault(step.frame, []).append(step)
    if not steps:
        return
    modelled = _modelled(page)
    asserted: dict[int, frozenset[str]] = {}
    for cell, shown, frame in looks(page):
        root, column = _root(frame)
        if root not in steps or cell.in_function(shown) or _is_report(cell, shown):
            continue
        if cell.number not in asserted:
            asserted[cell.number] = _asserted(page, cell)
        if root in asserted[cell.number]:
            continue
        here = place[cell.number]
        first = _is_first(cell, shown)
        near = [
            step
            for step in steps[root][-200:]
            if (step.place == here and step.line < shown.lineno) or (step.place == here - 1 and first)
        ]
        what = _what(shown)
        if what in ("shape", "len") and isinstance(frame, ast.Name):
            if near and near[-1].name in JOINS:
                yield cell, shown, near[-1].name, f"assert len({root}) == …"
        elif what in NULLS and not _shows_nulls(cell):
            same = [step for step in near if step.chained and step.name in FILLS and column in ("", step.column)]
            text = cell.segment(frame, 30)
            if same:
                of = text if column else f"{text}[{same[-1].column}]"
                yield cell, shown, same[-1].name, f"assert {of}.notna().all()"
            elif not column and {(here, root), (here + 1, root)} & modelled:
                before = [step for step in steps[root][-200:] if (step.place, step.line) < (here, shown.lineno)]
                if before and before[-1].name in FILLS and before[-1].column:
                    yield cell, shown, before[-1].name, f"assert {text}.notna().all().all()"


def _modelled(page: Page) -> set[tuple[int, str]]:
    """The frames that each cell hands to a model, by the cell's place."""
    found = set()
    for index, cell in enumerate(page.code):
        for call in cell.nodes(ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in MODELS:
                found |= {(index, argument.id) for argument in call.args if isinstance(argument, ast.Name)}
    return found


def _shows_nulls(cell: CodeCell) -> bool:
    """Does the saved output show that there are nulls left, so that the author lives with them?"""
    return any(_FOUND.search(output.text[:20_000]) for output in cell.outputs)


def _is_report(cell: CodeCell, shown: ast.expr) -> bool:
    """Does the number stand in a sentence, so that it is a result that is told, not a check?"""
    parent = cell.parent(shown)
    if isinstance(parent, ast.FormattedValue):
        return True
    return isinstance(parent, ast.Call) and len(parent.args) > 2


def _what(shown: ast.expr) -> str:
    """Which look it is: `isnull`, `shape`, `len`."""
    node: ast.AST = shown
    for _ in range(20):
        if isinstance(node, ast.Attribute):
            if node.attr in NULLS or node.attr == "shape":
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


def _root(node: ast.expr) -> tuple[str, str]:
    """`df` → `df` and nothing; `df["a"]` and `df.a` → `df` and the column; anything else → nothing."""
    if isinstance(node, ast.Name):
        return node.id, ""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return node.value.id, ast.unparse(node.slice)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, repr(node.attr)
    return "", ""


def _is_first(cell: CodeCell, shown: ast.expr) -> bool:
    """Does the cell begin with this look?"""
    assert cell.tree is not None
    return cell.tree.body[0] is cell.statement(shown)


def _steps(page: Page, cell: CodeCell, place: int) -> Iterator[Step]:
    """The steps of a cell that joined or filled a frame, in order."""
    found = []
    for call in cell.nodes(ast.Call):
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in JOINS | FILLS or cell.in_function(call):
            continue
        of_pandas = (page.qualified(function) or "").startswith("pandas.")
        if not of_pandas and page.values.kind(function.value) not in ("frame", "series"):
            continue
        if any(word.arg == "validate" for word in call.keywords):
            continue
        statement = cell.statement(call)
        if any(word.arg == "inplace" for word in call.keywords):
            frame, column = _root(function.value)
            found.append(Step(place, call.lineno, function.attr, frame, column, chained=bool(column)))
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                frame, column = _root(target)
                found.append(Step(place, call.lineno, function.attr, frame, column, chained=False))
    yield from sorted((step for step in found if step.frame), key=lambda step: step.line)


def _asserted(page: Page, cell: CodeCell) -> frozenset[str]:
    """The names that the assertions of a cell mention."""
    guards = (node for node in cell.nodes(ast.Assert, ast.Call) if is_assertion(page, node))
    return frozenset(inner.id for guard in guards for inner in nodes_in(guard, ast.Name))
