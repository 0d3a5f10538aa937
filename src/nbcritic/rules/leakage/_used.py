"""Whether what was learnt from rows stands in anything that a model of the page is given."""

from __future__ import annotations

import ast
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit, Split
from nbcritic.analysis.provenance_tables import WORD

_FORMULA = regex(r"^\s*[\w.()\[\]\" ]{1,80}~")
_BY_GROUP = frozenset("GroupKFold GroupShuffleSplit StratifiedGroupKFold LeaveOneGroupOut LeavePGroupsOut".split())
_MANY = 24
"""Of so many traces some are forgotten on the way."""


class Models:
    """What the models of one page are given."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def leave_out(self, fit: Fit) -> bool:
        """Is a mean stored in columns which every model of these rows is seen to do without?"""
        columns = _stored(fit)
        if fit.by not in ("statistic", "group") or not columns:
            return False
        models = [other for other in self._page.provenance.fits if other.by == "model"]
        if any(fit.node in model.after or len(model.after) >= _MANY for model in models):
            return False
        if self._in_formulas:
            return not columns & self._in_formulas
        return any(model.rows & fit.rows for model in models)

    def do_without(self, fit: Fit, split: Split) -> bool:
        """Does a mean by group (not of the target) tell no part of another?

        A split by a column of the data (`orders[orders.part == "test"]`) or by groups keeps a group together; and a table that
        is only joined to the one with the target is known of every row anyway.
        """
        if _is_by_column(split) or not self._page.called_words.isdisjoint(_BY_GROUP):
            return True
        readers = [other for other in self._page.provenance.fits if other.by == "model" and fit.node in other.after]
        return bool(fit.file and readers) and all(other.file not in ("", fit.file) for other in readers)

    @cached_property
    def _in_formulas(self) -> frozenset[str]:
        """The words of all formulas, such as `price ~ area + C(city)`."""
        texts = (node.value for cell in self._page.code for node in cell.nodes(ast.Constant))
        formulas = (text for text in texts if isinstance(text, str) and "~" in text and _FORMULA.match(text))
        return frozenset(word for text in formulas for word in WORD.findall(text))


def _is_by_column(split: Split) -> bool:
    choice = split.node.slice if isinstance(split.node, ast.Subscript) else None
    return isinstance(choice, ast.Compare) and isinstance(choice.ops[0], (ast.Eq, ast.NotEq))


def _stored(fit: Fit) -> frozenset[str]:
    """The columns that the statement of a fit stores into."""
    statement = fit.cell.statement(fit.node)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    keys = [target.slice for target in targets if isinstance(target, ast.Subscript)]
    names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return frozenset(names) if len(names) == len(targets) else frozenset()
