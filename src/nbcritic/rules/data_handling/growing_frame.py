"""NBC602."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import Loop, is_constant, keyword, loops, path
from nbcritic.rules.data_handling._sizes import Sizes

ARRAYS = frozenset(f"numpy.{name}" for name in "append concatenate vstack hstack row_stack column_stack dstack".split())
FRAMES = frozenset({"pandas.concat"})
SLOW = frozenset(
    "fit train cross_val_score cross_validate curve_fit minimize read_sql read_sql_query read_gbq cached_read execute "
    "execute_query sql to_dataframe".split()
)
"""Calls of these names train a model or ask a database."""


@rule("NBC602", name="growing-frame", severity="major", category="performance", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""A frame or array grows inside a loop.

    `pd.concat`, `np.append` and their kin copy everything that is already there, at every turn: twice the turns take four times
    as long, and dtypes are guessed anew each time. Where every turn trains a model or asks a database, or where there is one turn
    for each group, that is only a minor fault.

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
        import itertools
        import pandas as pd
        MEASURES = ["price", "weight", "age"]
        def collect(measures):
            table = pd.DataFrame()
            for measure in measures:
                table = pd.concat([table, describe(measure)])
            return table
        stats = collect(MEASURES)
        # %%
        picks = []
        for weight in [0.0, 0.5, 1.0]:
            picks.append(best(weight))
        chosen = pd.DataFrame(picks)
        chosen = chosen.sort_values("score")
        for _, pick in chosen.iterrows():
            shown = pd.concat([shown, pick.to_frame().T])
        for size, shape in itertools.product([1, 2], ["round", "flat"]):
            grid = pd.concat([grid, simulate(size, shape)])
        for step in range(12):
            grid = pd.concat([grid, simulate(step, "oval")])

    Good:

        # %%
        import numpy as np
        for image in images:
            def pad(tile):
                tile = np.vstack([tile, tile])
                return tile
            total = total.append
    """
    starts = _Starts(page)
    weak: dict[ast.AST, tuple[bool, bool]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            if len(assign.targets) == 1 and (found := _grows(page, assign)):
                how, once = found
                loop = starts.growing_loop(cell, assign)
                if loop is not None:
                    if loop not in weak:
                        weak[loop] = _is_slow_anyway(page, loop), starts.is_by_group(cell, loop)
                    target = cell.segment(assign.targets[0])
                    name = target.partition(".loc[")[0]
                    yield Hit(
                        cell.at(assign),
                        f"`{how}` copies all of `{name}` at every turn of the loop; {once}",
                        (Related(cell.at(loop.iter if not isinstance(loop, ast.While) else loop.test), "the loop"),),
                        severity="minor" if any(weak[loop]) else None,
                        confidence="possible" if weak[loop][1] else None,
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
            return _joining(page, value, function, name)
        return None
    # A list's own `append` gives None, so that nobody assigns it to the list.
    owner = (
        value.func.value
        if isinstance(value.func, ast.Attribute) and value.func.attr == "append" and value.args
        else None
    )
    if owner is not None and path(owner) == name and page.values.kind(owner) in ("frame", "series", None):
        joiner = "pd.DataFrame(parts)" if isinstance(value.args[0], ast.Dict) else "pd.concat(parts)"
        gone = "pandas 2 has no `append` for frames and series any more"
        return f"{name} = {name}.append(…)", f"append the parts to a list and call `{joiner}` once after it ({gone})"
    return None


def _joining(page: Page, call: ast.Call, function: str, name: str) -> tuple[str, str]:
    """What is said of `name = np.append(name, …)` and its kin."""
    last = function.rpartition(".")[2]
    short = f"{'pd' if function in FRAMES else 'np'}.{last}"
    first = call.args[0] if call.args else None
    listed = (
        f"[{name}, …]"
        if isinstance(first, ast.List)
        else f"({name}, …)"
        if isinstance(first, ast.Tuple)
        else f"{name}, …"
    )
    joiner = short
    if last == "append":
        # np.concatenate fails on numbers and other single objects.
        added = call.args[1] if len(call.args) > 1 else None
        several = isinstance(added, ast.List | ast.Tuple) or (
            added is not None and page.values.kind(added) in ("array", "list", "tuple", "series", "index")
        )
        joiner = "np.concatenate" if several else "np.array"
    return f"{name} = {short}({listed})", f"append the parts to a list and call `{joiner}(parts)` once after it"


def _short_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_slow_anyway(page: Page, loop: Loop) -> bool:
    """Does every turn train a model or query a database, so that copying hardly counts?"""
    waiting: list[ast.AST] = [*loop.body]
    followed = set[str]()
    while waiting:
        for node in ast.walk(waiting.pop()):
            if not isinstance(node, ast.Call):
                continue
            name = _short_name(node.func)
            if name in SLOW or name.startswith(("fit_", "train_")):
                return True
            if isinstance(node.func, ast.Name) and name not in followed:
                followed.add(name)
                # One step into the notebook's own functions.
                if len(followed) < 20 and (definition := page.values.function(node.func)) is not None:
                    waiting += definition.body
    return False


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


class _Starts:
    """Where in each block of statements a name is bound to something that does not build on its old value."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sizes = Sizes(page)
        self._blocks: dict[int, tuple[dict[ast.AST, int], dict[str, int]]] = {}

    def growing_loop(self, cell: CodeCell, assign: ast.Assign) -> Loop | None:
        """The innermost loop over whose turns the target grows; None where it starts anew, or where there are few turns."""
        target = assign.targets[0]
        grown = path(_new_row(self._page, target) or target)
        if grown is None:
            return None
        root = grown.partition(".")[0]
        below: ast.AST = assign
        over: list[Loop] = []
        for loop in loops(cell, assign):
            targets = [] if isinstance(loop, ast.While) else list(ast.walk(loop.target))
            is_target = any(isinstance(node, ast.Name) and node.id == root for node in targets)
            if is_target or self._anew(cell, loop, below, root):
                break
            over.append(loop)
            below = loop
        return None if all(self._sizes.is_short(loop) for loop in over) else over[0]

    def is_by_group(self, cell: CodeCell, loop: Loop) -> bool:
        """Does the loop, with those around it, only turn once a group?"""
        around = [loop, *loops(cell, loop)]
        return all(self._sizes.is_by_group(each) or self._sizes.is_short(each) for each in around)

    def _anew(self, cell: CodeCell, loop: Loop, below: ast.AST, root: str) -> bool:
        """Does a statement that always runs before `below` in the loop bind the name to something else?"""
        here: ast.AST | None = below
        while here is not None and here is not loop:
            parent = cell.parent(here)
            for name in ("body", "orelse", "finalbody"):
                statements = getattr(parent, name, None)
                if isinstance(statements, list):
                    places, first = self._block(statements)
                    if here in places and first.get(root, len(places)) < places[here]:
                        return True
            here = parent
        return False

    def _block(self, statements: list[ast.stmt]) -> tuple[dict[ast.AST, int], dict[str, int]]:
        """The place of each statement of a block, and the first place at which each name starts anew."""
        known = self._blocks.get(id(statements))
        if known is None:
            first: dict[str, int] = {}
            for place, statement in enumerate(statements):
                for name in _starting(statement):
                    first.setdefault(name, place)
            known = {statement: place for place, statement in enumerate(statements)}, first
            self._blocks[id(statements)] = known
        return known


def _starting(statement: ast.stmt) -> set[str]:
    """The names that a statement binds without building on their old values."""
    if isinstance(statement, ast.With):
        return set[str]().union(*(_starting(inner) for inner in statement.body))
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if not all(isinstance(target, ast.Name | ast.Tuple) for target in targets):
        return set()
    bound = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return bound - {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
