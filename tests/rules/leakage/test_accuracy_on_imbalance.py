"""NBC510 where the page prints a report and its words do not read it."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

CODE = """# %%
from sklearn.metrics import accuracy_score, classification_report
from sklearn.tree import DecisionTreeClassifier
guess = DecisionTreeClassifier().fit(X_train, y_train).predict(X_test)
print(accuracy_score(y_test, guess))
print(classification_report(y_test, guess))
#> 0.875
"""
HEAD = "#>               precision    recall  f1-score   support\n#>\n"


def report(*recalls: float, rows: int = 50) -> str:
    lines = (
        f"#>      class {index}       0.80      {recall:.2f}      0.80   {rows}\n"
        for index, recall in enumerate(recalls)
    )
    return HEAD + "".join(lines) + "#>    macro avg       0.00      0.00      0.00   400\n"


def hits(reports: str, words: str) -> list[Hit]:
    text = f"{CODE}{reports}# %% [markdown]\n# {words}\n"
    return list(rules.load()["NBC510"].check(Page(percent.read(text, "t.py", history=True))))


@pytest.mark.parametrize(
    "words",
    [
        "The accuracy is very good.",
        "**Accuracy** looks great!",
        "So our model is doing a very good job in terms of predicting the labels.",
        "The tree is shown above. Its performance was excellent.",
    ],
)
def test_the_words_contradict_the_report(words: str) -> None:
    (hit,) = hits(report(1.0, 0.0), words)
    assert hit.at.cell == 2
    assert "50 rows of `class 1`" in hit.message


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        (report(1.0, 0.3), "The accuracy is very good."),
        (report(1.0, 0.0, rows=0), "The accuracy is very good."),
        (report(1.0, 0.0) + report(0.9, 0.8), "The accuracy of the second model is good."),
        (report(1.0, 0.0), "The accuracy is not good."),
        (report(1.0, 0.0), "The accuracy is high, but one class is never found."),
        (report(1.0, 0.0), "The accuracy on the training rows is high."),
        (report(1.0, 0.0), "A good model needs more rows."),
        ("", "The accuracy is very good."),
    ],
)
def test_no_contradiction(reports: str, words: str) -> None:
    assert hits(reports, words) == []
