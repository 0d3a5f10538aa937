"""How sure it is that a second run of a cell does harm: forms that were read right, steps of training, and runs that stop instead."""

from __future__ import annotations

import ast

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page

_TRANSFORMS = frozenset(
    "numpy.log numpy.log10 numpy.log2 numpy.log1p numpy.exp numpy.expm1 numpy.sqrt numpy.square numpy.diff diff pct_change "
    "cumsum cumprod T transpose numpy.transpose".split()
)
_SCALINGS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
_OPERATORS = frozenset(kind.__name__ for kind in _SCALINGS)
_ROWS = frozenset({"pandas.concat", "append", "numpy.vstack", "numpy.concatenate"})
_MEASURES = frozenset("mean std median min max sum".split())


def is_sure(page: Page, reason: Reason) -> bool:
    """Is it one of the forms that harm wherever they stand, when the cell runs twice?

    Mapped to NaN; scaled by a number; a logarithm and the like; a table turned; a fixed number of rows or columns cut off; rows put
    below a table.
    """
    node = reason.node
    value = node.value if isinstance(node, (ast.Assign, ast.AugAssign)) else None
    if reason.operation == "unmapped" or reason.operation in _TRANSFORMS:
        return True
    if reason.operation == "cut":
        return value is not None and _cuts_fixed(value)
    if reason.operation in _OPERATORS:
        return value is not None and _scales(page, node, value)
    return reason.operation in _ROWS and isinstance(node, ast.Assign)


def _cuts_fixed(value: ast.expr) -> bool:
    bounds = [b for part in nodes_in(value, ast.Slice) for b in (part.lower, part.upper) if b is not None]
    return bool(bounds) and all(isinstance(bound, (ast.Constant, ast.UnaryOp)) for bound in bounds)


def _scales(page: Page, node: ast.AST, value: ast.expr) -> bool:
    """Is one side of the operation a number that does not depend on the data at hand?"""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, _SCALINGS) and _is_number(page, value)
    sums = [part for part in nodes_in(value, ast.BinOp) if isinstance(part.op, _SCALINGS)]
    return any(_is_number(page, side) for part in sums for side in (part.left, part.right))


def _is_number(page: Page, side: ast.expr) -> bool:
    """A number, or a name of the page for one or for a mean or spread."""
    if isinstance(side, ast.UnaryOp):
        return _is_number(page, side.operand)
    if isinstance(side, ast.BinOp):
        return _is_number(page, side.left) and _is_number(page, side.right)
    if isinstance(side, ast.Constant):
        return isinstance(side.value, (int, float))
    if not isinstance(side, ast.Name):
        return False
    values = [v for v in _values(page, side.id) if not isinstance(v, ast.Name)]
    return bool(values) and all(isinstance(v, ast.Constant) or called_name(_called(v)) in _MEASURES for v in values)


def _called(value: ast.expr) -> ast.expr:
    return value.func if isinstance(value, ast.Call) else value


def _values(page: Page, name: str) -> list[ast.expr]:
    """What the page gives a name."""
    return [
        node.value
        for cell in page.code
        for node in cell.nodes(ast.Assign)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]


def is_training(reason: Reason) -> bool:
    """Does a step of training move a weight by its own gradient, `w -= lr * w.grad`? To run it again trains on."""
    node = reason.node
    if not isinstance(node, (ast.Assign, ast.AugAssign)):
        return False
    target = root_name(node.target if isinstance(node, ast.AugAssign) else node.targets[0])
    return target is not None and any(
        part.attr == "grad" and (root := root_name(part)) is not None and root.id == target.id
        for part in nodes_in(node.value, ast.Attribute)
        if isinstance(part, ast.Attribute)
    )


def error_of_own_result(page: Page, cell: CodeCell, reason: Reason) -> str:
    """The error with which a second run stops, since the cell asks its own result for what that lacks; empty where none is known.

    `data = NDVI(data)`, where the function computes one band of several; `concat([t[kept], get_dummies(t.port)])`.
    """
    node = reason.node
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return ""
    name = node.targets[0].id
    if name != reason.name or cell.parent(node) is None:
        return ""
    return _error_of_encoding(name, node.value) or _error_of_column(*_computed(page, name, node.value))


def _computed(page: Page, name: str, value: ast.expr) -> tuple[str, ast.expr]:
    """The expression that a function of the page of one line returns for `f(x)`, with the name that `x` has there."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.args):
        return name, value
    function = next(
        (n for c in page.code for n in c.nodes(ast.FunctionDef) if getattr(n, "name", "") == value.func.id), None
    )
    given = [at for at, part in enumerate(value.args) if isinstance(part, ast.Name) and part.id == name]
    if not isinstance(function, ast.FunctionDef) or len(given) != 1 or given[0] >= len(function.args.args):
        return name, value
    body = [part for part in function.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    last = body[0] if len(body) == 1 else None
    returned = last.value if isinstance(last, ast.Return) else None
    return (function.args.args[given[0]].arg, returned) if returned is not None else (name, value)


def _error_of_column(name: str, value: ast.expr) -> str:
    """The error where the value is computed of two or more columns, and nothing else is asked of the table."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    if not isinstance(value, ast.BinOp):
        return ""
    parts = nodes_in(value)
    links = {id(part.value): part for part in parts if isinstance(part, (ast.Attribute, ast.Subscript))}
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    asked = dict[str, str]()
    for part in parts:
        if not isinstance(part, ast.Name) or part.id != name:
            continue
        link = links.get(id(part))
        if isinstance(link, ast.Attribute) and id(link) not in called:
            asked[link.attr] = "AttributeError"
        elif isinstance(link, ast.Subscript) and isinstance(link.slice, ast.Constant):
            if not isinstance(link.slice.value, str):
                return ""
            asked[link.slice.value] = "KeyError"
        else:
            return ""
    return next(iter(asked.values())) if len(asked) > 1 else ""


def _error_of_encoding(name: str, value: ast.expr) -> str:
    """The error where a table is put together anew of some of its columns and codes for another, which is left out."""
    first = (
        value.args[0] if isinstance(value, ast.Call) and called_name(value.func) == "concat" and value.args else None
    )
    parts = first.elts if isinstance(first, ast.List) else []
    kept, coded = set[object](), list[tuple[object, str]]()
    for part in parts:
        if isinstance(part, ast.Name) and part.id == name:
            return ""
        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name) and part.value.id == name:
            kept |= {item.value for item in nodes_in(part.slice, ast.Constant) if isinstance(item, ast.Constant)}
        elif isinstance(part, ast.Call) and called_name(part.func) == "get_dummies" and part.args:
            coded += _column(name, part.args[0])
    return next((error for column, error in coded if column not in kept), "")


def _column(name: str, node: ast.expr) -> list[tuple[object, str]]:
    """The column that `x.a` or `x["a"]` names, with the error where it is gone."""
    if not isinstance(node, (ast.Attribute, ast.Subscript)):
        return []
    if not isinstance(node.value, ast.Name) or node.value.id != name:
        return []
    if isinstance(node, ast.Attribute):
        return [(node.attr, "AttributeError")]
    return [(node.slice.value, "KeyError")] if isinstance(node.slice, ast.Constant) else []
