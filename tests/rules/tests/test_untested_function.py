"""NBC301: which branches need a test, and a tested module beside the notebook."""

import ast

import pytest

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.notebook import percent
from nbcritic.rules.tests._functions import logic
from nbcritic.rules.tests.untested_function import check


@pytest.mark.parametrize(
    "body, branches",
    [
        ("if a == 1:\n        return 1.87 / 56\n    return 0", 0),
        ("if a == 1:\n        return b / 56\n    return 0", 1),
        ("if a is None:\n        a = [x for x in b]\n    return a", 0),
        ("if a is None:\n        a = f(b)\n    else:\n        a = g(b)\n    return a", 1),
        ("return [x for y in b for x in y]", 0),
        ("return [x for x in b if x > a]", 0),
        ("return sum(b) / a if a else 0.0", 0),
        ("return a if b else f(a)", 1),
    ],
)
def test_what_counts_as_a_branch(body: str, branches: int) -> None:
    function = ast.parse(f"def fee(a, b):\n    {body}\n").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert logic(function) == branches


FEE = """
def fee(weight, zone):
    price = 4.9
    if zone == "abroad":
        price += weight
    for step in (2, 5):
        if weight > step:
            price *= 1.2
    price = round(price, 2)
    return price
"""
USE = "\n# %%\nfees = [fee(w, z) for w, z in zip(weights, zones)]\nsave(fees)\n"


@pytest.mark.parametrize(
    "module, test, said",
    [
        ("fees.py", "from fees import total", "import the tested module"),
        ("fees.py", "from other import total", ""),
        ("lib/fees.py", "from lib.fees import total", ""),
    ],
)
def test_a_tested_module_beside_the_notebook(module: str, test: str, said: str) -> None:
    files = {module: f"{FEE}\ndef total(rows): ...\n", "test_total.py": f"{test}\ndef test_total(): ...\n"}
    text = f"# %%{FEE}{USE}"
    hits = list(check.check(Page(percent.read(text, "example.ipynb"), Project.of(files))))
    assert len(hits) == 1
    assert ("import the tested module" in hits[0].message) is bool(said)


@pytest.mark.parametrize(
    "path, named",
    [("fees.ipynb", 1), ("fee_check.ipynb", 0), ("old/fees.ipynb", 0), ("test-fees.ipynb", 0), ("checkout.ipynb", 1)],
)
def test_a_check_and_old_work_need_no_test(path: str, named: int) -> None:
    assert len(list(check.check(Page(percent.read(f"# %%{FEE}{USE}", path), Project.of({}))))) == named
