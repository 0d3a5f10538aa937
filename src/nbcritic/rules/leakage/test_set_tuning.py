"""NBC503."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Score
from nbcritic.analysis.provenance_tables import METRICS
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._choice import Choices, said
from nbcritic.rules.leakage._epochs import best_kept, ended_by
from nbcritic.rules.leakage._flows import Flows
from nbcritic.rules.leakage._held_out import PICTURES, TestSet, is_judged_elsewhere, test_sets

_MANY = 3
"""So many models must compete before words alone make it a choice: among two, luck adds little."""
_CURVES = frozenset({"roc_curve", "precision_recall_curve"})
_REMEDY = "choose by `cross_val_score` on the training rows and score the test rows once"


@rule("NBC503", name="test-set-tuning", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""The rows that choose the model also give its reported score.

    The best of forty scores on the same test rows is best partly by luck, and the luck is reported as skill: on new rows the chosen
    model, threshold or epoch falls back. A table of several models is no fault as such; to name its winner and to give the winner's
    score on these rows as the result is.

    Instead, choose by cross-validation on the training rows (`cross_val_score`, `GridSearchCV`, `validation_split`) or on a validation
    part of its own, and score the test rows once, with what was chosen.

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.neighbors import KNeighborsClassifier
        df = pd.read_csv("wine.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="label"), df["label"])
        scores = []
        for k in range(1, 40):
            knn = KNeighborsClassifier(n_neighbors=k).fit(X_train, y_train)
            scores.append(knn.score(X_test, y_test))
        # %%
        print("best k", np.argmax(scores) + 1, "accuracy", max(scores))  # <- flagged

    Bad:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeRegressor
        df = pd.read_csv("rents.csv")
        X_train, X_test, y_train, y_test = train_test_split(df[["area"]], df["rent"])
        for depth in range(2, 9):
            tree = DecisionTreeRegressor(max_depth=depth).fit(X_train, y_train)
            plt.plot(depth, tree.score(X_test, y_test), "o")
        # %%
        final = DecisionTreeRegressor(max_depth=4).fit(X_train, y_train)
        print(final.score(X_test, y_test))  # <- flagged

    Bad:

        # %%
        from keras.callbacks import EarlyStopping
        from sklearn.model_selection import train_test_split
        df = pd.read_csv("rents.csv")
        X_train, X_test, y_train, y_test = train_test_split(df[["area"]], df["rent"])
        stop = EarlyStopping(patience=5, restore_best_weights=True)
        net.fit(X_train, y_train, validation_data=(X_test, y_test), callbacks=[stop])  # <- flagged
        print(net.evaluate(X_test, y_test))

    Bad:

        # %%
        best = 0
        for epoch in range(20):
            train_one_epoch(net, train_loader)
            accuracy = evaluate(net, test_loader)
            if accuracy > best:  # <- flagged
                best = accuracy
                torch.save(net.state_dict(), "best.pt")

    Good:

        # %%
        from sklearn.model_selection import GridSearchCV, train_test_split
        from sklearn.neighbors import KNeighborsClassifier
        df = pd.read_csv("wine.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="label"), df["label"])
        search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": range(1, 40)}).fit(X_train, y_train)
        print(search.best_params_, search.score(X_test, y_test))

    Good:

        # %%
        from sklearn.model_selection import train_test_split
        from sklearn.neighbors import KNeighborsClassifier
        df = pd.read_csv("wine.csv")
        X_rest, X_test, y_rest, y_test = train_test_split(df.drop(columns="label"), df["label"])
        X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest)
        scores = [KNeighborsClassifier(k).fit(X_train, y_train).score(X_val, y_val) for k in range(1, 40)]
        print(KNeighborsClassifier(np.argmax(scores) + 1).fit(X_rest, y_rest).score(X_test, y_test))

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("wine.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="label"), df["label"])
        for model in (LogisticRegression(), DecisionTreeClassifier()):
            print(model, model.fit(X_train, y_train).score(X_test, y_test))
    """
    flows = None
    for test in test_sets(page):
        hit = _watched(page, test)
        if hit is None:
            flows = flows or Flows(page)
            hit = _chosen(page, flows, test) or _cut_off(page, flows, test)
        if hit is not None:
            yield hit
            return
    if not is_judged_elsewhere(page):
        for cell, loop, kept in best_kept(page):
            message = (
                f"`{cell.segment(kept)}` keeps what is best on the test rows, so that its score on them is too good: "
                "choose by rows held out of the training set"
            )
            yield Hit(cell.at(kept), message, (Related(cell.at(loop), "every turn is scored on the test rows here"),))
            return


