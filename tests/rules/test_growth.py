"""Every rule stays near-linear in the number of a notebook's cells, and in what one cell holds."""

from collections.abc import Callable
from functools import partial

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rule import Rule

READ = """\
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
df = pd.read_csv('a.csv')
"""
PAGES: dict[str, Callable[[int], str]] = {
    "copies": lambda size: READ + "".join(
        f"# %%\nX_train, X_test, y_train, y_test = train_test_split(df[['a']], df['y'], random_state={i})\n"
        "model = Ridge().fit(X_train, y_train)\nprint(model.score(X_test, y_test))\nplt.plot(model.predict(X_test))\n"
        for i in range(size)
    ),
    "loops": lambda size: READ + "".join(
        f"# %%\nfor i in range(10):\n    for j in df.columns:\n        df.loc[i, j] = df.loc[i, j] + {i}\n        r.append(df[j].mean())\n"
        for i in range(size)
    ),
    "columns": lambda size: READ + "".join(f"df['c{i}'] = df['c{i - 1}'] * 2\n" for i in range(size)),
    "secrets": lambda size: "".join(f"# %%\npassword{i} = 'hunter{i}pass!'\nlogin('u', password{i})\n" for i in range(size)),
    "tables": lambda size: READ + "".join(
        f"# %%\nmore{i} = pd.read_csv('f{i}.csv')\ndf = df.merge(more{i}, on='id')\ndf['x{i}'] = df['a'].fillna(0)\ndf.head()\n"
        for i in range(size)
    ),
}  # fmt: skip
FEW = 2_000
"""Calls that may be due to anything."""


def ask(rule: Rule, page: Page) -> None:
    list(rule.check(page))


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_long_pages(text: Callable[[int], str], work: Callable[[Callable[[], object]], int]) -> None:
    def of(size: int) -> dict[str, int]:
        # One page for all of them: whoever first asks for a fact pays for it.
        page = Page(percent.read(text(size), "t.ipynb"))
        return {rule.code: work(partial(ask, rule, page)) for rule in rules.load().values()}

    of(2)  # loads what is loaded once
    once, twice = of(120), of(240)  # so many that a second run (NBC105) has come to the end of its patience
    assert not {code: (once[code], calls) for code, calls in twice.items() if calls > FEW and calls > 2.3 * once[code]}
