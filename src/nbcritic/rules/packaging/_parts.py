"""A cell taken apart: each piece of it can be moved into a module, or stays in the notebook for a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.credentials import redacted
from nbcritic.analysis.liveness import Life, life
from nbcritic.analysis.names import BUILTINS, LAUNCHER
from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import DEFINITIONS, is_show, last_name

Role: TypeAlias = Literal["import", "definition", "setting", "show", "logic"]
Setting: TypeAlias = bool | int | float | str | list[object] | tuple[object, ...]

_IMPORTS = (ast.Import, ast.ImportFrom)
_SCALARS = (bool, int, float, str)
_STICKS = frozenset(
    {ast.Global, ast.Call, ast.ImportFrom, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Lambda, *DEFINITIONS}
)
_LOOKS_AROUND = frozenset(
    "globals locals vars dir exec eval execfile compile input raw_input get_ipython exit quit".split()
)
_PLACING = frozenset("os.getcwd os.chdir pathlib.Path.cwd sys.path.append sys.path.insert sys.path.extend".split())
_WHERE = frozenset(name.rpartition(".")[2] for name in _PLACING)
_OF_THE_SESSION = frozenset({"__name__", "__file__", "In", "Out", "_", "__", "___", "get_ipython", "exit", "quit"})


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Statements that share their lines, usually one; `first` and `last` are lines of the cell, with the comments right above."""

    cell: CodeCell
    nodes: tuple[ast.stmt, ...]
    first: int
    last: int
    role: Role
    life: Life
    inside: tuple[ast.AST, ...]
    """The statements and every node in them."""
    reason: str = ""
    """Why it cannot leave the notebook; empty where it can."""

    @property
    def name(self) -> str:
        """What a definition or a setting is called."""
        node = self.nodes[0]
        if isinstance(node, DEFINITIONS):
            return node.name
        return node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""


