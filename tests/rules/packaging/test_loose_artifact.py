"""NBC412: what is a model, and where a lesson shows how one is written."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.packaging.loose_artifact import check

HEAD = "# %%\nimport joblib\nstack.fit(X, y)\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("stack", 1),
        ("stack.model", 1),
        ("stack.best_estimator_", 1),
        ("stack.state_dict()", 1),
        ("stack.fi_dict", 0),
        ("stack.coef_", 0),
        ("stack.cv_results_", 0),
    ],
)
def test_results_of_a_model_are_no_model(written: str, expected: int) -> None:
    page = Page(percent.read(f"{HEAD}joblib.dump({written}, 'stack.joblib')", "t.py"))
    assert len(list(check.check(page))) == expected


@pytest.mark.parametrize(("path", "severity"), [("shop/train.py", None), ("course/week_3/pickling.py", "minor")])
def test_a_lesson_shows_how_it_is_done(path: str, severity: str | None) -> None:
    (hit,) = check.check(Page(percent.read(f"{HEAD}joblib.dump(stack, 'stack.joblib')", path)))
    assert hit.severity == severity
