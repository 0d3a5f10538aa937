"""Small questions about the code of a page that several operators ask, and the edits that they make of the answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Replace as Replace
from nbcritic.model import Span
from nbcritic.notebook.edits import offsets as offsets


def text(cell: CodeCell, node: ast.AST) -> str:
    """The source of a node, as it stands in the cell."""
    start, end = offsets(cell.source, cell.at(node))
    return cell.source[start:end]


def replace(cell: CodeCell, node: ast.AST, new: str) -> Replace:
    """Put `new` where the node stands."""
    return Replace(cell.at(node), new)


def before(cell: CodeCell, node: ast.stmt, lines: str) -> Replace:
    """Insert lines above a statement, indented like it."""
    at = cell.at(node)
    here = Span(at.cell, at.line, at.column, at.line, at.column)
    gap = "\n" + " " * node.col_offset
    return Replace(here, lines.replace("\n", gap) + gap)


def after(cell: CodeCell, node: ast.stmt, lines: str) -> Replace:
    """Insert lines below the line on which a statement ends; a comment behind the statement stays with it."""
    line = cell.at(node).end_line
    column = len(cell.source.split("\n")[line - 1]) + 1
    return Replace(Span(cell.number, line, column, line, column), "\n" + lines)


def without(cell: CodeCell, node: ast.stmt) -> Replace:
    """Take whole lines of a statement away, with a comment that stands behind it."""
    at = cell.at(node)
    lines = cell.source.split("\n")
    if at.end_line < len(lines):
        return Replace(Span(cell.number, at.line, 1, at.end_line + 1, 1), "")
    start = Span(cell.number, at.line - 1, len(lines[at.line - 2]) + 1, at.end_line, len(lines[-1]) + 1)
    return Replace(start, "")


def without_argument(cell: CodeCell, call: ast.Call, keyword: ast.keyword) -> Replace:
    """Take a keyword argument away, with the comma that goes with it."""
    start, end = offsets(cell.source, cell.at(keyword))
    source = cell.source
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    earlier = [other for other in arguments if offsets(source, cell.at(other))[0] < start]
    if earlier:
        start = max(offsets(source, cell.at(other))[1] for other in earlier)
    else:
        later = [offsets(source, cell.at(other))[0] for other in arguments if other is not keyword]
        end = min(later, default=end)
    return Replace(span(cell, start, end), "")


def span(cell: CodeCell, start: int, end: int) -> Span:
    """Offsets into a cell's source as a span."""
    places = []
    for offset in (start, end):
        head = cell.source[:offset]
        places.append((head.count("\n") + 1, offset - (head.rfind("\n") + 1) + 1))
    (line, column), (end_line, end_column) = places
    return Span(cell.number, line, column, end_line, end_column)


def statements(page: Page) -> Iterator[tuple[CodeCell, ast.stmt]]:
    """Every statement at cell level, top to bottom."""
    for cell in page.code:
        if cell.tree is not None:
            for statement in cell.tree.body:
                yield cell, statement


def assigned(page: Page) -> Iterator[tuple[CodeCell, ast.Assign, str]]:
    """Every `name = value` at cell level."""
    for cell, statement in statements(page):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                yield cell, statement, target.id


def columns_set(page: Page) -> Iterator[tuple[CodeCell, ast.Assign, str, str]]:
    """Every `frame["column"] = value` at cell level, with the frame's name and the column's."""
    for cell, statement in statements(page):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            match target:
                case ast.Subscript(value=ast.Name(id=frame), slice=ast.Constant(value=str(column))):
                    yield cell, statement, frame, column


def is_text(node: ast.AST) -> bool:
    """Is it a literal string?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_number(node: ast.AST) -> bool:
    """Is it a literal number?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def names(page: Page, name: str) -> list[tuple[CodeCell, ast.Name]]:
    """Every place where a name is read."""
    return [
        (cell, node)
        for cell in page.code
        for node in cell.nodes(ast.Name)
        if node.id == name and isinstance(node.ctx, ast.Load)
    ]


def strings(page: Page, value: str) -> list[tuple[CodeCell, ast.Constant]]:
    """Every literal string of this value."""
    return [(cell, node) for cell in page.code for node in cell.nodes(ast.Constant) if node.value == value]


def in_format(page: Page, name: str) -> bool:
    """Is the name read inside an f-string, where Python 3.11 does not know its place?"""
    return any(
        isinstance(inner, ast.Name) and inner.id == name
        for cell in page.code
        for node in cell.nodes(ast.JoinedStr)
        for inner in ast.walk(node)
    )


def keyword(call: ast.Call, *wanted: str) -> ast.keyword | None:
    """The first keyword argument with one of these names."""
    return next((given for given in call.keywords if given.arg in wanted), None)


def method(call: ast.Call) -> str:
    """The last word of what is called: `fit` of `model.fit(X)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def line_of(source: str, fragment: str) -> str:
    """The line of a text that holds the fragment, without blanks around it: a quote that a reader recognises."""
    return next((line.strip() for line in source.split("\n") if fragment in line), fragment)


def imports_below(page: Page, cells: Sequence[CodeCell] = ()) -> tuple[CodeCell, ast.stmt] | None:
    """The last import of the first cell that imports something: where another one belongs."""
    for cell in cells or page.code:
        found = [
            node for node in (cell.tree.body if cell.tree else []) if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        if found:
            return cell, found[-1]
    return None


def literal(page: Page, node: ast.AST) -> object:
    """The value of a literal, or of a name that is bound once, to a literal; None for everything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        bound = [statement.value for _, statement, name in assigned(page) if name == node.id]
        if len(bound) == 1 and isinstance(bound[0], ast.Constant):
            return bound[0].value
    return None
