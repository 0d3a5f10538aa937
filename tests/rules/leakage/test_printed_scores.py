"""NBC516, NBC517 and NBC518 beyond their documentation: what a saved output says, and what a page takes up."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

LOGISTIC = "#> /lib/sklearn/linear_model/_logistic.py:762: ConvergenceWarning: lbfgs failed to converge (status=1):\n"
MARIMAX = (
    "#> /lib/statsmodels/base/model.py:568: ConvergenceWarning: Maximum Likelihood optimization failed to converge.\n"
)
HEADER = "#>               precision    recall  f1-score   support\n#>\n"
UNDEFINED = "#> /lib/sklearn/metrics/_classification.py:1248: UndefinedMetricWarning: "


def hits(code: str, text: str) -> list[Hit]:
    return list(rules.load()[code].check(Page(percent.read(text, "t.py", history=True))))


@pytest.mark.parametrize(
    "line",
    [
        "loss: nan",
        "Epoch 3/20 - loss: nan - accuracy: 0.1",
        "Train Loss=nan",
        "loss: tensor(nan, grad_fn=<MseLossBackward0>)",
        "loss (test-set): nan",
        "Test RMSE: np.float64(nan)",
        "{'mse': nan}",
        "R² score: NaN",
    ],
)
def test_a_score_that_is_nan(line: str) -> None:
    assert len(hits("NBC516", f"# %% In[1]\nrun(net)\n#> {line}\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "loss: 0.3",
        "loss: nan, then loss: 0.3",  # it came back
        "GridSearchCV(error_score=nan)",
        "XGBRegressor(base_score=nan, missing=nan)",
        "age: nan",
        "mean of error: nano",
        "losses of banana",
    ],
)
def test_no_score_that_is_nan(line: str) -> None:
    assert hits("NBC516", f"# %% In[1]\nrun(net)\n#> {line}\n") == []


def test_nan_is_counted_and_its_other_cells_are_named() -> None:
    text = "# %% In[1]\nmodel.fit(x)\n#> loss: 0.2 - val_loss: nan\n#> loss: 0.1 - val_loss: nan\n"
    (hit,) = hits("NBC516", text + "# %% In[2]\nprint(model.evaluate(x))\n#> loss: nan\n")
    assert hit.message == "`val_loss` is nan in 2 of 2 values that the saved output shows, and the page goes on"
    assert [place.at.cell for place in hit.related] == [2]
    assert hit.severity is None


def test_one_measure_of_several_weighs_less() -> None:
    (hit,) = hits("NBC516", '# %% In[1]\nprint("RMSE:", a)\nprint("MAPE:", b)\n#> RMSE: 0.2\n#> MAPE: nan\n')
    assert (hit.severity, hit.at.line) == ("minor", 2)


@pytest.mark.parametrize("words", ["# MAPE is nan where sales are 0", "# The fit diverges here"])
def test_nan_that_the_text_below_takes_up(words: str) -> None:
    assert hits("NBC516", f"# %% In[1]\nrun(net)\n#> MAPE: nan\n# %% [markdown]\n{words}\n") == []


def test_a_warning_that_a_loss_may_become_nan_is_no_account_of_it() -> None:
    words = "# %% [markdown]\n# The loss sometimes becomes nan: then run it again.\n"
    assert len(hits("NBC516", words + "# %% In[1]\nrun(net)\n#> loss: nan\n")) == 1


def test_a_forecast_weighs_more_than_a_classifier_whose_coefficients_nobody_reads() -> None:
    fit = "# %% In[1]\nmodel = LogisticRegression().fit(x, y)\n"
    assert [hit.severity for hit in hits("NBC517", fit + LOGISTIC)] == ["minor"]
    assert [hit.severity for hit in hits("NBC517", fit + LOGISTIC + "# %% In[2]\nmodel.coef_\n")] == [None]
    assert [hit.severity for hit in hits("NBC517", fit + LOGISTIC + "# %% In[2]\nother.coef_\n")] == ["minor"]
    (hit,) = hits("NBC517", fit + LOGISTIC + "# %% In[2]\nresult = ARMA(x).fit()\n" + MARIMAX)
    assert (hit.severity, hit.at.cell, [place.at.cell for place in hit.related]) == (None, 2, [1])


def test_a_page_that_speaks_of_it_has_heard() -> None:
    fit = "# %% In[1]\nmodel = LogisticRegression().fit(x, y)\n" + LOGISTIC
    assert hits("NBC517", fit + "# %% [markdown]\n# It does not converge: more steps.\n") == []


@pytest.mark.parametrize(
    "text, severity",
    [
        (HEADER + "#>   0   0.81   0.97   0.88   993\n#>   1   0.00   0.00   0.00   55\n", None),
        (
            HEADER + "".join(f"#>   {n}   0.5   0.5   0.5   9\n" for n in range(12)) + "#>   x   0.0   0.0   0.0   7\n",
            "minor",
        ),
        (UNDEFINED + "F-score is ill-defined and being set to 0.0 in labels with no predicted samples.\n", "minor"),
        (UNDEFINED + "F-score is ill-defined and being set to 0.0 due to no true samples.\n", "minor"),
        (UNDEFINED + "R^2 score is not well-defined with less than two samples.\n", "minor"),
        ("#> Confusion matrix:\n#> [[0 12]\n#>  [0 30]]\n", None),
    ],
)
def test_a_class_that_is_never_found(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits("NBC518", f"# %% In[1]\nshow(y, p)\n{text}")] == [severity]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "#>   0   0.81   0.97   0.88   993\n#>   1   0.00   0.00   0.00   0\n",
        HEADER + "#>   0   0.81   0.97   0.88   993\n#>   1   0.01   0.00   0.00   55\n",
        "#> [[0 12]\n#>  [0 30]]\n",
        "#> Confusion matrix:\n#> [[30 12]\n#>  [0 0]]\n",
        "#> Confusion matrix:\n#> [[30 1]\n#>  [2 12]]\n",
    ],
)
def test_nothing_that_is_never_found(text: str) -> None:
    assert hits("NBC518", f"# %% In[1]\nshow(y, p)\n{text}") == []


def test_only_a_warning_is_possible_and_minor() -> None:
    text = (
        "# %% In[1]\nf1_score(y, p)\n"
        + UNDEFINED
        + "F-score is ill-defined and being set to 0.0 due to no predicted samples.\n"
    )
    assert [(hit.severity, hit.confidence) for hit in hits("NBC518", text)] == [("minor", "possible")]


@pytest.mark.parametrize(
    "code, count",
    [
        ("for t in grid:\n    scores.append(f1_score(y, p >= t))", 0),
        ("[f1_score(y, (p > t).astype(int)) for t in grid]", 0),
        ("for i in range(9):\n    q = np.where(p > grid[i], 1, 0)\n    print(f1_score(y, q))", 0),
        ("def at(t):\n    return f1_score(y, p >= t)\nfor t in grid:\n    print(at(t))", 0),
        ("for model in models:\n    print(f1_score(y, model.predict(x)))", 1),
        ("for i, model in enumerate(models):\n    if i > start:\n        print(f1_score(y, model.predict(x)))", 1),
        ("for model in models:\n    print(f1_score(y, model.predict_proba(x)[:, 1] > 0.5))", 1),
    ],
)
def test_scores_at_every_threshold(code: str, count: int) -> None:
    warning = UNDEFINED + "F-score is ill-defined and being set to 0.0 due to no predicted samples.\n"
    assert len(hits("NBC518", f"# %% In[1]\n{code}\n{warning}")) == count


@pytest.mark.parametrize(
    "text, severity",
    [
        ("#> FitFailedWarning:\n#> 5 fits failed out of a total of 60.\n", "minor"),
        ("#> FitFailedWarning:\n#> 20 fits failed out of a total of 60.\n", None),
        ("#> FitFailedWarning: Estimator fit failed.\n", "minor"),
        (
            "#> FitFailedWarning:\n#> 5 fits failed out of a total of 60.\n# %% In[2]\nsearch.best_score_\n#> nan\n",
            None,
        ),
    ],
)
def test_few_failed_fits_weigh_less(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits("NBC516", f"# %% In[1]\nsearch.fit(x, y)\n{text}")] == [severity]


NMF = "#> /lib/sklearn/decomposition/_nmf.py:1637: ConvergenceWarning: Maximum number of iterations 200 reached.\n"


@pytest.mark.parametrize(
    "text, count",
    [
        ("#> Iteration: 0\n" + NMF + "#> Iteration: 1\n#> Iteration: 2\n", 0),
        ("#> Round 1\n" + NMF + "#> Round 2\n#> Round 3\n" + NMF, 1),
        ("#> Iteration: 0\n" + NMF + "#> Iteration: 1\n", 1),
        ("#> Fold 1\n" + NMF + "#> Fold 2\n#> Fold 3\n", 1),  # each fold is a fit of its own
    ],
)
def test_a_warning_in_an_early_round(text: str, count: int) -> None:
    assert len(hits("NBC517", f"# %% In[1]\ncentre = align(slices)\n{text}")) == count


def test_the_first_rounds_of_a_fit_may_know_one_class() -> None:
    text = "# %% In[1]\nbooster.fit(x, y, eval_metric=f1)\n" + UNDEFINED
    assert (
        hits("NBC518", text + "F-score is ill-defined and being set to 0.0 in labels with no predicted samples.\n")
        == []
    )
