"""Runs of statements that occur more than once, names and literals aside.

Every statement is reduced to its shape (node types, methods, functions, operators); a window of statements that is just heavy
enough is looked up among all others of the page, then grown as long as every copy agrees. Each statement starts one window,
so the work grows with the page, not with its square.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import COMPOUND, DEFINITIONS, inner, is_logic, is_show

LONGEST = 60
"""A window that is not heavy enough after so many statements is given up."""
_NO_CODE = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal)


@dataclass(frozen=True, slots=True)
class Shape:
    """A statement without its names and literals; these stand aside, in order."""

    node: ast.stmt
    key: int
    weight: float
    names: tuple[str, ...]
    literals: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Statements that follow one another."""

    cell: CodeCell
    shapes: tuple[Shape, ...]


@dataclass(slots=True)
class Copy:
    """Where one copy stands: `shapes[start:end]` of its run."""

    run: Run
    start: int
    end: int

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The statements of the copy."""
        return self.run.shapes[self.start : self.end]


@dataclass(slots=True)
class Cluster:
    """The copies of one block."""

    copies: list[Copy]
    weight: float
    differ: tuple[tuple[str, ...], ...] = field(default=())


def clusters(page: Page, least: float) -> Iterator[Cluster]:
    """Every block of at least this weight that occurs in two cells, or three times in one; the outermost only."""
    runs = [run for cell in page.code for run in _runs(page, cell)]
    seeds: dict[tuple[object, ...], list[Copy]] = defaultdict(list)
    for run in runs:
        for start in range(len(run.shapes)):
            end = _heavy_enough(run.shapes, start, least)
            if end:
                window = run.shapes[start:end]
                seeds[(*(shape.key for shape in window), _pattern(window))].append(Copy(run, start, end))
    covered = set[ast.stmt]()
    ordered = sorted((found for found in seeds.values() if len(found) > 1), key=lambda found: -_weight(found[0].shapes))
    for found in ordered:
        copies = _apart(copy for copy in found if not any(shape.node in covered for shape in copy.shapes))
        if not _enough(copies):
            continue
        _grow(copies, covered)
        for copy in copies:
            for shape in copy.shapes:
                covered.update(_inside(shape.node))
        yield Cluster(copies, _weight(copies[0].shapes))


def _apart(found: Iterator[Copy]) -> list[Copy]:
    """Copies that do not overlap, in document order."""
    copies: list[Copy] = []
    for copy in found:
        last = copies[-1] if copies else None
        if last is None or last.run is not copy.run or copy.start >= last.end:
            copies.append(copy)
    return copies


def _enough(copies: Sequence[Copy]) -> bool:
    cells = {copy.run.cell.number for copy in copies}
    return len(copies) >= 3 or (len(copies) == 2 and len(cells) == 2)


def _grow(copies: list[Copy], covered: set[ast.stmt]) -> None:
    """Let all copies take in the next statement, and the one before, as long as they agree."""
    for forward in (True, False):
        while True:
            following = [_next(copy, forward) for copy in copies]
            keys = {shape.key if shape is not None and shape.node not in covered else None for shape in following}
            if len(keys) != 1 or None in keys or _collide(copies, forward):
                break
            for copy in copies:
                copy.start, copy.end = (copy.start, copy.end + 1) if forward else (copy.start - 1, copy.end)
            if len({_pattern(copy.shapes) for copy in copies}) != 1:
                for copy in copies:
                    copy.start, copy.end = (copy.start, copy.end - 1) if forward else (copy.start + 1, copy.end)
                break


def _next(copy: Copy, forward: bool) -> Shape | None:
    index = copy.end if forward else copy.start - 1
    return copy.run.shapes[index] if 0 <= index < len(copy.run.shapes) else None


def _collide(copies: list[Copy], forward: bool) -> bool:
    """Would a copy grow into the next one?"""
    ends = zip(copies, copies[1:], strict=False)
    return any(a.run is b.run and a.end >= b.start for a, b in ends)


def _heavy_enough(shapes: Sequence[Shape], start: int, least: float) -> int:
    """The end of the shortest window from `start` that weighs at least this much, or 0. Repeats within it weigh nothing."""
    weight, seen = 0.0, set[int]()
    if shapes[start].weight < 0.5:
        return 0
    for end in range(start, min(len(shapes), start + LONGEST)):
        if shapes[end].key not in seen:
            seen.add(shapes[end].key)
            weight += shapes[end].weight
        if weight >= least:
            return end + 1
    return 0


def _weight(shapes: Sequence[Shape]) -> float:
    return sum({shape.key: shape.weight for shape in shapes}.values())


def _pattern(shapes: Sequence[Shape]) -> tuple[int, ...]:
    """Which names are the same as one another: `a = f(b); b = a` is not `a = f(b); a = b`."""
    order: dict[str, int] = {}
    return tuple(order.setdefault(name, len(order)) for shape in shapes for name in shape.names)


def _inside(statement: ast.stmt) -> Iterator[ast.stmt]:
    stack = [statement]
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, (*COMPOUND, *DEFINITIONS)):
            stack += [item for block in inner(here) for item in block]


def _runs(page: Page, cell: CodeCell) -> Iterator[Run]:
    """The blocks of a cell, the outermost first."""
    assert cell.tree is not None
    blocks: list[list[ast.stmt]] = [cell.tree.body]
    for block in blocks:
        shapes = tuple(_shape(page, item) for item in block if not isinstance(item, _NO_CODE))
        if shapes:
            yield Run(cell, shapes)
        for statement in block:
            if isinstance(statement, (*COMPOUND, *DEFINITIONS)):
                blocks += inner(statement)


def _shape(page: Page, statement: ast.stmt) -> Shape:
    words: list[object] = []
    names: list[str] = []
    literals: list[object] = []
    stack: list[object] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            words.append(_word(page, node, names))
        elif isinstance(node, ast.Constant):
            words.append("literal")
            literals.append(node.value)
        elif isinstance(node, ast.AST):
            words.append(node.__class__.__name__)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            for value in (getattr(node, name, None) for name in reversed(node._fields)):
                if isinstance(value, list):
                    words.append(len(value))
                    stack += reversed(value)
                elif isinstance(value, ast.AST):
                    if not isinstance(value, ast.expr_context):
                        stack.append(value)
                elif isinstance(value, str) and not isinstance(node, DEFINITIONS):
                    words.append(value) if isinstance(node, ast.Attribute | ast.keyword) else names.append(value)
    return Shape(statement, hash(tuple(words)), _weigh(statement, len(words)), tuple(names), tuple(literals))


def _word(page: Page, node: ast.Name, names: list[str]) -> str:
    """Modules, functions and builtins are part of the shape; a class may stand for another; everything else is a name."""
    known = page.qualified(node)
    if known is None and node.id not in page.names.functions:
        names.append(node.id)
        return "name"
    return "class" if node.id[:1].isupper() else node.id


def _weigh(statement: ast.stmt, words: int) -> float:
    """About one for a line of logic, more for a long one, little for a look or a plot."""
    if isinstance(statement, (*COMPOUND, *DEFINITIONS)):
        within = sum(_weigh(item, 12) for block in inner(statement) for item in block)
        return within + (0.0 if isinstance(statement, (ast.With, *DEFINITIONS)) else 1.0)
    if is_show(statement):
        return 0.3
    if not is_logic(statement):
        return 0.3 if isinstance(statement, ast.Assign | ast.AnnAssign) else 0.5
    return min(3.0, max(0.7, words / 18))
