"""Models and settings that compete on the same rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.provenance import Score
from nbcritic.analysis.provenance_tables import METRICS, PREDICTIONS
from nbcritic.rules.leakage._flows import Flows
from nbcritic.rules.leakage._held_out import PICTURES, TestSet

_MOST = 20
"""So many candidates, and so many scores after them, are looked at."""
_ASKS = PREDICTIONS | {"score", "evaluate"}
_OPTIMISERS = frozenset(
    "optimize fmin minimize gp_minimize forest_minimize minimize_scalar BayesianOptimization maximize".split()
)


def competing(test: TestSet) -> list[Score]:
    """The scores of candidates: several models', or those of a loop over models or settings."""
    scores = [s for s in test.scores if s.metric not in PICTURES and not (s.fit and s.fit.name.startswith("Dummy"))]
    looped = [score for score in scores if score.loops and not _is_of_each(score)]
    if looped:
        return looped
    fits = {score.fit for score in scores if score.fit is not None and not score.loops}
    return [score for score in scores if score.fit in fits] if len(fits) > 1 else []


def _is_of_each(score: Score) -> bool:
    """Is each turn of the loop another question: other rows, another target, changed rows for the same model?"""
    call = score.node
    if not isinstance(call, ast.Call):
        return True
    targets = frozenset(name for loop in score.loops for name in _bound(loop))
    truth = call.args[0:1] if score.metric in METRICS else call.args[1:2]
    if score.metric != "hits" and any(_mentions(argument, targets) for argument in truth):
        return True
    if score.fit is None or any(loop in score.fit.loops for loop in score.loops):
        return False
    asked = [c for c in _calls(score.loops[-1]) if called_name(c.func) in _ASKS and isinstance(c.func, ast.Attribute)]
    return any(isinstance(c.func, ast.Attribute) and not _mentions(c.func.value, targets) for c in asked)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in nodes_in(node, ast.Call))


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(inner.id in names for inner in nodes_in(node, ast.Name))


def _bound(loop: ast.AST) -> list[str]:
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        return stored_names(loop.target)
    if isinstance(loop, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        return [name for generator in loop.generators for name in stored_names(generator.target)]
    return []


def inside(score: Score) -> set[ast.AST]:
    """Everything in the loops around a score."""
    return {node for loop in score.loops[:1] for node in nodes_in(loop)}


def refitted(page: Page, test: TestSet, scores: list[Score]) -> Score | None:
    """The score of a model of the class that a loop tried settings of, made once more with one of them."""
    for score in list({score.fit: score for score in scores if score.fit is not None}.values())[:_MOST]:
        fit = score.fit
        if fit is None or not fit.name or not fit.loops or score.cell is not fit.cell:
            continue
        tried = [value for loop in fit.loops for made in _made(fit.cell, fit.name) for value in _tried(loop, made)]
        later = [s for s in test.scores if not s.loops and s.fit and s.fit.name == fit.name and not s.fit.loops]
        if not tried or not later:
            continue
        made = [(place_of(cell, call), call) for cell in page.code for call in _made(cell, fit.name)]
        for other in later[:_MOST]:
            assert other.fit is not None
            last = place_of(other.fit.cell, other.fit.node)
            again = [call for place, call in made if place_of(fit.cell, fit.node) < place <= last]
            if any(_is_one(call, *setting) for setting in tried for call in again[-1:]):
                return other
    return None


def _made(cell: CodeCell, name: str) -> list[ast.Call]:
    return [call for call in cell.nodes(ast.Call) if called_name(call.func) == name]


def _tried(loop: ast.AST, made: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The settings that a loop varies in a call (empty for the first argument), and what they run over."""
    if not isinstance(loop, ast.For):
        return
    names = frozenset(stored_names(loop.target))
    for name, value in (("", argument) for argument in made.args[:1]):
        if _mentions(value, names):
            yield name, loop.iter
    for keyword in made.keywords:
        if _mentions(keyword.value, names):
            yield keyword.arg or "", loop.iter


def _is_one(made: ast.Call, setting: str, values: ast.expr) -> bool:
    """Does a call give the setting one of the values that were tried?"""
    named = [word.value for word in made.keywords if word.arg == setting or not setting]
    given = next(iter(named or made.args), None)
    if not isinstance(given, ast.Constant):
        return isinstance(given, ast.Name)
    if isinstance(values, (ast.List, ast.Tuple)):
        return any(isinstance(item, ast.Constant) and item.value == given.value for item in values.elts)
    if isinstance(values, ast.Call) and called_name(values.func) == "range" and isinstance(given.value, int):
        ends = [argument.value for argument in values.args if isinstance(argument, ast.Constant)]
        numbers = [end for end in ends if isinstance(end, int)]
        low, high = (numbers[0], numbers[1]) if len(numbers) > 1 else (0, numbers[0] if numbers else given.value + 1)
        return low <= given.value < high
    return True


def place_of(cell: CodeCell, node: ast.AST) -> tuple[int, int]:
    return cell.number, getattr(node, "lineno", 0)


def searched(page: Page, flows: Flows, test: TestSet) -> tuple[CodeCell, ast.Call, Score] | None:
    """An optimiser that is given a function which scores on the test rows."""
    for score in test.scores:
        if score.metric in PICTURES or not score.cell.in_function(score.node):
            continue
        derived = flows.derived([(score.cell, score.node)])
        for cell in page.code:
            for call in cell.nodes(ast.Call):
                if called_name(call.func) in _OPTIMISERS and any(flows.holds(given, derived) for given in _given(call)):
                    return cell, call, score
    return None


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(word.value for word in call.keywords)]
