"""NBC504: how grave it is, and which calls its message names."""

import json
from types import MappingProxyType

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.rule import parse_example
from nbcritic.rules.leakage.fit_on_test import check

TEXT = """import pandas as pd
from sklearn.preprocessing import LabelEncoder
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
le = LabelEncoder()
for column in ["paid", "late"]:
    train[column] = le.fit_transform(train[column])
    test[column] = le.fit_transform(test[column])
train.head()
"""


@pytest.mark.parametrize(("values", "severity"), [(("yes", "no", "no"), "minor"), (("1", "2", "3"), "major")])
def test_two_values_get_the_same_codes_of_any_rows(values: tuple[str, ...], severity: str) -> None:
    rows = "".join(f"<tr><th>{i}</th><td>{value}</td><td>{value}</td></tr>" for i, value in enumerate(values))
    html = f"<table><thead><tr><th></th><th>paid</th><th>late</th></tr></thead><tbody>{rows}</tbody></table>"
    output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": html}}
    cell = Cell(1, "code", TEXT, outputs=json.dumps([output]).encode())
    (hit,) = check.check(Page(Notebook("t.ipynb", (cell,), MappingProxyType({}))))
    assert hit.severity == severity


SPLIT = """# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("a.csv")
df.isna().sum()
#> age      {gaps}
#> debt     0
#> dtype: int64
# %%
X_train, X_test, y_train, y_test = train_test_split(df[["age", "debt"]], df["y"])
"""


@pytest.mark.parametrize(("gaps", "severity"), [(3, "minor"), (300, "major")])
def test_a_handful_of_gaps_moves_little(gaps: int, severity: str) -> None:
    text = SPLIT.format(gaps=gaps) + "X_test['age'] = X_test['age'].fillna(X_test['age'].mean())\n"
    (hit,) = check.check(parse_example(text).page)
    assert hit.severity == severity


def test_a_function_for_both_tables_is_named_by_its_calls() -> None:
    text = (
        SPLIT.format(gaps=0)
        + "def scaled(t):\n    return StandardScaler().fit_transform(t)\na = scaled(X_train)\nb = scaled(X_test)\n"
    )
    (hit,) = check.check(parse_example(text).page)
    assert hit.message.startswith("`scaled(X_test)` fits a `StandardScaler` anew")
    assert "`scaled(X_train)`" in hit.message


def test_an_encoder_of_a_constructor_is_fitted_once_for_each_set() -> None:
    text = (
        SPLIT.format(gaps=0)
        + "class Rows:\n    def __init__(self, t):\n        self.scaler = StandardScaler()\n        self.scaler.fit(t)\n"
        + "a, b = Rows(X_train), Rows(X_test)\n"
    )
    (hit,) = check.check(parse_example(text).page)
    assert hit.message.startswith("the constructor fits a `StandardScaler` once for each of the two sets")
