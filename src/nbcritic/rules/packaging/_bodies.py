"""The functions of a page, and what stands in a function's own body."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.packaging._logic import DEFINITIONS, inner

Def: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_EXPORTED = regex(r"^\s*#\s*\|?\s*(?:default_exp|exporti?s?)\b", re.M)
"""nbdev writes these cells into a module, as its directives say."""


def functions(page: Page) -> Iterator[tuple[CodeCell, Def]]:
    """The functions and methods that live on the page, in order; what nbdev exports lives in a module."""
    for cell in page.code:
        yield from ((cell, function) for function in functions_of(cell))


def functions_of(cell: CodeCell) -> list[Def]:
    """The same of one cell."""
    found: list[Def] = [*cell.nodes(ast.FunctionDef), *cell.nodes(ast.AsyncFunctionDef)]
    if not found or ("exp" in cell.source and _EXPORTED.search(cell.source)):
        return []
    return sorted(found, key=lambda node: node.lineno)


def statements(function: Def) -> Iterator[ast.stmt]:
    """Every statement of the body, those in blocks too, without the docstring and without the bodies of inner functions."""
    stack = [item for item in reversed(function.body) if not is_docstring(item)]
    while stack:
        statement = stack.pop()
        yield statement
        if not isinstance(statement, DEFINITIONS):
            stack += [item for block in inner(statement) for item in block]


def is_docstring(statement: ast.stmt) -> bool:
    """A text that stands alone."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def lines(node: ast.stmt | ast.excepthandler) -> int:
    """How many lines the statement spans."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
