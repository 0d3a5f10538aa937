"""NBC502."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Events, Resampling, Score, Split
from nbcritic.analysis.provenance_names import path_of
from nbcritic.analysis.provenance_values import Part
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

    Bad:

        # %%
        from sklearn.svm import SVC
        df = pd.read_csv("claims.csv")
        X, y = df.drop(columns="fraud"), df["fraud"]
        X_train, y_train = X[:8000], y[:8000]
        X_test, y_test = X[:2000], y[:2000]
        model = SVC().fit(X_train, y_train)
        print(model.score(X_test, y_test))  # <- flagged

    Good:

        # %%
        from sklearn.svm import SVC
        df = pd.read_csv("claims.csv")
        train, test = df[:8000], df[7900:10000]  # the last hundred rows are there to look back at
        model = SVC().fit(train[["paid"]], train["fraud"])
        print(model.score(test[["paid"]], test["fraud"]))

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
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import log_loss
        from sklearn.model_selection import KFold, train_test_split
        df = pd.read_csv("claims.csv")
        X_seen, X_test, y_seen, y_test = train_test_split(df[["paid", "age"]], df[["fraud"]])
        X, y = X_seen, y_seen
        blend, test_blend = np.zeros((len(X), len(models))), np.zeros((len(X_test), len(models)))
        for place, model in enumerate(models):
            for train, rest in KFold().split(X):
                model.fit(X.iloc[train], y.iloc[train])
                blend[rest, place] = model.predict_proba(X.iloc[rest])[:, 1]
            test_blend[:, place] = model.predict_proba(X_test)[:, 1]
        blend, test_blend = scaled(pd.DataFrame(blend)), scaled(pd.DataFrame(test_blend))
        stacker = LogisticRegression().fit(blend, y["fraud"])
        print(log_loss(y_test, stacker.predict_proba(test_blend)[:, 1]))

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
        choices = _nested(score)
        if choices is not None and score.fit is not None and score.fit.node not in said:
            said.add(score.fit.node)
            yield _chosen_twice(score, *choices)


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
    if fit is None or score.by_folds or not score.rows or fit.subset or fit.tool is None:
        return None
    if not score.rows <= fit.rows:  # a matrix that was filled bit by bit: nobody knows whose rows it holds
        return None
    held = next((step for step in score.part if step[1] == 1), None)
    if held is None or held[0].how == "given":
        return None
    learnt = {part for rows, part in fit.mixed if rows & score.rows} or {fit.part}
    whole = any(score.part[: len(part)] == part and len(part) <= score.part.index(held) for part in learnt)
    put_back = len(learnt) > 1 and score.part in learnt
    return held[0] if whole or put_back else None


def _nested(score: Score) -> tuple[ast.AST, ast.AST] | None:
    """The choices of rows to train on and to score on, where what stands in them says that they share rows."""
    fit = score.fit
    if fit is None or score.by_folds or fit.tool is None or score.rows != fit.rows:
        return None
    learnt, asked = fit.subset - score.subset, score.subset - fit.subset
    if len(learnt) != 1 or len(asked) != 1 or _before(fit.part) != _before(score.part):
        return None
    one, other = (token[0] if isinstance(token, tuple) else token for token in (*learnt, *asked))
    if isinstance(one, ast.Slice) and isinstance(other, ast.Slice):
        return (one, other) if _share_half(one, other) else None
    if isinstance(one, ast.Compare) and isinstance(other, ast.Compare):
        return (one, other) if _look_the_same_way(one, other) else None
    return None


def _before(part: Part) -> Part:
    """The way to a part without the choice by position that comes last."""
    return part[:-1] if part and part[-1][0].how == "selects by position" else part


def _share_half(train: ast.Slice, test: ast.Slice) -> bool:
    """Is at least half of one stretch of rows in the other? A few rows to look back at are no fault."""
    bounds = [_whole(bound) for piece in (train, test) for bound in (piece.lower or ast.Constant(0), piece.upper)]
    if train.step is not None or test.step is not None or any(bound is None for bound in bounds):
        return False
    first, end, start, stop = (bound or 0 for bound in bounds)
    return 2 * (min(end, stop) - max(first, start)) >= stop - start > 0


def _whole(bound: ast.expr | None) -> int | None:
    return bound.value if isinstance(bound, ast.Constant) and isinstance(bound.value, int) else None


def _look_the_same_way(train: ast.Compare, test: ast.Compare) -> bool:
    """`x > 0.5` and `x > 0.3`: who passes the one passes the other."""
    limits = [side.comparators[0] for side in (train, test)]
    if not all(isinstance(limit, ast.Constant) and isinstance(limit.value, (int, float)) for limit in limits):
        return False
    pair = {type(operator) for side in (train, test) for operator in side.ops}
    same = pair <= {ast.Gt, ast.GtE} or pair <= {ast.Lt, ast.LtE}
    return same and len(train.ops) == len(test.ops) == 1 and "" != path_of(train.left) == path_of(test.left)


def _chosen_twice(score: Score, learnt: ast.AST, asked: ast.AST) -> Hit:
    fit = score.fit
    assert fit is not None
    message = (
        f"`{score.cell.segment(score.node)}` scores the rows `{ast.unparse(asked)}`, and the model was fitted on `{ast.unparse(learnt)}`: "
        "these share rows"
    )
    return Hit(score.cell.at(score.node), message, (Related(fit.cell.at(fit.node), "the model is fitted here"),))


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
