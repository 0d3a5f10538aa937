"""Writes to a copy that pandas itself warned of, in saved output that quotes or numbers the line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from itertools import takewhile

from nbcritic.analysis.code import CodeCell
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


def hits(page: Page, told: Set[ast.stmt]) -> Iterator[Hit]:
    """One finding for the writes that get lost, one for those to a selection with a name; less those in `told`."""
    lost: list[tuple[CodeCell, ast.stmt]] = []
    named: list[tuple[CodeCell, ast.stmt]] = []
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


def _hit(found: Sequence[tuple[CodeCell, ast.stmt]], text: str, severity: Severity) -> Hit:
    cell, first = found[0]
    more = (
        f" ({len(found) - 1} more such lines)" if len(found) > 2 else " (and another line)" if len(found) == 2 else ""
    )
    related = tuple(Related(other.at(statement), "pandas warned of this one, too") for other, statement in found[1:])
    code = cell.segment(first)
    return Hit(cell.at(first), f"`{code}` {text}{more}", related, severity=severity)


def _warned(page: Page) -> Iterator[tuple[CodeCell, ast.stmt]]:
    """Each statement that pandas warned of while the page ran, once, with its cell."""
    known: set[ast.stmt] = set()
    for cell in page.code:
        for output in cell.outputs:
            if output.kind != "stream" or not any(name in output.text for name in _NAMES):
                continue
            for file, line, quoted in _warnings(output.text):
                place = _place(page, cell, file, line, quoted)
                if place is not None and place[1] not in known:
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


def _place(page: Page, cell: CodeCell, file: str, line: int, quoted: str) -> tuple[CodeCell, ast.stmt] | None:
    """The statement that a warning is about: of the cell that warned, or of the one that defines the function it called."""
    if file.endswith(_LAUNCHER):
        return _statement(cell, line)
    if _INSIDE.search(file):
        return _only_one(page, cell, indexes=file.endswith("indexing.py"))
    if not quoted:
        place = _statement(cell, line) if _CELL.search(file) else None
        return place if place is not None and _writes_to_selection(page, place[1]) else None
    if line <= len(cell.lines) and cell.lines[line - 1].strip() == quoted:
        return _statement(cell, line)
    same = [
        (other, number)
        for other in page.code
        if quoted in other.source
        for number, text in enumerate(other.lines, 1)
        if text.strip() == quoted
    ]
    own = [place for place in same if place[0] is cell] or same
    return _statement(*own[0]) if len(own) == 1 else None


def _statement(cell: CodeCell, line: int) -> tuple[CodeCell, ast.stmt] | None:
    """The statement on the line, if it is one that writes into something."""
    here = [
        node
        for node in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    writes = [statement for statement in here if _written(statement) is not None]
    return (cell, writes[0]) if len(writes) == 1 else None


def _only_one(page: Page, cell: CodeCell, *, indexes: bool) -> tuple[CodeCell, ast.stmt] | None:
    """The one statement of the cell that such a warning from within pandas can be about."""
    found = [
        statement
        for statement in cell.nodes(ast.Assign, ast.AugAssign, ast.Expr)
        if isinstance(statement, ast.stmt)
        and (name := _written(statement)) is not None
        and not cell.in_function(statement)
        and (isinstance(statement, ast.Expr) or (indexes and isinstance(name, ast.Name)))
        and (not indexes or _is_indexed(statement))
    ]
    owner = _written(found[0]) if len(found) == 1 else None
    return (cell, found[0]) if isinstance(owner, ast.Name) and _is_selection(page, owner.id) else None


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


def _is_selection(page: Page, name: str) -> bool:
    """Is the name bound to a part of something else?"""
    return any(
        isinstance(node.value, ast.Subscript)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for cell in page.code
        for node in cell.nodes(ast.Assign)
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
