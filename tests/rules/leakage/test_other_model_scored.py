"""NBC514 beyond its documentation: whose predictions they are, and whether the new model is asked after all."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

HEAD = """# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
line = LogisticRegression()
line.fit(X_train, y_train)
y_pred = line.predict(X_test)
print(accuracy_score(y_test, y_pred))
# %%
"""


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC514"].check(Page(percent.read(HEAD + text, "t.py"))))


@pytest.mark.parametrize(
    "text",
    [
        "tree = DecisionTreeClassifier()\ntree.fit(X_train, y_train)\nprint(accuracy_score(y_test, y_pred))",
        "tree = DecisionTreeClassifier().fit(X_train, y_train)\nscore = f1_score(y_true=y_test, y_pred=y_pred)",
        "line = SVC()\nline.fit(X_train, y_train)\nprint(accuracy_score(y_test, y_pred))",
        "search = GridSearchCV(SVC(), {})\nsearch.fit(X_train, y_train)\nprint(search.best_params_)\nprint(f1_score(y_test, y_pred))",
        "tree = SVC().fit(X_train, y_train)\n# %%\ntree_guess = tree.predict(X_test)\nprint(accuracy_score(y_test, y_pred))",
        "def judge(model):\n    model.fit(X_train, y_train)\n    print(accuracy_score(y_test, y_pred))\njudge(SVC())",
    ],
)
def test_the_old_model_is_scored(text: str) -> None:
    assert len(hits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "print(accuracy_score(y_test, y_pred))",
        "y_pred = SVC().fit(X_train, y_train).predict(X_test)\nprint(accuracy_score(y_test, y_pred))",
        "print(accuracy_score(y_test, y_pred))\ntree = SVC().fit(X_train, y_train)",
        "tree = SVC().fit(X_train, y_train)\nprint(tree.score(X_test, y_test), accuracy_score(y_test, y_pred))",
        "tree = SVC().fit(X_train, y_train)\nguess = tree.predict(X_test)\nfor p in (y_pred, guess):\n    print(accuracy_score(y_test, p))",
        "tree = SVC().fit(X_train, y_train)\nguess = tree.predict(X_test)\nprint(accuracy_score(y_test, y_pred))\n# %%\n"
        "print(accuracy_score(y_test, guess))",
        "final = SVC().fit(X, y)\nprint(accuracy_score(y_test, y_pred))",
        "tree = SVC().fit(X_train, y_train)\nprint(show(tree, X_test), accuracy_score(y_test, y_pred))",
        "print(cross_val_score(SVC(), X_train, y_train))\nprint(accuracy_score(y_test, y_pred))",
        "def judge(model):\n    model.fit(X_train, y_train)\n    y_pred = model.predict(X_test)\n    return accuracy_score(y_test, y_pred)\njudge(SVC())",
        "seen = line.predict(X_train)\nprint(accuracy_score(y_test, y_pred))",
        "a, b, c, d = train_test_split(Z, t)\nother = SVC().fit(a, c)\nprint(accuracy_score(y_test, y_pred))",
    ],
)
def test_it_is_meant(text: str) -> None:
    assert not hits(text)


def test_both_places_are_told() -> None:
    (hit,) = hits("tree = SVC()\ntree.fit(X_train, y_train)\nprint(accuracy_score(y_test, y_pred))")
    assert "`LogisticRegression`" in hit.message
    assert [(place.at.cell, place.at.line) for place in hit.related] == [(2, 2), (1, 9)]
