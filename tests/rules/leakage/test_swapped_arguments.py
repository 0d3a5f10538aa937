"""NBC515 beyond its documentation: what is predicted, what is the truth, and which way round it matters."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

HEAD = """# %%
import numpy as np
import pandas as pd
import seaborn as sns
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, classification_report, confusion_matrix, f1_score, log_loss,
    mean_squared_error, precision_score, r2_score, roc_auc_score)
from sklearn.model_selection import train_test_split
df = pd.read_csv("a.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="t"), df["t"])
model = LogisticRegression()
model.fit(X_train, y_train)
y_pred = model.predict(X_test)
# %%
"""


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC515"].check(Page(percent.read(HEAD + text, "t.py"))))


@pytest.mark.parametrize(
    "text, severity",
    [
        ("r2_score(y_pred, y_test)", "major"),
        ("r2_score(y_pred.round(), y_test.values)", "major"),
        ("roc_auc_score(model.predict(X_test), y_test)", "major"),
        ("log_loss(y_pred, y_test)", "major"),
        ("balanced_accuracy_score(y_pred, y_test)", "major"),
        ("precision_score(y_pred, y_test)", "minor"),
        ("f1_score(y_pred, y_test, average='weighted')", "minor"),
        ("metrics.classification_report(y_pred, y_test)", "minor"),
        (
            "guess = np.argmax(model.predict_proba(X_test), axis=1)\nprint(classification_report(guess, y_test))",
            "minor",
        ),
        ("confusion_matrix(y_pred, y_test)", "minor"),
        ("tn, fp, fn, tp = confusion_matrix(y_pred, y_test).ravel()", "major"),
        ("m = confusion_matrix(y_pred, y_test)\nsns.heatmap(m)\nplt.ylabel('True')\nplt.xlabel('Predicted')", "major"),
        ("m = confusion_matrix(y_pred, y_test)\n# %%\nsns.heatmap(m)\nax.set_ylabel('Actual class')", "major"),
        ("plt.ylabel('True Positive Rate')\nprint(confusion_matrix(y_pred, y_test))", "minor"),
        ("pd.DataFrame(confusion_matrix(y_pred, y_test), index=['Actual 0', 'Actual 1'])", "major"),
        (
            "def judge(m, X, y):\n    return classification_report(m.predict(X), y)\njudge(model, X_test, y_test)",
            "minor",
        ),
    ],
)
def test_swapped(text: str, severity: str) -> None:
    (hit,) = hits(text)
    assert hit.severity == severity


@pytest.mark.parametrize(
    "text",
    [
        "r2_score(y_test, y_pred)",
        "accuracy_score(y_pred, y_test)\nmean_squared_error(y_pred, y_test)\nf1_score(y_pred, y_test)\nf1_score(y_pred, y_test, average='macro')",
        "r2_score(y_pred=y_pred, y_true=y_test)",
        "confusion_matrix(y_pred, y_test).T",
        "m = confusion_matrix(y_pred, y_test)\nsns.heatmap(m.T)\nplt.ylabel('Predicted label')\nplt.xlabel('True label')",
        "pd.DataFrame(confusion_matrix(y_pred, y_test), index=['Predicted 0', 'Predicted 1'], columns=['Actual 0', 'Actual 1'])",
        "other = model.predict(X_test)\nprint(r2_score(y_pred, other))",
        "def judge(y_true, y_guess):\n    return r2_score(y_true, y_guess)\njudge(y_pred, y_test)",
        "y_true = fill(y_pred)\nprint(r2_score(y_true, preds))",
        "classification_report(y_train, model.predict(X_train))",
        "r2_score(*[y_pred, y_test])",
    ],
)
def test_not_swapped(text: str) -> None:
    assert not hits(text)


def test_calls_of_a_kind_are_one_finding() -> None:
    found = hits(
        "print(r2_score(y_pred, y_test))\n# %%\nprint(precision_score(y_pred, y_test), classification_report(y_pred, y_test))"
    )
    assert [(hit.severity, len(hit.related)) for hit in found] == [("major", 0), ("minor", 1)]
    assert "and another call" in found[1].message
