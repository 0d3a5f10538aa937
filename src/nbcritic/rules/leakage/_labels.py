"""Hard labels: predictions that name a class and say no more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.leakage._metrics import CLASSIFIER

_SEARCH = regex(r"SearchCV$|^(?:Imb)?Pipeline$|^make_pipeline$|^OneVs(?:Rest|One)Classifier$")
_SCORES = regex(
    r"\b(?:keras|tensorflow|torch|statsmodels|fastai|h2o|autogluon|pycaret|mxnet|pyspark|turicreate|surprise|pygam)\b|Regressor\b|"
    r"\bLinearRegression\b|\bRidge\b|\bLasso\b|\bElasticNet\b|\bSVR\b|\b(?:xgb|xgboost|lgb|lightgbm)\.(?:train|cv)\(|\bBooster\b"
)
"""Where a page has one of these, `predict` of a model that is not known may give a probability or a number."""
_MODELS = regex(r"\b(?:\w+Classifier|LogisticRegression|SVC|LinearSVC|\w+NB)\b")
_WRAPS = frozenset("astype to_numpy ravel flatten reshape tolist squeeze to_list".split())
"""Methods after which the same values stand there."""
_ARRAYS = frozenset("array asarray ravel Series DataFrame list squeeze".split())
_GIVES = frozenset("predict predict_proba decision_function".split())
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BRANCHES = (ast.If, ast.Try, ast.Match)
_DEEP = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Binding:
    """Where a name is bound: the cell, its name node, the function around it, and the value where it is a plain one."""

    cell: CodeCell
    node: ast.Name
    function: ast.AST | None
    value: ast.expr | None

    @property
    def place(self) -> tuple[int, int, int]:
        return self.cell.number, self.node.lineno, self.node.col_offset


class Labels:
    """Which expressions of a page surely hold hard labels."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def source(self, cell: CodeCell, node: ast.expr, depth: int = _DEEP) -> tuple[CodeCell, ast.expr] | None:
        """Where the labels that `node` holds are made; None where it may hold anything else."""
        if depth == 0:
            return None
        if isinstance(node, ast.Name):
            sources = [
                self.source(binding.cell, binding.value, depth - 1) if binding.value is not None else None
                for binding in self._bindings(cell, node)
            ]
            return sources[-1] if sources and None not in sources else None
        if self._is_threshold(cell, node, depth):
            return cell, node
        if not isinstance(node, ast.Call):
            return None
        if self._predicts_classes(cell, node):
            return cell, node
        if isinstance(node.func, ast.Attribute) and node.func.attr in _WRAPS:
            return self.source(cell, node.func.value, depth - 1)
        if called_name(node.func) in _ARRAYS and len(node.args) == 1:
            return self.source(cell, node.args[0], depth - 1)
        return None

    def _predicts_classes(self, cell: CodeCell, call: ast.Call) -> bool:
        """Is it `model.predict(X)` of a classifier?"""
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "predict" or not call.args:
            return False
        if any(word.arg is None or word.arg in ("raw_score", "prediction_type", "verbose") for word in call.keywords):
            return False
        names = self._asked.get(call)
        if names and all(CLASSIFIER.search(name) for name in names):
            return True
        unknown = not names or all(_SEARCH.search(name) for name in names)
        return unknown and self._has_classifiers_only

    def _is_threshold(self, cell: CodeCell, node: ast.expr, depth: int) -> bool:
        """Is it a score cut at a threshold: `p > 0.5`, `np.where(p > 0.5, 1, 0)`, `np.round(p)`?"""
        if isinstance(node, ast.Compare):
            return len(node.ops) == 1 and self._is_score(cell, node.left, depth)
        if not isinstance(node, ast.Call):
            return False
        name = called_name(node.func)
        if name == "where" and len(node.args) == 3:
            literal = all(isinstance(choice, ast.Constant) for choice in node.args[1:])
            return literal and self._is_threshold(cell, node.args[0], depth)
        if name in ("round", "rint"):
            if isinstance(node.func, ast.Attribute) and not node.args:
                return self._is_score(cell, node.func.value, depth)
            return len(node.args) == 1 and not node.keywords and self._is_score(cell, node.args[0], depth)
        return False

    def _is_score(self, cell: CodeCell, node: ast.expr, depth: int) -> bool:
        """Does it hold what a model says of each row?"""
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Call):
            return called_name(node.func) in _GIVES
        if not isinstance(node, ast.Name) or depth == 0:
            return False
        found = self._bindings(cell, node)
        return bool(found) and all(
            binding.value is not None and self._is_score(binding.cell, binding.value, depth - 1) for binding in found
        )

    def _bindings(self, cell: CodeCell, name: ast.Name) -> list[_Binding]:
        """What the name may hold: its last binding above, with those in other branches of the same choice."""
        function = _function(cell, name)
        every = self._bound.get(name.id, [])
        own = [b for b in every if b.function is function]
        if function is not None and (not own or _takes(function, name.id)):
            return [] if _takes(function, name.id) else [b for b in every if b.function is None]
        statement = cell.statement(name)
        above = [
            b for b in own if b.place < (cell.number, name.lineno, 0) and b.cell.statement(b.node) is not statement
        ]
        if not above:
            return []
        last = max(above, key=lambda b: b.place)
        around = [last.node, *last.cell.ancestors(last.node)]
        here = {name, *cell.ancestors(name)}
        choices = [node for node in around if isinstance(node, _BRANCHES) and node not in here]
        return [b for b in above if choices and choices[-1] in b.cell.ancestors(b.node)] or [last]

    @cached_property
    def _bound(self) -> dict[str, list[_Binding]]:
        found: dict[str, list[_Binding]] = {}
        for cell in self._page.code:
            for node in cell.nodes(ast.Name):
                if isinstance(node.ctx, ast.Store):
                    found.setdefault(node.id, []).append(
                        _Binding(cell, node, _function(cell, node), _value(cell, node))
                    )
        return found

    @cached_property
    def _asked(self) -> dict[ast.AST, list[str]]:
        """By the call of `predict`: the classes of the models."""
        found: dict[ast.AST, list[str]] = {}
        for fit, _, _, node in self._page.provenance.events.predictions:
            found.setdefault(node, []).append(fit.name)
        return found

    @cached_property
    def _has_classifiers_only(self) -> bool:
        sources = [cell.source for cell in self._page.code]
        return any(_MODELS.search(text) for text in sources) and not any(_SCORES.search(text) for text in sources)


def _function(cell: CodeCell, node: ast.AST) -> ast.AST | None:
    return next((parent for parent in cell.ancestors(node) if isinstance(parent, _FUNCTIONS)), None)


def _takes(function: ast.AST, name: str) -> bool:
    """Is it a parameter of the function?"""
    assert isinstance(function, _FUNCTIONS)
    return any(argument.arg == name for argument in _arguments(function.args))


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None)


def _value(cell: CodeCell, node: ast.Name) -> ast.expr | None:
    """What the name is bound to, where one assignment says it; of pairs (`a, b = f(x), g(x)`) its own half."""
    parent = cell.parent(node)
    if isinstance(parent, ast.Assign):
        return parent.value
    if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
        return parent.value
    if not isinstance(parent, ast.Tuple) or not isinstance(outer := cell.parent(parent), ast.Assign):
        return None
    values = outer.value
    if not isinstance(values, ast.Tuple) or len(values.elts) != len(parent.elts):
        return None
    return values.elts[parent.elts.index(node)]
