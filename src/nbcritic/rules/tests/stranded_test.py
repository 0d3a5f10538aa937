"""NBC308."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.tests._hosted import is_exercise
from nbcritic.rules.tests._shared import is_assertion

_GRADING = regex(
    r"BEGIN (?:HIDDEN )?TESTS?|\bautograder\b|\botter\b|\bnbgrader\b|\bgrader\.check\b|DO NOT (?:EDIT|MODIFY|CHANGE)",
    re.I,
)
_ABOUT_TESTS = regex(r"\b(?:unit ?tests?|unittest|pytest|doctests?|tdd|test[- ]driven|testing)\b", re.I)
_SHOWN = 5


@rule("NBC308", name="stranded-test", severity="nit", category="tests")
def check(page: Page) -> Iterator[Hit]:
    r"""Tests live inside the notebook, where no test runner finds them.

    They run when somebody happens to run the cell, never on a change, and a failing one stops or clutters the analysis.

    Instead, move them with the functions that they test: the functions into a module, the tests into `tests/test_….py`. An
    `assert` about the data or a result may stay; it guards this very run.

    Bad:

        # %%
        def fee(weight):
            return 4.9 if weight < 2 else 9.9
        # %%
        def test_fee():  # <- flagged
            assert fee(1) == 4.9
        def test_heavy():
            assert fee(3) == 9.9
        test_fee()

    Bad:

        # %%
        import unittest
        def fee(weight):
            return 4.9 if weight < 2 else 9.9
        class FeeCase(unittest.TestCase):  # <- flagged
            def test_light(self):
                self.assertEqual(fee(1), 4.9)
        unittest.main(argv=[""], exit=False)

    Good:

        # %%
        def fee(weight):
            return 4.9 if weight < 2 else 9.9
        # %%
        assert fee(1) == 4.9
        orders["fee"] = orders["weight"].map(fee)
        assert orders["fee"].notna().all()

    Good:

        # %%
        def test_model(model, loader):
            assert loader
            return model.evaluate(loader)
        def test_accuracy():
            print(model.score(X_test, y_test))
        def test_split(share=0.2):
            assert 0 < share < 1
            return train_test_split(df, test_size=share)

    Good:

        # %% [markdown]
        # # How to write unit tests with pytest
        # %%
        def fee(weight):
            return 4.9 if weight < 2 else 9.9
        def test_fee():
            assert fee(1) == 4.9

    Good:

        # %%
        def fee(weight):
            ...
        # %%
        # BEGIN HIDDEN TESTS
        def test_fee():
            assert fee(1) == 4.9
        test_fee()
    """
    found = [(cell, node) for cell in page.code for node in _tests(page, cell)]
    if not found:
        return
    if is_exercise(page) or any(_ABOUT_TESTS.search(cell.source) for cell in page.markdown):
        return
    if any(_GRADING.search(cell.source) for cell in page.cells):
        return
    (cell, first), *others = found
    more = f" and {len(others)} more" if others else ""
    yield Hit(
        _head(cell, first),
        f"`{first.name}`{more} will never be found by a test runner here: move {'them' if others else 'it'} to `tests/`",
        tuple(Related(_head(c, n), "this one, too") for c, n in others[:_SHOWN]),
    )


def _tests(page: Page, cell: CodeCell) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The test functions and test cases that stand at the top of a cell and assert something about code of the notebook."""
    assert cell.tree is not None
    for node in cell.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            fed = [argument for argument in node.args.args if argument.arg not in ("capsys", "monkeypatch", "tmp_path")]
            returns = any(inner.value is not None for inner in nodes_in(node, ast.Return))
            if not fed and not returns and _asserts(page, node):
                yield node
        elif isinstance(node, ast.ClassDef) and _is_case(node) and _asserts(page, node):
            yield node


def _is_case(node: ast.ClassDef) -> bool:
    return any(
        "TestCase" in (base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")) for base in node.bases
    )


def _asserts(page: Page, node: ast.AST) -> bool:
    return any(not isinstance(inner, ast.Raise) and is_assertion(page, inner) for inner in nodes_in(node))


def _head(cell: CodeCell, node: ast.FunctionDef | ast.ClassDef) -> Span:
    return cell.at_line(node.lineno)