class Parts:
    """The pieces of every cell of a page, and what can be done with each."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._shown: dict[int, tuple[str, ...]] = {}

    @cached_property
    def raw(self) -> dict[int, tuple[Part, ...]]:
        """The pieces by cell, before anybody asked whether they can leave."""
        found = {}
        for cell in self.page.code:
            try:
                found[cell.number] = tuple(self._apart(cell))
            except RecursionError:
                found[cell.number] = ()
        return found

    @cached_property
    def by_cell(self) -> dict[int, tuple[Part, ...]]:
        """The pieces by cell, each with its reason to stay, if it has one."""
        return {number: tuple(map(self._judged, parts)) for number, parts in self.raw.items()}

    def _judged(self, part: Part) -> Part:
        if part.role == "setting" and part.name not in self.settings:
            part = replace(part, role="logic")
        reason = "" if part.role == "import" else self._reason(part)
        return replace(part, reason=reason) if reason else part

    @cached_property
    def imports(self) -> dict[str, frozenset[str]]:
        """For a name that plain imports alone bind, and always in the same way: the import statements that a module needs for it."""
        lines: dict[str, set[str]] = {}
        for part in self._of("import"):
            for node in part.nodes:
                for name, line in _import_lines(node):
                    lines.setdefault(name, set()).add(line)
        found = {}
        for name, every in lines.items():
            plain = all(
                event.how == "import" and not event.depth for _, event in self.page.names.bindings.get(name, ())
            )
            if plain and (
                len(every) == 1 or all(line.startswith(f"import {name}.") or line == f"import {name}" for line in every)
            ):
                found[name] = frozenset(every)
        return found

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Names that are given a plain value once and keep it."""
        changed = {event.name for _, event in self.page.names.everything if event.kind in ("mutate", "delete")}
        found: dict[str, Setting] = {}
        for part in self._of("setting"):
            if len(self.page.names.bindings.get(part.name, ())) == 1 and not (
                {part.name} & changed or self._is_secret(part)
            ):
                node = part.nodes[0]
                assert isinstance(node, ast.Assign)
                found[part.name] = ast.literal_eval(node.value)
        return found

    @cached_property
    def definitions(self) -> dict[str, Part]:
        """Functions and classes that need nothing of the notebook but imports, settings and one another."""
        found: dict[str, Part] = {}
        for part in self._of("definition"):
            if len(self.page.names.bindings.get(part.name, ())) == 1 and not self._stuck(part):
                found[part.name] = part
        while True:
            held = [
                name for name, part in found.items() if any(not self._is_free(read, found) for read in part.life.reads)
            ]
            if not held:
                return found
            for name in held:
                del found[name]

    @cached_property
    def _defined(self) -> dict[str, Part]:
        return {part.name: part for part in self._of("definition")}

    @property
    def annotations_are_texts(self) -> bool:
        """Does the notebook ask for annotations that are not worked out?"""
        return any(
            node.module == "__future__" and any(alias.name == "annotations" for alias in node.names)
            for cell in self.page.code
            for node in cell.nodes(ast.ImportFrom)
        )

    def _is_free(self, name: str, definitions: dict[str, Part]) -> bool:
        return name in definitions or name in self.imports or name in self.settings or self._is_builtin(name)

    def _is_builtin(self, name: str) -> bool:
        return (name in BUILTINS or name == "display") and name not in self.page.names.bindings

    def is_value(self, name: str) -> bool:
        """Is it something that a function is given: neither imported nor defined nor a setting nor built in?"""
        if name in self.imports or name in self.settings or name in self.definitions or self._is_builtin(name):
            return False
        return name in self.page.names.bindings or name in LAUNCHER

    def why_not(self, part: Part) -> str:
        """Why a definition stays in the notebook."""
        if len(self.page.names.bindings.get(part.name, ())) > 1:
            return f"`{part.name}` means several things"
        if stuck := self._stuck(part):
            return stuck
        for name in part.life.reads:
            if name in self._defined and name not in self.definitions:
                return f"`{part.name}` needs `{name}`, which stays in the notebook"
            if self.is_value(name):
                return f"`{part.name}` reads the notebook's `{name}`, which it is not given"
            if not self._is_free(name, self.definitions):
                return f"`{part.name}` needs `{name}`, which no cell of the notebook makes"
        return ""

    def _reason(self, part: Part) -> str:
        if part.role == "definition":
            return "" if part is self.definitions.get(part.name) else self.why_not(part)
        if stuck := self._stuck(part):
            return stuck
        for name in part.life.reads:
            if name in self.imports or self._is_builtin(name) or name in self.definitions:
                continue
            bound = self.page.names.bindings.get(name, ())
            if bound and not any(_is_above(number, event.node, part) for number, event in bound):
                return f"it uses `{name}` above the place in cell {bound[0][0]} that makes it"
            if name in self.settings:
                continue
            if any(event.how == "import" for _, event in bound):
                return f"it uses `{name}`, which is imported in several ways or under a condition"
            held = self._defined.get(name)
            if held is not None:
                return f"it calls `{name}`: {self.why_not(held)}"
            if not bound and name not in LAUNCHER:
                return f"it uses `{name}`, which no cell of the notebook makes"
        return ""

    def _stuck(self, part: Part) -> str:
        """What of a piece works at the top of a notebook only."""
        if self._is_secret(part):
            return "it holds a credential"
        if any(part.first <= magic.line <= part.last for magic in part.cell.magics):
            return "it holds a magic or a shell line"
        if any(line in part.cell.plain.shifts for line in range(part.first, part.last + 1)):
            return "its cell is indented"
        for name in part.life.reads:
            if name in _OF_THE_SESSION and name not in self.page.names.bindings and part.role != "definition":
                return f"it reads `{name}`, which belongs to the session"
        if part.life.deletes:
            return f"it deletes `{min(part.life.deletes)}`"
        for node in part.inside:
            if node.__class__ not in _STICKS:
                continue
            match node:
                case ast.Global():
                    return f"it changes the notebook's `{node.names[0]}`"
                case ast.Call(func=ast.Name(id=name)) if name in _LOOKS_AROUND and name not in self.page.names.bindings:
                    if name != "compile":
                        return f"it calls `{name}`"
                case ast.Call(func=ast.Attribute() as function) if part.role != "definition" and self._finds_place(
                    function
                ):
                    return "it says where the notebook and its files lie"
                case ast.ImportFrom() if any(alias.name == "*" for alias in node.names):
                    return "a star import makes its names"
                case ast.ImportFrom(module="__future__"):
                    return "it sets how the notebook is read"
                case ast.Await() | ast.AsyncFor() | ast.AsyncWith() if part.role != "definition":
                    return "it awaits at cell level"
                case ast.Lambda() if part.role == "logic" and isinstance(part.cell.parent(node), ast.Assign):
                    return "it makes a function with `lambda`"
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if part.role != "definition":
                    return f"it defines `{node.name}` under a condition or in a loop"
        return ""

    def _finds_place(self, function: ast.Attribute) -> bool:
        """Is it a call that asks for the folder of the notebook, or changes where things are looked for?"""
        return function.attr in _WHERE and self.page.qualified(function) in _PLACING

    def _is_secret(self, part: Part) -> bool:
        cell = part.cell
        if cell.number not in self._shown:
            self._shown[cell.number] = tuple(redacted(self.page, cell.cell).split("\n"))
        rows = slice(part.first - 1, part.last)
        return self._shown[cell.number][rows] != cell.lines[rows]

    def _of(self, role: Role) -> Iterator[Part]:
        return (part for parts in self.raw.values() for part in parts if part.role == role)

    def _apart(self, cell: CodeCell) -> Iterator[Part]:
        assert cell.tree is not None
        if "\r" in cell.source.replace("\r\n", "\n"):
            return  # Python counts more lines than a notebook does
        above = 0
        for nodes in _lines_of(cell.tree.body):
            start = min(_first_line(node) for node in nodes)
            last = max(node.end_lineno or node.lineno for node in nodes)
            first = start
            while first - 1 > above and cell.lines[first - 2].startswith("#"):
                first -= 1
            yield Part(cell, tuple(nodes), first, last, _role(nodes), life(nodes), tuple(_inside(nodes)))
            above = last


