"""The proposed functions: their names, inputs and outputs."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.packaging._proposal import propose


def proposed(text: str, cell: int) -> str:
    page = Page(percent.read(text, "x.ipynb"))
    return str(propose(page, page.cell(cell)))


START = "# %%\nimport pandas as pd\norders = pd.read_csv('o.csv')\nrates = {}\ndef tidy(x): return x\n"


@pytest.mark.parametrize(
    "body, after, expected",
    [
        ("clean = orders.dropna().rename(columns=rates)", "print(clean)", "clean(orders, rates) -> clean"),
        ("total = orders.sum()", "pass", "report_orders(orders)"),
        ("total = orders.sum()", "total = 1\nprint(total)", "report_orders(orders)"),
        ("total = tidy(orders)", "print(total)", "compute_total(orders) -> total"),
        ("for row in orders:\n    rates[row] = 1", "print(rates, row)", "compute_rates(orders, rates) -> rates"),
        ("orders['x'] = 1", "orders.plot()", "compute_orders(orders) -> orders"),
        ("best = max(orders)", "def show():\n    print(best)", "compute_best(orders) -> best"),
        (
            "from sklearn.svm import SVC\nmodel = SVC().fit(orders, rates)",
            "model.predict(orders)",
            "train_model(orders, rates) -> model",
        ),
        ("merged = pd.merge(orders, orders)", "merged", "join_merged(orders) -> merged"),
    ],
)
def test_proposal(body: str, after: str, expected: str) -> None:
    assert proposed(f"{START}# %%\n{body}\n# %%\n{after}\n", 2) == expected


def test_a_heading_names_the_function() -> None:
    text = f"{START}# %% [markdown]\n# ## 2. Clean the orders\n# %%\nclean = orders.dropna()\n# %%\nclean\n"
    assert proposed(text, 3) == "clean_orders(orders) -> clean"


def test_many_names_are_cut() -> None:
    text = "# %%\na = f(); b = f(); c = f(); d = f(); e = f()\n# %%\nx = a + b + c + d + e\n# %%\nx\n"
    assert proposed(text, 2).endswith("(a, b, c, …) -> x")
