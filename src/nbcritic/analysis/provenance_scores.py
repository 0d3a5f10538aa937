"""How good a model is said to be: metrics of predictions, `score` and `evaluate`, hits counted by hand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbcritic.analysis.provenance_arguments import word
from nbcritic.analysis.provenance_events import Measured
from nbcritic.analysis.provenance_values import PLAIN, Fit, Score, Value

if TYPE_CHECKING:
    from nbcritic.analysis.provenance_calls import Calls
    from nbcritic.analysis.provenance_walk import Interpreter

_TRUTH = ("y_true", "y_test", "y")
_GUESS = ("y_pred", "y_score", "y_prob", "y_proba", "probas_pred", "y_hat")


class Scoring:
    """The half of the tools that takes scores."""

    def __init__(self, run: Interpreter, calls: Calls) -> None:
        self.run = run
        self.calls = calls

    def _measured(self, node: ast.Call, name: str, depth: int) -> Value:
        """A metric of what was predicted against the truth."""
        values = self.calls.arguments(node, depth)
        predicted = next((value for value in values if value.predicted is not None), None)
        data = predicted or next((value for value in values if value.rows), PLAIN)
        self._score(node, name, data, predicted.predicted if predicted is not None else None)
        truth, guess = (self._given(node, place, names, depth) for place, names in enumerate((_TRUTH, _GUESS)))
        if predicted is not None and truth is not None and guess is not None:
            self.run.found.measured.append(Measured(node, self.run.cell, self.run.top, name, truth, guess))
        return PLAIN

    def _given(self, node: ast.Call, place: int, names: tuple[str, ...], depth: int) -> Value | None:
        """The argument at a place, or by one of its names."""
        if len(node.args) > place and not any(isinstance(argument, ast.Starred) for argument in node.args):
            return self.run.value(node.args[place], depth)
        given = next((found for name in names if (found := word(node, name)) is not None), None)
        return self.run.value(given, depth) if given is not None else None

    def counted(self, node: ast.Call, predicted: Value) -> None:
        """`np.mean(predicted != y_test)`: accuracy by hand."""
        self._score(node, "hits", predicted, predicted.predicted)

    def _score(
        self, node: ast.AST, metric: str, data: Value, fit: Fit | None, by_folds: bool = False, model: str = ""
    ) -> None:
        loops, calls = self.run.loop_nodes, self.run.depth
        self.run.found.scores.append(
            Score(node, self.run.cell, self.run.top, metric, data.rows, data.part, data.subset, fit, by_folds, loops, model=model, depth=calls)
        )  # fmt: skip
