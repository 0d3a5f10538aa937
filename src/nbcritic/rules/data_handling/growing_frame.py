"""NBC602."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._joining import ARRAYS, FRAMES, appending, joined, joining, new_row
from nbcritic.rules.data_handling._shared import Loop, Starts, is_constant, keyword, loops, path
from nbcritic.rules.data_handling._sizes import sizes_of
from nbcritic.rules.data_handling._slow import is_of_unknown_cost, is_slow

FEW_TURNS = 300
"""What grows over fewer turns is copied at once."""


@rule("NBC602", name="growing-frame", severity="major", category="performance", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""A frame or array grows inside a loop.

    `pd.concat`, `np.append` and their kin copy everything that is already there, at every turn: twice the turns take four times
    as long, and dtypes are guessed anew each time. It is a minor fault where nothing shows that the turns are many (rows, files)
    or a function of another module is called at each, and none where every turn trains a model or asks a database. `DataFrame.append` is worse: pandas 2 no longer has it.

    Instead, append the parts to a list and join them once after the loop.

    Bad:

        # %%
        import glob
        import pandas as pd
        sales = pd.DataFrame()
        for path in glob.glob("*.csv"):
            sales = pd.concat([sales, pd.read_csv(path)])  # <- flagged
        print(sales)

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        history = np.array([])
        log = pd.DataFrame(columns=["step", "value"])
        notes = pd.DataFrame(columns=["step", "note"])
        while running():
            history = np.append(history, measure())  # <- flagged
            log = log.append({"step": 1, "value": 2}, ignore_index=True)  # <- flagged
            if strange(history):
                notes.loc[len(notes)] = [1, "strange"]  # <- flagged
            else:
                notes.loc[len(notes)] = [1, "plain"]
        report(history, log, notes)

    Bad:

        # %%
        import numpy as np
        for i, batch in enumerate(batches):
            if i == 0:
                features = encode(batch)
            else:
                features = np.vstack((features, encode(batch)))  # <- flagged
        np.save("features.npy", features)

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
        import pandas as pd
        from lab import loading
        def answers_of(paths):
            answers = pd.DataFrame()
            for path in paths:
                answers = pd.concat([answers, pd.read_csv(path)])
            return answers
        answers = loading.answers_of(paths)
        # %%
        lines = np.sort(cells["line"].unique())
        cluster_labels = loading.labels_of(cells)
        for line in lines:
            for label in cluster_labels:
                stats = pd.concat([stats, describe(cells, line, label)])
        # %%
        lines = loading.lines_of(cells)
        stats.to_csv("stats.csv")

    Good:

        # %%
        import numpy as np
        for image in images:
            def pad(tile):
                tile = np.vstack([tile, tile])
                return tile
            total = total.append

    Good:

        # %%
        import pandas as pd
        for feature in feature_names:
            importance = pd.concat([importance, score(feature)])
        scores = model.feature_importances_
        for score in scores:
            ranks = pd.concat([ranks, table_of(score)])
        for city in df["city"].unique():
            cities = pd.concat([cities, describe(city)])
        print(importance, ranks, cities)
        for row in stream:
            unread = pd.concat([unread, row])
        def uncalled(paths):
            for path in paths:
                kept = pd.concat([kept, pd.read_csv(path)])
            return kept

    Good:

        # %%
        import glob
        import pandas as pd
        for path in glob.glob("*.dat"):
            print(path)
            field = pd.concat([field, pd.read_csv(path)])
        #> a.dat
        #> b.dat
        # %%
        for start in starts:
            fits = pd.concat([fits, try_from(start)])
        fits.shape
        #> (40, 3)

    Good:

        # %%
        import glob
        import pandas as pd
        from scipy.optimize import curve_fit
        from tqdm import tqdm
        bar = tqdm(glob.glob("*.dat"))
        for path in bar:
            field = pd.concat([field, pd.read_csv(path)])
        field.plot()
        #> 100%|##########| 120/120 [00:01<00:00, 98.30it/s]
        # %%
        for path in glob.glob("*.csv"):
            values, _ = curve_fit(line, *load(path))
            slopes = pd.concat([slopes, pd.DataFrame([values])])
        print(slopes)
    """
    growth = _Growth(page)
    groups: dict[tuple[int, ast.AST | None, str], list[_Grown]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            if len(assign.targets) == 1 and (found := _grows(page, cell, assign)):
                target = assign.targets[0]
                name = path(new_row(page, target) or target)
                over = growth.loops(cell, assign, name) if name else []
                if name and over:
                    function = _function(cell, assign)
                    grown = _Grown(cell, assign, over, *found)
                    groups.setdefault((cell.number, function, name), []).append(grown)
    for (_, inside, name), several in groups.items():
        first = next((each for each in several if each.is_gone), several[0])
        if not growth.matters(inside, name, several):
            continue
        if not first.is_gone and (growth.is_slow_anyway(first.over[0]) or not growth.is_long(first, inside, name)):
            continue
        loop = first.over[0]
        grave = first.is_gone or (growth.is_by_data(first.over) and not is_of_unknown_cost(page, loop))
        others = tuple(Related(each.cell.at(each.assign), "it grows here too") for each in several if each is not first)
        yield Hit(
            first.cell.at(first.assign),
            first.says(name),
            (Related(first.cell.at(loop.test if isinstance(loop, ast.While) else loop.iter), "the loop"), *others),
            severity=None if grave else "minor",
            confidence=None if grave else "possible",
        )


@dataclass(frozen=True, slots=True)
class _Grown:
    """One statement that makes its target longer at every turn of the loops `over`, the innermost first."""

    cell: CodeCell
    assign: ast.Assign
    over: list[Loop]
    how: str
    better: str
    is_gone: bool

    def says(self, name: str) -> str:
        """The message; that the code cannot run any more comes first."""
        gone = "pandas 2 has no `append` for frames and series any more, so that " if self.is_gone else ""
        fails = "fails there; before, it copies" if self.is_gone else "copies"
        return f"{gone}`{self.how}` {fails} all of `{name}` at every turn of the loop; {self.better}"


def _function(cell: CodeCell, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    above = cell.ancestors(node)
    return next((parent for parent in above if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef))), None)


