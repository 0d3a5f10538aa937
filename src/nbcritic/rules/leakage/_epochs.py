"""Where training ends, or which state is kept, by how the model does on rows that it is watched on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit
from nbcritic.analysis.provenance_arguments import constant, word
from nbcritic.rules.leakage._choice import compared, stored_in, text_of

_TEST = regex(
    r"^(?:x_?)?(?:test|tst)(?:_?(?:x|loader|dl|dataloader|data|ds|dataset|set|iter|iterator|gen|generator|batches))?$",
    re.I,
)
_VALIDATION = regex(
    r"(?:^|_)(?:x_?)?(?:val|valid|validation|dev)_?(?:x|loader|dl|dataloader|data|ds|dataset|set|iter|gen)?(?:$|_)",
    re.I,
)
_TRAINS = frozenset("backward step zero_grad partial_fit train_on_batch fit apply_gradients".split())
_LOADS = frozenset("load_weights load_model load_state_dict load".split())


def ended_by(page: Page, fit: Fit) -> tuple[CodeCell, ast.AST] | None:
    """What lets the rows that a fit is watched on choose its end: early stopping, or the best checkpoint, loaded later."""
    call = fit.node
    if not isinstance(call, ast.Call):
        return None
    if _is_given(call) or (fit.name.startswith("CatBoost") and constant(call, "use_best_model") is not False):
        return fit.cell, call
    for cell in page.code:
        for made in cell.nodes(ast.Call):
            if fit.name and called_name(made.func) == fit.name and _is_given(made):
                return cell, made
    callbacks = word(call, "callbacks")
    if callbacks is None:
        return None
    wanted = {inner.id for inner in nodes_in(callbacks, ast.Name)}
    for cell in page.code:
        for made in cell.nodes(ast.Call):
            if called_name(made.func) in ("EarlyStopping", "early_stopping", "ModelCheckpoint") and _chooses(
                page, made
            ):
                statement = cell.statement(made)
                if cell is fit.cell and statement is cell.statement(call):
                    return cell, made
                if isinstance(statement, ast.Assign) and wanted & set(stored_names(statement.targets[0])):
                    return cell, made
    return None


def _is_given(call: ast.Call) -> bool:
    rounds = word(call, "early_stopping_rounds")
    return rounds is not None and not (isinstance(rounds, ast.Constant) and not rounds.value)


def _chooses(page: Page, callback: ast.Call) -> bool:
    """Does a callback follow the rows held out, and act on it?"""
    monitor = constant(callback, "monitor", 0)
    if called_name(callback.func) == "ModelCheckpoint":
        monitor = constant(callback, "monitor", 1)
        if constant(callback, "save_best_only") is not True or not _is_loaded(page):
            return False
    return not isinstance(monitor, str) or monitor.startswith("val")


def _is_loaded(page: Page) -> bool:
    return any(called_name(call.func) in _LOADS for cell in page.code for call in cell.nodes(ast.Call))


def best_kept(page: Page) -> Iterator[tuple[CodeCell, ast.For, ast.expr]]:
    """Training loops by hand that keep the state of the epoch with the best number from a test loader."""
    found = []
    for cell in page.code:
        for loop in cell.nodes(ast.For):
            kept = next(_kept(loop), None) if any(_trains(call) for call in _calls(loop)) else None
            if kept is not None:
                found.append((cell, loop, kept))
    if found and not any(_VALIDATION.search(name.id) for cell in page.code for name in cell.nodes(ast.Name)):
        yield from found


def _calls(loop: ast.For) -> Iterator[ast.Call]:
    return (node for statement in loop.body for node in nodes_in(statement, ast.Call))


def _trains(call: ast.Call) -> bool:
    name = called_name(call.func)
    return name in _TRAINS or name.startswith("train")


def _kept(loop: ast.For) -> Iterator[ast.expr]:
    tested = set[str]()
    for statement in loop.body:
        for node in nodes_in(statement):
            if isinstance(node, ast.Assign) and _is_tested(node.value, tested):
                tested.update(name for target in node.targets for name in stored_names(target))
            elif isinstance(node, ast.For) and _is_tested(node.iter, tested):
                inside = (n for n in nodes_in(node, ast.Name) if isinstance(n.ctx, ast.Store))
                tested.update(name.id for name in inside)
            elif isinstance(node, ast.If) and _is_best(node, tested):
                yield node.test


def _is_tested(node: ast.AST, tested: set[str]) -> bool:
    return any((n.id in tested or _TEST.match(n.id)) for n in nodes_in(node, ast.Name))


def _is_best(choice: ast.If, tested: set[str]) -> bool:
    sides = [side for part in compared(choice.test) for side in (part.left, *part.comparators)]
    seen = [side for side in sides if isinstance(side, ast.Name) and side.id in tested]
    return bool(seen) and bool(stored_in(choice.body) & {text_of(side) for side in sides})
