"""NBC505."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Score
from nbcritic.analysis.provenance_tables import MODEL, SEARCHES
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_PICTURES = frozenset({"roc_curve", "precision_recall_curve", "plot_confusion_matrix", "validation"})
"""What is looked at rather than reported."""
_MODELS = frozenset({"model", "search", "unknown"})
_DESCRIBES = regex(r"^Dummy|^LinearRegression$|CV$|^Sequential$")
"""A baseline, a line through the rows at hand, a search for a strength, a network that is watched while it learns."""
_TRAINING = regex(r"(?<![a-z])(?:train(?:ing)?|in[-_ ]?sample|fitted)(?![a-z])", re.I)
_HANDFUL = 20
_STEPS = 4
_WRAPS = frozenset("array asarray DataFrame Series transform fit_transform".split())
_WITH_ANSWERS = frozenset({"train_test_split", "random_split", "the folds", "given"})


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

    Bad:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import cross_val_score
        from sklearn.naive_bayes import GaussianNB
        from sklearn.svm import SVC
        df = pd.read_csv("loans.csv")
        X, y = df.drop(columns="default"), df["default"]
        print("Bayes", cross_val_score(GaussianNB(), X, y).mean())
        # %%
        forest = RandomForestClassifier().fit(X, y)
        print("forest", forest.score(X, y))  # <- flagged
        machine = SVC().fit(X, y)
        print("SVC", machine.score(X, y))

    Good:

        # %%
        from sklearn.linear_model import LinearRegression
        weather = pd.read_csv("weather.csv")
        line = LinearRegression().fit(weather[["year"]], weather["first_bloom"])
        print("days a year", line.coef_, "R2", line.score(weather[["year"]], weather["first_bloom"]))

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
        weather = pd.read_csv("weather.csv")
        explained = {}
        for station in weather["station"].unique():
            rows = weather[weather["station"] == station]
            explained[station] = LinearRegression().fit(rows[["year"]], rows["rain"]).score(rows[["year"]], rows["rain"])
        print(explained)

    Good:

        # %%
        from pyspark.ml.classification import LogisticRegression
        df_trainset, df_testset = df.randomSplit([0.8, 0.2])
        model = LogisticRegression(maxIter=100).fit(df_trainset)
        print(model.evaluate(df_testset).areaUnderROC)

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        X, y = [[0, 1], [1, 1], [2, 0]], [0, 1, 1]
        line = LogisticRegression().fit(X, y)
        print(line.score(X, y))

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
    scores = [score for score in scores if not _is_handful(page, score)]
    if not scores or _is_asked_elsewhere(page, ""):
        return
    if not any(_may_be_fair(page, score) for score in found.scores):
        if not _is_read_by_slopes(page, scores) and not all(map(_is_by_group, scores)):
            plain = [score for score in scores if not _is_called_training(page, score)]
            hit = _hit(plain or scores, "there is no score on other rows" if found.splits else "nothing is held out")
            # Who reads the name knows what the number is worth.
            yield hit if plain else replace(hit, severity="minor", confidence="possible")
        return
    alone = _told_alone(page, scores)
    if len(alone) > 1:  # a table of models; a single one may stand there for a reason
        models = ", ".join(f"`{name}`" for name in alone)
        yield _hit([score for each in alone.values() for score in each], f"{models} have no other score")


def _is_called_training(page: Page, score: Score) -> bool:
    """Does the name of the score, or the text that it is printed with, say on which rows it is taken?"""
    statement = score.cell.statement(score.node)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    shown: list[ast.AST] = [] if targets else [statement]
    if names:
        prints = (call for cell in page.code for call in cell.nodes(ast.Call) if called_name(call.func) == "print")
        shown += [call for call in prints if any(node.id in names for node in nodes_in(call, ast.Name))]
    texts = [str(node.value) for part in shown for node in nodes_in(part, ast.Constant) if isinstance(node.value, str)]
    return any(map(_TRAINING.search, (*names, *texts)))


def _is_handful(page: Page, score: Score) -> bool:
    """Are the rows literals in the code, so few that they only show how a thing works?"""
    call = score.fit.node if score.fit is not None else None
    given: list[ast.expr] = call.args[:2] if isinstance(call, ast.Call) else []
    return any(_is_literal(page, rows) for rows in given)


def _is_literal(page: Page, rows: ast.expr | None) -> bool:
    for _ in range(_STEPS):
        rows = page.values.source(rows) if isinstance(rows, ast.Name) else rows
        if isinstance(rows, ast.Call) and rows.args and called_name(rows.func) in _WRAPS:
            rows = rows.args[0]
    return isinstance(rows, (ast.List, ast.Tuple)) and 0 < len(rows.elts) <= _HANDFUL


def _hit(scores: Sequence[Score], why: str) -> Hit:
    first = scores[0]
    fit = first.fit
    assert fit is not None
    text = first.cell.segment(first.node)
    there = f"cell {fit.cell.number}" if fit.cell is not first.cell else "the same cell"
    message = f"`{text}` is taken on the rows that `{fit.cell.segment(fit.node)}` in {there} learnt from, and {why}"
    related = [Related(fit.cell.at(fit.node), "the model is fitted on these rows")]
    related += [Related(s.cell.at(s.node), "so is this score") for s in scores[1:6]]
    explains = fit.name == "LinearRegression"  # R² may be meant to describe these rows
    return Hit(first.cell.at(first.node), message, tuple(related), confidence="possible" if explains else None)


def _is_read_by_slopes(page: Page, scores: Sequence[Score]) -> bool:
    """Is it a line whose slope is the result? Its R² describes the rows at hand."""
    lines = all(score.fit is not None and score.fit.name == "LinearRegression" for score in scores)
    return lines and any(
        node.attr in ("coef_", "intercept_") for cell in page.code for node in cell.nodes(ast.Attribute)
    )


def _is_by_group(score: Score) -> bool:
    """Is it the R² of a line through the rows of each group, kept under the group's name? It describes them."""
    fit, statement = score.fit, score.cell.statement(score.node)
    loops = [loop for loop in score.loops if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if fit is None or fit.name != "LinearRegression" or not loops or not fit.loops:
        return False
    names = {loop.target.id for loop in loops if isinstance(loop.target, ast.Name)}
    return any(
        isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name) and target.slice.id in names
        for target in targets
    )


