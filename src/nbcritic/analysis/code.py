"""A code cell as Python: its tree, an index of the tree's nodes by type, and places in the cell's own text."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, KeysView
from functools import cached_property
from typing import Any, TypeVar, overload

from nbcritic.model import Cell, Span
from nbcritic.notebook.magics import Magic, Plain, plain
from nbcritic.notebook.outputs import Output, outputs

Node = TypeVar("Node", bound=ast.AST)

_NO_NODES = frozenset(
    "ctx op ops type_ignores kind type_comment attr id arg asname module level simple conversion is_async".split()
)
"""Fields that hold operators, contexts, texts or numbers, in whatever node."""
ATOMS = frozenset({type(None), str, int, bool, float, complex, bytes, type(...)})
"""What stands in the fields of nodes beside nodes and lists."""
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node type that can hold nodes worth visiting."""
    found = _FIELDS.get(kind)
    if found is None:
        found = tuple(name for name in kind._fields if name not in _NO_NODES)
        if kind in (ast.Constant, ast.Name, ast.Global, ast.Nonlocal, ast.alias):
            found = ()
        _FIELDS[kind] = found
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right under `node`, in order; operators and contexts are left out."""
    found: list[ast.AST] = []
    kind = node.__class__
    for name in _FIELDS[kind] if kind in _FIELDS else fields(kind):
        value: Any = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if item.__class__ not in ATOMS]
        elif value.__class__ not in ATOMS:
            found.append(value)
    return found


class _Order:
    """The nodes of one cell in document order: what stands in a node is a slice of it."""

    def __init__(self) -> None:
        self.nodes: list[ast.AST] = []
        self.index: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.places: dict[type[ast.AST], list[int]] = defaultdict(list)
        """For each node of `index`, its place in `nodes`."""

    def slice(self, start: int, end: int, kind: type[ast.AST]) -> list[ast.AST]:
        """The nodes of one type among those from `start` to `end`."""
        places = self.places.get(kind)
        if places is None:
            return []
        low = bisect_left(places, start)
        return self.index[kind][low : bisect_left(places, end, low)]


@overload
def nodes_in(tree: ast.AST, /) -> list[ast.AST]: ...
@overload
def nodes_in(tree: ast.AST, kind: type[Node], /) -> list[Node]: ...
def nodes_in(tree: ast.AST, kind: type[ast.AST] | None = None, /) -> list[ast.AST]:  # type: ignore[misc]
    """The node and every node in it, parents before their children; operators and contexts (`ast.Load`) are left out.

    Given a type (`ast.Name`; not `ast.expr`), only the nodes that are exactly of it. In the tree of an indexed cell, that takes no walk.
    """
    place: tuple[_Order, int, int] | None = getattr(tree, "_nbcritic_place", None)
    if place is not None:
        order, start, end = place
        return order.nodes[start:end] if kind is None else order.slice(start, end, kind)
    found = _walked(tree)
    return found if kind is None else [node for node in found if node.__class__ is kind]


def _walked(tree: ast.AST) -> list[ast.AST]:
    # Many times as fast as ast.walk, which is three generators deep.
    found, known = [tree], _FIELDS
    for node in found:  # grows on the way
        kind = node.__class__
        for name in known[kind] if kind in known else fields(kind):
            value: Any = getattr(node, name, None)
            if value.__class__ is list:
                found += [item for item in value if item.__class__ not in ATOMS]
            elif value.__class__ not in ATOMS:
                found.append(value)
    return found


class CodeCell:
    """One code cell of a page.

    `tree` is None where the cell is not Python or does not parse (`error` then says why). Magics are gone from
    `tree`, line numbers are those of the cell.
    """

    def __init__(self, cell: Cell, language: str = "python") -> None:
        self.cell = cell
        self.number = cell.number
        self.source = cell.source
        self.execution_count = cell.execution_count
        self.tags = cell.tags
        self.plain: Plain = plain(cell.source, language)
        self.language = self.plain.language
        self.magics: tuple[Magic, ...] = self.plain.magics
        self.error: str | None = None
        """Why the cell could not be parsed."""
        self.error_line = 0
        self.too_deep = False
        """The tree is nested deeper than Python itself can handle: the cell is not judged, and not called broken."""

    def __repr__(self) -> str:
        return f"CodeCell({self.number}, {self.source[:40]!r})"

    def forget(self) -> None:
        """Let go of the tree: its nodes know their order, which knows them."""
        tree = vars(self).get("tree")
        place: tuple[_Order, int, int] | None = getattr(tree, "_nbcritic_place", None)
        if place is not None:
            vars(place[0]).clear()
        vars(self).clear()

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the source as the author wrote them, magics included."""
        return tuple(self.source.split("\n"))

    @cached_property
    def _plain_lines(self) -> tuple[str, ...]:
        return tuple(self.plain.source.split("\n"))

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """The saved outputs, decoded now."""
        return outputs(self.cell)

    @property
    def has_error(self) -> bool:
        """Does a saved output report an exception?"""
        return any(output.kind == "error" for output in self.outputs)

    @cached_property
    def is_empty(self) -> bool:
        """Does the cell hold nothing but blank lines and comments?"""
        return all(not line.strip() or line.lstrip().startswith("#") for line in self.lines)

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree of the cell's Python, or None."""
        if self.language != "python":
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                warnings.simplefilter("ignore", DeprecationWarning)
                return ast.parse(self.plain.source)
        except SyntaxError as error:
            if "too many nested" in (error.msg or ""):
                self.too_deep = True
            self.error, self.error_line = error.msg or "invalid syntax", error.lineno or 0
        except (RecursionError, MemoryError):
            self.too_deep = True
            self.error = "nested too deeply to be parsed"
        except ValueError as error:  # a null byte or a lone surrogate
            self.error = str(error)
        return None

    @cached_property
    def _index(self) -> dict[type[ast.AST], list[ast.AST]]:
        # The innermost node whose children are being looked at, what is left of them, and its place.
        outer: ast.AST | None = None
        rest: Iterator[ast.AST] = iter((self.tree,) if self.tree is not None else ())
        start = 0
        order, waiting = _Order(), list[tuple[ast.AST | None, Iterator[ast.AST], int]]()
        nodes, index, places = order.nodes, order.index, order.places
        parents: dict[ast.AST, ast.AST] = {}
        self.parents = parents
        push, pop, put, atoms, fields_of = waiting.append, waiting.pop, nodes.append, ATOMS, _FIELDS
        while True:
            for node in rest:
                kind: Any = node.__class__
                if kind in atoms:
                    continue
                if outer is not None:
                    parents[node] = outer
                place = len(nodes)
                put(node)
                index[kind].append(node)
                places[kind].append(place)
                names = fields_of[kind] if kind in fields_of else fields(kind)
                if not names:
                    continue
                inside: list[Any] = []
                for name in names:
                    value: Any = getattr(node, name, None)
                    if value.__class__ is list:
                        inside += value
                    else:
                        inside.append(value)
                push((outer, rest, start))
                outer, rest, start = node, iter(inside), place
                break
            else:
                if outer is None:
                    return index
                if len(nodes) > start + 1:
                    # For `nodes_in`. Half as dear as `setattr`.
                    outer._nbcritic_place = order, start, len(nodes)  # type: ignore[attr-defined]
                outer, rest, start = pop()

    @property
    def kinds(self) -> KeysView[type[ast.AST]]:
        """The types of the nodes in the cell."""
        return self._index.keys()

    @overload
    def nodes(self, kind: type[Node], /) -> list[Node]: ...
    @overload
    def nodes(self, kind: type[ast.AST], /, *more: type[ast.AST]) -> list[ast.AST]: ...
    def nodes(self, kind: type[ast.AST], /, *more: type[ast.AST]) -> list[ast.AST]:  # type: ignore[misc]
        """Every node of these types in the cell; of one type in document order."""
        if not more:
            return self._index.get(kind, [])
        return [node for kind in (kind, *more) for node in self._index.get(kind, ())]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that `node` stands in."""
        _ = self._index
        return self.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, the nearest first."""
        parent = self.parent(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def in_function(self, node: ast.AST) -> bool:
        """Does `node` stand in a function, lambda or class body, so that it does not run (only) with the cell?"""
        inside = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
        return any(isinstance(parent, inside) for parent in self.ancestors(node))

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function whose code `node` is part of, if there is one."""
        inside = (ast.FunctionDef, ast.AsyncFunctionDef)
        return next((parent for parent in self.ancestors(node) if isinstance(parent, inside)), None)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that `node` belongs to."""
        here: ast.AST | None = node
        while here is not None and not isinstance(here, ast.stmt):
            here = self.parent(here)
        assert here is not None
        return here

    def at(self, node: ast.AST | None = None) -> Span:
        """Where `node` stands in the cell as its author wrote it; without a node, the whole cell."""
        if node is None or not hasattr(node, "lineno"):
            return Span(self.number)
        # Python takes a lone carriage return for the end of a line, a notebook does not.
        last = len(self.lines)
        line, end = min(node.lineno, last), min(getattr(node, "end_lineno", None) or node.lineno, last)
        start = self._column(line, getattr(node, "col_offset", 0))
        return Span(self.number, line, start, end, self._column(end, getattr(node, "end_col_offset", None) or 0))

    def at_line(self, line: int, start: int = 0, end: int | None = None) -> Span:
        """A stretch of one line; `start` and `end` are offsets into the line as the author wrote it."""
        text = self.lines[line - 1]
        if end is None:
            start, end = len(text) - len(text.lstrip()), len(text)
        return Span(self.number, line, start + 1, line, end + 1)

    def _column(self, line: int, offset: int) -> int:
        """A column of the author's text, in code points from 1, for an offset in UTF-8 bytes of the Python text."""
        text = self._plain_lines[line - 1] if line <= len(self._plain_lines) else ""
        if not text.isascii():
            offset = len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore"))
        column = offset + 1 + self.plain.shifts.get(line, 0)
        # A magic is longer as Python than its author wrote it.
        return min(column, len(self.lines[line - 1]) + 1) if 0 < line <= len(self.lines) else column

    def segment(self, node: ast.AST, limit: int = 60) -> str:
        """The text of `node` on one line, cut to `limit` characters."""
        # ast.get_source_segment splits the whole cell anew for each call.
        span = self.at(node)
        rows = list(self.lines[span.line - 1 : span.end_line])
        if not rows:
            return ""
        rows[-1] = rows[-1][: span.end_column - 1]
        rows[0] = rows[0][span.column - 1 :]
        text = " ".join(" ".join(rows).split())
        return text if len(text) <= limit else text[: limit - 1] + "…"
