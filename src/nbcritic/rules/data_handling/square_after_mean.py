"""NBC618."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_MEANS = frozenset({"mean", "nanmean", "average", "sum", "nansum"})
_TELLING = _MEANS | {"sqrt", "square", "pow", "power"}
_ERROR = regex(r"(?i)(?:^|.*[\W_])(?P<name>r?mse|mae)(?:[\W_]+(?:train|test|val\w*|score|\d+))?[\W_]*$")
"""A name or text that promises an error without a sign."""
_UNSIGNED = frozenset({"abs", "absolute", "fabs", "square", "power", "pow"})


@rule("NBC618", name="square-after-mean", severity="blocker", category="evaluation-and-baseline")
def check(page: Page) -> Iterator[Hit]:
    r"""An error is averaged with its sign, so that too high and too low cancel.

    The root of a mean that was squared is the size of the bias: a model that is off by 100 up and down scores 0. The same holds
    for a mean absolute error without `abs`. The number looks like a good score and is not one.

    Instead, square (or take `abs`) inside the mean: `np.sqrt(np.mean((predicted - actual) ** 2))`, or use the functions of
    scikit-learn.

    Bad:

        # %%
        import numpy as np
        rmse = np.sqrt(np.mean(predicted - actual) ** 2)  # <- flagged
        print(rmse)
        # %%
        score = ((actual - predicted).mean() ** 2) ** 0.5  # <- flagged

    Bad:

        # %%
        import numpy as np
        mae = np.mean(actual - predicted)  # <- flagged
        print("RMSE:", np.sqrt(np.mean(actual - predicted)))  # <- flagged
        print(f"MSE = {np.mean(actual - predicted) ** 2:.2f}")  # <- flagged

    Good:

        # %%
        import numpy as np
        rmse = np.sqrt(np.mean((predicted - actual) ** 2))
        mae = np.mean(np.abs(actual - predicted))
        bias = np.mean(actual - predicted)
        bias_squared = np.mean(actual - predicted) ** 2
        errors = np.abs(actual - predicted)
        mae_gain = np.mean(old_mae - new_mae)
        spread = np.sqrt(np.mean(x**2) - np.mean(x) ** 2)
        distance = np.sqrt(np.sum(np.mean(a - b, axis=0) ** 2))
    """
    found: dict[str, list[tuple[CodeCell, ast.AST, str]]] = {}
    for cell in page.code:
        if not any(isinstance(node.op, ast.Sub) for node in cell.nodes(ast.BinOp)):
            continue  # no difference, no mean of one
        told: set[ast.AST] = set()
        for node in filter(_may_tell, cell.nodes(ast.Call, ast.BinOp)):
            text = _said(cell, node) if isinstance(node, ast.expr) else None
            if text is not None and not any(parent in told for parent in cell.ancestors(node)):
                told.add(node)
                found.setdefault(ast.dump(node), []).append((cell, node, text))
    for (cell, node, text), *others in found.values():
        related = tuple(Related(other.at(place), "the same here") for other, place, _ in others)
        yield Hit(cell.at(cell.statement(node)), text, related)


def _may_tell(node: ast.AST) -> bool:
    """A quick look, for there are many: can it be a root, a square, or a mean?"""
    if isinstance(node, ast.BinOp):
        return node.op.__class__ in (ast.Pow, ast.Div)
    return isinstance(node, ast.Call) and (called_name(node.func) in _TELLING)


def _said(cell: CodeCell, node: ast.expr) -> str | None:
    """What to say of an expression that averages errors with their sign and calls them an error without."""
    if (inner := _under_root(node)) is not None:
        error = _squared(inner)
        if error is not None and _is_signed_mean(error):
            whole, part = cell.segment(node, 50), cell.segment(error, 40)
            return f"`{whole}` is only the size of `{part}`, in which errors of both signs cancel: square the differences inside it"
        if _is_signed_mean(inner) and (name := _promised(cell, node)):
            return f"`{cell.segment(node, 50)}` is no {name}: nothing is squared, and errors of both signs cancel"
        return None
    error = _squared(node)
    if error is not None and _is_signed_mean(error) and (name := _promised(cell, node)):
        return f"`{cell.segment(node, 50)}` is no {name}: it squares after the mean, and errors of both signs cancel"
    if _is_signed_mean(node) and (name := _promised(cell, node)):
        return f"`{cell.segment(node, 50)}` is no {name}: errors of both signs cancel in the mean"
    return None


def _under_root(node: ast.expr) -> ast.expr | None:
    """What the expression takes the square root of."""
    if isinstance(node, ast.Call):
        return node.args[0] if called_name(node.func) == "sqrt" and len(node.args) == 1 else None
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
        return None
    power = node.right
    if isinstance(power, ast.BinOp) and isinstance(power.op, ast.Div):
        half = _is_number(power.left, 1) and _is_number(power.right, 2)
    else:
        half = _is_number(power, 0.5)
    return node.left if half else None


def _squared(node: ast.expr) -> ast.expr | None:
    """What the expression squares."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _is_number(node.right, 2):
        return node.left
    if isinstance(node, ast.Call) and node.args:
        name = called_name(node.func)
        if name == "square" or (name in ("pow", "power") and len(node.args) == 2 and _is_number(node.args[1], 2)):
            return node.args[0]
    return None


def _is_number(node: ast.expr, number: float) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value == number


def _is_signed_mean(node: ast.expr) -> bool:
    """Is it the mean (or sum) over everything of a difference that has its sign?"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        node = node.left  # a sum over its number
    if not isinstance(node, ast.Call) or called_name(node.func) not in _MEANS or node.keywords:
        return False
    values = node.args or ([node.func.value] if isinstance(node.func, ast.Attribute) else [])
    if len(values) != 1 or not isinstance(difference := values[0], ast.BinOp) or not isinstance(difference.op, ast.Sub):
        return False
    return not any(_has_no_sign(inner) for inner in nodes_in(difference))


def _has_no_sign(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Pow, ast.Mult))
    if isinstance(node, (ast.Name, ast.Attribute)):
        word = node.id if isinstance(node, ast.Name) else node.attr
        return _ERROR.match(word) is not None or "error" in word.lower() or "loss" in word.lower()
    return isinstance(node, ast.Call) and called_name(node.func) in _UNSIGNED


def _promised(cell: CodeCell, node: ast.expr) -> str:
    """The error that the value is called: by its name, its key, or the text printed before it."""
    parent = cell.parent(node)
    here: ast.AST = node
    while isinstance(parent, ast.Call) and called_name(parent.func) in ("round", "float", "str"):
        here, parent = parent, cell.parent(parent)
    label: object = None
    if isinstance(parent, ast.Assign) and parent.value is here:
        names = stored_names(parent.targets[0])
        label = names[0] if len(names) == 1 else None
    elif isinstance(parent, ast.Dict) and here in parent.values:
        key = next(key for key, value in zip(parent.keys, parent.values, strict=True) if value is here)
        label = key.value if isinstance(key, ast.Constant) else None
    elif isinstance(parent, ast.Call) and here in parent.args and called_name(parent.func) == "print":
        label = _text(parent.args, here)
    elif isinstance(parent, ast.FormattedValue) and isinstance(around := cell.parent(parent), ast.JoinedStr):
        label = _text(around.values, parent)
    said = _ERROR.match(label) if isinstance(label, str) else None
    return said["name"].upper() if said else ""


def _text(parts: list[ast.expr], here: ast.AST) -> object:
    """The text right before one of the parts."""
    place = next(index for index, part in enumerate(parts) if part is here)
    before = parts[place - 1] if place else None
    return before.value if isinstance(before, ast.Constant) else None
