"""NBC117."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, parameters
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import counted, listed

_ASKS: dict[str, tuple[str, Severity | None]] = {
    "input": ("`input()` waits for somebody to type", None),
    "raw_input": ("`raw_input()` waits for somebody to type", None),
    "getpass.getpass": (
        "`getpass()` waits for somebody to type a secret: read it from the environment instead",
        "minor",
    ),
    "breakpoint": ("`breakpoint()` stops the run in the debugger", None),
    "pdb.set_trace": ("`set_trace()` stops the run in the debugger", None),
    "IPython.core.debugger.set_trace": ("`set_trace()` stops the run in the debugger", None),
    "ipdb.set_trace": ("`set_trace()` stops the run in the debugger", None),
}
_DEBUGGERS = frozenset(name for name in _ASKS if name.endswith(("breakpoint", "set_trace")))
_EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort"})
_ENVIRONMENT = frozenset({"environ", "getenv", "get_secret", "userdata"})


@rule(
    "NBC117",
    name="blocking-cell",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell waits for a person or never ends, so that nothing can run it unattended.

    "Run all", papermill, a scheduler and every test stop here for good; and what was typed that day is recorded nowhere. A
    function counts where some cell calls it.

    Instead, put the value into a `parameters` cell or read it from the environment, and give a loop an end.

    Bad:

        # %%
        region = input("Which region? ")  # <- flagged

    Bad:

        # %%
        def choose(options):
            print(options)
            return int(input())  # <- flagged
        # %%
        best = choose(["a", "b"])

    Bad:

        # %%
        region = input("Which region? ")  # <- flagged
        # %%
        year = input("Which year? ")

    Bad:

        # %%
        import time
        while True:  # <- flagged
            print(read_sensor())
            time.sleep(1)
            for value in [1, 2]:
                if value > 1:
                    break

    Bad:

        # %%
        import pdb
        values = [3, 4]
        pdb.set_trace()  # <- flagged
        # %%
        pdb.set_trace()

    Good:

        # %%
        def choose(options):
            return int(input())

    Good:

        # %%
        while True:
            line = stream.readline()
            if not line:
                break

    Good:

        # %%
        rows = iter([1, 2])
        try:
            while True:
                print(next(rows))
        except StopIteration:
            pass

    Good:

        # %%
        import os
        from getpass import getpass
        key = os.environ.get("API_KEY") or getpass()

    Good:

        # %%
        def numbers():
            n = 0
            while True:
                yield n
                n += 1
        # %%
        numbers()
    """

    @cache  # a page is replayed only where something that may block stands in a function
    def callers() -> dict[ast.AST, int]:
        return {function.node: cell for function, cell in page.flow.called.items()}

    stops: list[tuple[CodeCell, ast.Call, str, int]] = []
    asked: set[ast.AST] = set()
    questions: list[Hit] = []
    for cell, call, name in _questions(page):
        if (caller := _caller(cell, call, callers)) and not _has_other_way(cell, call):
            place = next(_functions(cell, call), cell.tree)
            if name in _DEBUGGERS:
                stops.append((cell, call, name, caller))
            elif place is not None and place not in asked:
                asked.add(place)
                message, severity = _ASKS[name]
                questions.append(_hit(page, cell, call, message, caller, severity))
    if questions:
        yield _asked(questions)
    for cell in page.code:
        for loop in cell.nodes(ast.While):
            if _never_ends(page, cell, loop) and (caller := _caller(cell, loop, callers)):
                yield _hit(page, cell, loop, "This loop has no end: no `break`, `return` or `raise`", caller, None)
    if stops:
        yield _debugged(page, stops)


def _asked(questions: list[Hit]) -> Hit:
    """All questions are one finding, told at the gravest: they are answered at one place, by parameters."""
    first = min(questions, key=lambda hit: (hit.severity is not None, hit.confidence is not None))
    rest = [hit for hit in questions if hit is not first]
    if not rest:
        return first
    related = tuple(Related(hit.at, "asks as well") for hit in rest[:10])
    where = listed(sorted({hit.at.cell for hit in rest}))
    more = f"so does another in {where}" if len(rest) == 1 else f"so do {len(rest)} more in {where}"
    return replace(first, message=f"{first.message}; {more}", related=(*first.related, *related))


