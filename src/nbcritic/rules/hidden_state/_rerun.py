"""How to say what a second run of a cell does, and whether anybody would notice."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbcritic.analysis.code import CodeCell
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
    "filter": "drops more rows of {}",
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
            named = any(isinstance(node, ast.Name) and node.id == reason.name for node in ast.walk(parent))
            return parent if named and reason.name not in own else None
    return None


def place(page: Page, cell: CodeCell, reason: Reason) -> str:
    """The thing that is changed as it is written in the cell: `sales["price"]`; the name alone where that is long."""
    node, text = reason.node, ""
    if home_of(page, reason) is cell and not cell.in_function(node):
        target = None
        if isinstance(node, ast.Assign):
            target = node.targets[0]
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
    """Does anything read what was changed: a cell below or, for what does not merely grow, the rest of the cell?"""
    if any(reason.name in read.reads for number, read in page.flow.touched.items() if number > cell.number):
        return True
    line = getattr(reason.node, "end_lineno", None) or reason.span.end_line
    uses = (event.node for event in page.names.of(cell.number).of("use") if event.name == reason.name)
    return reason.kind != "accumulates" and any(getattr(node, "lineno", 0) > line for node in uses)
