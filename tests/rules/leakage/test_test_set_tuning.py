"""NBC503 beyond its documentation: what competes, what chooses, and what is only shown."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.leakage.test_set_tuning import check

HEAD = """
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, precision_recall_curve
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
df = pd.read_csv("a.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["a", "b"]], df["y"])
"""
LOOP = """
found = []
for k in range(1, 9):
    model = KNeighborsClassifier(k).fit(X_train, y_train)
    found.append(model.score(X_test, y_test))
"""


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(f"# %%\n{HEAD}\n# %%\n{text}", "t.py", history=True))))


@pytest.mark.parametrize(
    "text",
    [
        LOOP + "print(max(found))",
        LOOP + "best = found.index(max(found))",
        LOOP + "print(pd.Series(found).idxmax())",
        LOOP + "print(np.mean(found), np.argmax(found))",
        LOOP + "found.sort()\nprint(found[-1])",
        LOOP + "print(sorted(found, reverse=True)[0])",
        LOOP + "table = pd.DataFrame(found).sort_values(0)\nprint(table.iloc[0])",
        LOOP
        + "# %%\nfinal = KNeighborsClassifier(n_neighbors=7)\n# %%\nfinal.fit(X_train, y_train)\nfinal.score(X_test, y_test)",
        LOOP + "# %% [markdown]\n# The accuracy was best at k = 5 (91 %): this model performs best.",
        LOOP + "pd.Series(found).sort_values()\n# %% [markdown]\n# The first of these works best.",
        LOOP + "print('the best model has', found[3])",
        "def run(k):\n    m = KNeighborsClassifier(k).fit(X_train, y_train)\n    return m.score(X_test, y_test)\n"
        "scores = {k: run(k) for k in range(9)}\nprint(max(scores, key=scores.get))",
        "def run(trial):\n    m = KNeighborsClassifier(trial.suggest_int('k', 1, 9)).fit(X_train, y_train)\n"
        "    return m.score(X_test, y_test)\nstudy.optimize(run, n_trials=50)\nprint(study.best_value)",
        "a = LogisticRegression().fit(X_train, y_train).score(X_test, y_test)\n"
        "b = RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)\nprint(max(a, b))",
        "score = 0\nwhile score < 0.9:\n    score = RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)",
        "for seed in range(99):\n    m = RandomForestClassifier(random_state=seed).fit(X_train, y_train)\n"
        "    if m.score(X_test, y_test) > 0.95:\n        break",
        "for seed in range(99):\n    a, b, c, d = train_test_split(df[['a']], df['y'], random_state=seed)\n"
        "    s = Ridge().fit(a, c).score(b, d)\n    if s > best:\n        best = s",
        "m = CatBoostClassifier()\nm.fit(X_train, y_train, eval_set=(X_test, y_test))\nprint(m.score(X_test, y_test))",
        "h = net.fit(X_train, y_train, validation_data=(X_test, y_test))\nprint(max(h.history['val_accuracy']))",
        "m = LogisticRegression().fit(X_train, y_train)\np = m.predict_proba(X_test)[:, 1]\n"
        "a, b, cuts = precision_recall_curve(y_test, p)\nf = 2 * a * b / (a + b)\ni = np.argmax(f)\nprint(cuts[i], f[i])",
        "fitted = {'a': LogisticRegression().fit(X_train, y_train), 'b': Ridge().fit(X_train, y_train)}\ns = {}\n"
        "for name, m in fitted.items():\n    s[name] = accuracy_score(y_test, m.predict(X_test))\nprint(max(s, key=s.get))",
    ],
)
def test_chosen_by_test_rows(text: str) -> None:
    assert len(hits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        LOOP + "print(np.mean(found), min(found), max(found))",
        LOOP + "plt.ylim(min(found), max(found))",
        LOOP + "for i, each in enumerate(found):\n    if i > 3:\n        break",
        LOOP + "i = 0\nwhile i < len(found):\n    i += 1",
        LOOP + "print('Neighbours often outperform trees.')",
        LOOP + "# %% [markdown]\n# Five neighbours gave the highest accuracy.",
        "a = LogisticRegression().fit(X_train, y_train).score(X_test, y_test)\n"
        "b = RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)\nmax(a, b)",
        LOOP + "# %% [markdown]\n# Next we identify the best model.",
        LOOP + "KNeighborsClassifier(99).fit(X_train, y_train).score(X_test, y_test)",
        LOOP + "print(cross_val_score(KNeighborsClassifier(5), X_train, y_train).mean())\n"
        "KNeighborsClassifier(5).fit(X_train, y_train).score(X_test, y_test)",
        LOOP + "best = max(found)\npd.DataFrame(rows).to_csv('submission.csv')",
        "m = Ridge().fit(X_train, y_train)\nbase = m.score(X_test, y_test)\ndrops = {}\nfor column in X_test:\n"
        "    changed = X_test.copy()\n    changed[column] = 0\n    drops[column] = m.score(changed, y_test)\nprint(min(drops, key=drops.get))",
        "def score():\n    return 1\ndef other():\n    found = [score()]\n    return max(found)\n"
        "m = Ridge().fit(X_train, y_train)\nfound = m.score(X_test, y_test)",
        "m = Ridge().fit(X_train, y_train)\nfound = [accuracy_score(y_test, m.predict(X_test)), f1_score(y_test, m.predict(X_test))]\n"
        "print(max(found))",
        "a, X_val, c, y_val = train_test_split(X_train, y_train)\nfound = [Ridge(k).fit(a, c).score(X_val, y_val) for k in (1, 2)]\n"
        "print(Ridge(np.argmax(found)).fit(X_train, y_train).score(X_test, y_test))",
        "from keras.callbacks import EarlyStopping\nnet.fit(X_train, y_train, validation_data=(X_test, y_test), "
        "callbacks=[EarlyStopping(monitor='loss')])\nnet.evaluate(X_test, y_test)",
        "for fold in range(3):\n    for x, y in train_loader:\n        loss.backward()\n    if score(net, val_loader) > best:\n"
        "        best = score(net, val_loader)",
    ],
)
def test_not_chosen_by_test_rows(text: str) -> None:
    assert hits(text) == []


def test_validation_rows_that_are_reported() -> None:
    text = "a, X_val, c, y_val = train_test_split(X_train, y_train)\nfound = [Ridge(k).fit(a, c).score(X_val, y_val) for k in (1, 2)]\n"
    assert hits(text + "print('score', max(found))") == []
    assert len(hits(text + "print('Final score:', max(found))")) == 1


def test_the_message_names_the_chain() -> None:
    (hit,) = hits(LOOP + "# %%\nbest = np.argmax(found)")
    assert hit.message.startswith("`np.argmax(found)` chooses by scores on `X_test`")
    assert [(place.at.cell, place.message) for place in hit.related] == [
        (2, "scored on the test rows"),
        (1, "the rows are held out here"),
    ]


def test_words_alone_are_a_question() -> None:
    (hit,) = hits(LOOP + "# %% [markdown]\n# Five neighbours gave the highest accuracy, 0.87.")
    assert hit.confidence == "possible"


@pytest.mark.parametrize(
    "rows, best, confidences",
    [("a, b", "best_of(c, d)", [None]), ("a, b", "asked(c, d)", ["possible"]), ("c, d", "best_of(c, d)", [])],
)
def test_a_choice_far_from_its_rows_is_less_sure(rows: str, best: str, confidences: list[str | None]) -> None:
    text = f"""# %%
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
a, c, b, d = train_test_split(X, y)
def best_of(features, labels):
    best = 0
    for strength in [1, 10, 100]:
        score = SVC(C=strength).fit({rows.replace("c, d", "features, labels")}).score(features, labels)
        if score > best:
            best = score
    return best
def asked(features, labels):
    return best_of(features, labels)
print({best}, SVC().fit(a, b).score(c, d))
"""
    found = check.check(Page(percent.read(text, "t.py")))
    assert [hit.confidence for hit in found] == confidences


ORDERS = "load = pd.read_csv('load.csv')\n{search}\ntrain, test = load[:400], load[400:]\nfitted = ARIMA(train.mw, order=(2, 1, 1)).fit()\n{score}\n"


@pytest.mark.parametrize(
    "search, score, count",
    [
        ("auto_arima(y=load.mw)", "rmse(test.mw, fitted.forecast(9))", 1),
        ("auto_arima(load.mw)\nauto_arima(load.mw, d=1)", "mean_absolute_error(test.mw, fitted.forecast(9))", 1),
        ("auto_arima(load.mw[:400])", "rmse(test.mw, fitted.forecast(9))", 0),
        ("auto_arima(load.mw)", "plot(test.mw)", 0),
        ("auto_arima(price.mw)", "rmse(test.mw, fitted.forecast(9))", 0),
        ("auto_arima(load.mw)", "auto_arima(train.mw)\nrmse(test.mw, fitted.forecast(9))", 0),
    ],
)
def test_orders_that_are_searched_on_all_rows(search: str, score: str, count: int) -> None:
    text = "# %%\nimport pandas as pd\nfrom pmdarima import auto_arima\nfrom statsmodels.tsa.arima.model import ARIMA\n"
    page = Page(percent.read(text + ORDERS.format(search=search, score=score), "t.py"))
    assert len(list(check.check(page))) == count


def test_the_choice_is_named_before_the_early_stopping() -> None:
    text = """# %%
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier
a, c, b, d = train_test_split(X, y)
best = 0
for depth in [1, 2, 3]:
    model = XGBClassifier(max_depth=depth, early_stopping_rounds=9)
    model.fit(a, b, eval_set=[(c, d)])
    recall = recall_score(d, model.predict(c))
    if recall > best:
        best, chosen = recall, model
print(best)
"""
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    assert "chooses by scores" in hit.message
