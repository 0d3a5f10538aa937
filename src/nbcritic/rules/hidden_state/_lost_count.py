"""Which cells without a count have run all the same, or need not."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page


def ran(cell: CodeCell) -> bool:
    """Is there a count, or an output?"""
    return bool(cell.execution_count) or bool(cell.outputs)


def fill_gaps(cells: Sequence[CodeCell]) -> frozenset[int]:
    """The cells whose counts were lost, by all appearances: as many stand between In[n] and In[m] as counts are missing."""
    found: set[int] = set()
    between: list[CodeCell] = []
    last: int | None = None
    for cell in cells:
        if not cell.execution_count:
            between.append(cell)
            continue
        if between and last is not None and cell.execution_count - last - 1 == len(between):
            found |= {lost.number for lost in between}
        last, between = cell.execution_count, []
    return frozenset(found)


def needed(page: Page) -> frozenset[int]:
    """The cells that did run, whatever their count says: a cell that ran used a name that only they define."""
    if not page.is_python:
        return frozenset()
    bound = page.names.bindings
    used = {name for cell in page.code if ran(cell) for name in page.flow.touched[cell.number].reads}
    binders = ({number for number, _ in bound.get(name, ())} for name in used)
    return frozenset(number for numbers in binders if len(numbers) == 1 for number in numbers)


def ended_with_output(cells: Sequence[CodeCell]) -> frozenset[int]:
    """The last cells of a page, none with a count, up to one that has an output: they ran, and their counts were lost."""
    first = max((at for at, cell in enumerate(cells) if cell.execution_count), default=-1) + 1
    last = max((at for at in range(first, len(cells)) if cells[at].outputs), default=-1)
    return frozenset(cell.number for cell in cells[first : last + 1])


def gave_columns(page: Page, cell: CodeCell) -> bool:
    """Did a cell that ran below use a column that only this one makes? Then this one ran as well."""
    made = {_column(target) for node in cell.nodes(ast.Assign) for target in node.targets} - {""}
    if not made:
        return False
    for other in page.code:
        words = _words(other, made)
        if other is not cell and words:
            made -= words if other.number < cell.number else _stored(other)
    return any(ran(other) and _words(other, made) for other in page.code if other.number > cell.number)


def _column(target: ast.AST) -> str:
    """The label in `sales["price"] = …`."""
    key = target.slice if isinstance(target, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _stored(cell: CodeCell) -> set[str]:
    """The labels that a cell gives columns or that stand in a `rename`."""
    found = {_column(node) for node in cell.nodes(ast.Subscript) if isinstance(node.ctx, ast.Store)}
    for call in cell.nodes(ast.Call):
        if called_name(call.func) in ("rename", "assign", "insert", "DataFrame"):
            found |= {n.value for n in nodes_in(call, ast.Constant) if isinstance(n.value, str)}
            found |= {word.arg for word in call.keywords if word.arg}
    return found


def _words(cell: CodeCell, wanted: Collection[str]) -> set[str]:
    """Which of these labels a cell mentions, as a text or as an attribute."""
    return {*wanted} & (_texts(cell) | {node.attr for node in cell.nodes(ast.Attribute)})


def reads_back(cells: Sequence[CodeCell], cell: CodeCell) -> bool:
    """Does the cell only load what the cell right above has just saved, into the same names?"""
    at = cells.index(cell)
    above = cells[at - 1] if at else None
    body = cell.tree.body if cell.tree is not None else []
    if above is None or above.tree is None or not all(isinstance(step, (ast.Assign, ast.With)) for step in body):
        return False
    paths = {path for path in _texts(cell) if "." in path or "/" in path}
    stored = {node.id for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    opened = {n.id for w in cell.nodes(ast.withitem) if isinstance(n := w.optional_vars, ast.Name)}
    known = {node.id for node in above.nodes(ast.Name)}
    return bool(paths) and paths <= _texts(above) and stored - opened <= known


def _texts(cell: CodeCell) -> set[str]:
    return {node.value for node in cell.nodes(ast.Constant) if isinstance(node.value, str)}
