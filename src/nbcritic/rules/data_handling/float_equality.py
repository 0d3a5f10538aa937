"""NBC612."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule

ROUNDED = frozenset(
    f"{module}.{name}"
    for module in ("numpy", "math")
    for name in "sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 tanh mean std var average hypot".split()
) | {"numpy.linalg.norm", "statistics.mean", "statistics.stdev", "numpy.linalg.det", "numpy.linalg.inv"}
"""Functions whose results are rounded to the nearest float."""
MEANS = frozenset("mean std var sem".split())
_DEEP = 12
_DEMOS = frozenset({"print", "display"})


@rule("NBC612", name="float-equality", severity="minor", category="pandas-correctness")
def check(page: Page) -> Iterator[Hit]:
    r"""Computed floats are compared for equality.

    A float holds sixteen digits: `0.1 + 0.2` is not `0.3`, and a sum that should be 1 is 0.9999999999999999. A test for equality
    fails or holds by the order of the operations, the number of threads or the release of a library.

    Instead, compare with a tolerance: `math.isclose(a, b)`, `np.isclose(a, b)` or `np.allclose(a, b)`.

    Bad:

        # %%
        import numpy as np
        weights = np.array(measure())
        share = weights / weights.sum()
        if share.mean() == 0.25:  # <- flagged
            report(share)
        # %%
        length = np.linalg.norm(share)
        assert length == 1.0  # <- flagged
        # %%
        step = 0
        while step * 0.1 != 0.7:  # <- flagged
            step += 1

    Good:

        # %%
        import numpy as np
        weights = np.array(measure())
        share = weights / weights.sum()
        assert np.isclose(share.sum(), 1)
        length = np.linalg.norm(share)
        if length == 0:
            length = 1.0
        best = share[share == share.max()]
        half = len(share) / 2 == len(share) // 2
        rate = 0.1
        if rate == 0.1:
            print(0.1 + 0.2 == 0.3)
        0.1 * 3 == 0.3
    """
    for cell in page.code:
        for node in cell.nodes(ast.Compare):
            if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)) or _is_shown(cell, node):
                continue
            sides = (node.left, node.comparators[0])
            computed = [_is_computed(page, side) for side in sides]
            fractions = [_is_fraction(side) for side in sides]
            # Both made of literals: the reader is shown how floats behave.
            is_demo = not any(isinstance(inner, ast.Name) for side in sides for inner in nodes_in(side))
            if (
                not is_demo
                and (all(computed) or (any(computed) and any(fractions)))
                and ast.dump(sides[0]) != ast.dump(sides[1])
            ):
                yield Hit(cell.at(node), _message(page, cell, node))


def _message(page: Page, cell: CodeCell, node: ast.Compare) -> str:
    left, right = cell.segment(node.left, 40), cell.segment(node.comparators[0], 40)
    kinds = {page.values.kind(side) for side in (node.left, node.comparators[0])}
    close = f"{'np' if kinds & {'array', 'series', 'frame'} else 'math'}.isclose({left}, {right})"
    negated = f"{'~' if close.startswith('np') else 'not '}{close}" if isinstance(node.ops[0], ast.NotEq) else close
    return f"`{cell.segment(node)}` compares a computed float with its last digit; write `{negated}`"


def _is_shown(cell: CodeCell, node: ast.Compare) -> bool:
    """Is the comparison all that is printed, or the last line of its cell?"""
    parent = cell.parent(node)
    if isinstance(parent, ast.Call):
        return getattr(parent.func, "id", "") in _DEMOS
    return isinstance(parent, (ast.Expr, ast.FormattedValue))


def _is_fraction(node: ast.expr) -> bool:
    """Is it a literal float other than zero, such as `0.3` or `1.0`?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value != 0


def _is_computed(page: Page, node: ast.expr, depth: int = 0) -> bool:
    """Is it surely the rounded result of arithmetic on floats?"""
    if depth > _DEEP:
        return False
    if isinstance(node, ast.Name):
        source = page.values.source(node)
        return source is not None and not isinstance(source, ast.Name) and _is_computed(page, source, depth + 1)
    if isinstance(node, ast.UnaryOp):
        return _is_computed(page, node.operand, depth + 1)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        if isinstance(node.op, ast.Div):
            # A half is exact, and so is the path of a file.
            halved = isinstance(node.right, ast.Constant) and node.right.value in (1, 2, 4, 8)
            return (
                not halved
                and not any(page.values.kind(side) in ("path", "str") for side in sides)
                and _is_number(page, node)
            )
        if not isinstance(node.op, (ast.Mult, ast.Add, ast.Sub, ast.Pow)):
            return False
        return any(_is_computed(page, side, depth + 1) or _is_uneven(side) for side in sides)
    if not isinstance(node, ast.Call):
        return False
    if page.qualified(node.func) in ROUNDED:
        return True
    method = node.func if isinstance(node.func, ast.Attribute) else None
    return (
        method is not None and method.attr in MEANS and page.values.kind(method.value) in ("series", "array", "frame")
    )


def _is_number(page: Page, node: ast.BinOp) -> bool:
    return page.values.kind(node) in ("number", "series", "array", "frame")


def _is_uneven(node: ast.expr) -> bool:
    """Is it a literal that no sum of halves makes, such as `0.1`?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and (node.value * 8) % 1 != 0
