"""NBC512."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._held_out import PICTURES

_SPREAD = regex(
    r"cross_val|KFold|ShuffleSplit|LeaveOne|SearchCV|bootstrap|confidence|interval|\bcv\s*=|\bstd\b|resample|standard error|seeds?\s+in\b",
    re.I,
)


@rule("NBC512", name="single-split-verdict", severity="nit", category="evaluation-and-baseline", profile="production")
def check(page: Page) -> Iterator[Hit]:
    r"""One random split gives the score, and nothing tells how much it would move.

    Another seed of the split gives another number: with 200 test rows and an accuracy of 0.85, 95 of 100 splits fall anywhere between
    0.80 and 0.90. A difference between two models that is smaller than that says nothing.

    Instead, give the mean and the spread of `cross_val_score(model, X, y, cv=5)`, or a bootstrap interval over the test rows.

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("votes.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="party"), df["party"])
        tree = DecisionTreeClassifier().fit(X_train, y_train)
        print(tree.score(X_test, y_test))  # <- flagged

    Good:

        # %%
        from sklearn.model_selection import cross_val_score, train_test_split
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("votes.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="party"), df["party"])
        print(cross_val_score(DecisionTreeClassifier(), X_train, y_train))
        print(DecisionTreeClassifier().fit(X_train, y_train).score(X_test, y_test))
    """
    splits = [split for split in page.provenance.splits if split.how in ("train_test_split", "random_split")]
    if len({split.node for split in splits}) != 1 or any(_SPREAD.search(cell.source) for cell in page.notebook.cells):
        return
    split = splits[0]
    for score in page.provenance.scores:
        if score.part and score.part[-1] == (split, 1) and score.metric not in PICTURES:
            if not score.loops:
                message = f"`{score.cell.segment(score.node)}` is the score of one random split: nothing tells how far another would move it"
                yield Hit(score.cell.at(score.node), message, (Related(split.cell.at(split.node), "the one split"),))
            return
