"""NBC513."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._labels import Labels

_RANKS = frozenset({"roc_auc_score", "average_precision_score", "roc_curve", "precision_recall_curve"})
"""What goes through every threshold."""
_WEIGHS = frozenset({"log_loss", "brier_score_loss"})
"""What asks how sure a model is."""
_SPARK_SCORES = regex(r"pyspark\.ml\.(?:regression|recommendation)|pyspark\.mllib")
"""Models whose column `prediction` is a number."""

_Fault: TypeAlias = tuple[CodeCell, ast.Call, tuple[Related, ...], str]
"""A call, with the place where its labels are made, and what to say."""


@rule("NBC513", name="hard-labels-scored", severity="major", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""A metric of scores, such as the AUC, is given predicted classes.

    The area under the ROC curve asks how well the model ranks the rows. Of classes 0 and 1 there is one threshold left, and the
    number is the mean of sensitivity and specificity at it: often far below what the model can do, and models change places. The log
    loss of classes only counts errors.

    Instead, give the metric what the model says before it decides: `model.predict_proba(X)[:, 1]` or `model.decision_function(X)`; in
    Spark, `rawPredictionCol="rawPrediction"`.

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import roc_auc_score
        from sklearn.model_selection import train_test_split
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        model = LogisticRegression().fit(X_train, y_train)
        # %%
        y_pred = model.predict(X_test)
        print("AUC", roc_auc_score(y_test, y_pred))  # <- flagged

    Bad:

        # %%
        from sklearn import metrics
        from sklearn.ensemble import RandomForestClassifier
        forest = RandomForestClassifier().fit(X_train, y_train)
        chances = forest.predict_proba(X_test)[:, 1]
        fpr, tpr, _ = metrics.roc_curve(y_test, (chances > 0.5).astype(int))  # <- flagged

    Bad:

        # %%
        from pyspark.ml.evaluation import BinaryClassificationEvaluator
        evaluator = BinaryClassificationEvaluator(labelCol="churn", rawPredictionCol="prediction")  # <- flagged
        print("AUC", evaluator.evaluate(predictions))

    Good:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score, roc_auc_score
        from sklearn.svm import SVC
        model = LogisticRegression().fit(X_train, y_train)
        y_pred = model.predict(X_test)
        print(accuracy_score(y_test, y_pred), roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
        y_pred = SVC().fit(X_train, y_train).decision_function(X_test)
        print(roc_auc_score(y_test, y_pred))

    Good:

        # %%
        from sklearn.metrics import roc_auc_score
        from tensorflow import keras
        model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        model.fit(X_train, y_train)
        print(roc_auc_score(y_test, model.predict(X_test)))

    Good:

        # %%
        from sklearn.linear_model import LinearRegression
        from sklearn.metrics import roc_auc_score
        line = LinearRegression().fit(X_train, y_train)
        print(roc_auc_score(y_test, line.predict(X_test)))
    """
    found = sorted((*_sklearn(page), *_spark(page)), key=lambda place: (place[0].number, place[1].lineno))
    if not found:
        return
    cell, call, made, text = found[0]
    more = tuple(Related(other.at(node), "this one, too") for other, node, *_ in found[1:6])
    others = f" (and {len(found) - 1} more such calls)" if len(found) > 2 else " (and another call)" if more else ""
    unread = all(_is_unread(page, cell, call) for cell, call, *_ in found)
    yield Hit(cell.at(call), text + others, made + more, severity="minor" if unread else None)


def _is_unread(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Is the result bound to names that nothing reads?"""
    statement = cell.parent(call)
    if not isinstance(statement, ast.Assign):
        return False
    names = [node for target in statement.targets for node in nodes_in(target)]
    if any(isinstance(node, (ast.Subscript, ast.Attribute)) for node in names):
        return False
    bound = {node.id for node in names if isinstance(node, ast.Name)}
    reads = (name for other in page.code for name in other.nodes(ast.Name) if isinstance(name.ctx, ast.Load))
    return bool(bound) and not any(name.id in bound for name in reads)


def _sklearn(page: Page) -> Iterator[_Fault]:
    """Each metric of scikit-learn that is given hard labels."""
    labels = Labels(page)
    for cell, call in page.calls_named(_RANKS | _WEIGHS):
        name = (page.qualified(call.func) or "").rpartition(".")[2] or called_name(call.func)
        scores = _scores(call)
        made = labels.source(cell, scores) if scores is not None and name in _RANKS | _WEIGHS else None
        if made is None:
            continue
        source, node = made
        better = "`predict_proba`" if name in _WEIGHS else "`predict_proba` or `decision_function`"
        lost = "does not see how sure the model is" if name in _WEIGHS else "has one threshold left"
        where = () if node is scores else (Related(source.at(node), "the classes are made here"),)
        text = f"`{cell.segment(call)}` is given classes (`{source.segment(node, 40)}`) and {lost}; give it what {better} says"
        yield cell, call, where, text


def _scores(call: ast.Call) -> ast.expr | None:
    """What the metric is given as the model's scores."""
    if len(call.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in call.args[:2]):
        return call.args[1]
    words = ("y_score", "y_pred", "y_proba", "y_prob", "probas_pred")
    return next((word.value for word in call.keywords if word.arg in words), None)


def _spark(page: Page) -> Iterator[_Fault]:
    """Each evaluator of Spark that reads the column of classes."""
    if any(_SPARK_SCORES.search(cell.source) for cell in page.code):
        return
    for cell, call in page.calls_named({"BinaryClassificationEvaluator"}):
        for word in call.keywords:
            if (
                word.arg == "rawPredictionCol"
                and isinstance(word.value, ast.Constant)
                and word.value.value == "prediction"
            ):
                text = '`rawPredictionCol="prediction"` is the column of classes: the area has one threshold left; give it `rawPrediction`'
                yield cell, call, (), text
