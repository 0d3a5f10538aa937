"""NBC503."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Score
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._candidates import competing, inside, place_of, refitted, searched
from nbcritic.rules.leakage._choice import Choices, said
from nbcritic.rules.leakage._epochs import best_kept, ended_by
from nbcritic.rules.leakage._flows import Flows, Variable
from nbcritic.rules.leakage._held_out import PICTURES, TestSet, is_judged_elsewhere, test_sets
from nbcritic.rules.leakage._orders import searched_on_all

_MANY = 3
"""So many models must compete before words alone make it a choice: among two, luck adds little."""
_CURVES = frozenset({"roc_curve", "precision_recall_curve"})
_CUT = "take it from rows held out of the training set"
_CUTS = regex(r"thr|cut|_fpr|fpr", re.I)
_REMEDY = "choose by `cross_val_score` on the training rows and score the test rows once"


@rule("NBC503", name="test-set-tuning", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""The rows that choose the model also give its reported score.

    The best of forty scores on the same test rows is best partly by luck, and the luck is reported as skill: on new rows the chosen
    model, threshold or epoch falls back. A table of several models is no fault as such; to name its winner and to give the winner's
    score on these rows as the result is. So is a search for the orders of a forecasting model (`auto_arima`) over all rows,
    the last of which then test it.

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

    Bad:

        # %%
        from pmdarima import auto_arima
        from statsmodels.tsa.arima.model import ARIMA
        load = pd.read_csv("load.csv")
        auto_arima(load["mw"], seasonal=True, m=7).summary()  # <- flagged
        # %%
        train, test = load.iloc[:400], load.iloc[400:]
        fitted = ARIMA(train["mw"], order=(2, 1, 1)).fit()
        print(mean_squared_error(test["mw"], fitted.forecast(len(test))))

    Good:

        # %%
        from pmdarima import auto_arima
        from statsmodels.tsa.arima.model import ARIMA
        load = pd.read_csv("load.csv")
        train, test = load.iloc[:400], load.iloc[400:]
        auto_arima(train["mw"], seasonal=True, m=7).summary()
        fitted = ARIMA(train["mw"], order=(2, 1, 1)).fit()
        print(mean_squared_error(test["mw"], fitted.forecast(len(test))))
        final = auto_arima(load["mw"], seasonal=True, m=7)

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

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import train_test_split
        from sklearn.svm import SVC
        from sklearn.tree import DecisionTreeClassifier
        df = pd.read_csv("wine.csv")
        X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="label"), df["label"])
        linear = LogisticRegression().fit(X_train, y_train).score(X_test, y_test)
        tree = DecisionTreeClassifier().fit(X_train, y_train).score(X_test, y_test)
        svm = SVC().fit(X_train, y_train).score(X_test, y_test)
        max(linear, tree)
        # %%
        scores = [linear, tree, svm]
        place = 0
        for column in table.columns:
            table[column] = scores[place]
            place += 1
            if place > len(scores) - 1:
                break
        print("Trees often outperform straight lines.")
    """
    yield from searched_on_all(page)
    flows = None
    for test in test_sets(page):
        flows = flows or Flows(page)
        # What was chosen by the best score is too good by more than what was stopped by it.
        hit = _chosen(page, flows, test) or _watched(page, test)
        hit = hit or _cut_off(page, flows, test) or _best_epoch(page, flows, test)
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


def _best_epoch(page: Page, flows: Flows, test: TestSet) -> Hit | None:
    """The best epoch's score, where every epoch was scored on the test rows."""
    for score in test.scores:
        fit = score.fit
        if score.metric != "validation" or fit is None:
            continue
        seed = (fit.cell, fit.node)
        for cell, node in Choices(page, flows, [seed]).picked(frozenset({"history"})):
            message = f"`{cell.segment(node)}` picks the epoch that is best on {test.name}: choose it by rows held out of the training set"
            return Hit(cell.at(node), message, (Related(fit.cell.at(fit.node), "every epoch is scored"), _held(test)))
    return None


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
    found = searched(page, flows, test)
    if found is not None:
        cell, call, score = found
        message = (
            f"`{cell.segment(call)}` searches by scores on {test.name}, which are also what is reported: {_REMEDY}"
        )
        return Hit(cell.at(call), message, _chain(test, [score]))
    scores = competing(test)
    if not scores:
        return None
    first = scores[0]
    choices = Choices(page, flows, [(score.cell, score.node) for score in scores])
    in_loop = test.split.node in inside(first)
    picked = next(choices.kept(), None) or next(choices.picked(), None)
    if picked is not None and not (in_loop and choices.is_averaged):
        cell, node = picked
        message = f"`{cell.segment(node)}` chooses by scores on {test.name}, which are also what is reported: {_REMEDY}"
        # What is handed on from function to function is known less surely.
        far = min(score.depth for score in scores) > 1
        return Hit(cell.at(node), message, _chain(test, scores), confidence="possible" if far else None)
    if in_loop or any(score.by_folds for score in page.provenance.scores):
        return None
    again = refitted(page, test, scores)
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
    words = said(page, scores[-1].cell.number, choices.are_ranked)
    if words is None:
        return None
    last = scores[-1]
    message = (
        f"The best model is named in cell {words} by scores on {test.name}, which are also what is reported: {_REMEDY}"
    )
    return Hit(last.cell.at(last.node), message, _chain(test, scores[:-1] or scores), confidence="possible")


def _cut_off(page: Page, flows: Flows, test: TestSet) -> Hit | None:
    """A threshold read off a curve over the test rows, then applied to them."""
    for curve in test.scores:
        if curve.metric not in _CURVES:
            continue
        for cell, node in Choices(page, flows, [(curve.cell, curve.node)]).picked():
            cuts = flows.derived([(cell, node)])
            shown = _read_off(page, flows, cuts, flows.derived([(curve.cell, curve.node)]))
            if shown is not None:
                message = f"`{cell.segment(node)}` picks the threshold that is best on {test.name}, and `{shown}` reports its score on the same rows: {_CUT}"
                return Hit(cell.at(node), message, _chain(test, [curve]))
            for score in test.scores:
                if (
                    score.metric not in PICTURES
                    and place_of(score.cell, score.node) > place_of(cell, node)
                    and flows.holds(score.node, cuts)
                ):
                    message = (
                        f"`{cell.segment(node)}` reads the threshold off a curve over {test.name}, and "
                        f"`{score.cell.segment(score.node)}` reports it on the same rows: {_CUT}"
                    )
                    return Hit(cell.at(node), message, _chain(test, [curve, score]))
    return None


def _read_off(page: Page, flows: Flows, cuts: frozenset[Variable], curve: frozenset[Variable]) -> str | None:
    """`f1[best]`: a score at the place that was picked, as text."""
    for cell in page.code:
        for item in cell.nodes(ast.Subscript):
            owner = item.value
            if (
                isinstance(owner, ast.Name)
                and not _CUTS.search(owner.id)
                and flows.holds(owner, curve - cuts)
                and flows.holds(item.slice, cuts)
            ):
                return cell.segment(item)
    return None


def _chain(test: TestSet, scores: list[Score]) -> tuple[Related, ...]:
    places = {score.node: score for score in scores}.values()
    return (*(Related(s.cell.at(s.node), "scored on the test rows") for s in list(places)[:4]), _held(test))


def _held(test: TestSet) -> Related:
    return Related(test.split.cell.at(test.split.node), "the rows are held out here")
