"""NBC110."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbcritic.analysis.chance import ADVICE, Draw, Seeds, draws, functions_around, is_reached, seeds
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._looked_at import is_only_looked_at, only_plots
from nbcritic.rules.hidden_state._meant import (
    IN_PLACE,
    is_augmentation,
    is_demonstration,
    is_never_chosen,
    is_never_fitted,
    is_repeated_on_purpose,
    is_toy_table,
    is_unasked,
    only_waits,
    stops_before_use,
)
from nbcritic.rules.hidden_state._seed_cell import seed_cell
from nbcritic.rules.hidden_state._shared import SERIOUS, is_serious

_SHOWS = frozenset(
    "print display plot scatter hist imshow bar barh show head tail heatmap histplot distplot kdeplot boxplot lineplot scatterplot "
    "pairplot contourf contour pcolormesh matshow violinplot jointplot sleep pprint Image type len".split()
)
_PICKS = frozenset({"sample", "choice", "choices", "randint", "randrange", "permutation", "shuffle"})
_GROUPS = frozenset(
    "KMeans MiniBatchKMeans BisectingKMeans SpectralClustering GaussianMixture BayesianGaussianMixture TSNE UMAP".split()
)
_SHOWING = regex(r"plot|show|display|visuali[sz]|preview|draw|demo", re.IGNORECASE)
_STAND_IN = regex(r"dummy|fake|mock|test_input|example|sample_input|toy|wait|delay|pause|sleep", re.IGNORECASE)


@rule(
    "NBC110",
    name="unseeded-randomness",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A result depends on chance, and no seed fixes it.

    Every run gives another split, another model and another score, so that neither a reader nor a test can tell progress from
    luck. Draws that are only looked at or shown as such, models that are never fitted, toy tables, stand-in data of a page that
    works on nothing else, repeats that are to show the spread, and solvers whose chance does not show are no fault;
    `np.random.seed` counts for scikit-learn and pandas as well.

    Instead, pass `random_state=` (or a seeded generator) where the chance comes in, or fix the seed once at the top.

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        X_train, X_test = train_test_split(X)  # <- flagged

    Fixed:

        # %%
        import numpy as np

        np.random.seed(0)
        # %%
        from sklearn.model_selection import train_test_split
        X_train, X_test = train_test_split(X)

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        ages = pd.read_csv("ages.csv")
        ages["age"] = ages["age"].fillna(np.random.randint(18, 80))  # <- flagged
        rng = np.random.default_rng()  # <- flagged

    Bad:

        # %%
        import numpy as np
        def walk(steps):
            return np.random.choice([-1, 1], steps).sum()  # <- flagged
        # %%
        ends = [walk(100) for _ in range(1000)]
        # %%
        np.random.seed(0)

    Bad:

        # %%
        from sklearn.cluster import KMeans
        from sklearn.ensemble import RandomForestClassifier
        groups = KMeans(n_clusters=3).fit_predict(X)  # <- flagged
        model = RandomForestClassifier(random_state=None).fit(X, y)  # <- flagged

    Bad:

        # %%
        import torch
        from torch.utils.data import DataLoader
        loader = DataLoader(data, batch_size=8, shuffle=True)  # <- flagged
        for batch in loader:
            loss(model(batch)).backward()

    Good:

        # %%
        import numpy as np
        from sklearn.model_selection import train_test_split
        np.random.seed(7)
        # %%
        X_train, X_test = train_test_split(X)
        noise = np.random.normal(size=3)

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
        train, test = train_test_split(rows, shuffle=False)
        scores = cross_val_score(LogisticRegression(), X, y, cv=StratifiedKFold(5))

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales.sample(5)
        # %%
        shuffled = sales.sample(frac=1)

    Good:

        # %%
        from helpers import seed_everything
        import torch, random
        seed_everything(42)
        weights = torch.randn(3)
        order = random.sample(range(10), 10)
        torch.save(weights, "weights.pt")

    Good:

        # %%
        import random
        def pick(names):
            return random.choice(names)
        # %%
        random.seed(1)
        winners = [pick(open("names.txt").readlines()) for _ in range(3)]

    Good:

        # %%
        import numpy as np
        x = np.random.rand(50)
        y = np.random.rand(50)
        # %%
        import matplotlib.pyplot as plt
        plt.scatter(x, y)

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        few = sales.sample(500)
        few["long"] = few["name"].apply(lambda name: len(name) > 9)
        # %%
        print(few["long"].nunique())
        near = few[few["price"] < 3]
        near.describe()

    Good:

        # %%
        import numpy as np
        import matplotlib.pyplot as plt
        from sklearn.linear_model import LinearRegression
        guess = LinearRegression().fit(X, y).predict(X)
        def points(title):
            some = np.random.choice(len(y), 3000)
            plt.scatter(y[some], guess[some])
            plt.title(title)
        points("linear")

    Good:

        # %%
        import random
        files = open("list.txt").read().split()
        # %%
        name = random.choice(files)
        print(name)

    Good:

        # %%
        import numpy as np
        from sklearn.ensemble import RandomForestClassifier
        rows = open("rows.txt").readlines()
        order = np.arange(len(rows))
        np.random.shuffle(order)
        train, test = rows[:800], rows[800:]
        # %%
        forest = RandomForestClassifier()
        forest.get_params()

    Good:

        # %%
        import numpy as np
        from helpers import stability
        from sklearn.cluster import KMeans, SpectralClustering
        def grouped(rows, method):
            if method == "graph":
                return SpectralClustering(4).fit_predict(rows)
            return KMeans(4, random_state=0).fit_predict(rows)
        scores = stability(X, model=KMeans(4), n_boots=100)
        groups = [grouped(X, method) for method in ("centre",)]
        graph = SpectralClustering(4).fit(X)
        nearness = graph.affinity_matrix_.mean()

    Good:

        # %%
        import numpy as np
        notes = open("notes.txt").read()
        numbers = np.arange(10)
        # %%
        np.random.shuffle(numbers)
        # %%
        numbers

    Good:

        # %%
        import numpy as np
        from PIL import Image
        def distorted(image):
            return image.rotate(np.random.randint(30))
        # %%
        distorted(Image.open("cat.png"))

    Good:

        # %%
        import numpy as np
        def simulate(seed):
            np.random.seed(seed)
            return np.random.rand(3)
        # %%
        results = [simulate(seed) for seed in range(5)]
    """
    fixed = seeds(page)
    flagged = list(_flagged(page, fixed))
    fix = seed_cell(page, flagged)
    reports = _reports(page)
    for draw in flagged:
        # A split decides every number below it, a model those that are reported; what else is drawn may be meant to differ,
        # and groups that a start by chance may only number otherwise.
        last = draw.name.rpartition(".")[2]
        sure = "split" in last.lower() or (draw.takes_state and reports and last not in _GROUPS)
        message = _message(draw, fixed.first.get(draw.family))
        at = draw.cell.at(draw.call)
        yield Hit(at, message, fix=fix if draw.family else None, confidence=None if sure else "possible")