def _watched(page: Page, test: TestSet) -> Hit | None:
    """Training that ends where the test rows say so."""
    for score in test.scores:
        fit = score.fit
        if fit is None or score.metric == "validation":
            continue
        if not any(watched.part == test.part for watched in fit.watched[-1:]):
            continue
        ended = ended_by(page, fit)
        if ended is not None:
            cell, by = ended
            message = (
                f"`{called_name(by.func) if isinstance(by, ast.Call) else ''}` ends the training by the score on {test.name}, "
                f"and `{score.cell.segment(score.node)}` reports the score on the same rows: watch rows held out of the training set"
            )
            related = [Related(cell.at(by), "this chooses the epoch")] if by is not fit.node else []
            related.append(Related(score.cell.at(score.node), "the same rows give the score"))
            return Hit(fit.cell.at(fit.node), message, (*related, _held(test)))
    return None


def _chosen(page: Page, flows: Flows, test: TestSet) -> Hit | None:
    """A choice among models or settings that were scored on the test rows."""
    scores = _competing(test)
    if not scores:
        return None
    first = scores[0]
    choices = Choices(page, flows, [(score.cell, score.node) for score in scores])
    in_loop = test.split.node in _inside(first)
    picked = next(choices.kept(), None) or next(choices.picked(), None)
    if picked is not None and not (in_loop and choices.is_averaged):
        cell, node = picked
        message = f"`{cell.segment(node)}` chooses by scores on {test.name}, which are also what is reported: {_REMEDY}"
        return Hit(cell.at(node), message, _chain(test, scores))
    if in_loop:
        return None
    again = _refitted(test, scores)
    if again is not None:
        fit = again.fit
        assert fit is not None
        message = (
            f"The setting of `{fit.name}` is read off scores on {test.name} in cell {first.cell.number} "
            f"and `{again.cell.segment(again.node)}` reports it on the same rows: {_REMEDY}"
        )
        return Hit(again.cell.at(again.node), message, _chain(test, scores))
    models = {score.fit for score in scores if score.fit is not None}
    if len(models) < _MANY and not any(score.loops for score in scores):
        return None
    if any(score.by_folds for score in page.provenance.scores):
        return None
    words = said(page, scores[-1].cell.number)
    if words is None:
        return None
    last = scores[-1]
    message = (
        f"The best model is named in cell {words} by scores on {test.name}, which are also what is reported: {_REMEDY}"
    )
    return Hit(last.cell.at(last.node), message, _chain(test, scores[:-1] or scores), confidence="possible")


def _competing(test: TestSet) -> list[Score]:
    """The scores of candidates: several models', or those of a loop over models or settings."""
    scores = [s for s in test.scores if s.metric not in PICTURES and not (s.fit and s.fit.name.startswith("Dummy"))]
    looped = [score for score in scores if score.loops and not _is_of_each(score)]
    if looped:
        return looped
    fits = {score.fit for score in scores if score.fit is not None and not score.loops}
    return [score for score in scores if score.fit in fits] if len(fits) > 1 else []


def _is_of_each(score: Score) -> bool:
    """Is each turn of the loop another question: other rows, another target?"""
    call = score.node
    if not isinstance(call, ast.Call):
        return True
    if score.metric == "hits":
        return False
    truth = call.args[0:1] if score.metric in METRICS else call.args[1:2]
    targets = frozenset(name for loop in score.loops for name in _bound(loop))
    return any(_mentions(argument, targets) for argument in truth)


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


