"""Which of the page's functions change what they are given, told from their text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from nbcritic.analysis.events import called_name, parameters, root_name, stored_names
from nbcritic.analysis.graph_changes import changed_arguments, changes_object

if TYPE_CHECKING:
    from nbcritic.analysis.code import CodeCell
    from nbcritic.analysis.flow import Touched
    from nbcritic.analysis.page import Page

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_ON_ARGUMENTS: Final = frozenset(
    "shuffle heappush heappop heapify heappushpop heapreplace insort insort_left insort_right setattr delattr next fill_diagonal put "
    "copyto place putmask setitem dump".split()
)
"""The last words of library functions that may change an argument."""
_SELF: Final = frozenset({"self", "cls"})
_PASSING: Final = frozenset("tqdm enumerate zip items values list tuple iter get setdefault fit set_params".split())
"""What gives (parts of) the very objects that it is given."""
_ROUNDS: Final = 4
"""How many functions a change is followed up through."""


@dataclass(slots=True)
class _Body:
    """What stands in one function: who may see which parameter, what is changed, what is handed on to whom."""

    given: tuple[str, ...]
    """The parameters, `self` left out."""
    own: frozenset[str] = frozenset()
    """The names that functions of its cell bind for themselves."""
    seen_through: dict[str, set[str]] = field(default_factory=dict)
    """For a local name, the names whose objects it may hold (or hold a part of)."""
    changed: set[str] = field(default_factory=set)
    handed: list[tuple[str, int | str | None, frozenset[str]]] = field(default_factory=list)
    """To which function, as which of its arguments, which names."""

    def origins(self, names: Iterable[str]) -> set[str]:
        """The names from which these may have got their objects, themselves among them."""
        waiting, found = list(names), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.seen_through.get(name, ())
        return found


class Changers:
    """The functions of a page by what they change: parameters, or names of the notebook that they hand on to such functions."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._own = frozenset(
            node.name  # type: ignore[attr-defined]
            for cell in page.code
            for node in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        )
        self._passing = self._own | _PASSING
        bodies: dict[str, list[_Body]] = {}
        for cell in page.code:
            if cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
                for name, body in self._bodies(cell):
                    bodies.setdefault(name, []).append(body)
        self._changed: dict[str, set[int | str | None]] = {}
        """For each function and method that changes what it is given, which arguments: by place and by name."""
        self._globals: dict[str, set[str]] = {}
        """For each function, the names from outside that it hands on to one of these."""
        for _ in range(_ROUNDS):
            before = self._size()
            for name, many in bodies.items():
                for body in many:
                    self._note(name, body)
            if before == self._size():
                break

    def _size(self) -> int:
        return sum(len(found) for found in self._changed.values()) + sum(len(found) for found in self._globals.values())

    def _note(self, name: str, body: _Body) -> None:
        changed = set(body.changed)
        for callee, argument, handed in body.handed:
            if argument in self._changed.get(callee, ()):
                changed |= handed
            changed |= self._globals.get(callee, set())
        changed = body.origins(changed)
        if not changed.isdisjoint(_SELF):
            self._changed.setdefault(name, set()).add("self")
        for place, parameter in enumerate(body.given):
            if parameter in changed:
                self._changed.setdefault(name, set()).update((None, place, parameter))
        if outside := changed.difference(body.given, body.own, _SELF):
            self._globals.setdefault(name, set()).update(outside)

    def changed_by(self, cell: CodeCell, touched: Touched) -> set[str]:
        """The names whose objects the cell may change under other names, or by calls of such functions."""
        changed = set(touched.mutates)
        changed.update(name for name, event in touched.binds.items() if event.how == "augment")
        own = self._page.names.of(cell.number)
        called = own.attributes.union(touched.reads, own.uses)
        for name in self._globals.keys() & called:
            changed |= self._globals[name]
        if not self._changed.keys().isdisjoint(called):
            for call in cell.nodes(ast.Call):
                given = list(_given(call))
                places = self._changed.get(called_name(call.func), ())
                is_handed_one = any(name in self._changed for _, names in given for name in names)
                for argument, names in given if places or is_handed_one else ():
                    if is_handed_one or argument in places:
                        changed |= names
        if changed.isdisjoint(touched.binds) and changed.isdisjoint(own.locals):
            return changed  # none of them is another name for something
        body = _Body(())
        for binding in cell.nodes(ast.Assign, ast.For, ast.withitem):
            _see_through(body, binding, self._passing)
        return body.origins(changed)

    def _bodies(self, cell: CodeCell) -> Iterator[tuple[str, _Body]]:
        at: dict[int, _Body] = {}
        own = self._page.names.of(cell.number).locals
        for node in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(node, _Definition)
            names = (parameter.arg for parameter in parameters(node.args))
            body = _Body(tuple(name for name in names if name not in _SELF), own)
            at.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), body))
            yield node.name, body
        for node in cell.nodes(ast.Subscript, ast.Attribute):
            assert isinstance(node, (ast.Subscript, ast.Attribute))
            if node.ctx.__class__ is not ast.Load and node.lineno in at and (root := root_name(node)):
                at[node.lineno].changed.add(root.id)
        for change in cell.nodes(ast.AugAssign):
            if (
                isinstance(change.target, ast.Name)
                and not isinstance(change.value, ast.Constant)
                and change.lineno in at
            ):
                at[change.lineno].changed.add(change.target.id)
        for binding in cell.nodes(ast.Assign, ast.For, ast.withitem):
            line = getattr(binding.context_expr if isinstance(binding, ast.withitem) else binding, "lineno", 0)
            if line in at:
                _see_through(at[line], binding, self._passing)
        for call in cell.nodes(ast.Call):
            if call.lineno in at:
                self._look_at(cell, call, at[call.lineno])

    def _look_at(self, cell: CodeCell, call: ast.Call, body: _Body) -> None:
        name = called_name(call.func)
        if name in self._own:
            body.handed += [(name, argument, names) for argument, names in _given(call)]
            return
        if isinstance(call.func, ast.Attribute):
            discarded = cell.parent(call).__class__ is ast.Expr
            inplace = any(word.arg == "inplace" for word in call.keywords)
            if (inplace or changes_object(name, None, discarded=discarded)) and (root := root_name(call.func.value)):
                body.changed.add(root.id)
        if name in _ON_ARGUMENTS or name.endswith("_"):
            for place in changed_arguments(self._page.qualified(call.func)):
                body.changed.update(root.id for given in call.args[place : place + 1] if (root := root_name(given)))
        for word in call.keywords:
            if word.arg == "out" and (root := root_name(word.value)):
                body.changed.add(root.id)


