"""NBC608."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling import _vector as vector
from nbcritic.rules.data_handling._rows import body_computes, is_arithmetic
from nbcritic.rules.data_handling._shared import is_constant, path
from nbcritic.rules.data_handling._sizes import Sizes, sizes_of

FEW = 1000
"""So many elements are done at once, whichever way."""
FLAT = frozenset("linspace arange logspace geomspace zeros ones empty rand randn random random_sample".split())
"""Functions of NumPy that give an array of one dimension where they are given one number."""
_COMPARED = regex(r"vectori[sz]|timeit|perf_counter|broadcasting|\bufunc|numba|cython", re.IGNORECASE)
"""Notebooks with these words show what a loop costs, or have another way to make it fast."""


@rule("NBC608", name="python-loop-over-array", severity="minor", category="performance")
def check(page: Page) -> Iterator[Hit]:
    r"""The elements of an array are computed one at a time.

    Python makes an object of each element and interprets each step: some twenty times slower than the same arithmetic on the whole
    array, and several lines where one says what is meant.

    Instead, write the arithmetic with whole arrays; use `np.where` for conditions, `np.cumsum` and slices for neighbours.

    Bad:

        # %%
        import math
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        prices = df["price"].values
        taxed = np.zeros(len(prices))
        for i in range(len(prices)):  # <- flagged
            taxed[i] = prices[i] * 1.2
        # %%
        squares = df["weight"].to_numpy()
        total = 0
        for weight in squares:  # <- flagged
            total += weight ** 2
        # %%
        costs = df["cost"].values
        margins = [p - c for p, c in zip(prices, costs)]  # <- flagged
        # %%
        days = df["day"].values
        roots = [math.sqrt(day) for day in days]  # <- flagged

    Good:

        # %%
        import math
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv")
        prices = df["price"].values
        taxed = prices * 1.2
        level = np.zeros(len(prices))
        for i in range(1, len(prices)):
            level[i] = level[i - 1] * 0.9 + prices[i]
        for price in prices:
            print(price * 2)
        for x in np.linspace(0, 1, 11):
            curve.append(math.sqrt(x))
        grid = np.array(rows)
        norms = [row * 2 for row in grid]
        labels = [f"{price} EUR" for price in prices]
        colors = ["red" if price < 0 else "blue" for price in prices]
        tokens = [w.lower() for w in df["word"].values]

    Good:

        # %%
        import numpy as np
        prices = np.random.rand(100000)
        # %%
        %%timeit
        doubled = [p * 2 for p in prices]
    """
    sizes = sizes_of(page)
    found = [(cell, *hit) for cell in page.code for hit in _found(page, sizes, cell)]
    if not found or _COMPARED.search("\n".join(cell.source for cell in page.notebook.cells)):
        return
    groups: dict[tuple[int, str], list[tuple[CodeCell, ast.AST, str]]] = {}
    for cell, node, text, name in found:
        groups.setdefault((cell.number, name), []).append((cell, node, text))
    for (_, name), ((cell, node, text), *others) in groups.items():
        related = tuple(Related(other.at(place), f"`{name}` is gone through here, too") for other, place, _ in others)
        yield Hit(cell.at(node), text, related)


@dataclass(frozen=True, slots=True)
class Elements:
    """One element at a time of some arrays: under names of their own, or at the place `index` of each."""

    page: Page
    index: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """The array for each name that an element goes by."""
    row: str = ""

    def column(self, node: ast.AST) -> str | None:
        """The array that `node` reads or writes one element of, as source text."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if not isinstance(node, ast.Subscript) or not self.index:
            return None
        by_index = isinstance(node.slice, ast.Name) and node.slice.id == self.index
        return path(node.value) if by_index and self.page.values.kind(node.value) == "array" else None

    def whole(self, node: ast.AST) -> str | None:
        """The array itself."""
        return self.column(node)


def _found(page: Page, sizes: Sizes, cell: CodeCell) -> Iterator[tuple[ast.AST, str, str]]:
    """Each loop or comprehension that could be arithmetic on arrays: where, what to say, and the array."""
    for loop in cell.nodes(ast.For):
        found = _elements(page, loop.target, loop.iter)
        if found and _is_worth_it(page, sizes, cell, loop, found[1]) and body_computes(page, loop, found[0]):
            elements, array = found
            name = cell.segment(array, 40)
            better = _statement(page, cell, loop, elements)
            yield loop.iter, _say(name, better), name
    scopes: list[ast.ListComp | ast.GeneratorExp] = [*cell.nodes(ast.ListComp), *cell.nodes(ast.GeneratorExp)]
    for scope in scopes:
        generator = scope.generators[0]
        found = _elements(page, generator.target, generator.iter) if len(scope.generators) == 1 else None
        if not found or generator.ifs or _is_text(scope.elt) or not _is_worth_it(page, sizes, cell, scope, found[1]):
            continue
        elements, array = found
        call = cell.parent(scope)
        sums = isinstance(call, ast.Call) and page.qualified(call.func) == "sum" and len(call.args) == 1
        if (isinstance(scope, ast.ListComp) or sums) and is_arithmetic(page, scope.elt, elements):
            name = cell.segment(array, 40)
            better = vector.expression(page, scope.elt, elements)
            if sums and better:
                better = f"({better}).sum()"
            yield scope, _say(name, better), name


