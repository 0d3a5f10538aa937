"""Writes to a copy that pandas itself warned of, in saved output that quotes or numbers the line."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import takewhile
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity
from nbcritic.rules.data_handling._shared import is_constant, keyword

_WARNING = regex(
    r"^(?P<file>.*):(?P<line>\d+): (?:SettingWithCopyWarning|FutureWarning: ChainedAssignmentError|FutureWarning: A value is trying "
    r"to be set on a copy of a DataFrame or Series through chained assignment|ChainedAssignmentError)"
)
_QUOTED = regex(r"^  \S")
_FAR = 12
"""So many lines below its first a warning quotes the code."""
_LAUNCHER = "ipykernel_launcher.py"
"""What old kernels called each cell: the line that they quote is their own, the number is the cell's."""
_CELL = regex(r"[/\\]ipykernel_\d+[/\\]\d+\.py$")
"""A cell that ran: kernels that cannot read it back quote no line."""
_INSIDE = regex(r"pandas[/\\]core[/\\](?:frame|generic|series|indexing)\.py$")
_NAMES = ("SettingWithCopyWarning", "ChainedAssignmentError", "through chained assignment")
_INDEXERS = frozenset({"loc", "iloc", "at", "iat", "ix"})

_Place: TypeAlias = tuple[CodeCell, ast.stmt]


def hits(page: Page, told: Set[ast.stmt]) -> Iterator[Hit]:
    """One finding for the writes that get lost, one for those to a selection with a name; less those in `told`."""
    lost: list[_Place] = []
    named: list[_Place] = []
    for cell, statement in _warned(page):
        owner = _written(statement)
        if statement in told or (isinstance(owner, ast.Name) and _is_copied(page, owner.id)):
            continue
        (named if isinstance(owner, ast.Name) else lost).append((cell, statement))
    if lost:
        text = "writes to a copy, as pandas warned when the page ran; from pandas 3 on the frame does not change"
        yield _hit(
            lost, text, "major" if any(not isinstance(statement, ast.Expr) for _, statement in lost) else "minor"
        )
    if named:
        cell, statement = named[0]
        owner = _written(statement)
        assert owner is not None
        name = cell.segment(owner, 40)
        text = f"made pandas warn, which cannot tell whether `{name}` is a frame of its own or a part of another"
        yield _hit(named, f"{text}; `.copy()` where it is made says so", "minor")


def _hit(found: Sequence[_Place], text: str, severity: Severity) -> Hit:
    cell, first = found[0]
    more = (
        f" ({len(found) - 1} more such lines)" if len(found) > 2 else " (and another line)" if len(found) == 2 else ""
    )
    related = tuple(Related(other.at(statement), "pandas warned of this one, too") for other, statement in found[1:])
    code = cell.segment(first)
    return Hit(cell.at(first), f"`{code}` {text}{more}", related, severity=severity)


def _warned(page: Page) -> Iterator[_Place]:
    """Each statement that pandas warned of while the page ran, once, with its cell."""
    known: set[ast.stmt] = set()
    for cell in page.code:
        for output in cell.outputs:
            if output.kind != "stream" or not any(name in output.text for name in _NAMES):
                continue
            for file, line, quoted in _warnings(output.text):
                for place in _places(page, cell, file, line, quoted):
                    if place[1] not in known:
                        known.add(place[1])
                        yield place


def _warnings(text: str) -> Iterator[tuple[str, int, str]]:
    """Each such warning: the file and the line that it names, and the code that it quotes, if any."""
    lines = text.split("\n")
    for index, first in enumerate(lines):
        if (found := _WARNING.match(first)) is not None:
            rest = (line for line in lines[index + 1 : index + _FAR] if line)
            below = takewhile(lambda line: not _WARNING.match(line), rest)
            quoted = next((line.strip() for line in below if _QUOTED.match(line)), "")
            yield found["file"], int(found["line"]), quoted


def _places(page: Page, cell: CodeCell, file: str, line: int, quoted: str) -> list[_Place]:
    """The statements that a warning is about: of the cell that warned, or of one that defines a function it called."""
    if _INSIDE.search(file):
        return _alike(page, cell, indexes=file.endswith("indexing.py"))
    if file.endswith(_LAUNCHER):
        place = _statement(cell, line) or _in_helper(page, cell, line)
    elif quoted:
        place = _quoted(page, cell, line, quoted)
    else:
        place = _statement(cell, line) if _CELL.search(file) else None
        place = place if place is not None and _writes_to_selection(page, place[1]) else None
    return [place] if place is not None else []


def _quoted(page: Page, cell: CodeCell, line: int, quoted: str) -> _Place | None:
    """The statement that a warning quotes, which may have been moved or laid out anew since."""
    if line <= len(cell.lines) and cell.lines[line - 1].strip() == quoted:
        return _statement(cell, line)
    same = [
        (other, number)
        for other in page.code
        if quoted in other.source
        for number, text in enumerate(other.lines, 1)
        if text.strip() == quoted
    ]
    same = same or _laid_out_anew(page, quoted)
    own = [place for place in same if place[0] is cell] or same
    return _statement(*own[0]) if len(own) == 1 else None


