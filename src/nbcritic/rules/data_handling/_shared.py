"""What several rules on data handling need: comparing expressions and finding loops."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in

Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While
_DEEP = 6


def path(node: ast.AST) -> str | None:
    """A name, an attribute or a subscript by a constant as text, to compare two of them; else None."""
    parts: list[str] = []
    for _ in range(_DEEP):
        if isinstance(node, ast.Name):
            return "".join((node.id, *reversed(parts)))
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Constant, ast.Name)):
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
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            return
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.While)) and below not in parent.orelse:
            yield parent
        below = parent


class Starts:
    """Where in each block of statements a name is bound to something that does not build on its old value."""

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[dict[ast.AST, int], dict[str, int]]] = {}

    def before(self, cell: CodeCell, loop: Loop, below: ast.AST, root: str) -> bool:
        """Does a statement that always runs before `below` in the loop bind the name to something else?"""
        here: ast.AST | None = below
        while here is not None and here is not loop:
            parent = cell.parent(here)
            for name in ("body", "orelse", "finalbody"):
                statements = getattr(parent, name, None)
                if isinstance(statements, list):
                    places, first = self._block(statements)
                    if here in places and first.get(root, len(places)) < places[here]:
                        return True
            here = parent
        return False

    def _block(self, statements: list[ast.stmt]) -> tuple[dict[ast.AST, int], dict[str, int]]:
        """The place of each statement of a block, and the first place at which each name starts anew."""
        known = self._blocks.get(id(statements))
        if known is None:
            first: dict[str, int] = {}
            for place, statement in enumerate(statements):
                for name in _starting(statement):
                    first.setdefault(name, place)
            known = {statement: place for place, statement in enumerate(statements)}, first
            self._blocks[id(statements)] = known
        return known


def _starting(statement: ast.stmt) -> set[str]:
    """The names that a statement binds without building on their old values."""
    if isinstance(statement, ast.With):
        return set[str]().union(*(_starting(inner) for inner in statement.body))
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if not all(isinstance(target, (ast.Name, ast.Tuple)) for target in targets):
        return set()
    bound = {node.id for target in targets for node in nodes_in(target, ast.Name)}
    return bound - {node.id for node in nodes_in(statement.value, ast.Name)}


def counts_columns(node: ast.AST) -> bool:
    """Is it `table.shape[1]`, the number of columns?"""
    is_shape = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return is_shape and isinstance(node, ast.Subscript) and is_constant(node.slice, 1)


def counted(loop: ast.While) -> int | None:
    """How often `while n < 4` with `n += 1` in it turns where n begins at nought; None for any other loop."""
    test = loop.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        return None
    name, last = test.left, test.comparators[0]
    if not isinstance(name, ast.Name) or not isinstance(last, ast.Constant) or type(last.value) is not int:
        return None
    grows = any(
        isinstance(step, ast.AugAssign) and isinstance(step.op, ast.Add) and path(step.target) == name.id
        for step in loop.body
    )
    return last.value + isinstance(test.ops[0], ast.LtE) if grows else None


def steps(call: ast.Call) -> int | None:
    """How many numbers `arange` with literal arguments gives; None where one is no literal or the step is 0."""
    try:
        numbers = [ast.literal_eval(argument) for argument in call.args]
    except ValueError:
        return None
    if call.keywords or not 1 <= len(numbers) <= 3 or not all(isinstance(number, (int, float)) for number in numbers):
        return None
    start, stop, step = (0, *numbers, 1) if len(numbers) == 1 else (*numbers, 1)[:3]
    return max(0, math.ceil((stop - start) / step)) if step else None