def _given(call: ast.Call) -> Iterator[tuple[int | str | None, frozenset[str]]]:
    """The arguments of a call, by place or name (None: many at once), with the names that stand in each; `self` is what it is a method of."""
    owner: ast.expr = call
    while isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute):
        owner = owner.func.value
    if owner is not call:
        yield "self", frozenset(_names(owner))
    for place, value in enumerate(call.args):
        yield None if isinstance(value, ast.Starred) else place, frozenset(_names(value))
    for word in call.keywords:
        yield word.arg, frozenset(_names(word.value))


def _names(value: ast.expr) -> Iterator[str]:
    """The names that a value is, or has something taken out of, those in displays too."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.List, ast.Tuple)):
            waiting += node.elts
        elif isinstance(node, ast.Dict):
            waiting += node.values
        elif (root := root_name(node)) is not None:
            yield root.id


def _see_through(body: _Body, node: ast.AST, passing: frozenset[str]) -> None:
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.For):
        targets, value = [node.target], node.iter
    else:
        assert isinstance(node, ast.withitem)
        targets, value = [node.optional_vars] if node.optional_vars else [], node.context_expr
    held: set[str] = set()
    parts = [value]
    while parts:
        part = parts.pop()
        if isinstance(part, (ast.List, ast.Tuple)):
            parts += part.elts
        elif isinstance(part, ast.IfExp):
            parts += [part.body, part.orelse]
        elif isinstance(part, ast.Call):
            parts += [*part.args, part.func] if called_name(part.func) in passing else []
        elif (root := root_name(part)) is not None:
            held.add(root.id)
    for name in (name for target in targets for name in stored_names(target)) if held else ():
        body.seen_through.setdefault(name, set()).update(held)