def _flagged(page: Page, fixed: Seeds) -> Iterator[Draw]:
    """The draws that no seed precedes and something relies on, of several calls of one function in a cell the first."""
    serious = is_serious(page)
    callers = {function.node: cell for function, cell in page.flow.called.items()}
    said: set[tuple[int, str]] = set()
    for draw in draws(page):
        key = (draw.cell.number, draw.name)
        if key in said or fixed.first.get(draw.family, 1 << 30) <= _when(page, draw, callers):
            continue
        if any(draw.family in fixed.inside.get(function, ()) for function in functions_around(draw.cell, draw.call)):
            continue
        if not _is_idle(page, draw, serious=serious):
            said.add(key)
            yield draw


def _reports(page: Page) -> bool:
    """Does the page compute a score of a model?"""
    if not any(full.startswith("sklearn") for full in page.names.imports.values()):
        return False
    return any(
        (page.qualified(call.func) or "").startswith("sklearn.metrics.")
        for cell in page.code
        for call in cell.nodes(ast.Call)
    )


def _when(page: Page, draw: Draw, callers: Mapping[ast.AST, int]) -> int:
    """The first cell that makes the draw: its own or, in a function, the first that calls it (if that is known)."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    around = [parent for parent in draw.cell.ancestors(draw.call) if isinstance(parent, kinds)]
    return callers.get(around[-1], page.cells[-1].number) if around else draw.cell.number


def _message(draw: Draw, seeded_in: int | None) -> str:
    name = f"`{draw.cell.segment(draw.call.func)}`"
    what = {
        "train_test_split": "splits differently on every run",
        "DataFrame.sample": "draws other rows on every run",
        "DataLoader": "shuffles differently on every run",
        "Sequential": "starts from other weights on every run",
    }
    last = draw.name if draw.name in what else draw.name.rpartition(".")[2]
    if not draw.family:
        return f"{name} starts from another state on every run: give it a seed"
    if draw.takes_state:
        return f"{name} {what.get(last, 'gives another result on every run')}: pass `random_state=`"
    if seeded_in is not None:
        return f"{name} draws before cell {seeded_in} fixes the seed"
    return f"{name} {what.get(last, 'draws other values on every run')}: {ADVICE[draw.family]}"


def _is_idle(page: Page, draw: Draw, *, serious: bool) -> bool:
    """Does nothing that anybody relies on come of the draw?"""
    cell, call = draw.cell, draw.call
    if not is_reached(page, cell, call) or stops_before_use(page, draw) or is_never_chosen(page, draw):
        return True
    is_pick = draw.name.rpartition(".")[2] in _PICKS
    if only_waits(cell, call):
        return True
    if is_never_fitted(page, draw) or is_toy_table(page, draw):
        return True
    if is_unasked(page, draw) or is_repeated_on_purpose(page, draw) or is_augmentation(page, draw):
        return True
    if is_pick and is_demonstration(page, draw):
        return True
    functions = functions_around(cell, call)
    if draw.takes_state and draw.name != "DataFrame.sample":
        return bool(functions) and all(only_plots(function) for function in functions)
    statement = cell.statement(call)
    if isinstance(statement, ast.Expr) and _only_shows(call, statement.value):
        return True
    if isinstance(statement, ast.Assign) and any(
        _STAND_IN.search(cell.segment(target)) for target in statement.targets
    ):
        return True
    if is_pick and any(_SHOWING.search(function.name) or only_plots(function) for function in functions):
        return True
    loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.ClassDef)
    repeated = any(isinstance(parent, loops) for parent in cell.ancestors(call))
    if not serious and not functions and not repeated:
        return True
    if functions:
        return False
    if is_pick and _ends_here(page, cell.number):
        return True
    if not is_pick and (repeated or not isinstance(statement, ast.Assign) or draw.name.startswith("torch.utils.")):
        return False
    given = call.args[0] if called_name(call.func) in IN_PLACE and call.args else None
    return isinstance(statement, ast.stmt) and is_only_looked_at(page, cell, statement, given)


def _only_shows(call: ast.Call, value: ast.expr) -> bool:
    """Is the draw shown, and nothing else done with it?"""
    outer = value
    while isinstance(outer, ast.Call) and outer is not call and called_name(outer.func) not in _SHOWS:
        if called_name(outer.func).startswith("to_") or not isinstance(outer.func, ast.Attribute):
            return False
        outer = outer.func.value
    if outer is call:
        return called_name(call.func) not in IN_PLACE
    return not isinstance(outer, ast.Call) or called_name(outer.func) in _SHOWS


def _ends_here(page: Page, cell: int) -> bool:
    """Does the cell show something, and does no other cell read what it sets or changes?"""
    touched = page.flow.touched[cell]
    kept = {*touched.binds, *touched.mutates} - page.names.imports.keys()
    shows = not _SHOWS.isdisjoint(page.names.of(cell).attributes | page.names.of(cell).uses)
    works = not SERIOUS.isdisjoint(page.names.of(cell).attributes - {"load", "open", "imread"})
    read = any(other != cell and not kept.isdisjoint(t.reads) for other, t in page.flow.touched.items())
    return shows and not works and not read
