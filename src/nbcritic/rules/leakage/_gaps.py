"""What saved outputs say of the values of a column: how many are missing, and which there are."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit
from nbcritic.analysis.provenance_names import path_of

ONE_IN = 1000
"""Where no more than one value in so many is missing, what fills the gaps moves nothing."""
_HANDFUL, _FEW_IN = 20, 100
"""So many gaps at most, or one value in so many, are few: what fills them moves little."""
_ENTRIES = regex(r"Index: (\d{1,12}) entries")
_FULL = regex(r"^(?: *\d+ {2,})?(\S.*?) +(\d{1,12}) non-null +(\w*)", re.MULTILINE)
_MISSING = regex(r"^(\S.*?) {2,}(\d{1,12})$", re.MULTILINE)
_ROW = regex(r"<tr[^>]*>(.*?)</tr>", re.S)
_ITEM = regex(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
_WHOLE = regex(r"^(?: *\d+ {2,})?(\S.*?) +(?:\d{1,12} non-null +)?u?int\d+ *$", re.MULTILINE)
_RETYPED = frozenset("astype to_numeric convert_dtypes infer_objects".split())
_BY_NEIGHBOURS = frozenset({"interpolate", "ffill", "pad"})
_ROWS = 60


@dataclass(frozen=True, slots=True)
class _Missing:
    """How many values of a column are missing, and of how many rows, where an output tells; and whether they are numbers."""

    count: int
    rows: int | None
    is_number: bool | None = None

    def is_at_most(self, one_in: int, count: int = 0) -> bool:
        return self.count <= count or (self.rows is not None and self.count * one_in <= self.rows)


class Gaps:
    """Which frames are seen to have (as good as) no missing values."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def are_none(self, fit: Fit) -> bool:
        """Did an output show that there is nothing for the fit to fill, or has something filled the gaps before?"""
        root = _filled(fit)
        if root is None:
            return fit.kind == "neighbours" and self._are_bridged(fit)
        for cell, missing in self._by_frame.get(root.id, ()):
            if cell.number < fit.cell.number and not self._is_bound(root.id, cell.number, fit.cell.number):
                means = _with_means(missing) if fit.by == "statistic" else frozenset(missing)
                columns = fit.columns if fit.columns is not None else means
                if columns and all(column in missing and missing[column].is_at_most(ONE_IN) for column in columns):
                    return True
        return self._stays_whole(fit)

    def are_few(self, fit: Fit) -> bool:
        """Did an output above the fit show that there is only a handful of gaps for it to fill?"""
        if not fit.columns or _filled(fit) is None:
            return False
        return any(
            cell.number < fit.cell.number and missing[column].is_at_most(_FEW_IN, _HANDFUL)
            for column in fit.columns
            for name, shown in self._by_frame.items()
            for cell, missing in shown
            if column in missing and self._page.provenance.value(name).rows & fit.rows
        )

    def _are_bridged(self, fit: Fit) -> bool:
        """Are the gaps interpolated before, so that only those at an end are left?"""
        function = fit.node.func if isinstance(fit.node, ast.Call) else None
        if not isinstance(function, ast.Attribute):
            return False
        if any(node.attr in _BY_NEIGHBOURS for node in nodes_in(function.value, ast.Attribute)):
            return True
        if (root := root_name(function.value)) is None:
            return False
        for cell in self._page.code:
            if cell.number > fit.cell.number:
                break
            for call in cell.nodes(ast.Call):
                if called_name(call.func) == "interpolate" and isinstance(call.func, ast.Attribute):
                    is_before = (cell.number, call.lineno) < fit.place[:2]
                    if is_before and path_of(call.func.value) in (root.id, path_of(function.value)):
                        return True
        return False

    def _stays_whole(self, fit: Fit) -> bool:
        """Does a column hold whole numbers after its gaps were filled with a mean? With gaps it would hold floats."""
        if fit.by != "statistic" or not fit.columns:
            return False
        for cell in self._page.code:
            if cell.number <= fit.cell.number or cell.cell.outputs == b"[]":
                continue
            for name, columns in _whole(cell):
                if fit.columns <= columns and self._page.provenance.value(name).rows & fit.rows:
                    return not self._is_retyped(fit, cell)
        return False

    def _is_retyped(self, fit: Fit, to: CodeCell) -> bool:
        """Is one of the columns stored or given another type between the fit and a later cell?"""
        own = fit.cell.statement(fit.node)
        for cell in self._page.code:
            if fit.cell.number <= cell.number <= to.number:
                if any(node.attr in _RETYPED for node in cell.nodes(ast.Attribute)):
                    return True
                for name in cell.nodes(ast.Subscript):
                    is_store = not isinstance(name.ctx, ast.Load) and isinstance(name.slice, ast.Constant)
                    if is_store and name.slice.value in (fit.columns or ()) and cell.statement(name) is not own:  # type: ignore[attr-defined]
                        return True
        return False

    def _is_bound(self, frame: str, after: int, to: int) -> bool:
        """Is the name bound to another frame in between?"""
        between = (cell for cell in self._page.code if after < cell.number <= to)
        names = ((cell, name) for cell in between for name in cell.nodes(ast.Name) if name.id == frame)
        return any(not isinstance(name.ctx, ast.Load) and not _marks_gaps(cell, name) for cell, name in names)

    @cached_property
    def _by_frame(self) -> dict[str, list[tuple[CodeCell, dict[str, _Missing]]]]:
        """By the frame's name: the cells that show it, with the missing values by column."""
        found: dict[str, list[tuple[CodeCell, dict[str, _Missing]]]] = defaultdict(list)
        for cell in self._page.code:
            if cell.cell.outputs == b"[]":
                continue
            text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
            for name, missing in (*_told(cell, text), *_summed(cell, text)):
                if missing:
                    found[name].append((cell, missing))
        return found


