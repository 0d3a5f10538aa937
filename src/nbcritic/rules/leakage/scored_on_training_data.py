"""NBC505."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Score
from nbcritic.analysis.provenance_tables import SEARCHES
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_PICTURES = frozenset({"roc_curve", "precision_recall_curve", "plot_confusion_matrix", "validation"})
"""What is looked at rather than reported."""


@rule("NBC505", name="scored-on-training-data", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""The only score is taken on the rows that the model was fitted on.

    A tree that has learnt its rows by heart scores 1.0 on them and says nothing of the next one. Whoever reads the number takes it for
    what the model will reach in use.

    Instead, hold rows out with `train_test_split` before the fit, or take `cross_val_score`, and report that; a score on the
    training rows is of use only beside it.

    Bad:

        # %%
        from sklearn.metrics import accuracy_score
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("loans.csv")
        X, y = df.drop(columns="default"), df["default"]
        tree = DecisionTreeClassifier()
        tree.fit(X, y)
        # %%
        guess = tree.predict(X)
        print("accuracy", accuracy_score(y, guess))  # <- flagged

    Good:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("loans.csv")
        X, y = df.drop(columns="default"), df["default"]
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        tree = DecisionTreeClassifier().fit(X_train, y_train)
        print("train", tree.score(X_train, y_train), "test", tree.score(X_test, y_test))

    Good:

        # %%
        from sklearn.linear_model import LinearRegression
        from sklearn.metrics import r2_score
        train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
        line = LinearRegression().fit(train[["x"]], train["y"])
        print(r2_score(train["y"], line.predict(train[["x"]])))
        print(r2_score(test["y"], line.predict(test[["x"]])))
    """
    found = page.provenance.events
    scores = [score for score in found.scores if score.metric not in _PICTURES | SEARCHES]
    if not scores or any(_may_be_fair(page, score) for score in found.scores):
        return
    first = scores[0]
    fit = first.fit
    assert fit is not None
    text = first.cell.segment(first.node)
    there = f"cell {fit.cell.number}" if fit.cell is not first.cell else "the same cell"
    message = f"`{text}` is taken on the rows that `{fit.cell.segment(fit.node)}` in {there} learnt from, and nothing is held out"
    related = [Related(fit.cell.at(fit.node), "the model is fitted on these rows")]
    related += [Related(s.cell.at(s.node), "so is this score") for s in scores[1:6]]
    explains = fit.name == "LinearRegression"  # R² may be meant to describe these rows
    yield Hit(first.cell.at(first.node), message, tuple(related), confidence="possible" if explains else None)


def _may_be_fair(page: Page, score: Score) -> bool:
    """Is it taken on other rows than the model's, or is it not known on which?"""
    if score.metric in SEARCHES:  # it scores by folds, but who reads that?
        return any(word in cell.source for cell in page.code for word in ("best_score_", "cv_results_"))
    return (
        score.metric == "validation"
        or not score.is_on_training_rows
        or score.fit is None
        or score.fit.kind not in ("model", "search", "unknown")
    )