def _grows(page: Page, cell: CodeCell, assign: ast.Assign) -> tuple[str, str, bool] | None:
    """How an assignment makes its target longer, what to write instead, and does pandas 2 lack it? None where it does not."""
    target, value = assign.targets[0], assign.value
    if (frame := new_row(page, target)) is not None:
        return f"{path(frame)}.loc[…] = …", "collect the rows in a list and make one frame of them after it", False
    name = path(target)
    if name is None or not isinstance(value, ast.Call):
        return None
    function = page.qualified(value.func)
    if function in ARRAYS or function in FRAMES:
        beside = function in FRAMES and (axis := keyword(value, "axis")) is not None and not is_constant(axis, 0)
        if not beside and any(path(part) == name for part in joined(value)):
            return *joining(page, cell, value, function, name), False
        return None
    # A list's own `append` gives None, so that nobody assigns it to the list.
    owner = (
        value.func.value
        if isinstance(value.func, ast.Attribute) and value.func.attr == "append" and value.args
        else None
    )
    if owner is not None and path(owner) == name and page.values.kind(owner) in ("frame", "series", None):
        return f"{name} = {name}.append(…)", appending(page, cell, value, name), True
    return None


class _Growth:
    """Which growth is worth a word: over many turns, of a name that somebody reads."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sizes = sizes_of(page)
        self._starts = Starts()
        self._slow: dict[Loop, bool] = {}

    def loops(self, cell: CodeCell, assign: ast.Assign, grown: str) -> list[Loop]:
        """The loops over whose turns the target grows, the innermost first; none where there are few turns."""
        root = grown.partition(".")[0]
        below: ast.AST = assign
        over: list[Loop] = []
        for loop in loops(cell, assign):
            targets = [] if isinstance(loop, ast.While) else list(nodes_in(loop.target))
            is_target = any(isinstance(node, ast.Name) and node.id == root for node in targets)
            if is_target or self._starts.before(cell, loop, below, root):
                break
            over.append(loop)
            below = loop
        return [] if all(self._sizes.is_short(loop) for loop in over) else over

    def matters(self, function: ast.AST | None, name: str, grown: list[_Grown]) -> bool:
        """Is the function called, and the grown name read, by anything but its own growth?"""
        is_plain = isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and not function.decorator_list
        if is_plain and not self._is_called(function.name):  # type: ignore[union-attr]
            return False
        own = sum(_loads(each.assign)[name] for each in grown)
        return not name.isidentifier() or (self._loads if function is None else _loads(function))[name] > own

    def _is_called(self, name: str) -> bool:
        """Does something ask for the function of this name? `module.name` asks for another one."""
        return name.startswith("__") or name in self._page.names.mentioned - self._of_modules

    @cached_property
    def _of_modules(self) -> set[str]:
        """Names that are read as attributes of imported modules alone."""
        plain = {*self._loads}
        found = set[str]()
        for cell in self._page.code:
            for node in cell.nodes(ast.Attribute):
                if isinstance(node.value, ast.Name) and self._page.qualified(node.value):
                    found.add(node.attr)
                else:
                    plain.add(node.attr)
        return found - plain

    def is_long(self, grown: _Grown, function: ast.AST | None, name: str) -> bool:
        """May there be many turns, for all that code and saved outputs show?"""
        counts = [self._sizes.turns(grown.cell, loop) for loop in grown.over]
        if None not in counts and math.prod(count or 1 for count in counts) < FEW_TURNS:
            return False
        # What is printed at every turn of the inner loop counts the turns of all.
        printed = self._sizes.printed(grown.cell, grown.over[0])
        names = [name] if function is None else self._results.get(getattr(function, "name", ""), [])
        shown = [count for each in names if (count := self._sizes.shown(each))]
        if min([*([printed] if printed else []), *([max(shown)] if shown else [])], default=FEW_TURNS) < FEW_TURNS:
            return False
        around = [*grown.over, *loops(grown.cell, grown.over[-1])]
        return not all(self._sizes.is_by_group(loop) or self._sizes.is_short(loop) for loop in around)

    def is_slow_anyway(self, loop: Loop) -> bool:
        """Does every turn train a model or query a database, so that copying hardly counts?"""
        if loop not in self._slow:
            self._slow[loop] = is_slow(self._page, loop)
        return self._slow[loop]

    def is_by_data(self, over: list[Loop]) -> bool:
        """Does one of the loops go over rows or files, or until something happens?"""
        return any(isinstance(loop, ast.While) or self._sizes.is_by_data(loop.iter) for loop in over)

    @cached_property
    def _loads(self) -> Counter[str]:
        names = (node for cell in self._page.code for node in cell.nodes(ast.Name))
        return Counter(node.id for node in names if isinstance(node.ctx, ast.Load))

    @cached_property
    def _results(self) -> dict[str, list[str]]:
        """The names that results of the notebook's own functions are bound to."""
        found: dict[str, list[str]] = {}
        for cell in self._page.code:
            for assign in cell.nodes(ast.Assign):
                call, target = assign.value, assign.targets[0]
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and isinstance(target, ast.Name):
                    found.setdefault(call.func.id, []).append(target.id)
        return found


def _loads(node: ast.AST) -> Counter[str]:
    """How often each name is read in `node`."""
    names = (inner for inner in nodes_in(node) if isinstance(inner, ast.Name))
    return Counter(name.id for name in names if isinstance(name.ctx, ast.Load))
