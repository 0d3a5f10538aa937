"""What a notebook hands on as its result, as opposed to checkpoints, side tables and what a reader's click writes."""

from __future__ import annotations

import ast
import re

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.rules.tests._shared import exports, fits, metrics

CALLED_BY_OTHERS = (
    "interact",
    "route",
    "get",
    "post",
    "callback",
    "observe",
    "widget",
    "magic",
    "fixture",
    "task",
    "flow",
    "on_",
    "app",
)
"""How the decorators begin whose functions somebody else calls."""
_REGISTERS = frozenset("on_click observe on_submit interact interactive interactive_output on_change register_callback on_value_change".split())  # fmt: skip
_COUNTS = frozenset("value_counts count nunique describe size crosstab isnull isna corr cv_results_ history get_loss".split())  # fmt: skip
_SIDE = regex(
    r"submission|printout|checkpoint|ckpt|(?:^|[/_.-])(?:debug|temp|tmp|cache|history|histories|logs?|counts?|value_counts|describe|config|"
    r"params?|settings|metadata|metrics|losses|vocab\w*|tokenizer|feature_(?:cols|columns|names)|columns|example|sample|toy|dummy)(?=$|[/_.-])",
    re.I,
)
_LEARNS = frozenset("backward zero_grad train_on_batch train_epoch train_one_epoch apply_gradients".split())


@once
def results(page: Page) -> tuple[tuple[CodeCell, ast.Call], ...]:
    """The writes that somebody else builds on, in document order."""
    written = exports(page)
    clicked = _callbacks(page) if written else frozenset()
    return tuple(
        (cell, call)
        for cell, call in written
        if not _is_clicked(cell, call, clicked) and not _is_checkpoint(cell, call) and not _is_side(page, cell, call)
    )


def scores(page: Page) -> list[tuple[CodeCell, ast.Call]]:
    """The scores of models that were fitted here."""
    return list(metrics(page)) if next(fits(page), None) is not None else []


def _callbacks(page: Page) -> frozenset[str]:
    """The functions that a widget calls."""
    found: set[str] = set()
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            function = call.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in _REGISTERS:
                found |= {n.id if isinstance(n, ast.Name) else n.attr for n in call.args if isinstance(n, (ast.Name, ast.Attribute))}  # fmt: skip
            for word in call.keywords:
                if word.arg in ("command", "on_click", "callback") and isinstance(word.value, ast.Name):
                    found.add(word.value.id)
    return frozenset(found)


def is_called_by_others(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is it a callback of a user interface, a server or a test framework?"""
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name.startswith(CALLED_BY_OTHERS):
            return True
    return False


def _is_clicked(cell: CodeCell, call: ast.Call, clicked: frozenset[str]) -> bool:
    for parent in cell.ancestors(call):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            parent.name in clicked
            or is_called_by_others(parent)
            or parent.name.startswith(("on_", "handle_"))
            or [a.arg for a in parent.args.args] in (["b"], ["btn"], ["button"], ["change"], ["event"], ["_"])
        ):
            return True
    return False


def _is_checkpoint(cell: CodeCell, call: ast.Call) -> bool:
    """Is it written in a loop that trains, or only where a score got better?"""
    compared = False
    for parent in cell.ancestors(call):
        if isinstance(parent, ast.If):
            compared = compared or any(isinstance(node, ast.Compare) for node in nodes_in(parent.test))
        if isinstance(parent, (ast.For, ast.While)):
            counted = isinstance(parent, ast.For) and "epoch" in ast.unparse(parent.target).lower()
            if compared or counted or any(_last(node.func) in _LEARNS for node in nodes_in(parent, ast.Call)):  # fmt: skip
                return True
    return False


def _is_side(page: Page, cell: CodeCell, call: ast.Call) -> bool:
    """Is it a table of counts, a log, a configuration, or what a contest wants to be handed in?"""
    literals = [n.value for n in nodes_in(call, ast.Constant) if isinstance(n.value, str)]
    if any(_SIDE.search(text) for text in literals) or page.qualified(call.func) == "json.dump":
        return True  # what is dumped as JSON is mostly a setting, a score or a map's outline
    if any("submission" in node.id.lower() for node in nodes_in(call, ast.Name)):
        return True
    owner = call.func.value if isinstance(call.func, ast.Attribute) and not page.qualified(call.func) else None
    if owner is None:
        owner = call.args[0] if call.args else None
    if owner is None:
        return False
    named = [n.id for n in nodes_in(owner, ast.Name)]
    if any(
        re.search(
            r"submi|tokenizer|^feat(?:ure)?s?(?:_|$)|columns|(?:^|_)cols|(?:^|_)sample|count|history|config|params|settings|vocab|metadata|(?:^|_)sub$",
            name,
            re.I,
        )
        for name in named
    ):
        return True
    root = owner
    for _ in range(30):
        if isinstance(root, ast.Attribute):
            if root.attr in _COUNTS:
                return True
            root = root.value
        elif isinstance(root, ast.Call):
            root = root.func
        elif isinstance(root, ast.Subscript):
            root = root.value
        else:
            break
    source = page.values.source(root) if isinstance(root, ast.Name) else None
    return source is not None and any(node.attr in _COUNTS for node in nodes_in(source, ast.Attribute))


def _last(function: ast.AST) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