def _debugged(page: Page, stops: list[tuple[CodeCell, ast.Call, str, int]]) -> Hit:
    """All stops in the debugger are one finding: they are taken out at one go."""
    bare = [stop for stop in stops if not any(isinstance(around, ast.If) for around in stop[0].ancestors(stop[1]))]
    first = (bare or stops)[0]
    cell, call, name, caller = first
    rest = [stop for stop in stops if stop is not first]
    message, _ = _ASKS[name]
    # Behind a condition it is what somebody left there who once looked for a fault.
    severity: Severity | None = None if bare else "minor"
    hit = _hit(page, cell, call, message, caller, severity)
    if not rest:
        return hit
    places = sorted({other.number for other, *_ in rest})
    related = tuple(Related(other.at(node), "stops as well") for other, node, *_ in rest[:10])
    message = (
        f"{hit.message}; so do {len(rest)} more in {listed(places)}"
        if len(rest) > 1
        else f"{hit.message}; so does another in {listed(places)}"
    )
    return replace(hit, message=message, related=(*hit.related, *related))


def _hit(
    page: Page, cell: CodeCell, node: ast.expr | ast.stmt, message: str, caller: int, severity: Severity | None
) -> Hit:
    at = cell.at(node)
    if isinstance(node, ast.While):
        at = cell.at_line(node.lineno)
    related: tuple[Related, ...] = ()
    if cell.in_function(node):
        message += f", and {counted(page.cell(caller))} calls it"
        related = (Related(Span(caller), "the call"),)
    return Hit(at, message, related, severity=severity, confidence="possible" if _is_optional(cell, node) else None)


def _functions(cell: CodeCell, node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (parent for parent in cell.ancestors(node) if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _is_optional(cell: CodeCell, node: ast.expr | ast.stmt) -> bool:
    """Can the arguments spare the question: by a branch around it, or by a return before it, that depends on a parameter?"""
    function = next(_functions(cell, node), None)
    if function is None:
        return False
    given = {parameter.arg for parameter in parameters(function.args)} - {"self"}
    branches = (inner for inner in nodes_in(function) if isinstance(inner, (ast.If, ast.IfExp)))
    around = set(cell.ancestors(node))
    return any(
        (branch in around or (isinstance(branch, ast.If) and branch.lineno < node.lineno and _returns(branch)))
        and any(name.id in given for name in nodes_in(branch.test, ast.Name))
        for branch in branches
    )


def _returns(branch: ast.If) -> bool:
    return any(isinstance(inner, ast.Return) for inner in nodes_in(branch))


def _questions(page: Page) -> Iterator[tuple[CodeCell, ast.Call, str]]:
    """The calls that wait for somebody, with the full name of what they call; `raw_input` is of Python 2."""
    for cell, call in page.calls(*_ASKS):
        yield cell, call, page.qualified(call.func) or ""
    if "raw_input" in page.names.mentioned and "raw_input" not in page.names.bindings:
        for cell in page.code:
            for call in cell.nodes(ast.Call):
                if isinstance(call.func, ast.Name) and call.func.id == "raw_input":
                    yield cell, call, "raw_input"


def _caller(cell: CodeCell, node: ast.AST, callers: Callable[[], Mapping[ast.AST, int]]) -> int | None:
    """The cell that makes `node` run: its own, or the first that calls the function around it. None if nothing does."""
    inside = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    around = [parent for parent in cell.ancestors(node) if isinstance(parent, inside)]
    if not around:
        return cell.number
    return callers().get(around[0]) if len(around) == 1 else None


def _has_other_way(cell: CodeCell, call: ast.Call) -> bool:
    """Does it ask only where the environment does not say?"""
    statement = cell.statement(call)
    around = [statement, *(parent for parent in cell.ancestors(statement) if isinstance(parent, (ast.If, ast.Try)))]
    tests = (getattr(node, "test", node) for node in around)
    return any(_ENVIRONMENT.intersection(_words(test)) for test in tests)


def _words(node: ast.AST) -> Iterator[str]:
    for part in nodes_in(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _never_ends(page: Page, cell: CodeCell, loop: ast.While) -> bool:
    if not isinstance(loop.test, ast.Constant) or not loop.test.value:
        return False
    if any(isinstance(parent, ast.Try) and _is_end(parent) for parent in cell.ancestors(loop)):
        return False
    todo: list[tuple[ast.AST, bool]] = [(statement, True) for statement in loop.body]
    while todo:
        node, own = todo.pop()
        if isinstance(node, (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await)) or (
            own and isinstance(node, ast.Break)
        ):
            return False
        if isinstance(node, ast.Call) and page.qualified(node.func) in _EXITS:
            return False
        inner = isinstance(node, (ast.For, ast.AsyncFor, ast.While))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo += [(child, own and not inner) for child in ast.iter_child_nodes(node)]
    return True


def _is_end(statement: ast.Try) -> bool:
    """Is an exception the way out of the loop? A `KeyboardInterrupt` is a person."""
    return any(
        handler.type is None or called_name(handler.type) != "KeyboardInterrupt" for handler in statement.handlers
    )
