"""Other states that a cell may start from: the same names and kinds of things with other values."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from nbcritic.analysis.code import CodeCell
from nbcritic.model import Cell

NUMBERS = (0, 1, 2, 3, 5, 7, 10, 12, -4, 345, 9000)
DEEPEST = 5
SHALLOW = 1
"""What lies deeper keeps its texts, which are often the keys of something else."""


def fixed_names(cells: Sequence[str]) -> frozenset[str]:
    """The names that the notebook binds once, to a literal: they never have another value."""
    bound, literal = Counter[str](), set[str]()
    for number, source in enumerate(cells, 1):
        cell = CodeCell(Cell(number, "code", source))
        for node in ast.walk(cell.tree) if cell.tree is not None else ():
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                bound[node.id] += 1
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                bound[node.name] += 1
            elif isinstance(node, ast.alias):
                bound[node.asname or node.name.partition(".")[0]] += 1
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                literal.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return frozenset(name for name in literal if bound[name] == 1)


def vary(names: dict[str, Any], chance: random.Random, fixed: frozenset[str]) -> None:
    """Give every number and text another value, in lists, dictionaries, tables, arrays and the notebook's own objects too.

    A name's own list or set may also grow or shrink.
    Whatever can be changed in place stays the object that it is, so that what was shared still is. Truth values, keys and
    the texts in tables stay.
    """
    seen: set[int] = set()
    for name in sorted(names):
        if not name.startswith("_") and name not in fixed and name not in ("In", "Out"):
            names[name] = _other(names[name], chance, seen, 0)


def _other(value: Any, chance: random.Random, seen: set[int], depth: int) -> Any:
    if type(value) is int:
        return chance.choice(NUMBERS)
    if type(value) is float:
        return float(chance.choice(NUMBERS)) / chance.choice((1, 2, 8))
    if type(value) is str and depth <= SHALLOW:
        return chance.choice((value, value[:1], value.upper(), f"a {value}_a", value * 2))
    if id(value) in seen or depth > DEEPEST:
        return value
    seen.add(id(value))
    if type(value) is list:
        value[:] = _other_length([_other(item, chance, seen, depth + 1) for item in value], chance, depth)
    elif type(value) is set:
        items = _other_length([_other(item, chance, seen, depth + 1) for item in value], chance, depth)
        value.clear()
        value.update(items)
    elif isinstance(value, dict):
        for key in value:
            value[key] = _other(value[key], chance, seen, depth + 1)
    elif type(value) is tuple:
        return tuple(_other(item, chance, seen, depth + 1) for item in value)
    elif hasattr(value, "dtypes") and hasattr(value, "columns"):
        for column in value.columns:
            with suppress(Exception):  # two columns of one name
                value[column] = _other_column(value[column].to_numpy(), chance)
    elif hasattr(value, "dtype") and getattr(value, "shape", None):
        with suppress(Exception):  # read only
            value[:] = _other_column(getattr(value, "values", value), chance)
    elif type(value).__module__ == "__main__" and hasattr(value, "__dict__") and not isinstance(value, type):
        for name, item in vars(value).items():
            with suppress(Exception):  # frozen
                setattr(value, name, _other(item, chance, seen, depth + 1))
    return value


def _other_length(items: list[Any], chance: random.Random, depth: int) -> list[Any]:
    """The items, or fewer, or some of them twice."""
    if depth > 0:
        return items
    return chance.choice((items, items, items[:1], [], items + items[:1]))


def _other_column(values: Any, chance: random.Random) -> Any:
    """Another number in place of each."""
    import numpy as np

    if values.dtype.kind not in "if":
        return values
    drawn = np.random.Generator(np.random.PCG64(chance.getrandbits(32)))
    return values + drawn.integers(-3, 10, values.shape).astype(values.dtype)
