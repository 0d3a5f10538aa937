"""What can be counted on a page: the proof of flaws that move no number and that no rule sees at this place."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code

_SECRET = re.compile(r"password|secret|token|api_key", re.IGNORECASE)


def _calls(page: Page, name: str) -> list[ast.Call]:
    return [call for cell in page.code for call in cell.nodes(ast.Call) if code.method(call) == name]


def _checked_merges(page: Page) -> int:
    return sum(code.keyword(call, "validate") is not None for call in _calls(page, "merge"))


def _assertions(page: Page) -> int:
    return sum(len(cell.nodes(ast.Assert)) for cell in page.code)


def _references(page: Page) -> int:
    return sum(bool(re.search("baseline|dummy", name, re.IGNORECASE)) for _, _, name in code.assigned(page))


def _named_numbers(page: Page) -> int:
    return sum(name.isupper() and code.is_number(statement.value) for _, statement, name in code.assigned(page))


def _parameters(page: Page) -> int:
    return sum(len(function.args.args) for cell in page.code for function in cell.nodes(ast.FunctionDef))


def _placeholders(page: Page) -> int:
    texts = (node.value for cell in page.code for node in cell.nodes(ast.Constant) if isinstance(node.value, str))
    return sum(text.count("?") for text in texts if re.search(r"\bselect\b", text, re.IGNORECASE))


def _stars(page: Page) -> int:
    texts = (node.value for cell in page.code for node in cell.nodes(ast.Constant) if isinstance(node.value, str))
    return sum(len(re.findall(r"\bselect\s+\*", text, re.IGNORECASE)) for text in texts)


def _homes(page: Page) -> int:
    texts = (node.value for cell in page.code for node in cell.nodes(ast.Constant) if isinstance(node.value, str))
    return sum(text.startswith("/Users/") for text in texts)


def _passwords(page: Page) -> int:
    return sum(
        bool(_SECRET.search(name)) and code.is_text(statement.value) for _, statement, name in code.assigned(page)
    )


def _grown(page: Page) -> int:
    loops = [loop for cell in page.code for loop in cell.nodes(ast.For)]
    inner = [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Call)]
    return sum(code.method(call) in ("concat", "append") for call in inner)


def _early_fills(page: Page) -> int:
    return len(_calls(page, "fillna"))


COUNTS: Mapping[str, tuple[str, Callable[[Page], int]]] = {
    "assertions-gone": ("assertions", _assertions),
    "everything-selected": ("queries of all columns", _stars),
    "growing-table": ("tables joined in a loop", _grown),
    "hidden-global": ("parameters of functions", _parameters),
    "merge-unchecked": ("joins with validate=", _checked_merges),
    "no-reference": ("baselines", _references),
    "parameter-buried": ("numbers with a name", _named_numbers),
    "password-in-the-open": ("passwords in the code", _passwords),
    "personal-path": ("paths into a home", _homes),
    "statistics-before-split": ("gaps filled outside the model", _early_fills),
    "values-in-the-text": ("placeholders in queries", _placeholders),
}
"""By operator: what is counted, in words, and the count."""
