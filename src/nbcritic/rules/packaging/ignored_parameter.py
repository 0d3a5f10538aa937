"""NBC415."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Severity
from nbcritic.rule import rule
from nbcritic.rules.packaging._bodies import Def, functions, is_docstring

_SQL = regex(r"\bselect\b", re.I)
_WORD = regex(r"[^\W\d]\w*")
_MARKED = regex(r"@([^\W\d]\w*)")
_STANDS_IN = regex(r"fake|dummy|mock|stub|placeholder|noop|identity", re.I)
_SEES_ALL = frozenset({"locals", "vars", "eval", "exec"})
_UNFINISHED = regex(
    r"your (?:code|answer|solution|work)|to-?do\b|fill (?:in|me)|implement|complete (?:the|this)|###+ ?start", re.I
)
"""How an exercise says that the rest is left to the reader."""
_GIVEN = frozenset(
    {"self", "cls", "event", "evt", "e", "change", "widget", "request", "context", "frame", "signum", "sender"}
)
"""What a caller hands to every function of its kind."""


@rule(
    "NBC415",
    name="ignored-parameter",
    severity="minor",
    category="readability",
    covers=("ARG001", "NBC407"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A function takes a parameter and does not use what it is given.

    The call looks as if the argument mattered: somebody changes it, gets the same result, and believes the result. Often the body
    reads a global of a like name instead, so that the function works on one data set only. Parameters with a leading underscore,
    functions that are handed to others as callbacks, and unfinished bodies are left alone. Where no call of the notebook gives
    the parameter, it is a nit.

    Instead, use the parameter, or take it out of the signature and of the calls.

    Bad:

        # %%
        def mean_of(orders, column):  # <- flagged
            return orders["price"].mean()
        mean_of(frame, "price")

    Bad:

        # %%
        def load(path):  # <- flagged
            path = "orders.csv"
            return read(path)
        load("other.csv")

    Good:

        # %%
        def load(path=None):
            if path is None:
                path = "orders.csv"
            return read(path)
        load()

    Good:

        # %%
        def schedule(epoch, rate):
            return 0.1
        def never(x):
            return False
        def _ignore(_rate):
            return 1
        train(callbacks=[LearningRateScheduler(schedule)])
        names = list(filter(never, names))

    Good:

        # %%
        def above(orders, limit):
            return orders.query("price > @limit")
        def by_mean(orders, weights):
            return orders.mean()
        def by_weight(orders, weights):
            return (orders * weights).sum()

    Good:

        # %%
        def train(model, rate):
            # YOUR CODE HERE
            pass
        def predict(model, rows):
            raise NotImplementedError
        def describe(a, b):
            return f"{a} {b}".format(**locals())
        class Scaler(Base):
            def fit(self, X, y=None):
                return self
    """
    every = [(cell, function) for cell, function in functions(page) if _parameters(function)]
    alike = _Alike(function for _, function in every)
    for cell, function in every:
        # Whether it is judged takes longer to find out than that all is well, as it mostly is.
        unread = alike.unread(function) - _used_by_magics(cell, function)
        first = {} if unread else _overwritten(function)
        if not (unread or first) or function.name in _handed(page) or not _is_judged(cell, function):
            continue
        if unread:
            unused = [name for name in _parameters(function) if name in unread]
            severity: Severity | None = None if _given(page, function) & unread else "nit"
            yield Hit(cell.at_line(function.lineno), _unused(page, function, unused), severity=severity)
        else:
            name, line = next(iter(first.items()))
            yield Hit(
                cell.at_line(function.lineno),
                f"`{function.name}` overwrites its parameter `{name}` before it reads it (line {line})",
                severity=None if name in _given(page, function) else "nit",
            )


def _given(page: Page, function: Def) -> set[str]:
    """The parameters that some call of the page gives a value."""
    places = [word.arg for word in (*function.args.posonlyargs, *function.args.args)]
    given = set[str]()
    for _, call in page.calls_named((function.name,)):
        if isinstance(call.func, ast.Name) and call.func.id == function.name:
            words = {word.arg for word in call.keywords if word.arg is not None}
            if len(words) < len(call.keywords) or any(isinstance(value, ast.Starred) for value in call.args):
                return set(_parameters(function))
            given.update(words, places[: len(call.args)])
    return given


def _is_judged(cell: CodeCell, function: Def) -> bool:
    """Is it a finished function that nobody calls by a fixed protocol?"""
    parent = cell.parent(function)
    if function.decorator_list or not isinstance(parent, ast.Module) or _STANDS_IN.search(function.name):
        return False
    body = [item for item in function.body if not is_docstring(item)]
    if all(_says_nothing(item) for item in body):
        return False
    text = "\n".join(cell.lines[function.lineno - 1 : function.end_lineno])
    return not _UNFINISHED.search(text)


