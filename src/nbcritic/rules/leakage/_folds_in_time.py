"""Cross-validation by ordinary folds of rows that follow each other in time."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance_arguments import word
from nbcritic.analysis.provenance_tables import CROSS_VALIDATIONS, SEARCHES
from nbcritic.model import Hit, Related, Severity
from nbcritic.rules.leakage._flows import Flows

FOLDED = SEARCHES | CROSS_VALIDATIONS
"""Calls that cut rows into folds by themselves."""
_ORDINARY = frozenset("KFold StratifiedKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit".split())
_BY_GROUP = regex(
    r"(?:Group(?:KFold|ShuffleSplit|TimeSeriesSplit)|Purged\w*|GapRollForward|PredefinedSplit)\(|groups\s*="
)
_AGGREGATES = frozenset("mean std var min max median sum".split())
_MOST = 20


def folded(page: Page, neighbours: Sequence[tuple[CodeCell, ast.AST]]) -> Iterator[Hit]:
    """A search or a cross-validation by ordinary folds, of rows that the page cuts by time elsewhere, or ties to their neighbours."""
    calls = page.calls_named(FOLDED)
    if not calls or any(_BY_GROUP.search(cell.source) for cell in page.code):
        return
    bound = _Bound(page)
    calls = [place for place in calls if _is_ordinary(bound, *place)][:_MOST]
    cuts = [place for place in page.calls_named({"split"}) if _is_in_time(bound, *place)][:_MOST]
    if not calls or not (cuts or neighbours):
        return
    flows = Flows(page)
    cut_frames = [(where, cut, flows.derived(bound.places(cut.args[0]))) for where, cut in cuts]
    tied = [(where, node, flows.derived([(where, node)])) for where, node in neighbours]
    for cell, call in calls:
        rows = _rows(page, bound, call)
        if rows is None:
            continue
        is_search = called_name(call.func) in SEARCHES
        told = f"`{cell.segment(call)}` {'chooses' if is_search else 'scores'} by ordinary folds, which train on what comes after the rows that they test"
        severity: Severity | None = "minor" if is_search else None
        for where, cut, frames in cut_frames:
            if flows.holds(rows, frames) and bound.is_same(page, (cell, rows), (where, cut.args[0])):
                message = (
                    f"{told}; cell {where.number} cuts the same data in time: say `cv=TimeSeriesSplit()` here, too"
                )
                yield Hit(cell.at(call), message, (Related(where.at(cut), "cut in time here"),), severity=severity)
                return
        for where, node, frames in tied:
            if where.number <= cell.number and flows.holds(rows, frames) and not bound.is_per_column(rows, cell):
                message = f"{told}: `{where.segment(node)}` in cell {where.number} ties the rows to their neighbours; say `cv=TimeSeriesSplit()` on sorted rows"
                related = (Related(where.at(node), "each row holds something of the rows before or after it"),)
                yield Hit(cell.at(call), message, related, severity=severity, confidence="possible")
                return


def _place(bound: tuple[CodeCell, ast.Assign]) -> tuple[int, int]:
    return bound[0].number, bound[1].lineno


class _Bound:
    """What each name is bound to by plain assignments, in the order of the page."""

    def __init__(self, page: Page) -> None:
        self._by_name: dict[str, list[tuple[CodeCell, ast.Assign]]] = defaultdict(list)
        for cell in page.code:
            for assign in cell.nodes(ast.Assign):
                for name in {name for target in assign.targets for name in stored_names(target)}:
                    self._by_name[name].append((cell, assign))
        for bound in self._by_name.values():
            bound.sort(key=_place)

    def value(self, node: ast.expr | None, cell: CodeCell) -> ast.expr | None:
        """The expression itself, or the last one that its name was bound to when the cell used it."""
        if not isinstance(node, ast.Name):
            return node
        bound = self._by_name.get(node.id, [])
        place = bisect_left(bound, (cell.number, node.lineno), key=_place)
        return bound[place - 1][1].value if place else None

    def is_same(self, page: Page, one: tuple[CodeCell, ast.expr], other: tuple[CodeCell, ast.expr]) -> bool:
        """Are rows of one name the same rows at both places, bound once or taken from the same frame?"""
        here, there = root_name(one[1]), root_name(other[1])
        if here is None or there is None or here.id != there.id:
            return True
        first, second = self.value(here, one[0]), self.value(there, other[0])
        if first is None or second is None or first is second:
            return first is second
        wholes = {root.id for value in (first, second) if (root := root_name(value)) is not None}
        return len(wholes) == 1 and root_name(first) is not None and wholes.isdisjoint(page.names.imports)

    def is_per_column(self, rows: ast.expr, cell: CodeCell) -> bool:
        """Is one row made of each column, as by `np.mean(clips, axis=0)`? The times within a column are gone then."""
        value = self.value(rows, cell)
        parts = [value, *(self.value(name, cell) for name in nodes_in(value, ast.Name))] if value is not None else []
        return any(
            (axis := word(part, "axis")) is not None and ast.unparse(axis) in ("0", "-1")
            for part in parts
            if isinstance(part, ast.Call) and called_name(part.func) in _AGGREGATES
        )

    def places(self, rows: ast.expr) -> list[tuple[CodeCell, ast.AST]]:
        """The statements that bind the frame that an expression is taken from."""
        root = root_name(rows)
        return [*self._by_name.get(root.id, ())][:_MOST] if root is not None else []


def _is_ordinary(bound: _Bound, cell: CodeCell, call: ast.Call) -> bool:
    """Are the folds those of a number, of the default, or of a class that knows no order?"""
    folds = bound.value(word(call, "cv"), cell)
    if folds is None:
        return word(call, "cv") is None
    if isinstance(folds, ast.Constant):
        return folds.value is None or type(folds.value) is int
    return isinstance(folds, ast.Call) and called_name(folds.func) in _ORDINARY


def _is_in_time(bound: _Bound, cell: CodeCell, call: ast.Call) -> bool:
    """Is it `TimeSeriesSplit().split(rows)`, perhaps by a name?"""
    owner = bound.value(call.func.value, cell) if isinstance(call.func, ast.Attribute) and call.args else None
    return isinstance(owner, ast.Call) and called_name(owner.func) == "TimeSeriesSplit"


def _rows(page: Page, bound: _Bound, call: ast.Call) -> ast.expr | None:
    """The features that are cut into folds: those of a search stand where it is fitted."""
    if called_name(call.func) not in SEARCHES:
        return call.args[1] if len(call.args) > 1 else word(call, "X")
    for cell, fit in page.calls_named({"fit"}):
        if isinstance(fit.func, ast.Attribute) and bound.value(fit.func.value, cell) is call:
            return fit.args[0] if fit.args else word(fit, "X")
    return None
