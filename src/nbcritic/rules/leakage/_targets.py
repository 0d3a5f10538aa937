"""What a split is there to judge: which column its model predicts, and whether that column only fills gaps for another model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit, Split
from nbcritic.analysis.provenance_arguments import word

_SAYS_SO = regex(r"(?:.*\.)?(?:target|label)(?:_?(?:col|column|name|var))?", re.I)
_GAPS = frozenset({"isnull", "isna"})
_NO_GAPS = frozenset({"notnull", "notna"})


def is_of_target(page: Page, fit: Fit, split: Split) -> bool:
    """Is a mean by group one of the target, as far as names and the arguments of functions tell?"""
    if fit.is_of_target(split):
        return True
    bound = page.names.bindings.keys()
    if fit.columns:
        # Where the split does not tell its target, another model of the page may.
        return not (split.target or frozenset()) - bound and bool(fit.columns & (_targets(page) - bound))
    if not fit.of:
        return False
    function = next((node for node in fit.cell.ancestors(fit.node) if isinstance(node, ast.FunctionDef)), None)
    names = [argument.arg for argument in parameters(function.args)] if function is not None else []
    if function is None or fit.of not in names:
        return _SAYS_SO.fullmatch(fit.of) is not None
    given = list(_given(page, function, names.index(fit.of), fit.of))
    return bool(given) and all(_is_target(node, split) for node in given)


def _targets(page: Page) -> frozenset[str]:
    """The columns (or the variables that hold them) that the models of the page predict."""
    found = [split.target for split in page.provenance.splits] + [fit.target for fit in page.provenance.fits]
    return frozenset(column for columns in found for column in columns or ())


def _is_target(node: ast.expr, split: Split) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in (split.target or ())
    return isinstance(node, (ast.Name, ast.Attribute)) and _SAYS_SO.fullmatch(ast.unparse(node)) is not None


def _given(page: Page, function: ast.FunctionDef, place: int, name: str) -> Iterator[ast.expr]:
    """What the calls of a function give for one of its parameters: by place, by its name, by default."""
    defaults = function.args.defaults
    late = place - (len(function.args.posonlyargs) + len(function.args.args) - len(defaults))
    place -= any(argument.arg == "self" for argument in function.args.args[:1])
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if called_name(call.func) == function.name:
                given = word(call, name) or (call.args[place] if place < len(call.args) else None)
                if given is None and 0 <= late < len(defaults):
                    given = defaults[late]
                if given is not None:
                    yield given


class Helpers:
    """The splits of a page that only try out a model which fills the gaps of a column for another model."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._known: dict[Split, bool] = {}

    def include(self, split: Split) -> bool:
        """Is the target of the split a column that is predicted where it is missing, on a page that predicts another column, too?"""
        if split not in self._known:
            target = split.target
            self._known[split] = target is not None and len(target) == 1 and self._is_filled(split, *target)
        return self._known[split]

    def _is_filled(self, split: Split, column: str) -> bool:
        # A target whose column is not known goes by the name of its variable.
        known = _targets(self._page) - {column} - self._page.names.bindings.keys()
        if not known and not (self._is_stored(split, column) and self._is_one_of_several(column)):
            return False
        asked = {name for cell in self._page.code for name in _masks(cell, column)}
        return not asked.isdisjoint(_GAPS) and not asked.isdisjoint(_NO_GAPS)

    def _is_stored(self, split: Split, column: str) -> bool:
        """Is something stored in the column below the split?"""
        below = (cell for cell in self._page.code if cell.number > split.cell.number)
        items = (item for cell in below for item in cell.nodes(ast.Subscript) if isinstance(item.ctx, ast.Store))
        return any(n.value == column for item in items for n in nodes_in(item.slice, ast.Constant))

    def _is_one_of_several(self, column: str) -> bool:
        return any(split.target != frozenset({column}) for split in self._page.provenance.splits)


def _masks(cell: CodeCell, column: str) -> Iterator[str]:
    """The questions for gaps of a column by which rows are picked: `df[df.age.isnull()]`."""
    for call in cell.nodes(ast.Call):
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in _GAPS | _NO_GAPS:
            of = function.value
            name: object = of.attr if isinstance(of, ast.Attribute) else None
            if isinstance(of, ast.Subscript) and isinstance(of.slice, ast.Constant):
                name = of.slice.value
            if name == column and any(isinstance(node, ast.Subscript) for node in cell.ancestors(call)):
                yield function.attr
