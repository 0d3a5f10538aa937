"""How far the columns of a frame spread, from the tables that the page shows of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.notebook.outputs import Output

_HEAD = regex(r"<thead>(.*?)</thead>", re.S)
_ROW = regex(r"<tr[^>]*>(.*?)</tr>", re.S)
_NAME = regex(r"<th[^>]*>(.*?)</th>", re.S)
_ITEM = regex(r"<td[^>]*>(.*?)</td>", re.S)
_NUMBER = regex(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$")
_LOOKS = frozenset("head tail sample describe".split())
_LARGEST = 60_000
"""Longer tables are not read."""


def shown_frames(page: Page) -> Iterator[tuple[CodeCell, str, dict[str, float]]]:
    """Cells that end with a look at a frame: its name, and by column the standard deviation, or the span of the rows shown."""
    for cell in page.code:
        assert cell.tree is not None
        last = cell.tree.body[-1] if cell.tree.body else None
        look: ast.expr | None = last.value if isinstance(last, ast.Expr) else None
        how = ""
        if isinstance(look, ast.Call) and isinstance(look.func, ast.Attribute) and look.func.attr in _LOOKS:
            how = look.func.attr
            look = look.func.value
        if not isinstance(look, ast.Name) or not cell.outputs or cell.outputs[-1].kind == "error":
            continue
        rows = _table(cell.outputs[-1])
        if how == "describe":
            spread = {column: values["std"] for column, values in rows.items() if "std" in values}
        else:
            enough = {column: list(values.values()) for column, values in rows.items() if len(values) > 2}
            spread = {column: max(values) - min(values) for column, values in enough.items()}
        if spread:
            yield cell, look.id, spread


def _table(output: Output) -> dict[str, dict[str, float]]:
    """The numbers of a table, by column and row label."""
    if len(output.html) + len(output.text) > _LARGEST:
        return {}
    head = _HEAD.search(output.html)
    found: dict[str, dict[str, float]] = {}
    if head is not None:
        columns = [name.strip() for name in _NAME.findall(head[1])]
        for row in _ROW.findall(output.html[head.end() :]):
            labels = _NAME.findall(row)
            _keep(found, columns, labels[0].strip() if labels else "", _ITEM.findall(row))
        return found
    for block in re.split(r"\n\s*\n", output.text):
        first, *lines = block.split("\n")
        columns = re.split(r"\s{2,}", first.strip())
        for line in lines:
            label, *items = re.split(r"\s{2,}", line.strip())
            _keep(found, columns, label, items)
    return found


def _keep(found: dict[str, dict[str, float]], columns: list[str], label: str, items: list[str]) -> None:
    for column, item in zip(columns[-len(items) :] if items else (), items, strict=False):
        if _NUMBER.match(item.strip()):
            found.setdefault(column, {})[label] = float(item)
