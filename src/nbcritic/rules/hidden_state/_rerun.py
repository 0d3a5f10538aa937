"""How to say what a second run of a cell does, and whether anybody would notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters
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
            named = any(node.id == reason.name for node in nodes_in(parent, ast.Name))
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


def is_trial(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does it count one more of something, `best["a"] += 1`, that later cells only show?"""
    node = reason.node
    value = node.value if isinstance(node, ast.AugAssign) else None
    if not isinstance(value, ast.Constant) or value.value != 1 or home_of(page, reason) is not cell:
        return False
    below = [other for other in page.code if other.number > cell.number]
    return not any(
        not isinstance(other.parent(read), ast.Expr) for other in below for read in _named(other, reason.name)
    )


def is_worth_an_error(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Was the error met, or does the cell make more than what it cannot make again, and ran in fact on its own?"""
    if any(output.kind == "error" for output in cell.outputs):
        return was_met(page, cell, reason)
    return _ran_on_its_own(page, cell, reason.name) and _does_more(page, cell, reason.name)


def was_met(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Is the error the cell's saved output? A KeyError of something else is another error, and so is one of the first run."""
    if _stops_at_once(page, cell, reason):
        return False
    label = reason.key if isinstance(reason.key, str) else ""
    label = repr(label) if label and reason.operation == "KeyError" else label
    errors = (output for output in cell.outputs if output.kind == "error" and output.ename == reason.operation)
    return any(label in output.evalue for output in errors)


def _ran_on_its_own(page: Page, cell: CodeCell, name: str) -> bool:
    """Do the counts show that the cell ran again after the next ones, or that what it changes was made anew after it ran?"""
    own, source = cell.execution_count, page.cell(page.flow.sources[cell.number][name]).execution_count
    below = next((c.execution_count for c in page.cells if c.number > cell.number and c.execution_count), None)
    return bool(own and ((source and source > own) or (below and below < own)))


def _does_more(page: Page, cell: CodeCell, name: str) -> bool:
    """Does the cell make anything else, which then cannot be made again without the cells above?

    Other tables from above that it works on in the same way are no such thing: the first line stops before any of them changes.
    """
    touched = page.flow.touched[cell.number]
    return bool({*touched.binds} - {name} - touched.reads.keys() - page.names.imports.keys())


def _stops_at_once(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Has the cell above taken the same column out already, or does a loop of the cell itself?"""
    if any(isinstance(outer, (ast.For, ast.While)) for outer in cell.ancestors(reason.node)):
        return True
    here, above = cell.number, page.flow.sources
    while reason.name in above[here]:
        here = above[here][reason.name]
        calls = (call for call in page.cell(here).nodes(ast.Call) if called_name(call.func) in ("drop", "pop"))
        parts = (part for call in calls for part in nodes_in(call) if isinstance(part, ast.Constant))
        if any(part.value == reason.key for part in parts):
            return True
        if reason.name not in page.flow.touched[here].reads:
            return False
    return False