def _filled(fit: Fit) -> ast.Name | None:
    """The frame whose gaps the fit is there to fill; None where it is there for something else."""
    node = fit.node
    if fit.by == "tool" and fit.kind in ("imputer", "neighbours"):
        return root_name(node.args[0]) if isinstance(node, ast.Call) and node.args else None
    filling = (call for call in fit.cell.ancestors(node) if isinstance(call, ast.Call))
    is_fill = fit.by == "statistic" and any(getattr(call.func, "attr", "") == "fillna" for call in filling)
    return root_name(node.func if isinstance(node, ast.Call) else node) if is_fill else None


def _with_means(missing: dict[str, _Missing]) -> frozenset[str]:
    """The columns that have a mean: those of numbers, where their types are shown."""
    return frozenset(name for name, of in missing.items() if of.is_number is not False)


def _is_number(kind: str) -> bool | None:
    return kind.startswith(("int", "uint", "float", "Int", "Float")) if kind else None


def _marks_gaps(cell: CodeCell, name: ast.Name) -> bool:
    """`frame = frame.replace("?", np.nan)`: gaps are called so in columns of text, and no number becomes one."""
    call = getattr(cell.statement(name), "value", None)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "replace":
        return False
    is_same = isinstance(call.func.value, ast.Name) and call.func.value.id == name.id
    return is_same and bool(call.args) and isinstance(of := call.args[0], ast.Constant) and isinstance(of.value, str)


def _whole(cell: CodeCell) -> Iterator[tuple[str, set[str]]]:
    """The one frame whose types the cell shows, with its columns of whole numbers."""
    asked = {
        root.id
        for node in cell.nodes(ast.Attribute)
        if node.attr in ("info", "dtypes") and (root := root_name(node)) is not None
    }
    if len(asked) == 1:
        text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
        yield asked.pop(), set(_WHOLE.findall(text))


def _told(cell: CodeCell, text: str) -> Iterator[tuple[str, dict[str, _Missing]]]:
    """`frame.info()`."""
    asked = {root.id for node in cell.nodes(ast.Attribute) if node.attr == "info" and (root := root_name(node))}
    entries = _ENTRIES.findall(text)
    if len(asked) == len(entries) == 1 and (rows := int(entries[0])):
        kinds = _FULL.findall(text)
        yield asked.pop(), {name: _Missing(rows - int(count), rows, _is_number(kind)) for name, count, kind in kinds}


def _summed(cell: CodeCell, text: str) -> Iterator[tuple[str, dict[str, _Missing]]]:
    """`frame.isnull().sum()`; of how many rows, it does not say."""
    asked = {
        node.value.id
        for node in cell.nodes(ast.Attribute)
        if node.attr in ("isnull", "isna") and isinstance(node.value, ast.Name)
    }
    lines, _, rest = text.partition("dtype: int64")
    is_whole = "\n.." not in lines and "dtype:" not in rest
    if len(asked) == 1 and text != lines and is_whole:
        yield asked.pop(), {name: _Missing(int(count), None) for name, count in _MISSING.findall(lines)}


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
