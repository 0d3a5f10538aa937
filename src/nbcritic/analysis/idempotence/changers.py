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
_HOLDS_NOTHING: Final = frozenset({ast.Constant, ast.BinOp, ast.Compare, ast.JoinedStr, ast.ListComp, ast.DictComp})
"""Values in which no object of another name is looked for."""
_ROUNDS: Final = 4
"""How many functions a change is followed up through."""


@dataclass(slots=True)
class _Body:
    """What stands in one function: who may see which parameter, what is changed, what is handed on to whom."""

    given: tuple[str, ...]
    """The parameters, `self` left out."""
    own: frozenset[str] = frozenset()
    """The names that functions of its cell bind for themselves."""
    bound: dict[str, list[ast.expr]] = field(default_factory=dict)
    """For a local name, the values that it is bound to, or to a part of."""
    passing: frozenset[str] = frozenset()
    """The functions that give (parts of) the very objects that they are given."""
    _held: dict[str, set[str]] = field(default_factory=dict)
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
                if name in self.bound:
                    waiting += self._held_by(name)
        return found

    def _held_by(self, name: str) -> set[str]:
        """The names whose objects a local name may hold."""
        if name not in self._held:
            self._held[name] = _held(self.bound[name], self.passing)
        return self._held[name]

    def bind(self, node: ast.AST) -> None:
        """Note what an assignment, a loop or a `with` binds."""
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.For):
            targets, value = [node.target], node.iter
        else:
            assert isinstance(node, ast.withitem)
            targets, value = [node.optional_vars] if node.optional_vars else [], node.context_expr
        if value.__class__ not in _HOLDS_NOTHING:
            for target in targets:
                for name in (target.id,) if isinstance(target, ast.Name) else stored_names(target):
                    self.bound.setdefault(name, []).append(value)


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
        if self._changed or self._globals:
            called = own.attributes.union(touched.reads, own.uses)
            for name in self._globals.keys() & called:
                changed |= self._globals[name]
            if not self._changed.keys().isdisjoint(called):
                changed |= self._handed_over(cell)
        if not changed:
            return changed
        if changed.isdisjoint(touched.binds) and changed.isdisjoint(own.locals):
            return changed  # none of them is another name for something
        body = _Body((), passing=self._passing)
        for binding in cell.nodes(ast.Assign, ast.For, ast.withitem):
            body.bind(binding)
        return body.origins(changed)

    def _handed_over(self, cell: CodeCell) -> set[str]:
        """The names that a cell hands to functions which change them."""
        changed: set[str] = set()
        calls = cell.nodes(ast.Call)
        # One of these functions may be handed over itself: it is named where nobody calls it.
        named = sum(name.id in self._changed for name in cell.nodes(ast.Name))
        called = sum(call.func.__class__ is ast.Name and called_name(call.func) in self._changed for call in calls)
        for call in calls:
            places = self._changed.get(called_name(call.func), ())
            if not places and named == called:
                continue
            given = list(_given(call))
            is_handed_one = any(name in self._changed for _, names in given for name in names)
            for argument, names in given if places or is_handed_one else ():
                if is_handed_one or argument in places:
                    changed |= names
        return changed

    def _bodies(self, cell: CodeCell) -> Iterator[tuple[str, _Body]]:
        at: dict[int, _Body] = {}
        own = self._page.names.of(cell.number).locals
        for node in cell.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(node, _Definition)
            names = (parameter.arg for parameter in parameters(node.args))
            body = _Body(tuple(name for name in names if name not in _SELF), own, passing=self._passing)
            at.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), body))
            yield node.name, body
        stores: list[ast.Subscript | ast.Attribute] = [
            node for node in cell.nodes(ast.Subscript) if node.ctx.__class__ is not ast.Load
        ]
        stores += [node for node in cell.nodes(ast.Attribute) if node.ctx.__class__ is not ast.Load]
        for node in stores:
            if node.lineno in at and (root := root_name(node)):
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
                at[line].bind(binding)
        for call in cell.nodes(ast.Call):
            if call.lineno in at:
                self._look_at(cell, call, at[call.lineno])

    def _look_at(self, cell: CodeCell, call: ast.Call, body: _Body) -> None:
        name = called_name(call.func)
        if name in self._own:
            body.handed += [(name, argument, names) for argument, names in _given(call)]
            return
        if isinstance(call.func, ast.Attribute):
            discarded = cell.parents[call].__class__ is ast.Expr
            inplace = call.keywords and any(word.arg == "inplace" for word in call.keywords)
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


def _held(values: Iterable[ast.expr], passing: frozenset[str]) -> set[str]:
    """The names that values may hold the objects of."""
    held: set[str] = set()
    parts = list(values)
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
    return held