def _bound(loop: ast.AST) -> list[str]:
    if isinstance(loop, ast.For | ast.AsyncFor):
        return stored_names(loop.target)
    if isinstance(loop, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return [name for generator in loop.generators for name in stored_names(generator.target)]
    return []


def _inside(score: Score) -> set[ast.AST]:
    """Everything in the loops around a score."""
    return {node for loop in score.loops[:1] for node in ast.walk(loop)}


def _refitted(test: TestSet, scores: list[Score]) -> Score | None:
    """The score of a model of the class that a loop tried settings of, made once more with one of them."""
    for score in scores:
        fit = score.fit
        if fit is None or not fit.name or not fit.loops or score.cell is not fit.cell:
            continue
        tried = [value for loop in fit.loops for made in _made(fit.cell, fit.name) for value in _tried(loop, made)]
        if not tried:
            continue
        for later in test.scores:
            other = later.fit
            if other is None or other.name != fit.name or other.loops or later.loops:
                continue
            if _place(other.cell, other.node) > _place(fit.cell, fit.node) and any(
                _is_one(made, *setting) for setting in tried for made in _made(other.cell, fit.name)
            ):
                return later
    return None


def _made(cell: CodeCell, name: str) -> list[ast.Call]:
    return [call for call in cell.nodes(ast.Call) if called_name(call.func) == name]


def _tried(loop: ast.AST, made: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The settings that a loop varies in a call (empty for the first argument), and what they run over."""
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
        return
    for name, value in (("", argument) for argument in made.args[:1]):
        if _mentions(value, frozenset({loop.target.id})):
            yield name, loop.iter
    for keyword in made.keywords:
        if _mentions(keyword.value, frozenset({loop.target.id})):
            yield keyword.arg or "", loop.iter


def _is_one(made: ast.Call, setting: str, values: ast.expr) -> bool:
    """Does a call give the setting one of the values that were tried?"""
    named = [word.value for word in made.keywords if word.arg == setting or not setting]
    given = next(iter(named or made.args), None)
    if not isinstance(given, ast.Constant):
        return isinstance(given, ast.Name)
    if isinstance(values, ast.List | ast.Tuple):
        return any(isinstance(item, ast.Constant) and item.value == given.value for item in values.elts)
    if isinstance(values, ast.Call) and called_name(values.func) == "range" and isinstance(given.value, int):
        ends = [argument.value for argument in values.args if isinstance(argument, ast.Constant)]
        numbers = [end for end in ends if isinstance(end, int)]
        low, high = (numbers[0], numbers[1]) if len(numbers) > 1 else (0, numbers[0] if numbers else given.value + 1)
        return low <= given.value < high
    return True


def _place(cell: CodeCell, node: ast.AST) -> tuple[int, int]:
    return cell.number, getattr(node, "lineno", 0)


def _cut_off(page: Page, flows: Flows, test: TestSet) -> Hit | None:
    """A threshold read off a curve over the test rows, then applied to them."""
    for curve in test.scores:
        if curve.metric not in _CURVES:
            continue
        for cell, node in Choices(page, flows, [(curve.cell, curve.node)]).picked():
            cuts = flows.derived([(cell, node)])
            for score in test.scores:
                if (
                    score.metric not in PICTURES
                    and _place(score.cell, score.node) > _place(cell, node)
                    and flows.holds(score.node, cuts)
                ):
                    message = (
                        f"`{cell.segment(node)}` reads the threshold off a curve over {test.name}, and "
                        f"`{score.cell.segment(score.node)}` reports it on the same rows: take it from rows held out of the training set"
                    )
                    return Hit(cell.at(node), message, _chain(test, [curve, score]))
    return None


def _chain(test: TestSet, scores: list[Score]) -> tuple[Related, ...]:
    places = {score.node: score for score in scores}.values()
    return (*(Related(s.cell.at(s.node), "scored on the test rows") for s in list(places)[:4]), _held(test))


def _held(test: TestSet) -> Related:
    return Related(test.split.cell.at(test.split.node), "the rows are held out here")
