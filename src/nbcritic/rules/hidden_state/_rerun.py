"""How to say what a second run of a cell does, and whether anybody would notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import parameters
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page

_LONGEST = 40
_WORDS: Mapping[str, str] = {
    "Add": "adds to {} again",
    "Sub": "subtracts from {} again",
    **dict.fromkeys(("Mult", "MatMult"), "multiplies {} again"),
    **dict.fromkeys(("Div", "FloorDiv"), "divides {} again"),
    "Pow": "takes the power of {} again",
    **dict.fromkeys(("numpy.log", "numpy.log10", "numpy.log2", "numpy.log1p"), "takes the logarithm of {} again"),
    **dict.fromkeys(
        "numpy.exp numpy.expm1 numpy.sqrt numpy.square numpy.diff shift diff pct_change cumsum cumprod".split(),
        "transforms {} again",
    ),
    **dict.fromkeys(
        "USub Invert T transpose reverse numpy.transpose numpy.flip numpy.fliplr numpy.flipud".split(), "turns {} back"
    ),
    **dict.fromkeys(
        "append extend appendleft pandas.concat numpy.append numpy.concatenate numpy.vstack numpy.hstack".split(),
        "appends the same to {} again",
    ),
    "insert": "inserts the same into {} again",
    "pop": "takes one more out of {}",
    "remove": "takes one more out of {}, or stops with ValueError",
    **dict.fromkeys(("merge", "pandas.merge"), "merges the same columns into {} again"),
    "unmapped": "leaves only NaN in {}",
    "cut": "cuts off more of {}",
    "reset_index": "puts one more index column into {}",
}


def words(reason: Reason) -> str:
    """What a second run does, with `{}` for the thing; empty where there is nothing definite to say."""
    if reason.kind == "raises":
        return f"stops with {reason.operation}" if reason.name else ""
    return _WORDS.get(reason.operation, "") if reason.kind in ("accumulates", "reapplies") else ""


def home_of(page: Page, reason: Reason) -> CodeCell:
    """The cell in which the statement stands that does it."""
    return next((cell for cell in page.code if cell.parent(reason.node) is not None), page.cell(reason.span.cell))


def changed_global(page: Page, reason: Reason) -> ast.FunctionDef | None:
    """The function that does it to a global of the notebook, not to something that it is given."""
    home = home_of(page, reason)
    for parent in home.ancestors(reason.node):
        if isinstance(parent, ast.FunctionDef):
            own = {parameter.arg for parameter in parameters(parent.args)}
            named = any(isinstance(node, ast.Name) and node.id == reason.name for node in nodes_in(parent))
            return parent if named and reason.name not in own else None
    return None


def place(page: Page, cell: CodeCell, reason: Reason) -> str:
    """The thing that is changed as it is written in the cell: `sales["price"]`; the name alone where that is long."""
    node, text = reason.node, ""
    if home_of(page, reason) is cell and not cell.in_function(node):
        target = None
        if isinstance(node, ast.Assign):
            target = node.targets[0] if not isinstance(node.targets[0], (ast.Tuple, ast.List)) else None
        elif isinstance(node, ast.AugAssign):
            target = node.target
        elif (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            target = node.value.func.value
        text = cell.segment(target) if target is not None else ""
    elif isinstance(reason.key, str):
        text = f"{reason.name}[{reason.key!r}]"
    return text if text and len(text) <= _LONGEST and reason.name in text else reason.name


def is_read_later(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does anything rely on what was changed: a cell below or, for a column, the rest of the cell?"""
    below = [number for number, read in page.flow.touched.items() if number > cell.number and reason.name in read.reads]
    if reason.kind == "accumulates":
        return bool(below) and any(_relies(other, node) for other in page.code for node in _named(other, reason.name))
    if below:
        return True
    line = getattr(reason.node, "end_lineno", None) or reason.span.end_line
    return reason.key is not None and any(node.lineno > line for node in _named(cell, reason.name))


def _named(cell: CodeCell, name: str) -> Iterator[ast.Name]:
    return (node for node in cell.nodes(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load))


def _relies(cell: CodeCell, node: ast.Name) -> bool:
    """Is a list read for more than to add to it, to show it, for its first items, or to see whether something is in it?"""
    parent = cell.parent(node)
    if isinstance(parent, ast.Attribute) and parent.attr in ("append", "extend", "insert"):
        return False
    if isinstance(parent, ast.Expr):
        return False
    if isinstance(parent, ast.Compare) and isinstance(parent.ops[-1], (ast.In, ast.NotIn)):
        return False
    if isinstance(parent, ast.Subscript) and parent.value is node and _is_at_the_front(parent):
        return False
    statement = cell.statement(node)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return not any(isinstance(target, ast.Name) and target.id == node.id for target in targets)


def _is_at_the_front(node: ast.Subscript) -> bool:
    """Does `x[0]` or `x[:3]` stay the same when something is added at the end?"""
    last = node.slice.upper if isinstance(node.slice, ast.Slice) else node.slice
    return isinstance(node.ctx, ast.Load) and isinstance(last, ast.Constant) and isinstance(last.value, int)


def is_count(page: Page, reason: Reason) -> bool:
    """Does it count the rounds of a loop?"""
    node = reason.node
    if not isinstance(node, ast.AugAssign) or not isinstance(node.value, ast.Constant):
        return False
    return any(isinstance(parent, (ast.For, ast.While)) for parent in home_of(page, reason).ancestors(node))
