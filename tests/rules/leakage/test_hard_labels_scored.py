"""NBC513 beyond its documentation: what is a label, and what is not."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

HEAD = """# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score, roc_curve
from sklearn.model_selection import GridSearchCV
m = LogisticRegression().fit(X_train, y_train)
# %%
"""


def hits(text: str, head: str = HEAD) -> list[Hit]:
    return list(rules.load()["NBC513"].check(Page(percent.read(head + text, "t.py"))))


@pytest.mark.parametrize(
    "text",
    [
        "roc_auc_score(y, m.predict(X))",
        "roc_auc_score(y_true=y, y_score=m.predict(X))",
        "average_precision_score(y, m.predict(X).astype(float))",
        "guess = np.array(m.predict(X))\nroc_curve(y, guess)",
        "log_loss(y, m.predict(X))",
        "brier_score_loss(y, m.predict(X))",
        "p = m.predict_proba(X)[:, 1]\nroc_auc_score(y, np.where(p > 0.3, 1, 0))",
        "p = m.predict_proba(X)[:, 1]\np = np.round(p)\nroc_auc_score(y, p)",
        "search = GridSearchCV(m, {}).fit(X, y)\nroc_auc_score(y, search.predict(X))",
        "a, b = m.predict(X), m.predict_proba(X)\nroc_auc_score(y, a)",
        "def judge(model, X, y):\n    guess = model.predict(X)\n    return roc_auc_score(y, guess)",
        "if big:\n    guess = m.predict(X)\nelse:\n    guess = m.predict(X[:9])\nroc_auc_score(y, guess)",
        "guess = m.predict(X)\nfor metric in names:\n    roc_auc_score(y, guess)",
    ],
)
def test_labels(text: str) -> None:
    assert len(hits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "roc_auc_score(y, m.predict_proba(X)[:, 1])",
        "roc_auc_score(y, m.decision_function(X))",
        "guess = m.predict(X)\nguess = m.predict_proba(X)[:, 1]\nroc_auc_score(y, guess)",
        "try:\n    guess = m.predict_proba(X)\nexcept AttributeError:\n    guess = m.predict(X)\nroc_auc_score(y, guess)",
        "def judge(y, guess):\n    return roc_auc_score(y, guess)\njudge(y, m.predict(X))",
        "guess = m.predict(X)\ndef judge(y):\n    return roc_auc_score(y, guess)\nguess = m.predict_proba(X)[:, 1]",
        "from sklearn.linear_model import Lasso\nroc_auc_score(y, model.predict(X))",
        "import xgboost as xgb\nbst = xgb.train({}, data)\nroc_auc_score(y, bst.predict(data))",
        "roc_auc_score(y, np.round(p, 3))",
        "roc_auc_score(y, ages > 65)",
        "roc_auc_score(y, loaded)",
        "roc_auc_score(*pair)",
    ],
)
def test_scores(text: str) -> None:
    assert hits(text) == []


def test_a_classifier_is_known_beside_other_models() -> None:
    assert hits("from sklearn.linear_model import Lasso\nroc_auc_score(y, m.predict(X))")


def test_one_finding_names_the_other_calls() -> None:
    (hit,) = hits("g = m.predict(X)\nroc_auc_score(y, g)\n# %%\nroc_curve(y, g)\nlog_loss(y, g)")
    assert "2 more" in hit.message
    assert [place.at.cell for place in hit.related] == [2, 3, 3]


@pytest.mark.parametrize("library", ["regression import GBTRegressor", "recommendation import ALS"])
def test_spark_column_of_numbers(library: str) -> None:
    call = 'BinaryClassificationEvaluator(rawPredictionCol="prediction")'
    assert hits(call, "# %%\n")
    assert not hits(f"from pyspark.ml.{library}\n{call}", "# %%\n")


@pytest.mark.parametrize(
    "text, severity",
    [
        ("auc = roc_auc_score(y, m.predict(X))", "minor"),
        ("auc = roc_auc_score(y, m.predict(X))\nprint(auc)", None),
        ("roc_auc_score(y, m.predict(X))", None),
        ("a = roc_auc_score(y, m.predict(X))\nprint(roc_auc_score(y, m.predict(X)))", None),
        ("scores['auc'] = roc_auc_score(y, m.predict(X))", None),
    ],
)
def test_a_number_that_nobody_reads_is_minor(text: str, severity: str | None) -> None:
    (hit,) = hits(text)
    assert hit.severity == severity
