"""Which frames can have no gaps: those that an earlier step has freed of them, or that `stack` has made."""

from __future__ import annotations

import ast
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page, once
from nbcritic.rules.data_handling._shared import is_constant, keyword

KEEPS = frozenset(
    "drop rename copy reset_index set_index sort_values sort_index drop_duplicates head tail sample query rename_axis loc iloc values to_numpy".split()
)
"""Steps that leave a frame's values alone, whichever rows and columns they take."""
_FILLS = frozenset({"dropna", "stack"})
_NARROWS = frozenset({"subset", "thresh", "how", "axis", "limit", "future_stack"})
_GIVE_BACK = frozenset({"DataFrame", "transform", "fit_transform"})
"""Calls that give as many values as their first argument has, with no new gaps: a frame of an array, a fitted tool's."""
_STEPS = 20
"""Nobody follows a longer chain."""
_Freed: TypeAlias = dict[ast.AST | None, set[str]]
"""For each function (None outside of all) the names of its frames without gaps."""


def came_from(node: ast.expr) -> str:
    """The frame that an expression takes rows and columns of, with its values as they are; empty where there is none."""
    for _ in range(_STEPS):
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in KEEPS):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KEEPS:
            node = node.func.value
        else:
            break
    return ""


def ancestors(page: Page, names: set[str]) -> set[str]:
    """The frames that these frames were taken from, with their values as they are."""
    sources, found = _sources(page), set(names)
    waiting = [*names]
    for name in waiting:  # grows on the way
        new = sources.get(name, set()) - found
        found |= new
        waiting += new
    return found - names


@once
def _sources(page: Page) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for cell in page.code:
        for assign in cell.nodes(ast.Assign):
            if source := came_from(assign.value):
                for target in assign.targets:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, set()).add(source)
    return found


def gapless(page: Page) -> set[ast.Call]:
    """The calls of `dropna` on a frame that has no gaps any more, so that they drop nothing."""
    freed: _Freed = {}
    idle: set[ast.Call] = set()
    for cell in page.code if "dropna" in page.called_words else ():
        steps: list[ast.stmt] = [*cell.nodes(ast.Assign), *cell.nodes(ast.AugAssign), *cell.nodes(ast.Expr)]
        for step in sorted(steps, key=lambda step: step.lineno):
            idle.update(_follow(cell, step, freed))
    return idle


def _follow(cell: CodeCell, step: ast.stmt, freed: _Freed) -> set[ast.Call]:
    """Take one statement's part in what is `freed`; those of its calls of `dropna` that drop nothing."""
    functions = (node for node in cell.ancestors(step) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    scope = next(functions, None)
    known = freed.setdefault(scope, set())
    value = step.value if isinstance(step, (ast.Assign, ast.Expr)) else None
    calls = nodes_in(value, ast.Call) if value is not None else []
    drops = [call for call in calls if called_name(call.func) == "dropna"]
    idle = {call for call in drops if isinstance(call.func, ast.Attribute) and _is_free(call.func.value, known)}
    if isinstance(step, ast.Expr):
        for call in drops:
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(owner, ast.Name) and _drops_gaps(call) and is_constant(keyword(call, "inplace"), True):
                known.add(owner.id)
        return idle
    targets = step.targets if isinstance(step, ast.Assign) else [step.target] if isinstance(step, ast.AugAssign) else []
    for target in targets:
        if isinstance(target, ast.Name) and value is not None and _is_free(value, known):
            known.add(target.id)
        elif isinstance(target, ast.Subscript) and value is not None and _is_free(value, known):
            continue  # a column without gaps in a frame without gaps
        elif not isinstance(target, ast.Attribute) and (root := root_name(target)) is not None:
            known.discard(root.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            known.difference_update(item.id for item in target.elts if isinstance(item, ast.Name))
    return idle


def _is_free(node: ast.expr, known: set[str]) -> bool:
    """Has the value of the expression no gaps?"""
    if came_from(node) in known:
        return True
    for _ in range(_STEPS):
        if isinstance(node, ast.Name):
            return node.id in known
        if isinstance(node, ast.Call):
            if _drops_gaps(node):
                return True
            if called_name(node.func) in _GIVE_BACK and node.args:
                node = node.args[0]
                continue
            if called_name(node.func) == "merge" and keyword(node, "how") is None and len(node.args) > 1:
                return all(_is_free(side, known) for side in node.args[:2])
            node = node.func
        elif isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in KEEPS):
            node = node.value
        else:
            return False
    return False


def _drops_gaps(call: ast.Call) -> bool:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr in _FILLS
    return is_method and not call.args and not any(word.arg in _NARROWS for word in call.keywords)