def _inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from nodes_in(node)


def _is_above(number: int, node: ast.AST | None, part: Part) -> bool:
    return number < part.cell.number or (number == part.cell.number and getattr(node, "lineno", 0) < part.first)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _lines_of(body: Iterable[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Statements, those together that share a line."""
    group: list[ast.stmt] = []
    for node in body:
        if group and _first_line(node) > max(other.end_lineno or other.lineno for other in group):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _role(nodes: list[ast.stmt]) -> Role:
    if all(isinstance(node, _IMPORTS) for node in nodes):
        star = any(alias.name == "*" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names)
        future = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in nodes)
        return "logic" if star or future else "import"
    if len(nodes) == 1 and isinstance(nodes[0], DEFINITIONS):
        return "definition"
    if len(nodes) == 1 and _is_setting(nodes[0]):
        return "setting"
    return "show" if all(is_show(node) for node in nodes) else "logic"


def _is_setting(node: ast.stmt) -> bool:
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
        return False
    try:
        value = ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    if isinstance(value, (list, tuple)):
        return 0 < len(value) <= 60 and all(isinstance(item, _SCALARS) for item in value)
    return isinstance(value, _SCALARS)


def _import_lines(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Each name that an import binds, with the statement that imports it alone."""
    for alias in getattr(node, "names", ()):
        name = alias.asname or alias.name.partition(".")[0]
        given = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        if isinstance(node, ast.ImportFrom):
            yield name, f"from {'.' * node.level}{node.module or ''} import {given}"
        else:
            yield name, f"import {given}"


_OF_PATHS = frozenset("dirname abspath basename expanduser realpath normpath Path getcwd cwd joinpath".split())
_PATHS = _OF_PATHS | frozenset("join split replace resolve str".split())
_NO_PATH = (ast.comprehension, ast.Compare, ast.IfExp, ast.Lambda, ast.List, ast.Dict, ast.Set)


def leading_places(parts: Sequence[Part]) -> int:
    """How many pieces at the beginning only put together where files lie: `folder = os.path.join(base, "clean")`."""
    end = 0
    for number, part in enumerate(parts, 1):
        values = [node.value for node in part.nodes if isinstance(node, ast.Assign)]
        if part.role == "logic" and (len(values) < len(part.nodes) or not all(map(_puts_together, values))):
            break
        if any(map(_is_place, values)):
            end = number
    return end


def _puts_together(value: ast.expr) -> bool:
    """Is it made of names and texts alone, as a path is?"""
    return all(
        last_name(node.func) in _PATHS if isinstance(node, ast.Call) else not isinstance(node, _NO_PATH)
        for node in nodes_in(value)
    )


def _is_place(value: ast.expr) -> bool:
    """Can it be nothing but a path?"""
    for node in nodes_in(value):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
            of = last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if last_name(node.func) in _OF_PATHS or (of == "path" and last_name(node.func) == "join"):
                return True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "/" in node.value:
            return True
    return False


def calls_of(parts: Iterable[Part]) -> Iterator[ast.Call]:
    """Every call in these pieces."""
    return (node for part in parts for node in part.inside if node.__class__ is ast.Call)


def called(parts: Iterable[Part]) -> frozenset[str]:
    """The last names of everything that is called."""
    return frozenset(last_name(call.func) for call in calls_of(parts))
