"""NBC618 beyond its documentation."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC618"].check(Page(percent.read(f"# %%\nimport numpy as np\n{text}", "t.py"))))


@pytest.mark.parametrize(
    "text",
    [
        "score = np.sqrt(np.mean(a - b) ** 2)",
        "score = math.sqrt((a - b).mean() ** 2)",
        "score = np.sqrt(np.square(np.mean(a - b)))",
        "score = np.sqrt(pow(np.mean(a - b), 2))",
        "score = (np.mean(a - b) ** 2) ** (1 / 2)",
        "score = np.sqrt(sum(a - b) ** 2)",
        "score = np.sqrt((np.sum(a - b) / len(a)) ** 2)",
        "def f(a, b):\n    return np.sqrt(np.mean(a - b) ** 2)",
        "mae = np.mean(a - b)",
        "mae = np.sum(a - b) / len(a)",
        "test_mae = round(np.mean(a - b), 2)",
        "scores = {'MAE': np.mean(a - b)}",
        "print('MAE (test): ', (a - b).mean())",
        "print(f'MSE={np.mean(a - b) ** 2}')",
        "rmse_train = np.sqrt(np.mean(a - b))",
    ],
)
def test_errors_that_cancel(text: str) -> None:
    assert len(hits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "rmse = np.sqrt(np.mean((a - b) ** 2))",
        "rmse = np.sqrt(np.mean(np.square(a - b)))",
        "rmse = np.sqrt(((a - b) ** 2).mean())",
        "mae = np.mean(abs(a - b))",
        "mae = np.abs(a - b).mean()",
        "mae = np.mean(a - b, axis=0)",
        "score = np.sqrt(np.mean(a - b, axis=1) ** 2)",
        "score = np.sqrt(np.mean(a) ** 2)",
        "score = np.mean(a - b) ** 2",
        "score = np.sqrt(np.mean(a - b) ** 3)",
        "score = np.mean(a - b) ** 0.5",
        "difference = np.mean(mae_old - mae_new)",
        "mae_difference = np.mean(a - b)",
        "mae = np.mean(abs_error - shift)",
        "print('bias', np.mean(a - b))",
        "print(np.mean(a - b), 'MAE')",
        "scores = {**old, 'bias': np.mean(a - b)}",
        "mae, rmse = np.mean(a - b)",
    ],
)
def test_errors_that_do_not(text: str) -> None:
    assert hits(text) == []


def test_the_same_line_again_is_said_once() -> None:
    line = "rmse = np.sqrt(np.mean(a - b) ** 2)"
    (hit,) = hits(f"{line}\n# %%\n{line}")
    assert [place.at.cell for place in hit.related] == [2]
