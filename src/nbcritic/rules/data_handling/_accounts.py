"""Which frames the page gives an account of: how many rows they have, or how many values are missing, shown or asserted."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.data_handling._shown import shown

COUNTS = frozenset(
    "shape size info describe count isnull isna notnull notna duplicated nunique value_counts index hasnans is_unique memory_usage".split()
)
"""Attributes that tell how much is there, or how much is missing."""
GAPS = frozenset("isnull isna notnull notna info hasnans".split())
"""Those that tell how much is missing in each column."""
_ROWS_SHOWN = regex(r"\d rows (?:×|x|&times;) \d+ columns")
_REPORTS = regex(
    r"missing|null|\bna|nan|check|inspect|explor|overview|summar|profil|report|quality|valid|count|shape|len$|rows|info|describe|audit|size|sweetviz",
    re.IGNORECASE,
)
"""Names of functions that look at the whole of a frame."""


class Accounts:
    """Names of frames of which something is counted, anywhere on the page: before a step or after it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def has(self, name: str) -> bool:
        """Is something counted of the frame of this name?"""
        return name in self._counted

    def has_gaps(self, name: str) -> bool:
        """Is it counted how much is missing in the frame of this name?"""
        return name in self._gaps

    @cached_property
    def _gaps(self) -> set[str]:
        return {name for cell in self._page.code for name in _of_attributes(cell, GAPS)}

    @cached_property
    def _counted(self) -> set[str]:
        found: set[str] = set()
        for cell in self._page.code:
            found.update(_of_attributes(cell, COUNTS))
            found.update(self._of_calls(cell))
            if cell.cell.outputs != b"[]":
                found.update(name for name, _ in shown(self._page, cell))
        return found

    def _of_calls(self, cell: CodeCell) -> list[str]:
        found = []
        for call in cell.nodes(ast.Call):
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            if name in ("display", "print"):
                found += [item.id for item in call.args if isinstance(item, ast.Name) and self._shows(cell, call)]
            elif call.args and _REPORTS.search(name):
                found += [root.id for item in call.args[:3] if (root := root_name(item)) is not None]
        return found

    def _shows(self, cell: CodeCell, call: ast.Call) -> bool:
        """Does the output have a table with its number of rows? That of a function stands where it was called."""
        return any(map(_has_rows, self._page.code)) if cell.in_function(call) else _has_rows(cell)


def _has_rows(cell: CodeCell) -> bool:
    if cell.cell.outputs == b"[]":
        return False
    return any(_ROWS_SHOWN.search(output.text) or _ROWS_SHOWN.search(output.html) for output in cell.outputs)


def _of_attributes(cell: CodeCell, names: frozenset[str]) -> list[str]:
    asked = (node for node in cell.nodes(ast.Attribute) if node.attr in names)
    # `df.index` alone counts nothing; `len(df.index)` and `df.index.size` do.
    return [root.id for node in asked if node.attr != "index" and (root := root_name(node.value)) is not None]