def _told_alone(page: Page, scores: Sequence[Score]) -> dict[str, list[Score]]:
    """The classes of models of which the page gives no score but on their own training rows."""
    if any(score.fit is None and not score.model and score.metric not in _PICTURES for score in page.provenance.scores):
        return {}  # of a model that is not known
    models: dict[str, list[Score]] = {}
    for score in scores:
        name = score.fit.name if score.fit is not None else score.model
        models.setdefault(name, []).append(score)
    return {
        name: each
        for name, each in models.items()
        if MODEL.search(name)
        and not _DESCRIBES.search(name)
        and all(score.is_on_training_rows for score in each)
        and not _is_asked_elsewhere(page, name)
    }


def _is_asked_elsewhere(page: Page, name: str) -> bool:
    """Does a model predict rows that were held out with their answers? It may be measured there by hand."""
    return any(
        (fit.name == name or not name) and fit.kind in _MODELS and step[1] == 1 and step[0].how in _WITH_ANSWERS
        for fit, value, cell, node in page.provenance.events.predictions
        for step in value.part[-1:]
        if _is_used(page, cell, node)
    )


def _is_used(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    """Is anything done with a result? Not where its name is never read."""
    parent = cell.parent(node)
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return True
    names = (name for other in page.code for name in other.nodes(ast.Name) if name.id == target.id)
    return any(isinstance(name.ctx, ast.Load) for name in names)


def _may_be_fair(page: Page, score: Score) -> bool:
    """Is it taken on other rows than the model's, or is it not known on which?"""
    if score.metric in SEARCHES:  # it scores by folds, but who reads that?
        return any(word in cell.source for cell in page.code for word in ("best_score_", "cv_results_"))
    return (
        score.metric == "validation"
        or not score.is_on_training_rows
        or score.fit is None
        or score.fit.kind not in _MODELS
    )
