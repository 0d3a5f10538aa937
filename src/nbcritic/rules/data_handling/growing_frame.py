"""NBC602."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._growth import Grown, Growth, is_off, loads
from nbcritic.rules.data_handling._joining import ARRAYS, FRAMES, Step, joined, new_row
from nbcritic.rules.data_handling._shared import is_constant, keyword, path
from nbcritic.rules.data_handling._slow import is_of_unknown_cost

_APART = (
    "append the parts to a list and join them once after it; what the loop reads on the way can be had from the parts"
)


@rule("NBC602", name="growing-frame", severity="major", category="performance", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""A frame or array grows inside a loop.

    `pd.concat`, `np.append` and their kin copy everything that is already there, at every turn: twice the turns take four times
    as long, and dtypes are guessed anew each time. It is a minor fault where nothing shows that the turns are many (rows, files)
    or a function of another module is called at each, and none where every turn trains a model, asks a database or a web service,
    or drives a browser. What grows in one loop is one finding. `DataFrame.append` is worse: pandas 2 no longer has it.

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
            history = np.append(history, measure())
            log = log.append({"step": 1, "value": 2}, ignore_index=True)  # <- flagged
        while noting():
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
        for time in np.linspace(0, 60, 6000):
            path = np.append(path, place_at(time))  # <- flagged
        print(path)

    Bad:

        # %%
        import pandas as pd
        report = pd.read_csv("report.csv")
        for path in paths:
            result = {"path": path, "status": run(path)}
            report = report.append(result, ignore_index=True)  # <- flagged
            report.to_html("report.html")
        for path in paths:
            for kind, part in parts_of(path).items():
                tables[kind] = tables[kind].append(part)  # <- flagged
        print(tables)

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
        import glob
        import gseapy
        import requests
        import pandas as pd
        page = 0
        while page < 4:
            rows = pd.concat([rows, pd.DataFrame(page_of(page))])
            page += 1
        for path in glob.glob("*.txt"):
            button = driver.find_element_by_css_selector("a.next")
            links = pd.concat([links, links_of(button)])
        for path in glob.glob("*.json"):
            answer = requests.get(url_of(path))
            answers = pd.concat([answers, pd.DataFrame(answer.json())])
        for path in glob.glob("*.genes"):
            found = gseapy.enrichr(gene_list=genes_of(path))
            sets = pd.concat([sets, found.results])
        print(rows, links, answers, sets)

    Good:

        # %%
        import glob
        import pandas as pd
        RELOAD = False
        if RELOAD:
            sales = pd.DataFrame()
            for path in glob.glob("*.csv"):
                sales = pd.concat([sales, pd.read_csv(path)])
            sales.to_csv("all.csv")

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
        import numpy as np
        import pandas as pd
        for feature in feature_names:
            importance = pd.concat([importance, score(feature)])
        scores = model.feature_importances_
        for score in scores:
            ranks = pd.concat([ranks, table_of(score)])
        for place in range(df.shape[1]):
            kinds = pd.concat([kinds, kind_of(place)])
        for share in np.arange(0.1, 1, 0.1):
            shares = pd.concat([shares, cut(share)])
        for city in df["city"].unique():
            cities = pd.concat([cities, describe(city)])
        print(importance, ranks, cities, kinds, shares)
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
    by_loop: dict[ast.AST, list[tuple[bool, Hit]]] = {}
    for loop, is_gone, hit in _hits(page):
        by_loop.setdefault(loop, []).append((is_gone, hit))
    for found in by_loop.values():
        _, first = min(found, key=lambda one: (not one[0], one[1].severity is not None))
        others = tuple(Related(hit.at, "grows in the same loop") for _, hit in found if hit is not first)
        yield replace(first, related=(*first.related, *others))


def _hits(page: Page) -> Iterator[tuple[ast.AST, bool, Hit]]:
    """What is to be said of each name that grows, with the outermost loop that it grows in, and whether pandas 2 fails there."""
    growth = Growth(page)
    groups: dict[tuple[int, ast.AST | None, str], list[Grown]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            if len(assign.targets) == 1 and (found := _grows(page, cell, assign)) and not is_off(page, cell, assign):
                target = assign.targets[0]
                name = path(new_row(page, target) or target)
                over = growth.loops(cell, assign, name) if name else []
                if name and over:
                    function = cell.function(assign)
                    grown = Grown(cell, assign, over, *found)
                    groups.setdefault((cell.number, function, name), []).append(grown)
    for (_, inside, name), several in groups.items():
        first = next((each for each in several if each.is_gone), several[0])
        if not growth.matters(inside, name, several):
            continue
        if not first.is_gone and (growth.is_slow_anyway(first.over[0]) or not growth.is_long(first, inside, name)):
            continue
        loop = first.over[0]
        by_many = growth.is_by_data(first.over) or growth.are_thousands(first)
        grave = first.is_gone or (by_many and not is_of_unknown_cost(page, loop))
        if loads(first.over[-1])[name] > sum(loads(each.assign)[name] for each in several):
            better = Step(page, first.cell, first.assign, name).appending(is_read=True) if first.is_gone else _APART
            first = replace(first, better=better)
        others = tuple(Related(each.cell.at(each.assign), "it grows here too") for each in several if each is not first)
        hit = Hit(
            first.cell.at(first.assign),
            first.says(name),
            (Related(first.cell.at(loop.test if isinstance(loop, ast.While) else loop.iter), "the loop"), *others),
            severity=None if grave else "minor",
            confidence=None if grave else "possible",
        )
        yield first.over[-1], first.is_gone, hit


def _grows(page: Page, cell: CodeCell, assign: ast.Assign) -> tuple[str, str, bool] | None:
    """How an assignment makes its target longer, what to write instead, and does pandas 2 lack it? None where it does not."""
    target, value = assign.targets[0], assign.value
    if (frame := new_row(page, target)) is not None and (grown := path(frame)):
        return *Step(page, cell, assign, grown).adding(), False
    name = path(target)
    if name is None or not isinstance(value, ast.Call):
        return None
    function = page.qualified(value.func)
    if function in ARRAYS or function in FRAMES:
        axis = keyword(value, "axis") or (value.args[1] if len(value.args) > 1 else None)
        beside = function in FRAMES and axis is not None and not is_constant(axis, 0)
        if not beside and any(path(part) == name for part in joined(value)):
            return *Step(page, cell, assign, name).joining(function), False
        return None
    # A list's own `append` gives None, so that nobody assigns it to the list.
    owner = (
        value.func.value
        if isinstance(value.func, ast.Attribute) and value.func.attr == "append" and value.args
        else None
    )
    if owner is not None and path(owner) == name and page.values.kind(owner) in ("frame", "series", None):
        return f"{name} = {name}.append(…)", Step(page, cell, assign, name).appending(is_read=False), True
    return None
