"""What grows in a loop, over how many turns, and whether anybody reads it."""

from __future__ import annotations

import ast
import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, never_holds
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._shared import Loop, Starts, loops
from nbcritic.rules.data_handling._sizes import sizes_of
from nbcritic.rules.data_handling._slow import is_slow

FEW_TURNS = 300
"""What grows over fewer turns is copied at once."""
MANY_TURNS = 1_000
"""Copying all at so many turns is slow, whatever is copied."""


@dataclass(frozen=True, slots=True)
class Grown:
    """One statement that makes its target longer at every turn of the loops `over`, the innermost first."""

    cell: CodeCell
    assign: ast.Assign
    over: list[Loop]
    how: str
    better: str
    is_gone: bool

    def says(self, name: str) -> str:
        """The message; that the code cannot run any more comes first."""
        gone = "pandas 2 has no `append` for frames and series any more, so that " if self.is_gone else ""
        fails = "fails there; before, it copies" if self.is_gone else "copies"
        return f"{gone}`{self.how}` {fails} all of `{name}` at every turn of the loop; {self.better}"


class Growth:
    """Which growth is worth a word: over many turns, of a name that somebody reads."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sizes = sizes_of(page)
        self._starts = Starts()
        self._slow: dict[Loop, bool] = {}

    def loops(self, cell: CodeCell, assign: ast.Assign, grown: str) -> list[Loop]:
        """The loops over whose turns the target grows, the innermost first; none where there are few turns."""
        root = grown.partition(".")[0].partition("[")[0]
        below: ast.AST = assign
        over: list[Loop] = []
        growing: list[Loop] = []
        indices = {name.id for target in assign.targets for name in nodes_in(target, ast.Name)} - {root}
        for loop in loops(cell, assign):
            targets = [] if isinstance(loop, ast.While) else list(nodes_in(loop.target))
            is_target = any(isinstance(node, ast.Name) and node.id == root for node in targets)
            if is_target or self._starts.before(cell, loop, below, root):
                break
            over.append(loop)
            # At every turn of a loop that names the element, another element grows.
            if indices.isdisjoint(node.id for node in targets if isinstance(node, ast.Name)):
                growing.append(loop)
            below = loop
        return [] if all(self._sizes.is_short(loop) for loop in over) else growing or over

    def matters(self, function: ast.AST | None, name: str, grown: list[Grown]) -> bool:
        """Is the function called, and the grown name read, by anything but its own growth?"""
        is_plain = isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and not function.decorator_list
        if is_plain and not self._is_called(function.name):  # type: ignore[union-attr]
            return False
        own = sum(loads(each.assign)[name] for each in grown)
        return not name.isidentifier() or (self._loads if function is None else loads(function))[name] > own

    def _is_called(self, name: str) -> bool:
        """Does something ask for the function of this name? `module.name` asks for another one."""
        return name.startswith("__") or name in self._page.names.mentioned - self._of_modules

    @cached_property
    def _of_modules(self) -> set[str]:
        """Names that are read as attributes of imported modules alone."""
        plain = {*self._loads}
        found = set[str]()
        for cell in self._page.code:
            for node in cell.nodes(ast.Attribute):
                if isinstance(node.value, ast.Name) and self._page.qualified(node.value):
                    found.add(node.attr)
                else:
                    plain.add(node.attr)
        return found - plain

    def is_long(self, grown: Grown, function: ast.AST | None, name: str) -> bool:
        """May there be many turns, for all that code and saved outputs show?"""
        counts = [self._sizes.turns(grown.cell, loop) for loop in grown.over]
        if None not in counts and math.prod(count or 1 for count in counts) < FEW_TURNS:
            return False
        # What is printed at every turn of the inner loop counts the turns of all.
        printed = self._sizes.printed(grown.cell, grown.over[0])
        names = [name] if function is None else self._results.get(getattr(function, "name", ""), [])
        shown = [count for each in names if (count := self._sizes.shown(each))]
        if min([*([printed] if printed else []), *([max(shown)] if shown else [])], default=FEW_TURNS) < FEW_TURNS:
            return False
        around = [*grown.over, *loops(grown.cell, grown.over[-1])]
        return not all(self._sizes.is_by_group(loop) or self._sizes.is_short(loop) for loop in around)

    def are_thousands(self, grown: Grown) -> bool:
        """Does the code say by its literals that the turns are thousands?"""
        return any(
            isinstance(loop, ast.For)
            and isinstance(loop.iter, ast.Call)
            and called_name(loop.iter.func) in ("arange", "linspace", "range")
            and all(isinstance(inner, ast.Constant) for inner in loop.iter.args)
            and (self._sizes.length(loop.iter) or 0) >= MANY_TURNS
            for loop in grown.over
        )

    def is_slow_anyway(self, loop: Loop) -> bool:
        """Does every turn train a model, query a database or wait for the web, so that copying hardly counts?"""
        if loop not in self._slow:
            self._slow[loop] = is_slow(self._page, loop)
        return self._slow[loop]

    def is_by_data(self, over: list[Loop]) -> bool:
        """Does one of the loops go over rows or files, or until something happens? A file's lines may be few."""
        return any(
            (isinstance(loop, ast.While) and "readline" not in _methods(loop))
            or (not isinstance(loop, ast.While) and self._sizes.is_by_data(loop.iter) and not self._is_ratio(loop.iter))
            for loop in over
        )

    def _is_ratio(self, node: ast.expr) -> bool:
        """Is it `range(a // b)`? How many rows there are says little of how often some go into others."""
        if not isinstance(node, ast.Call) or called_name(node.func) != "range":
            return False
        names = (inner for inner in nodes_in(node, ast.Name))
        numbers = [node, *(source for name in names if (source := self._page.values.source(name)) is not None)]
        parts = (inner for number in numbers for inner in nodes_in(number, ast.BinOp))
        return any(isinstance(part.op, (ast.Div, ast.FloorDiv)) for part in parts)

    @cached_property
    def _loads(self) -> Counter[str]:
        names = (node for cell in self._page.code for node in cell.nodes(ast.Name))
        return Counter(node.id for node in names if isinstance(node.ctx, ast.Load))

    @cached_property
    def _results(self) -> dict[str, list[str]]:
        """The names that results of the notebook's own functions are bound to."""
        found: dict[str, list[str]] = {}
        for cell in self._page.code:
            for assign in cell.nodes(ast.Assign):
                call, target = assign.value, assign.targets[0]
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and isinstance(target, ast.Name):
                    found.setdefault(call.func.id, []).append(target.id)
        return found


def _methods(loop: ast.While) -> set[str]:
    return {node.attr for node in nodes_in(loop, ast.Attribute)}


def loads(node: ast.AST) -> Counter[str]:
    """How often each name is read in `node`."""
    names = (inner for inner in nodes_in(node, ast.Name))
    return Counter(name.id for name in names if isinstance(name.ctx, ast.Load))


def is_off(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    """Does it stand under a condition that is a literal, or a name bound to one, which is false?"""
    below = node
    for outer in cell.ancestors(node):
        if isinstance(outer, ast.If) and below in outer.body:
            test: ast.expr | None = outer.test
            test = page.values.source(test) if isinstance(test, ast.Name) else test
            if test is not None and never_holds(test):
                return True
        below = outer
    return False