def _says_nothing(statement: ast.stmt) -> bool:
    """`pass`, `…`, `raise`, `return None`, `return 0`: a stub, or the constant case of a family of functions."""
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, (ast.Constant, ast.Name))
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, (ast.Pass, ast.Raise))


def _parameters(function: Def) -> list[str]:
    """The parameters that a caller has a reason to give; `*args` and `**kwargs` may be there for the form's sake."""
    given = function.args
    names = [word.arg for word in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if not name.startswith("_") and name not in _GIVEN]


def _read(statement: ast.stmt) -> set[str]:
    """Every name that a statement reads."""
    names = {node.id for node in nodes_in(statement, ast.Name) if node.ctx.__class__ is not ast.Store}
    for text in nodes_in(statement, ast.Constant):
        if isinstance(text.value, str):
            # A query names its variables (`frame.query`) or frames (duckdb) in a text.
            names.update((_WORD if _SQL.search(text.value) else _MARKED).findall(text.value))
    for change in nodes_in(statement, ast.AugAssign):
        if isinstance(change.target, ast.Name):
            names.add(change.target.id)
    shared = [outer.names for outer in nodes_in(statement, ast.Global)]
    shared += [outer.names for outer in nodes_in(statement, ast.Nonlocal)]
    return names.union(*shared)


def _unread(function: Def) -> frozenset[str]:
    """The parameters that the body never reads; none where it looks at its variables as a whole."""
    left = set(_parameters(function))
    for statement in function.body:
        if not left:
            break
        read = _read(statement)
        left = left - read if read.isdisjoint(_SEES_ALL) else set()
    return frozenset(left)


class _Alike:
    """Functions that have their parameters alike can be exchanged: what any of these uses, the others must take."""

    def __init__(self, functions: Iterable[Def]) -> None:
        self._groups: dict[tuple[str, ...], list[Def]] = defaultdict(list)
        self._unread: dict[tuple[str, ...], frozenset[str]] = {}
        for function in functions:
            self._groups[tuple(_parameters(function))].append(function)

    def unread(self, function: Def) -> frozenset[str]:
        """The parameters that neither the function nor one with the same parameters reads."""
        own, names = _unread(function), tuple(_parameters(function))
        if not own or len(names) == 1:
            return own
        if names not in self._unread:
            self._unread[names] = own.intersection(*map(_unread, self._groups[names]))
        return self._unread[names]


def _used_by_magics(cell: CodeCell, function: Def) -> set[str]:
    last = function.end_lineno or function.lineno
    return {name for magic in cell.magics if function.lineno < magic.line <= last for name in magic.reads}


def _overwritten(function: Def) -> dict[str, int]:
    """Parameters to which the body gives a new value before anything reads them, with the line."""
    waiting, found = set(_parameters(function)), dict[str, int]()
    assigned = [target for item in function.body if isinstance(item, ast.Assign) for target in item.targets]
    if not any(isinstance(target, ast.Name) and target.id in waiting for target in assigned):
        return {}
    for statement in function.body:
        if not waiting:
            break
        if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
            read = _names(statement.value)
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id in waiting - read:
                    found[target.id] = statement.lineno
            waiting -= read | found.keys()
        else:
            waiting -= _names(statement)
    return found


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in nodes_in(node, ast.Name)}


@once
def _handed(page: Page) -> set[str]:
    """Functions that something other than a call by name uses: whoever gets them decides what they are given."""
    handed = set[str]()
    for cell in page.code:
        called = {id(call.func) for call in cell.nodes(ast.Call)}
        names = (node for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Load))
        handed.update(node.id for node in names if id(node) not in called)
    for _, magic in page.magics():
        handed.update(magic.reads)
    return handed


def _unused(page: Page, function: Def, names: list[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    text = f"`{function.name}` never uses its parameter{'s' * (len(names) > 1)} {listed}"
    bound = {node.id for node in nodes_in(function, ast.Name) if isinstance(node.ctx, ast.Store)}
    shared = {name for node in nodes_in(function) if isinstance(node, ast.Global) for name in node.names}
    own = {*_parameters(function), *page.names.imports, *page.names.functions, *(bound - shared)}
    every = set[str]().union(*map(_read, function.body))
    read = sorted(every & page.names.bindings.keys() - own)
    instead = next((other for other in read if any(_alike(name.lower(), other.lower()) for name in names)), None)
    return f"{text}: it reads the global `{instead}` instead" if instead else text


def _alike(name: str, other: str) -> bool:
    return len(name) > 1 and len(other) > 1 and (name in other or other in name)
