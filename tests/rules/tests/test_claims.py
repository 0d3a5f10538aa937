"""NBC309: what counts as a claim, as the same number, and as a contradiction."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.notebook import percent
from nbcritic.rules.tests import contradicted_claim
from nbcritic.rules.tests._claims import claims


def said(text: str) -> list[tuple[str, str]]:
    cell = Cell(1, "markdown", text)
    return [(number.label, number.text) for *_, number in claims(Page(Notebook("a.ipynb", (cell,))), cell)]


def hits(shown: str, text: str) -> int:
    page = Page(percent.read(f"# %%\nevaluate()\n#> {shown}\n# %% [markdown]\n# {text}\n", "a.py", history=True))
    return len(list(contradicted_claim.check.check(page)))


@pytest.mark.parametrize(
    "text, found",
    [
        ("The accuracy is 0.95.", ("accuracy", "0.95")), ("We reached 95% accuracy", ("accuracy", "95%")), ("**Accuracy:** 0.95", ("accuracy", "0.95")),
        ("An RMSE of 12.5 on the test set", ("RMSE", "12.5")), ("R² = 0.81", ("R²", "0.81")), ("roc-auc: 0.77", ("AUC", "0.77")),
        ("The table contains 1,234 rows", ("rows", "1,234")),
    ],
)  # fmt: skip
def test_claims(text: str, found: tuple[str, str]) -> None:
    assert said(text) == [found]


@pytest.mark.parametrize(
    "text",
    ["Our target is an accuracy of 0.95", "accuracy above 0.95", "The paper reports an accuracy of 0.95", "accuracy between 0.90 and 0.95",
     "accuracy 1", "accuracy and recall are 0.95", "RMSE of 3", "we drop 1,234 rows", "the first 100 rows", "accuracy rose from 0.90 to 0.95",
     "| accuracy | 0.95 |", "> accuracy is 0.95", "```\naccuracy is 0.95\n```", "accuracy improved to 0.95", "version 0.95", "inaccuracy of 0.95"],
)  # fmt: skip
def test_no_claims(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    "shown",
    [
        "accuracy: 0.9512",
        "accuracy 95.4",
        "Accuracy = 0.945",
        "accuracy: 0.95",
        "accuracy 0.05",
        "0.95",
        "accuracy 0.91 0.95",
    ],
)
def test_the_same_number_in_another_dress(shown: str) -> None:
    assert not hits(shown, "The accuracy is 95%.")


@pytest.mark.parametrize("shown", ["accuracy: 0.91", "Accuracy score 0.8812", "test accuracy: 0.99"])
def test_another_number(shown: str) -> None:
    assert hits(shown, "The accuracy is 95%.")


@pytest.mark.parametrize(
    "shown", ["train accuracy: 0.99", "f1 0.91", "accuracy 0.91 recall 0.80", "loss: 0.1 accuracy: 0.91"]
)
def test_a_number_of_something_else(shown: str) -> None:
    assert not hits(shown, "The test accuracy is 0.95.")


def test_a_claim_told_loosely_is_given_room() -> None:
    assert not hits("accuracy: 0.92", "The accuracy is about 0.95.")
