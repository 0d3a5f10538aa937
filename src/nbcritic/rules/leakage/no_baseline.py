"""NBC509."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._held_out import is_judged_elsewhere
from nbcritic.rules.leakage._metrics import measured_by

_BARE = {
    "accuracy_score": "the share of the larger class",
    "hits": "the share of the larger class",
    "score": "the share of the larger class",
    "f1_score": "what a constant answer scores",
    "mean_squared_error": "the error of always predicting the mean",
    "root_mean_squared_error": "the error of always predicting the mean",
    "mean_absolute_error": "the error of always predicting the median",
    "mean_absolute_percentage_error": "the error of always predicting the median",
}
"""Metrics whose value says little by itself, and what to set beside them."""
_REFERENCE = regex(
    r"dummy|baseline|base line|naive|na\u00efve|benchmark|chance|majority|persistence|null model|random guess|seasonal|constant model|"
    r"state.of.the.art|previous(?:ly)? (?:work|best|result)|leaderboard|literature|compare[ds]? (?:to|with)|\bvs\b",
    re.I,
)
_SHOWN = frozenset("value_counts countplot describe std var pie crosstab bincount nunique Counter".split())
_KNOWN = regex(
    r"load_(?:iris|digits|wine|breast_cancer|boston|diabetes|data)|fetch_|keras\.datasets|torchvision|mnist|iris|titanic|make_\w+\(",
    re.I,
)
"""Data whose trivial scores the field knows by heart, or that are made up."""


@rule("NBC509", name="no-baseline", severity="minor", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A score stands alone: nothing tells what a trivial model would reach.

    An accuracy of 0.9 is good where the classes are even and worthless where one class has 90 % of the rows; an error of 3.1 means
    nothing without the spread of the target. The reader cannot tell whether the model has learnt anything.

    Instead, score a `DummyClassifier` or `DummyRegressor` (for a series: yesterday's value) on the same rows and print both, or give R²,
    which holds the mean against the model.

    Bad:

        # %%
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.metrics import mean_absolute_error
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("rents.csv")
        X_train, X_test, y_train, y_test = train_test_split(df[["area", "rooms"]], df["rent"])
        model = RandomForestRegressor().fit(X_train, y_train)
        print(mean_absolute_error(y_test, model.predict(X_test)))  # <- flagged

    Good:

        # %%
        from sklearn.dummy import DummyRegressor
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.metrics import mean_absolute_error
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("rents.csv")
        X_train, X_test, y_train, y_test = train_test_split(df[["area", "rooms"]], df["rent"])
        for model in (DummyRegressor(), RandomForestRegressor()):
            model.fit(X_train, y_train)
            print(mean_absolute_error(y_test, model.predict(X_test)))

    Good:

        # %%
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("rents.csv")
        X_train, X_test, y_train, y_test = train_test_split(df[["area", "rooms"]], df["rent"])
        print("R2", Ridge().fit(X_train, y_train).score(X_test, y_test))

    Good:

        # %%
        from sklearn.metrics import accuracy_score
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("votes.csv")
        print(df["party"].value_counts(normalize=True))
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="party"), df["party"])
        tree = DecisionTreeClassifier().fit(X_train, y_train)
        print(accuracy_score(y_test, tree.predict(X_test)))
    """
    scores = [
        s
        for s in page.provenance.scores
        if s.role == "held-out" and not s.by_folds and s.fit and s.metric != "validation"
    ]
    measured = measured_by(page)
    if not scores or not measured <= set(_BARE) | {"validation"} or is_judged_elsewhere(page):
        return
    texts = [page.path.rpartition("/")[2], *(cell.source for cell in page.notebook.cells)]
    # `evaluate_baseline.ipynb` is itself what others are held against.
    if any(_REFERENCE.search(text) or _KNOWN.search(text) for text in texts):
        return
    if any(called_name(call.func) in _SHOWN for cell in page.code for call in cell.nodes(ast.Call)):
        return
    first = scores[0]
    fit = first.fit
    models = {score.fit.name for score in scores if score.fit is not None}
    if fit is None or len(models) > 1:  # another model is a reference, too
        return
    beside = _BARE.get(first.metric, "what a trivial model scores")
    message = f"`{first.cell.segment(first.node)}` stands alone: nothing shows {beside}"
    related = (Related(fit.cell.at(fit.node), "the only model"),)
    yield Hit(first.cell.at(first.node), message, related)
