"""What each cell binds, uses, changes in place and deletes, in the order in which Python would do it.

The vocabulary (binding, scope, deferred function) is that of pyflakes; unlike there, nothing is reported here: the result is a
list of events a cell, which `flow` replays in whatever order the cells run.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import OPENING_MAGICS, Event, EventKind, Function
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.scopes import Visitor
from nbcritic.notebook.arguments import RUNNERS
from nbcritic.notebook.magics import Magic

BUILTINS = frozenset(dir(builtins)) | {"WindowsError", "PythonFinalizationError"}
INTERACTIVE = frozenset(
    "get_ipython display In Out exit quit _ __ ___ _i _ii _iii _ih _oh _dh _exit_code __session__ __vsc_ipynb_file__ __builtin__".split()
)
"""Names that IPython and its front ends put into every session."""
LAUNCHER = frozenset(
    "spark sc sqlContext sqlCtx hiveContext dbutils displayHTML glueContext mssparkutils notebookutils "
    "QuantBook get_pricing".split()
)
"""Names that Spark, Databricks and other hosts put into a session before the first cell."""
ORDINARY = frozenset({"table", "sql"})
"""Two more of these, which are words that people use themselves: they count where the page calls them and never binds them."""
PYTHON2 = frozenset(
    "unicode xrange raw_input unichr long basestring file cmp execfile reload reduce intern apply buffer coerce".split()
)
_HISTORY = regex(r"_i?\d+$|_{4,}$")
"""`_7` and `_i7` are IPython's; `____` is a gap that an exercise leaves to be filled in."""
_WORD = regex(r"[^\W\d]\w*")
_FUTURE = regex(r"^\s*from\s+__future__\s+import\b[^\n]*\bannotations\b", re.M)
_PYTHON2_ERROR = regex(
    r"Missing parentheses in call to '(?:print|exec)'|multiple exception types must be parenthesized|"
    r"inconsistent use of tabs"
)
_PYTHON2_LINE = regex(
    r"^\s*(?:print\s+[^\s(=].*|print\s*>>.*|exec\s+[\"'\w].*|raise\s+[\w.]+\s*,.*|except\s+[\w.]+\s*,\s*\w+\s*:.*)$"
    r"|(?<![\w.])\d+[lL]\b|\bur[\"']|<>|(?<![\w.:/-])0[0-7]+(?![\w.:/-])|:\s*print\s+[\"'\w]|;\s*print\s+[\"'\w]|`[\w.]+`"
)
_SKIPPED_TAGS = frozenset({"raises-exception", "skip-execution", "nbval-skip", "skip"})


@dataclass(frozen=True, slots=True)
class CellNames:
    """The events of one cell, in order, and the functions that it defines."""

    events: tuple[Event, ...] = ()
    functions: tuple[Function, ...] = ()
    words: frozenset[str] = frozenset()
    """Where the cell could not be read as Python: every word in it, any of which it may bind."""
    locals: frozenset[str] = frozenset()
    """Names bound inside the cell's functions."""
    local_imports: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attributes: frozenset[str] = frozenset()
    """The attributes that the cell reads, methods among them."""

    def of(self, kind: EventKind) -> Iterator[Event]:
        """The events of one kind."""
        return (event for event in self.events if event.kind == kind)

    @property
    def binds(self) -> frozenset[str]:
        """The names that the cell binds when it runs."""
        return frozenset(event.name for event in self.events if event.kind == "bind")

    @property
    def uses(self) -> frozenset[str]:
        """The names that the cell reads when it runs, its functions' bodies left out."""
        return frozenset(event.name for event in self.events if event.kind == "use")

    @property
    def mutates(self) -> frozenset[str]:
        """The names whose objects the cell changes in place."""
        return frozenset(event.name for event in self.events if event.kind == "mutate")

    @property
    def deletes(self) -> frozenset[str]:
        """The names that the cell deletes."""
        return frozenset(event.name for event in self.events if event.kind == "delete")


