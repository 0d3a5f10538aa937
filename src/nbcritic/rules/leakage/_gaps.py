"""What saved outputs say of the values of a column: how many are missing, and which there are."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from html import unescape

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit

ONE_IN = 1000
"""Where no more than one value in so many is missing, what fills the gaps moves nothing."""
_ENTRIES = regex(r"Index: (\d{1,12}) entries")
_FULL = regex(r"^(?: *\d+ {2,})?(\S.*?) +(\d{1,12}) non-null\b", re.MULTILINE)
_MISSING = regex(r"^(\S.*?) {2,}(\d{1,12})$", re.MULTILINE)
_ROW = regex(r"<tr[^>]*>(.*?)</tr>", re.S)
_ITEM = regex(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
_ROWS = 60


class Gaps:
    """Which frames are seen to have (as good as) no missing values."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def are_none(self, fit: Fit) -> bool:
        """Did an output above the fit show that there is nothing for it to fill?"""
        root = _filled(fit)
        if root is None:
            return False
        for cell, share in self._by_frame.get(root.id, ()):
            if cell.number < fit.cell.number and not self._is_bound(root.id, cell.number, fit.cell.number):
                columns = fit.columns if fit.columns is not None else frozenset(share)
                if columns and all(column in share and share[column] * ONE_IN <= 1 for column in columns):
                    return True
        return False

    def _is_bound(self, frame: str, after: int, to: int) -> bool:
        """Is the name bound to another frame in between?"""
        between = (cell for cell in self._page.code if after < cell.number <= to)
        names = (name for cell in between for name in cell.nodes(ast.Name) if name.id == frame)
        return any(not isinstance(name.ctx, ast.Load) for name in names)

    @cached_property
    def _by_frame(self) -> dict[str, list[tuple[CodeCell, dict[str, float]]]]:
        """By the frame's name: the cells that show it, with the share of missing values by column."""
        found: dict[str, list[tuple[CodeCell, dict[str, float]]]] = defaultdict(list)
        for cell in self._page.code:
            if cell.cell.outputs == b"[]":
                continue
            text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
            for name, share in (*_told(cell, text), *_summed(cell, text)):
                if share:
                    found[name].append((cell, share))
        return found


def _filled(fit: Fit) -> ast.Name | None:
    """The frame whose gaps the fit is there to fill; None where it is there for something else."""
    node = fit.node
    if fit.by == "tool" and fit.kind in ("imputer", "neighbours"):
        return root_name(node.args[0]) if isinstance(node, ast.Call) and node.args else None
    filling = (call for call in fit.cell.ancestors(node) if isinstance(call, ast.Call))
    is_fill = fit.by == "statistic" and any(getattr(call.func, "attr", "") == "fillna" for call in filling)
    return root_name(node.func if isinstance(node, ast.Call) else node) if is_fill else None


def _told(cell: CodeCell, text: str) -> Iterator[tuple[str, dict[str, float]]]:
    """`frame.info()`."""
    asked = {root.id for node in cell.nodes(ast.Attribute) if node.attr == "info" and (root := root_name(node))}
    entries = _ENTRIES.findall(text)
    if len(asked) == len(entries) == 1 and (rows := int(entries[0])):
        yield asked.pop(), {name: 1 - int(count) / rows for name, count in _FULL.findall(text)}


def _summed(cell: CodeCell, text: str) -> Iterator[tuple[str, dict[str, float]]]:
    """`frame.isnull().sum()`; of how many rows, it does not say."""
    asked = {
        node.value.id
        for node in cell.nodes(ast.Attribute)
        if node.attr in ("isnull", "isna") and isinstance(node.value, ast.Name)
    }
    lines, _, rest = text.partition("dtype: int64")
    is_whole = "\n.." not in lines and "dtype:" not in rest
    if len(asked) == 1 and text != lines and is_whole:
        yield asked.pop(), {name: float(count) for name, count in _MISSING.findall(lines)}


def shown_values(page: Page, column: str) -> set[str]:
    """The values of a column that the tables of the page show."""
    found = set[str]()
    for cell in page.code:
        if cell.cell.outputs == b"[]":
            continue
        for output in cell.outputs:
            head, _, body = output.html.partition("</thead>")
            if column not in head:
                continue
            named = [unescape(name).strip() for name in _ITEM.findall(head)]
            if column in named:
                place = named.index(column)
                rows = (_ITEM.findall(row) for row in _ROW.findall(body)[:_ROWS])
                found |= {unescape(row[place]).strip() for row in rows if len(row) == len(named)}
    return found - {"NaN", "None", "..."}
