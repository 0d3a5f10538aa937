"""NBC602."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import Loop, is_constant, is_short, keyword, loops, path

ARRAYS = frozenset(f"numpy.{name}" for name in "append concatenate vstack hstack row_stack column_stack dstack".split())
FRAMES = frozenset({"pandas.concat"})


@rule("NBC602", name="growing-frame", severity="major", category="performance", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""A frame or array grows inside a loop.

    `pd.concat`, `np.append` and their kin copy everything that is already there, at every turn: twice the turns take four times
    as long, and dtypes are guessed anew each time.

    Instead, append the parts to a list and join them once after the loop.

    Bad:

        # %%
        import glob
        import pandas as pd
        sales = pd.DataFrame()
        for path in glob.glob("*.csv"):
            sales = pd.concat([sales, pd.read_csv(path)])  # <- flagged

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        history = np.array([])
        log = pd.DataFrame(columns=["step", "value"])
        while running():
            history = np.append(history, measure())  # <- flagged
            log = log.append({"step": 1, "value": 2}, ignore_index=True)  # <- flagged
            log.loc[len(log)] = [1, 2]  # <- flagged

    Bad:

        # %%
        import numpy as np
        for i, batch in enumerate(batches):
            if i == 0:
                features = encode(batch)
            else:
                features = np.vstack((features, encode(batch)))  # <- flagged

    Good:

        # %%
        import glob
        import pandas as pd
        parts = []
        for path in glob.glob("*.csv"):
            part = pd.read_csv(path)
            part = pd.concat([part, part.shift()], axis=1)
            parts.append(part)
            wide = pd.concat([wide, pd.get_dummies(part)], axis=1)
        sales = pd.concat(parts)
        sales = pd.concat([sales, late])

    Good:

        # %%
        import numpy as np
        import pandas as pd
        window = np.zeros(10)
        for value in stream:
            window = np.append(window[1:], value)
        # %%
        YEARS = [2019, 2020, 2021]
        trips = pd.DataFrame()
        for year in YEARS:
            trips = pd.concat([trips, pd.read_csv(f"trips-{year}.csv")])
        # %%
        for part in parts:
            rows = pd.DataFrame(part)
            for repeat in range(5):
                rows = pd.concat([rows, extra(repeat)])
            write(rows)

    Good:

        # %%
        import numpy as np
        for image in images:
            def pad(tile):
                tile = np.vstack([tile, tile])
                return tile
            total = total.append
    """
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            if len(assign.targets) == 1 and (found := _grows(page, assign)):
                how, once = found
                loop = _growing_loop(page, cell, assign)
                if loop is not None:
                    target = cell.segment(assign.targets[0])
                    name = target.partition(".loc[")[0]
                    yield Hit(
                        cell.at(assign),
                        f"`{how}` copies all of `{name}` at every turn of the loop; {once}",
                        (Related(cell.at(loop.iter if not isinstance(loop, ast.While) else loop.test), "the loop"),),
                    )


def _grows(page: Page, assign: ast.Assign) -> tuple[str, str] | None:
    """How an assignment makes its target longer, and what to write instead; None where it does not."""
    target, value = assign.targets[0], assign.value
    if (frame := _new_row(page, target)) is not None:
        return f"{path(frame)}.loc[…] = …", "collect the rows in a list and make one frame of them after it"
    name = path(target)
    if name is None or not isinstance(value, ast.Call):
        return None
    function = page.qualified(value.func)
    if function in ARRAYS or function in FRAMES:
        beside = function in FRAMES and (axis := keyword(value, "axis")) is not None and not is_constant(axis, 0)
        if not beside and any(path(part) == name for part in _joined(value)):
            short = f"{name} = {'pd' if function in FRAMES else 'np'}.{function.rpartition('.')[2]}({name}, …)"
            joiner = "pd.concat(parts)" if function in FRAMES else "np.concatenate(parts)"
            return short, f"append the parts to a list and call `{joiner}` once after it"
        return None
    # A list's own `append` gives None, so that nobody assigns it to the list.
    owner = (
        value.func.value
        if isinstance(value.func, ast.Attribute) and value.func.attr == "append" and value.args
        else None
    )
    if owner is not None and path(owner) == name and page.values.kind(owner) in ("frame", "series", None):
        return f"{name} = {name}.append(…)", "append the parts to a list and call `pd.concat(parts)` once after it"
    return None


def _joined(call: ast.Call) -> list[ast.expr]:
    """What a joining function joins."""
    values = [*call.args, *(word.value for word in call.keywords if word.arg in ("objs", "arr", "tup"))]
    return [
        item for value in values[:3] for item in (value.elts if isinstance(value, ast.List | ast.Tuple) else [value])
    ]


def _new_row(page: Page, target: ast.expr) -> ast.expr | None:
    """The frame that `df.loc[len(df)] = …` makes longer."""
    if (
        not isinstance(target, ast.Subscript)
        or not isinstance(target.value, ast.Attribute)
        or target.value.attr != "loc"
    ):
        return None
    frame = target.value.value
    index = target.slice.left if isinstance(target.slice, ast.BinOp) else target.slice
    measured: ast.expr | None = None
    if isinstance(index, ast.Subscript) and isinstance(index.value, ast.Attribute) and index.value.attr == "shape":
        measured = index.value.value
    elif isinstance(index, ast.Call) and index.args and page.qualified(index.func) == "len":
        measured = index.args[0]
        if isinstance(measured, ast.Attribute) and measured.attr == "index":
            measured = measured.value
    return frame if measured is not None and path(measured) is not None and path(measured) == path(frame) else None


def _growing_loop(page: Page, cell: CodeCell, assign: ast.Assign) -> Loop | None:
    """The innermost loop over whose turns the target grows; None where it starts anew at each turn, or there are few turns."""
    target = assign.targets[0]
    grown = path(_new_row(page, target) or target)
    if grown is None:
        return None
    root = grown.partition(".")[0]
    below: ast.AST = assign
    over: list[Loop] = []
    for loop in loops(cell, assign):
        targets = [] if isinstance(loop, ast.While) else list(ast.walk(loop.target))
        if any(isinstance(node, ast.Name) and node.id == root for node in targets) or _starts_anew(
            cell, loop, below, root
        ):
            break
        over.append(loop)
        below = loop
    return None if all(is_short(page, loop) for loop in over) else over[0]


def _starts_anew(cell: CodeCell, loop: Loop, below: ast.AST, root: str) -> bool:
    """Does a statement that always runs before `below` in the loop bind the name to something else?"""
    here: ast.AST | None = below
    while here is not None and here is not loop:
        parent = cell.parent(here)
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(parent, block, None)
            if isinstance(statements, list) and here in statements:
                before = statements[: statements.index(here)]
                if any(_binds(statement, root) for statement in before):
                    return True
        here = parent
    return False


def _binds(statement: ast.stmt, name: str) -> bool:
    """Is it an assignment of the name that does not build on its old value?"""
    if isinstance(statement, ast.With):
        return any(_binds(inner, name) for inner in statement.body)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    bound = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    plain = all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
    return (
        plain and name in bound and not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement.value))
    )
