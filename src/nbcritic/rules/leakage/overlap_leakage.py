"""NBC502."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Events, Resampling, Score, Split
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._chain import is_thrown_away, used, where


@rule("NBC502", name="overlap-leakage", severity="blocker", category="leakage")
def check(page: Page) -> Iterator[Hit]:
    r"""Rows of the test set, or copies of them, are in the training set.

    A model that has seen a test row need not have learnt anything to get it right. Where rows are copied or made from their
    neighbours (over-sampling, bootstrap, augmentation) before the split, their twins fall on the other side; where the model is
    fitted on everything and scored on a part of that, the score tells how well it remembers. The same goes for the folds of a
    cross-validation on training rows that were over-sampled before (major: a test set put aside earlier is still clean).

    Instead, split first and resample the training rows only (`imblearn.pipeline.Pipeline` does so in every fold), and score on
    rows that no fit has seen.

    Bad:

        # %%
        from imblearn.over_sampling import SMOTE
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("claims.csv")
        X, y = df.drop(columns="fraud"), df["fraud"]
        X_more, y_more = SMOTE(random_state=0).fit_resample(X, y)  # <- flagged
        # %%
        X_train, X_test, y_train, y_test = train_test_split(X_more, y_more)
        model.fit(X_train, y_train)
        print(model.score(X_test, y_test))

    Bad:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("claims.csv")
        X, y = df.drop(columns="fraud"), df["fraud"]
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        # %%
        forest = RandomForestClassifier()
        forest.fit(X, y)
        # %%
        print(forest.score(X_test, y_test))  # <- flagged

    Bad:

        # %%
        from imblearn.over_sampling import SMOTE
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import cross_val_score, train_test_split
        df = pd.read_csv("claims.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="fraud"), df["fraud"])
        X_more, y_more = SMOTE(random_state=0).fit_resample(X_train, y_train)  # <- flagged
        print(cross_val_score(RandomForestClassifier(), X_more, y_more))

    Good:

        # %%
        from imblearn.over_sampling import SMOTE
        from imblearn.under_sampling import RandomUnderSampler
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("claims.csv")
        X, y = df.drop(columns="fraud"), df["fraud"]
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_more, y_more = SMOTE(random_state=0).fit_resample(X_train, y_train)
        forest = RandomForestClassifier().fit(X_more, y_more)
        print(forest.score(X_test, y_test))
        # %%
        final = RandomForestClassifier().fit(X, y)
        fewer, labels = RandomUnderSampler().fit_resample(X, y)
        a, b, c, d = train_test_split(fewer, labels)

    Good:

        # %%
        from sklearn.utils import resample
        df = pd.read_csv("claims.csv")
        means = [resample(df["paid"]).mean() for _ in range(1000)]
        few = df[df["fraud"] == 1].sample(500, replace=True)
        few.plot()
        train, test = train_test_split(df)
    """
    found = page.provenance.events
    for copied, split in found.overlaps.values():
        if not is_thrown_away(split):
            yield _copies(found, copied, split)
    said = set[object]()
    for score in found.scores:
        held_by = _trained_on(score)
        if held_by is not None and score.fit is not None and score.fit.node not in said:
            said.add(score.fit.node)
            yield _remembered(score, held_by)


def _copies(found: Events, copied: Resampling, split: Split) -> Hit:
    text = copied.cell.segment(copied.node)
    there = where(split.cell, copied.cell)
    related = (
        Related(split.cell.at(split.node), "the rows are dealt out here, after they were copied"),
        *used(found, split),
    )
    at = copied.cell.at(copied.node)
    held = f" as `{split.held}`" if split.held else ""
    if copied.how == "augmentation":
        message = (
            f"`{text}` changes every row at random before {there} holds some out{held}: the test rows are altered, too"
        )
        return Hit(at, message, related, severity="major", confidence="possible")
    message = f"`{text}` copies or blends rows before {there} holds some out{held}: their twins are trained on"
    # Where a test set was put aside before, that one is still clean.
    return Hit(at, message, related, severity="major" if copied.part else None)


def _trained_on(score: Score) -> Split | None:
    """The split whose held-out rows were both trained on and scored."""
    fit = score.fit
    if fit is None or score.by_folds or not score.rows & fit.rows or fit.subset or fit.tool is None:
        return None
    held = next((step for step in score.part if step[1] == 1), None)
    if held is None or held[0].how == "given":
        return None
    learnt = {part for rows, part in fit.mixed if rows & score.rows} or {fit.part}
    whole = any(score.part[: len(part)] == part and len(part) <= score.part.index(held) for part in learnt)
    put_back = len(learnt) > 1 and score.part in learnt
    return held[0] if whole or put_back else None


def _remembered(score: Score, split: Split) -> Hit:
    fit = score.fit
    assert fit is not None
    related = (
        Related(fit.cell.at(fit.node), "the model is fitted on all rows"),
        Related(split.cell.at(split.node), "the rows are held out here"),
    )
    held = f" as `{split.held}`" if split.held else ""
    there = f"cell {fit.cell.number}" if fit.cell is not score.cell else "this cell"
    message = (
        f"`{score.cell.segment(score.node)}` scores rows that {where(split.cell, score.cell)} holds out{held}, "
        f"but `{fit.cell.segment(fit.node)}` in {there} was fitted on them"
    )
    return Hit(score.cell.at(score.node), message, related)
