"""NBC301: the first test that the notebook itself suggests."""

import ast
import json
from dataclasses import replace

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.tests._sketch import sketch

FEE = "def fee(weight, zone):\n    if weight <= 2 and zone == 'home':\n        return 4.9\n    return 9.9\n"


def told(after: str, result: str = "") -> str:
    """What is said of `fee` in a notebook that ends with `after` and, as the value of its last cell, this result."""
    notebook = percent.read(f"# %%\n{FEE}{after}", "a.py", history=True)
    if result:
        output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": result}}
        last = replace(notebook.cells[-1], outputs=json.dumps([output]).encode())
        notebook = replace(notebook, cells=(*notebook.cells[:-1], last))
    page = Page(notebook)
    node = next(node for node in page.code[0].nodes(ast.FunctionDef))
    return sketch(page, node)


@pytest.mark.parametrize(
    "shown, value",
    [
        ("4.9", "== pytest.approx(4.9)"),
        ("5", "== 5"),
        ("'a'", "== 'a'"),
        ("None", "is None"),
        ("True", "is True"),
        ("[1, 2]", "== [1, 2]"),
    ],
)
def test_what_was_tried_by_hand_is_the_first_test(shown: str, value: str) -> None:
    said = f"cell 2 tried it by hand, so `assert fee(1, 'home') {value}` is its first test"
    assert told("# %%\nfee(1, 'home')\n", result=shown) == said
    assert told(f"# %%\nprint(fee(1, 'home'))\n#> {shown}\n") == said


@pytest.mark.parametrize("shown", ["array([1, 2])", "1 2", "x" * 200])
def test_what_cannot_be_compared_is_not_made_up(shown: str) -> None:
    assert "assert" not in told("# %%\nfee(1, 'home')\n", result=shown)
    assert "assert" not in told(f"# %%\nfee(1, 'home')\n#> {shown}\n"), "what the function prints is not what it gives"


def test_the_inputs_come_from_the_notebook() -> None:
    assert told("# %%\nx = fee(weights, zone)\n").startswith("cell 2 calls `fee(weights, zone)`")


def test_without_a_call_the_branches_say_what_to_try() -> None:
    assert "`weight <= 2` and `zone == 'home'`" in told("# %%\norders.apply(fee)\n")


def test_nothing_is_said_where_nothing_is_known() -> None:
    page = Page(percent.read("# %%\ndef fee(weight):\n    return weight\n", "a.py"))
    assert sketch(page, next(node for node in page.code[0].nodes(ast.FunctionDef))) == ""
