"""NBC504: how grave a second fit of an encoder is."""

import json
from types import MappingProxyType

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
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