def _laid_out_anew(page: Page, quoted: str) -> list[tuple[CodeCell, int]]:
    """Where the same code stands with other blanks and breaks."""
    try:
        wanted = [ast.dump(statement) for statement in ast.parse(quoted).body]
    except SyntaxError:
        return []
    return [
        (cell, node.lineno)
        for cell in page.code
        for node in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr)
        if isinstance(node, ast.stmt) and [ast.dump(node)] == wanted
    ]


def _in_helper(page: Page, cell: CodeCell, line: int) -> _Place | None:
    """The statement of a function of a cell above, which this cell calls: the one on the line, or the only one that it can be."""
    called = {called_name(call.func) for call in cell.nodes(ast.Call)}
    bodies = {
        function.name: (other, function)
        for other in page.code
        for function in other.nodes(ast.FunctionDef)
        if other.number < cell.number and function.name in called
    }
    on_line = [
        place
        for other, function in bodies.values()
        if function.lineno < line <= (function.end_lineno or 0) and (place := _statement(other, line)) is not None
    ]
    possible = on_line or [
        (other, node)
        for other, function in bodies.values()
        for node in nodes_in(function)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and _fills_own_selection(function, node)
    ]
    return possible[0] if len(possible) == 1 else None


def _statement(cell: CodeCell, line: int) -> _Place | None:
    """The statement on the line, if it is one that writes into something."""
    here = [
        node
        for node in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    writes = [statement for statement in here if _written(statement) is not None]
    return (cell, writes[0]) if len(writes) == 1 else None


def _alike(page: Page, cell: CodeCell, *, indexes: bool) -> list[_Place]:
    """The statements of the cell that such a warning from within pandas can be about: one, or several that do the same.

    Python shows a warning of one place in pandas once, however many statements led there.
    """
    found = [
        statement
        for statement in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr)
        if isinstance(statement, ast.stmt)
        and isinstance(name := _written(statement), ast.Name)
        and _is_selection(page, name.id)
        and not cell.in_function(statement)
        and (isinstance(statement, ast.Expr) or indexes)
        and (not indexes or _is_indexed(statement))
    ]
    methods = {
        called_name(row.value.func) for row in found if isinstance(row, ast.Expr) and isinstance(row.value, ast.Call)
    }
    return [(cell, statement) for statement in found] if len(methods) < 2 else []


def _is_indexed(statement: ast.stmt) -> bool:
    """Is it a write through `.loc` or its kin?"""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    return (
        isinstance(target, ast.Subscript) and isinstance(target.value, ast.Attribute) and target.value.attr in _INDEXERS
    )


def _writes_to_selection(page: Page, statement: ast.stmt) -> bool:
    """Is what it writes into a selection, on the spot or by name?"""
    owner = _written(statement)
    return isinstance(owner, ast.Subscript) or (isinstance(owner, ast.Name) and _is_selection(page, owner.id))


def _fills_own_selection(function: ast.FunctionDef, statement: ast.stmt) -> bool:
    """Does it give a column to a selection that the function made?"""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    column = target.slice if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else None
    assigns = (node for node in nodes_in(function, ast.Assign))
    return (
        isinstance(column, ast.Constant)
        and isinstance(column.value, str)
        and (owner := _written(statement)) is not None
        and _selects(getattr(owner, "id", ""), assigns)
    )


def _is_selection(page: Page, name: str) -> bool:
    """Is the name bound to a part of something else?"""
    return any(_selects(name, cell.nodes(ast.Assign)) for cell in page.code)


def _selects(name: str, assigns: Iterable[ast.Assign]) -> bool:
    """Does one of these bind the name to a part of something?"""
    return any(
        isinstance(node.value, ast.Subscript)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for node in assigns
    )


def _written(statement: ast.stmt) -> ast.expr | None:
    """What the statement writes into: of `sub["a"] = 1` and `sub.drop(…, inplace=True)` it is `sub`."""
    if isinstance(statement, ast.Expr):
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            return call.func.value if is_constant(keyword(call, "inplace"), True) else None
        return None
    if isinstance(statement, ast.AugAssign):
        target: ast.expr = statement.target
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    else:
        return None
    if not isinstance(target, (ast.Subscript, ast.Attribute)):
        return None
    owner = target.value
    return owner.value if isinstance(owner, ast.Attribute) and owner.attr in _INDEXERS else owner


def _is_copied(page: Page, name: str) -> bool:
    """Does the page bind the name to a copy by now?"""
    return any(
        called_name(node.value.func) in ("copy", "deepcopy")
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for cell in page.code
        for node in cell.nodes(ast.Assign)
        if isinstance(node.value, ast.Call)
    )
