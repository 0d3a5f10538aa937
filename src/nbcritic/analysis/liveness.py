"""Which names a run of statements takes from outside, and which it is sure to have bound at its end.

Definite assignment, as compilers call it: a name that is bound in one branch only is not sure, and is read from outside by
whoever reads it next. A `for` loop is taken to run at least once. Bodies of functions are looked at where they are defined.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nbcritic.analysis.code import children, nodes_in
from nbcritic.analysis.events import parameters, stored_names
from nbcritic.analysis.pattern import regex

_WORD = regex(r"[^\W\d]\w*")
_FORMULA = regex(r"~|@\w|\bselect\b|\bSELECT\b")
"""Texts in which a library looks up names of the calling frame: a formula, a query, SQL on frames."""

_SCOPES = frozenset({ast.NamedExpr, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
"""Expressions that bind names."""

Sure: TypeAlias = set[str] | None
"""The names bound so far; None where no run gets."""


@dataclass(frozen=True, slots=True)
class Life:
    """What statements do with names that live outside of them."""

    reads: tuple[str, ...]
    """Names that may be read before these statements have bound them, in order."""
    quoted: frozenset[str]
    """Words of formulas and queries, any of which a library may look up among the caller's names."""
    binds: frozenset[str]
    """Every name that they may bind."""
    sure: frozenset[str]
    """Those of them that are bound at the end in any case."""
    deletes: frozenset[str]
    """Names deleted that they have not bound themselves."""


def life(statements: Sequence[ast.stmt]) -> Life:
    """How statements that follow one another use names. Raises RecursionError where they nest too deeply."""
    walk = _Walk()
    sure = walk.block(statements, set())
    return Life(
        tuple(walk.reads),
        frozenset(walk.quoted),
        frozenset(walk.binds),
        frozenset(walk.binds if sure is None else sure),
        frozenset(walk.deletes),
    )