class Names:
    """The names of a page, cell by cell."""

    def __init__(self, cells: Sequence[CodeCell]) -> None:
        self.cells = cells
        self._qualified: dict[ast.AST, str | None] = {}

    @cached_property
    def _by_cell(self) -> dict[int, CellNames]:
        annotations = not any("annotations" in cell.source and _FUTURE.search(cell.source) for cell in self.cells)
        methods = frozenset(
            method.name
            for cell in self.cells
            for owner in cell.nodes(ast.ClassDef)
            for method in owner.body
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef))
        )
        return {cell.number: _names_of(cell, annotations, methods) for cell in self.cells}

    def of(self, cell: int) -> CellNames:
        """What the code cell with this number does with names."""
        return self._by_cell[cell]

    @cached_property
    def bindings(self) -> dict[str, list[tuple[int, Event]]]:
        """For each name of the notebook, every binding of it: (cell number, event), in document order.

        A `global` of a function counts as a binding where the function stands.
        """
        found: dict[str, list[tuple[int, Event]]] = {}
        for number, events in self._bodies:
            for event in events:
                if event.kind == "bind":
                    found.setdefault(event.name, []).append((number, event))
        return found

    @property
    def everything(self) -> Iterator[tuple[int, Event]]:
        """Every event, those inside functions too, with its cell."""
        return ((number, event) for number, events in self._bodies for event in events)

    @property
    def _bodies(self) -> Iterator[tuple[int, tuple[Event, ...]]]:
        """The events of each cell, and after them those of its functions, with the cell."""
        for number, names in self._by_cell.items():
            yield number, names.events
            for function in names.functions:
                yield number, function.events
                yield number, function.afterwards

    @cached_property
    def functions(self) -> dict[str, list[tuple[int, Function]]]:
        """For each name of a function or class, its definitions: (cell number, function), in document order."""
        found: dict[str, list[tuple[int, Function]]] = {}
        for number, names in self._by_cell.items():
            for function in names.functions:
                found.setdefault(function.name, []).append((number, function))
        return found

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every name and attribute that some code of the page reads: whatever is not among them is never called."""
        used = {event.name for _, events in self._bodies for event in events if event.kind == "use"}
        return frozenset(used.union(*(names.attributes for names in self._by_cell.values())))

    @cached_property
    def unknown(self) -> dict[int, str]:
        """Cells that may bind names which the page does not show (a star import, `%run`, `exec`), with the reason."""
        return {n: event.how for n, names in self._by_cell.items() for event in names.events if event.kind == "unknown"}

    @cached_property
    def maybe(self) -> frozenset[str]:
        """Every word of the cells that are Python and could not be read: any of them may be bound there."""
        return frozenset().union(*(names.words for names in self._by_cell.values()))

    @cached_property
    def python2(self) -> frozenset[int]:
        """The cells that only Python 2 can read."""
        return frozenset(cell.number for cell in self.cells if is_python2(cell))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Name → full name of what it stands for, for names that only imports bind."""
        found: dict[str, str] = {}
        for names in self._by_cell.values():
            found.update(names.local_imports)
        for name, bound in self.bindings.items():
            origins = [event.origin for _, event in bound if event.how == "import"]
            if len(origins) == len(bound):
                found[name] = origins[0]
            else:
                found.pop(name, None)
        return found

    def qualified(self, node: ast.AST) -> str | None:
        """The full dotted name that an expression names, through imports; builtins bare; else None."""
        kind = node.__class__
        if kind is not ast.Attribute and kind is not ast.Name:
            return None
        if node not in self._qualified:
            self._qualified[node] = self._dotted(node)
        return self._qualified[node]

    def _dotted(self, node: ast.AST) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self.imports.get(node.id)
        if root is None:
            if node.id not in BUILTINS or node.id in self.bindings:
                return None
            root = node.id
        return ".".join((root, *reversed(parts))) if parts else root

    def is_known(self, name: str) -> bool:
        """Does a fresh session know this name before the first cell has run (a builtin, IPython's or a launcher's)?"""
        if name in BUILTINS or name in INTERACTIVE or name in LAUNCHER or _HISTORY.match(name):
            return True
        return name in ORDINARY and name not in self.bindings and self._is_called(name)

    def _is_called(self, name: str) -> bool:
        calls = (call.func for cell in self.cells for call in cell.nodes(ast.Call))
        return any(isinstance(called, ast.Name) and called.id == name for called in calls)


def is_python2(cell: CodeCell) -> bool:
    """Is this a cell that Python 3 rejects because it is written in Python 2?"""
    if cell.language != "python" or cell.tree is not None or not cell.error:
        return False
    line = cell.lines[cell.error_line - 1] if 0 < cell.error_line <= len(cell.lines) else ""
    return bool(_PYTHON2_ERROR.search(cell.error) or _PYTHON2_LINE.search(line))


def _names_of(cell: CodeCell, annotations: bool, methods: frozenset[str]) -> CellNames:
    skipped = not _SKIPPED_TAGS.isdisjoint(cell.tags)
    visitor = Visitor(guarded=skipped, annotations=annotations, methods=methods, top=True)
    if cell.language == "unknown":
        visitor.add("unknown", "", None, "a cell magic of unknown language")
    magics = list(reversed(cell.magics))
    try:
        for statement in cell.tree.body if cell.tree is not None else ():
            _magics(visitor, magics, statement.lineno)
            visitor.visit(statement)
    except RecursionError:
        cell.too_deep = True
        return CellNames(words=frozenset(_WORD.findall(cell.source)))
    _magics(visitor, magics, None)
    events = visitor.events
    if cell.plain.isolated:
        own = {event.name for event in events if event.kind == "bind"}
        events = [event for event in events if event.name not in own]
    unread = cell.tree is None and cell.language == "python"
    return CellNames(
        tuple(events),
        tuple(visitor.functions),
        frozenset(_WORD.findall(cell.source)) if unread else frozenset(),
        frozenset(visitor.local_names),
        MappingProxyType(visitor.local_imports),
        frozenset(visitor.attributes),
    )


def _magics(visitor: Visitor, waiting: list[Magic], before: int | None) -> None:
    """Write down what the magics above line `before` do with names. `waiting` is in reverse order, and shrinks."""
    while waiting and (before is None or waiting[-1].line < before):
        magic = waiting.pop()
        if magic.kind in ("line", "cell") and magic.name.lower() in OPENING_MAGICS:
            visitor.add("unknown", "", None, f"%{magic.name}")
        elif magic.name == "store" and magic.argument.split() == ["-r"]:
            visitor.add("unknown", "", None, "%store -r")
        lenient = magic.name not in RUNNERS  # a statement that is timed is Python; a shell has variables of its own
        visitor.events += [Event("use", name, None, "magic", guarded=lenient) for name in magic.reads]
        visitor.events += [Event("bind", name, None, "magic") for name in magic.binds]
