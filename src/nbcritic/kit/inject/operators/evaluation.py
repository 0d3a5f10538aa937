"""The score says less than it seems to."""

from __future__ import annotations

import ast
from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code, roles
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles

_SETTINGS = ("max_depth", "n_neighbors", "min_samples_leaf", "max_leaf_nodes", "C", "alpha", "learning_rate")
_NO_MODEL = "no model that is made in a statement of its own, fitted on two names, and asked to predict for other rows"


def tuned_on_test(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A setting of the model is chosen by its score on the test rows."""
    fit = roles.fit(page)
    if fit is None:
        return _NO_MODEL
    calls = [node for node in ast.walk(fit.made.value) if isinstance(node, ast.Call)]
    setting = next(
        (found for call in calls if (found := code.keyword(call, *_SETTINGS)) and code.is_number(found.value)), None
    )
    if (
        setting is None
        or not isinstance(setting.value, ast.Constant)
        or not isinstance(setting.value.value, int | float)
    ):
        return f"the model has none of the settings {', '.join(_SETTINGS)} as a literal number"
    name, value = str(setting.arg), setting.value.value
    tried = f"[{', '.join(str(one) for one in (_less(value), value, _more(value)))}]"
    source = code.text(fit.cell, fit.made.value)
    start = code.offsets(fit.cell.source, fit.cell.at(fit.made.value))[0]
    inner = [offset - start for offset in code.offsets(fit.cell.source, fit.cell.at(setting.value))]
    made = source[: inner[0]] + name + source[inner[1] :]
    loop = (
        "tried = {}\n"
        f"for {name} in {tried}:\n"
        f"    candidate = {made}\n"
        f"    tried[{name}] = candidate.fit({', '.join(fit.train)}).score({', '.join(fit.test)})\n"
        f"{name} = max(tried, key=tried.get)\n"
        f'print("best {name}:", {name})'
    )
    if code.names(page, "tried") or code.names(page, "candidate") or code.names(page, name):
        return "the names that it needs are taken"
    edits = (code.before(fit.cell, fit.made, loop), code.replace(fit.cell, setting.value, name))
    return Plant(
        edits, fit.cell.cell.id or "", f"tried[{name}] = candidate.fit", {"setting": name, "rows": fit.test[0]}
    )


def _less(value: float) -> float:
    return max(1, value // 2) if isinstance(value, int) else value / 2


def _more(value: float) -> float:
    return value * 2


def scored_on_training(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The model is asked about the rows that it has learnt from."""
    fit = roles.fit(page)
    if fit is None:
        return _NO_MODEL
    cell, (rows, answers), (seen, known) = fit.score_cell, fit.test, fit.train
    predicted = next((found for found in cell.nodes(ast.Assign) if _asks(found.value, fit.model, rows)), None)
    metric = next((call for call in cell.nodes(ast.Call) if len(call.args) == 2 and _is(call.args[0], answers)), None)
    if predicted is None or metric is None or not _is(metric.args[1], ast.unparse(predicted.targets[0])):
        return "the score is not of the form `chance = model.predict(rows)`, `metric(answers, chance)`"
    start = code.offsets(cell.source, cell.at(predicted.value))[0]
    asked = next(node for node in ast.walk(predicted.value) if _is(node, rows))
    inner = [offset - start for offset in code.offsets(cell.source, cell.at(asked))]
    value = code.text(cell, predicted.value)
    value = value[: inner[0]] + seen + value[inner[1] :]
    edits = (code.replace(cell, metric.args[0], known), code.replace(cell, metric.args[1], value))
    return Plant(edits, cell.cell.id or "", f"({known}, {value}", {"rows": seen})


def _asks(value: ast.expr, model: str, rows: str) -> bool:
    """Does the expression ask this model about these rows?"""
    calls = (node for node in ast.walk(value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    asked = (call for call in calls if call.func.attr in ("predict", "predict_proba"))  # type: ignore[attr-defined]
    return any(_is(call.func.value, model) and call.args and _is(call.args[0], rows) for call in asked)  # type: ignore[attr-defined]


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def no_reference(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The cell with the baseline is gone."""
    fit = roles.fit(page)
    if fit is None:
        return _NO_MODEL
    for cell in page.code:
        bound = {name for own, _, name in code.assigned(page) if own.number == cell.number}
        if not any("baseline" in name.lower() or "dummy" in name.lower() for name in bound):
            continue
        used = [name for name in bound for other, _ in code.names(page, name) if other.number != cell.number]
        if not used and cell.number != fit.score_cell.number:
            from nbcritic.model import Drop

            line = next(line for line in fit.score_cell.source.split("\n") if fit.test[1] in line)
            return Plant((Drop(cell.number),), fit.score_cell.cell.id or "", line.strip())
    return "no cell of its own computes a baseline (a name with `baseline` or `dummy`) that no other cell uses"
