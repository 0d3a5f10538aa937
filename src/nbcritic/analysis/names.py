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

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.scopes import Event, EventKind, Function, Visitor

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__builtin__", "WindowsError"}
INTERACTIVE = frozenset(
    {
        "get_ipython",
        "display",
        "In",
        "Out",
        "exit",
        "quit",
        "_",
        "__",
        "___",
        "_i",
        "_ii",
        "_iii",
        "_ih",
        "_oh",
        "_dh",
        "_exit_code",
    }
)
"""Names that IPython itself puts into every session."""
LAUNCHER = frozenset(
    {
        "spark",
        "sc",
        "sqlContext",
        "sqlCtx",
        "dbutils",
        "displayHTML",
        "table",
        "sql",
        "glueContext",
        "mssparkutils",
        "notebookutils",
    }
)
"""Names that Spark, Databricks and their kin put into a session before the first cell."""
PYTHON2 = frozenset(
    "unicode xrange raw_input unichr long basestring file cmp execfile reload reduce intern apply buffer coerce".split()
)
_HISTORY = re.compile(r"_i?\d+$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OPENING_MAGICS = frozenset(
    {
        "run",
        "load",
        "pylab",
        "loadpy",
        "recall",
        "rerun",
        "macro",
        "edit",
        "paste",
        "cpaste",
        "cython",
        "%cython",
        "notebook",
    }
)


@dataclass(frozen=True, slots=True)
class CellNames:
    """The events of one cell, in order, and the functions that it defines."""

    events: tuple[Event, ...] = ()
    functions: tuple[Function, ...] = ()
    words: frozenset[str] = frozenset()
    """Where the cell could not be read as Python: every word in it, any of which it may bind."""
    locals: frozenset[str] = frozenset()
    """Names bound inside the cell's functions."""
    local_imports: dict[str, str] = field(default_factory=dict)

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

    @cached_property
    def _by_cell(self) -> dict[int, CellNames]:
        return {cell.number: _names_of(cell) for cell in self.cells}

    def of(self, cell: int) -> CellNames:
        """What the code cell with this number does with names."""
        return self._by_cell[cell]

    @cached_property
    def bindings(self) -> dict[str, list[tuple[int, Event]]]:
        """For each name of the notebook, every binding of it: (cell number, event), in document order.

        A `global` of a function counts as a binding where the function stands.
        """
        found: dict[str, list[tuple[int, Event]]] = {}
        for number, names in self._by_cell.items():
            inner = (event for function in names.functions for event in (*function.events, *function.later))
            for event in (*names.events, *inner):
                if event.kind == "bind":
                    found.setdefault(event.name, []).append((number, event))
        return found

    @cached_property
    def functions(self) -> dict[str, list[tuple[int, Function]]]:
        """For each name of a function or class, its definitions: (cell number, function), in document order."""
        found: dict[str, list[tuple[int, Function]]] = {}
        for number, names in self._by_cell.items():
            for function in names.functions:
                found.setdefault(function.name, []).append((number, function))
        return found

    @cached_property
    def unknown(self) -> dict[int, str]:
        """Cells that may bind names which the page does not show (a star import, `%run`, `exec`), with the reason."""
        return {n: event.how for n, names in self._by_cell.items() for event in names.events if event.kind == "unknown"}

    @cached_property
    def maybe(self) -> frozenset[str]:
        """Every word of the cells that are Python and could not be read: any of them may be bound there."""
        return frozenset().union(*(names.words for names in self._by_cell.values()))

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
        return name in BUILTINS or name in INTERACTIVE or name in LAUNCHER or bool(_HISTORY.match(name))


def _names_of(cell: CodeCell) -> CellNames:
    events: list[Event] = []
    magics = list(cell.magics)
    visitor = Visitor()

    def magics_before(line: int) -> None:
        while magics and magics[0].line < line:
            magic = magics.pop(0)
            if opens := _opens(magic.name, magic.kind, magic.argument):
                visitor.events.append(Event("unknown", "", None, opens))
            visitor.events += [Event("use", name, None, "magic", guarded=True) for name in magic.reads]
            visitor.events += [Event("bind", name, None, "magic") for name in magic.binds]

    if cell.tree is None:
        magics_before(1 << 30)
        if cell.language == "unknown":
            visitor.events.append(Event("unknown", "", None, "a cell magic of unknown language"))
        words = frozenset(_WORD.findall(cell.source)) if cell.language == "python" else frozenset()
        return CellNames(tuple(visitor.events), words=words)
    try:
        for statement in cell.tree.body:
            magics_before(statement.lineno)
            visitor.visit(statement)
    except RecursionError:
        cell.too_deep = True
        return CellNames(words=frozenset(_WORD.findall(cell.source)))
    magics_before(1 << 30)
    events = visitor.events
    return CellNames(
        tuple(events), tuple(visitor.functions), frozenset(), frozenset(visitor.local_names), visitor.local_imports
    )


def _opens(name: str, kind: str, argument: str) -> str:
    """Why a magic may bring names that the page does not show, or an empty string."""
    if name in _OPENING_MAGICS and kind in ("line", "cell"):
        return f"%{name}"
    if name == "store" and argument.split() == ["-r"]:
        return "%store -r"
    return ""