def _is_text(node: ast.expr) -> bool:
    """Does it give a text, such as the colour of a bar?"""
    part = node.body if isinstance(node, ast.IfExp) else node
    return isinstance(part, ast.Constant) and isinstance(part.value, str)


def _say(name: str, better: str) -> str:
    advice = f"write `{better}`" if better else "compute with the whole array, `np.where` for conditions"
    return f"the elements of `{name}` are computed one at a time; {advice}"


def _elements(page: Page, target: ast.expr, iterable: ast.expr) -> tuple[Elements, ast.expr] | None:
    """What a loop calls an element, and the array that it goes through."""
    if isinstance(iterable, ast.Call) and page.qualified(iterable.func) == "zip" and isinstance(target, ast.Tuple):
        names = [item.id if isinstance(item, ast.Name) else "" for item in target.elts]
        arrays = [path(item) for item in iterable.args]
        if len(names) != len(arrays) or "" in names or None in arrays:
            return None
        if not all(_is_flat(page, item) for item in iterable.args):
            return None
        return Elements(page, names=dict(zip(names, map(str, arrays), strict=True))), iterable.args[0]
    if not isinstance(target, ast.Name):
        return None
    array = _measured(page, iterable)
    if array is not None:
        return (Elements(page, index=target.id), array) if _is_flat(page, array) else None
    name = path(iterable)
    return (Elements(page, names={target.id: name}), iterable) if name and _is_flat(page, iterable) else None


def _measured(page: Page, iterable: ast.expr) -> ast.expr | None:
    """The array behind `range(len(array))`, `range(array.shape[0])` and `range(array.size)`."""
    if not isinstance(iterable, ast.Call) or page.qualified(iterable.func) not in ("range", "xrange"):
        return None
    if len(iterable.args) not in (1, 2) or (len(iterable.args) == 2 and not is_constant(iterable.args[0], 0)):
        return None
    end = iterable.args[-1]
    if isinstance(end, ast.Call) and page.qualified(end.func) == "len" and len(end.args) == 1:
        return end.args[0]
    if isinstance(end, ast.Subscript) and is_constant(end.slice, 0) and isinstance(end.value, ast.Attribute):
        return end.value.value if end.value.attr == "shape" else None
    return end.value if isinstance(end, ast.Attribute) and end.attr == "size" else None


def _is_flat(page: Page, node: ast.expr, depth: int = 0) -> bool:
    """Is it surely an array of one dimension?"""
    if page.values.kind(node) != "array" or depth > 4:
        return False
    if isinstance(node, ast.Name):
        source = page.values.source(node)
        return source is not None and _is_flat(page, source, depth + 1)
    if isinstance(node, ast.Attribute):
        return node.attr == "values" and page.values.kind(node.value) == "series"
    if isinstance(node, ast.Subscript):
        index = node.slice
        column = isinstance(index, ast.Tuple) and len(index.elts) == 2 and isinstance(index.elts[0], ast.Slice)
        return bool(column and isinstance(index.elts[1], ast.Constant))  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp):
        return _is_flat(page, node.left, depth + 1) or _is_flat(page, node.right, depth + 1)
    if not isinstance(node, ast.Call):
        return False
    name = page.qualified(node.func) or ""
    if name.startswith("numpy."):
        short = name.rpartition(".")[2]
        if short in FLAT:
            given = node.args[0] if node.args else None
            several = short.startswith("rand") and len(node.args) != 1
            return not several and given is not None and page.values.kind(given) in ("number", None)
        return any(_is_flat(page, item, depth + 1) for item in node.args[:1]) and short not in ("outer", "reshape")
    method = node.func if isinstance(node.func, ast.Attribute) else None
    return method is not None and method.attr in ("to_numpy", "unique") and page.values.kind(method.value) == "series"


def _is_worth_it(page: Page, sizes: Sizes, cell: CodeCell, node: ast.AST, array: ast.expr) -> bool:
    """Is the array not seen to be short, and the loop not compiled?"""
    count = sizes.length(array)
    around = [p for p in cell.ancestors(node) if isinstance(p, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return (count is None or count > FEW) and not any(function.decorator_list for function in around)


def _statement(page: Page, cell: CodeCell, loop: ast.For, elements: Elements) -> str:
    """The loop in one statement."""
    statement = loop.body[0] if len(loop.body) == 1 else None
    if isinstance(statement, ast.Assign) and (name := elements.column(statement.targets[0])) is not None:
        text = vector.expression(page, statement.value, elements)
        return f"{name} = {text}" if text else ""
    if (
        isinstance(statement, ast.AugAssign)
        and isinstance(statement.op, ast.Add)
        and isinstance(statement.target, ast.Name)
    ):
        text = vector.expression(page, statement.value, elements)
        return f"{statement.target.id} += ({text}).sum()" if text else ""
    if isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call) and call.args:
        name = path(call.func.value) if isinstance(call.func, ast.Attribute) else None
        text = vector.expression(page, call.args[0], elements) if name and vector.starts_empty(cell, loop, name) else ""
        return f"{name} = ({text}).tolist()" if text else ""
    return ""
