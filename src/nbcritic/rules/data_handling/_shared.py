"""What several rules on data handling need: comparing expressions, finding loops, and telling short loops from long ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page

Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While
FEW = 12
"""A loop over a literal of at most so many elements costs nothing, however it is written."""
_DEEP = 6


def path(node: ast.AST) -> str | None:
    """A name, an attribute or a subscript by a constant as text, to compare two of them; else None."""
    parts: list[str] = []
    for _ in range(_DEEP):
        if isinstance(node, ast.Name):
            return ".".join((node.id, *reversed(parts)))
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.Name):
            index = node.slice
            parts.append(f"[{index.id}]" if isinstance(index, ast.Name) else f"[{index.value!r}]")
            node = node.value
        else:
            return None
    return None


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments that the call has."""
    return next((word.value for word in call.keywords if word.arg in names), None)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Is it a literal of just this value?"""
    return isinstance(node, ast.Constant) and node.value is value


def loops(cell: CodeCell, node: ast.AST) -> Iterator[Loop]:
    """The loops around `node` in the same function, the innermost first."""
    below: ast.AST = node
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            return
        if isinstance(parent, ast.For | ast.AsyncFor | ast.While) and below not in parent.orelse:
            yield parent
        below = parent


def turns(page: Page, iterable: ast.expr) -> int | None:
    """How often a loop over `iterable` turns, where the page shows it."""
    for _ in range(_DEEP):
        if isinstance(iterable, ast.List | ast.Tuple | ast.Set):
            return None if any(isinstance(item, ast.Starred) for item in iterable.elts) else len(iterable.elts)
        if isinstance(iterable, ast.Dict):
            return None if None in iterable.keys else len(iterable.keys)
        if isinstance(iterable, ast.Name):
            source = page.values.source(iterable)
            if source is None:
                return None
            iterable = source
        elif isinstance(iterable, ast.Call):
            inner = _looped(page, iterable)
            if not isinstance(inner, ast.expr):
                return inner
            iterable = inner
        else:
            return None
    return None


def _looped(page: Page, call: ast.Call) -> ast.expr | int | None:
    """What `enumerate(x)`, `tqdm(x)` or `x.items()` runs over; for `range(n)` the number itself."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in ("items", "keys", "values") and not call.args:
        return function.value
    name = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    if name in ("enumerate", "tqdm", "list", "sorted", "reversed", "zip", "tqdm_notebook", "trange") and call.args:
        return call.args[0]
    if name in ("range", "xrange") and call.args and len(call.args) <= 2:
        numbers = [number(page, argument) for argument in call.args]
        if all(value is not None for value in numbers):
            first, last = (0, numbers[0]) if len(numbers) == 1 else numbers
            return max(0, int(last or 0) - int(first or 0))
        argument = call.args[-1]
        if (
            len(call.args) == 1
            and isinstance(argument, ast.Call)
            and page.qualified(argument.func) == "len"
            and argument.args
        ):
            return argument.args[0]
    return None


def number(page: Page, node: ast.expr) -> int | None:
    """The whole number that an expression stands for, where the page shows it."""
    if isinstance(node, ast.Name):
        node = page.values.source(node) or node
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def is_short(page: Page, loop: Loop) -> bool:
    """Does the page show that the loop turns only a few times?"""
    if isinstance(loop, ast.While):
        return False
    count = turns(page, loop.iter)
    return count is not None and count <= FEW
