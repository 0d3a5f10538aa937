"""Runs of statements that occur more than once, names and literals aside.

Every statement is reduced to its shape (node types, methods, functions, operators); a window of statements that is just heavy
enough is looked up among all others of the page, then grown as long as every copy agrees. Each statement starts one window,
so the work grows with the page, not with its square.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

from nbcritic.analysis.code import ATOMS, CodeCell
from nbcritic.analysis.digest import Block, Digest, bands_of
from nbcritic.analysis.page import Page, once
from nbcritic.rules.packaging._logic import COMPOUND, DEFINITIONS, inner, is_logic, is_show, last_name, only_called

LONGEST = 60
"""A window that is not heavy enough after so many statements is given up."""
FUNCTION, STRETCH = 4.0, 10.0
"""How heavy a function, or a run of statements, must be for its copies in other notebooks to matter."""
_DEFINITIONS = frozenset(DEFINITIONS)
_NESTING = frozenset((*COMPOUND, *DEFINITIONS))
_NO_CODE = frozenset({ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal})


class Shape(NamedTuple):
    """A statement without its names and literals; these stand aside, in order."""

    node: ast.stmt
    key: int
    kind: int
    """What tells it from the statements beside it: of several calls of one method only the first weighs anything."""
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


@once
def clusters(page: Page, least: float) -> tuple[Cluster, ...]:
    """The blocks that stand several times on a page: in two cells, or three times anywhere; the outermost only.

    Two copies must weigh at least `least`, of three and more two thirds of it suffice.
    """
    return tuple(_clusters(_runs(page), least))


@once
def _runs(page: Page) -> tuple[Run, ...]:
    shaper = _Shaper(page)
    return tuple(run for cell in page.code for run in shaper.runs(cell))


def _clusters(runs: Sequence[Run], least: float) -> Iterator[Cluster]:
    covered = set[ast.stmt]()
    for weight, times in ((least, 2), (least * 2 / 3, 3)):
        for found in _seeds(runs, weight):
            copies = _apart(copy for copy in found if not any(shape.node in covered for shape in copy.shapes))
            if len(copies) < times or (len(copies) == 2 and copies[0].run.cell is copies[1].run.cell):
                continue
            _grow(copies, covered)
            for copy in copies:
                for shape in copy.shapes:
                    covered.update(_inside(shape.node))
            yield Cluster(copies, _weight(copies[0].shapes))


@once
def digest(page: Page) -> Digest:
    """The functions and the heavy runs of statements of a page, by shape, and what tells pages that are alike."""
    blocks: dict[tuple[int, int], Block] = {}
    for run in _runs(page):
        for block in _blocks(run):
            if block.end_line > len(run.cell.lines):
                continue  # a carriage return is a line to Python alone
            blocks.setdefault((block.key, block.cell), block)
    statements = {shape.key for run in _runs(page) for shape in run.shapes if shape.weight}
    return Digest(page.path, tuple(blocks.values()), bands_of(statements))


def _blocks(run: Run) -> Iterator[Block]:
    for shape in run.shapes:
        if isinstance(shape.node, DEFINITIONS) and shape.weight >= FUNCTION:
            yield _block(run, (shape,), getattr(shape.node, "name", ""))
    for start in range(len(run.shapes)):
        if end := _heavy_enough(run.shapes, start, STRETCH):
            yield _block(run, run.shapes[start:end], "")


def _block(run: Run, shapes: Sequence[Shape], name: str) -> Block:
    key = stable([*(shape.key for shape in shapes), *_pattern(shapes), name and "function"])
    last = shapes[-1].node
    return Block(key, name, run.cell.number, shapes[0].node.lineno, last.end_lineno or last.lineno)


def _seeds(runs: Sequence[Run], least: float) -> list[list[Copy]]:
    """Windows just heavy enough that occur more than once, the heaviest first."""
    alike: dict[tuple[int, ...], list[Copy]] = defaultdict(list)
    often = Counter(shape.key for run in runs for shape in run.shapes)
    for run in runs:
        for start, first in enumerate(run.shapes):
            if often[first.key] > 1 and (end := _heavy_enough(run.shapes, start, least)):
                alike[tuple([shape.key for shape in run.shapes[start:end]])].append(Copy(run, start, end))
    seeds: list[list[Copy]] = []
    for found in alike.values():
        if len(found) > 1:
            patterns: dict[tuple[int, ...], list[Copy]] = defaultdict(list)
            for copy in found:
                patterns[_pattern(copy.shapes)].append(copy)
            seeds += [copies for copies in patterns.values() if len(copies) > 1]
    return sorted(seeds, key=lambda copies: -_weight(copies[0].shapes))


def _apart(found: Iterator[Copy]) -> list[Copy]:
    """Copies that do not overlap, in document order."""
    copies: list[Copy] = []
    for copy in found:
        last = copies[-1] if copies else None
        if last is None or last.run is not copy.run or copy.start >= last.end:
            copies.append(copy)
    return copies


def _grow(copies: list[Copy], covered: set[ast.stmt]) -> None:
    """Let all copies take in the next statement, and the one before, as long as they agree."""
    for forward in (True, False):
        while True:
            following = [_next(copy, forward) for copy in copies]
            keys = {shape.key if shape is not None and shape.node not in covered else None for shape in following}
            if len(keys) != 1 or None in keys or _collide(copies):
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


def _collide(copies: list[Copy]) -> bool:
    """Would a copy grow into the next one?"""
    ends = pairwise(copies)
    return any(a.run is b.run and a.end >= b.start for a, b in ends)


def _heavy_enough(shapes: Sequence[Shape], start: int, least: float) -> int:
    """The end of the shortest window from `start` that weighs at least this much, or 0. Repeats within it weigh nothing."""
    weight, seen = 0.0, set[int]()
    if shapes[start].weight < 0.5:
        return 0
    for end, shape in enumerate(shapes[start : start + LONGEST], start + 1):
        if shape.kind not in seen:
            seen.add(shape.kind)
            weight += shape.weight
        if weight >= least:
            return end
    return 0


def _weight(shapes: Sequence[Shape]) -> float:
    return sum({shape.kind: shape.weight for shape in shapes}.values())


def _pattern(shapes: Sequence[Shape]) -> tuple[int, ...]:
    """Which names are the same as one another: `a = f(b); b = a` is not `a = f(b); a = b`."""
    names = [name for shape in shapes for name in shape.names]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return tuple([order[name] for name in names])


def _inside(statement: ast.stmt) -> Iterator[ast.stmt]:
    stack = [statement]
    while stack:
        here = stack.pop()
        yield here
        if here.__class__ in _NESTING:
            stack += [item for block in inner(here) for item in block]


class _Shaper:
    """Shapes of a page's statements, each node looked at once: a compound statement is made of the shapes inside it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._known: dict[str, str] = {}
        self._done: dict[ast.stmt, Shape] = {}
        self._telling = set[ast.stmt]()
        """Compound statements with logic inside."""

    def runs(self, cell: CodeCell) -> list[Run]:
        """The blocks of a cell, the outermost first."""
        assert cell.tree is not None
        blocks: list[list[ast.stmt]] = [cell.tree.body]
        for block in blocks:
            for statement in block:
                if statement.__class__ in _NESTING:
                    blocks += inner(statement)
        for block in reversed(blocks):
            for statement in block:
                self._done[statement] = self._shape(statement)
        runs = (tuple(self._done[item] for item in block if item.__class__ not in _NO_CODE) for block in blocks)
        return [Run(cell, shapes) for shapes in runs if shapes]

    def _shape(self, statement: ast.stmt) -> Shape:
        words: list[str] = []
        names: list[str] = []
        literals: list[object] = []
        # What stands in a simple statement is no statement.
        done = self._done if statement.__class__ in _NESTING else {}
        known, plans = self._known, _PLANS
        stack: list[Any] = [statement]
        push, pop, say = stack.append, stack.pop, words.append
        while stack:
            node = pop()
            # The first child of what is most common comes next, and does without the stack.
            while True:
                kind = node.__class__
                if kind is ast.Name:
                    name = node.id
                    word = known[name] if name in known else self._word(name)
                    say(word)
                    if word == "name":
                        names.append(name)
                    break
                if kind is ast.Constant:
                    say("literal")
                    literals.append(node.value)
                    break
                if kind is ast.Attribute:
                    say("Attribute")
                    say(node.attr)
                    node = node.value
                    continue
                if kind is ast.Call:
                    words += ("Call", str(len(node.keywords)), str(len(node.args)))
                    if node.keywords:
                        stack += node.keywords[::-1]
                    if node.args:
                        stack += node.args[::-1]
                    node = node.func
                    continue
                if done and (within := done.get(node)) is not None:
                    say(str(within.key))
                    names += within.names
                    literals += within.literals
                    break
                word, fields = plans[kind] if kind in plans else _plan(kind)
                say(word)
                if kind is ast.Subscript:
                    push(node.slice)
                    node = node.value
                    continue
                if kind is ast.keyword:
                    if node.arg is not None:
                        say(node.arg)
                    node = node.value
                    continue
                if kind is ast.Expr and node.value.__class__ is ast.Constant:
                    break
                for name in fields:
                    value: Any = getattr(node, name, None)
                    of = value.__class__
                    if of is list:
                        say(str(len(value)))
                        stack += [item for item in reversed(value) if item.__class__ not in ATOMS]
                    elif of is str:
                        if kind not in _DEFINITIONS:
                            names.append(value)
                    elif of not in ATOMS:
                        push(value)
                break
        key = _hash("\0".join(words))
        call = statement.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
        return Shape(
            statement,
            key,
            _kind_of(last_name(call.func)) if call is not None else key,
            self._weigh(statement, len(words)),
            tuple(names),
            tuple(literals),
        )

    def _word(self, name: str) -> str:
        """Modules, functions and builtins are part of the shape; a class may stand for another; everything else is a name."""
        known = name in self._page.names.functions or self._page.qualified(ast.Name(name, ast.Load())) is not None
        word = self._known[name] = "name" if not known else "class" if name[:1].isupper() else name
        return word

    def _weigh(self, statement: ast.stmt, words: int) -> float:
        """About one for a line of logic, more for a long one, little for a look or a plot."""
        if statement.__class__ in _NESTING:
            body = [item for block in inner(statement) for item in block]
            if any(item in self._telling or (item.__class__ not in _NESTING and is_logic(item)) for item in body):
                self._telling.add(statement)
            within = sum(self._done[item].weight for item in body)
            bare = statement not in self._telling or isinstance(statement, (ast.With, *DEFINITIONS))
            return within + (0.0 if bare else 1.0)
        if statement.__class__ in _NO_CODE:
            return 0.0
        if is_show(statement):
            return 0.3
        if not is_logic(statement):
            return 0.3 if isinstance(statement, (ast.Assign, ast.AnnAssign)) else 0.5
        if isinstance(statement, ast.Assign) and only_called(statement) is not None:
            return 0.5
        return min(3.0, max(0.7, words / 18))


def code_lines(cell: CodeCell, start: int, end: int) -> list[int]:
    """The lines of a stretch that hold code: no blanks, no comments."""
    lines = enumerate(cell.lines[start - 1 : end], start)
    return [number for number, line in lines if (text := line.strip()) and not text.startswith("#")]


def stable(words: Iterable[object]) -> int:
    """A hash that is the same in every process, which a digest may outlive."""
    return _hash("\0".join(map(str, words)))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


@lru_cache(maxsize=4096)
def _kind_of(called: str) -> int:
    return stable([called])


_PLANS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {}


def _plan(kind: type[ast.AST]) -> tuple[str, tuple[str, ...]]:
    """The word for a node type and its fields, the last first, without the context of names."""
    fields = tuple(name for name in reversed(kind._fields) if name not in ("ctx", "type_comment", "kind"))
    found = _PLANS[kind] = kind.__name__, fields
    return found