class _Walk:
    def __init__(self) -> None:
        self.reads: dict[str, None] = {}
        self.quoted: set[str] = set()
        self.binds: set[str] = set()
        self.deletes: set[str] = set()

    def block(self, statements: Iterable[ast.stmt], before: Sure) -> Sure:
        sure = None if before is None else set(before)
        for statement in statements:
            if sure is None:
                break
            sure = self.statement(statement, sure)
        return sure

    def statement(self, node: ast.stmt, sure: set[str]) -> Sure:
        match node:
            case ast.If():
                self.expression(node.test, sure)
                return _either(self.block(node.body, sure), self.block(node.orelse, sure))
            case ast.For() | ast.AsyncFor():
                self.expression(node.iter, sure)
                self.target(node.target, sure)
                inside = self.block(node.body, sure)
                return self.block(node.orelse, sure if inside is None else inside)
            case ast.While():
                self.expression(node.test, sure)
                inside = self.block(node.body, sure)
                return self.block(node.orelse, sure if inside is None or not _endless(node.test) else inside)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.expression(item.context_expr, sure)
                    if item.optional_vars is not None:
                        self.target(item.optional_vars, sure)
                return self.block(node.body, sure)
            case ast.Try() | ast.TryStar():
                return self._try(node, sure)
            case ast.Match():
                return self._match(node, sure)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for outside in (*node.decorator_list, *_heads(node)):
                    self.expression(outside, sure)
                self._inside(node.body, _own(node), sure)
                self.bind(node.name, sure)
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    self.bind(alias.asname or alias.name.partition(".")[0], sure)
            case ast.Delete():
                self._delete(node, sure)
            case _:
                self._simple(node, sure)
        return None if isinstance(node, (ast.Raise, ast.Return, ast.Break, ast.Continue)) else sure

    def _simple(self, node: ast.stmt, sure: set[str]) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            if isinstance(node, ast.AnnAssign):
                self.expression(node.annotation, sure)
            if node.value is not None:
                self.expression(node.value, sure)
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self.target(target, sure)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                self.read(node.target.id, sure)
            self.expression(node.value, sure)
            self.target(node.target, sure)
        else:
            self.expression(node, sure)

    def _delete(self, node: ast.Delete, sure: set[str]) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                sure.discard(target.id)
                if target.id not in self.binds:
                    self.deletes.add(target.id)
            else:
                self.expression(target, sure)

    def _try(self, node: ast.Try | ast.TryStar, sure: set[str]) -> Sure:
        body = self.block(node.orelse, self.block(node.body, sure))
        ends = [body]
        for handler in node.handlers:
            caught = set(sure)
            if handler.type is not None:
                self.expression(handler.type, caught)
            inside = self.block(handler.body, caught | ({handler.name} if handler.name else set()))
            ends.append(None if inside is None else inside - {handler.name or ""})
        end = ends[0]
        for other in ends[1:]:
            end = _either(end, other)
        after = self.block(node.finalbody, sure)
        return None if end is None or after is None else end | after

    def _match(self, node: ast.Match, sure: set[str]) -> Sure:
        self.expression(node.subject, sure)
        end: Sure = set(sure)
        for case in node.cases:
            inside = set(sure)
            for part in nodes_in(case.pattern):
                for name in (getattr(part, "name", None), getattr(part, "rest", None)):
                    if isinstance(name, str):
                        self.bind(name, inside)
            if case.guard is not None:
                self.expression(case.guard, inside)
            end = _either(end, self.block(case.body, inside))
        return end

    def bind(self, name: str, sure: set[str]) -> None:
        self.binds.add(name)
        sure.add(name)

    def read(self, name: str, sure: set[str]) -> None:
        if name not in sure:
            self.reads[name] = None

    def target(self, node: ast.expr, sure: set[str]) -> None:
        for name in stored_names(node):
            self.bind(name, sure)
        for part in nodes_in(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                self.read(part.id, sure)

    def expression(self, node: ast.AST, sure: set[str]) -> None:
        """Every name that an expression reads, in order."""
        waiting = [node]
        while waiting:
            here = waiting.pop()
            if isinstance(here, ast.Name):
                if here.ctx.__class__ is ast.Load and here.id not in sure:
                    self.reads[here.id] = None
            elif isinstance(here, ast.Constant):
                if isinstance(here.value, str) and _FORMULA.search(here.value):
                    self.quoted.update(set(_WORD.findall(here.value)) - sure)
            elif here.__class__ in _SCOPES:
                self._scope(here, sure)
            else:
                waiting += reversed(children(here))

    def _scope(self, node: ast.AST, sure: set[str]) -> None:
        match node:
            case ast.NamedExpr():
                self.expression(node.value, sure)
                self.target(node.target, sure)
            case ast.Lambda():
                for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
                    self.expression(default, sure)
                self.expression(node.body, sure | {argument.arg for argument in parameters(node.args)})
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, sure)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, sure: set[str]
    ) -> None:
        inside = set(sure)
        for part in node.generators:
            self.expression(part.iter, inside)
            inside.update(stored_names(part.target))
            for test in part.ifs:
                self.expression(test, inside)
        for value in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.expression(value, inside)

    def _inside(self, body: Iterable[ast.stmt], own: set[str], sure: set[str]) -> None:
        """The names that a function or class reads from around it."""
        inner = _Walk()
        inner.block(body, set(own))
        for name in inner.reads:
            if name not in inner.binds or name in sure:
                self.read(name, sure)
        self.quoted |= inner.quoted


def _either(one: Sure, other: Sure) -> Sure:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _endless(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _heads(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.expr]:
    """What is worked out when a function or class is defined, not when it is called."""
    if isinstance(node, ast.ClassDef):
        return [*node.bases, *(word.value for word in node.keywords)]
    notes = [argument.annotation for argument in parameters(node.args)]
    return [part for part in (*node.args.defaults, *node.args.kw_defaults, *notes, node.returns) if part is not None]


def _own(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[str]:
    if isinstance(node, ast.ClassDef):
        return set()
    return {argument.arg for argument in parameters(node.args)} | {node.name}
