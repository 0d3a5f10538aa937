"""Follows a cell's statements on paper with terms for values, and writes down every change that reaches a name of the notebook."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import is_main, never_holds
from nbcritic.analysis.idempotence.expressions import condition_of, element_of
from nbcritic.analysis.idempotence.functions import decorated
from nbcritic.analysis.idempotence.objects import Obj, Raised
from nbcritic.analysis.idempotence.places import assign, key_at, kind_at, operate, store
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.terms import Term

_ROUNDS = 2
"""A loop goes round so often: what a round leaves to the next shows in the second."""
_UNROLLED = 8
"""Loops over literal collections of up to so many objects are followed object by object."""
_DEEPEST_LOOP = 2
_IN_PLACE = frozenset({"list", "dict", "set", "array", "frame", "series", "tensor"})


def _expression(run: Run, node: ast.Expr) -> None:
    """An expression whose value nobody uses."""
    run.discarded = node.value
    run.eval(node.value)


def _assignment(run: Run, node: ast.Assign | ast.AnnAssign) -> None:
    """Values first, then targets."""
    if node.value is None:
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets[:1]:
        if (
            isinstance(target, ast.Tuple)
            and isinstance(node.value, ast.Tuple)
            and len(target.elts) == len(node.value.elts)
        ):
            values = [run.eval(value) for value in node.value.elts]
            for inner, value in zip(target.elts, values, strict=True):
                assign(run, inner, value)
            return
    value = run.eval(node.value)
    for target in targets:
        assign(run, target, value)


def _augmented(run: Run, node: ast.AugAssign) -> None:
    """`x += 1` binds `x` anew, or changes what it stands for."""
    target = node.target
    op = type(node.op).__name__
    before = run.eval(target)  # Python looks there first: `x += (x := 1)`
    value = run.eval(node.value)
    done = operate(run, op, target, before, value)
    if isinstance(target, ast.Name):
        if kind_at(run, target, before) in _IN_PLACE or (
            before.kind == "" and kind_at(run, node.value, value) in ("list", "dict", "set")
        ):
            run.change(before, done)
        else:
            run.bind(target.id, Obj(done))
    else:
        store(run, target, Obj(done))


def _delete(run: Run, node: ast.Delete) -> None:
    """`del x`, `del x[i]`."""
    for target in node.targets:
        for item in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
            if isinstance(item, ast.Name):
                run.eval(item)
                run.bind(item.id, Obj(run.terms.removed))
            elif isinstance(item, ast.Subscript):
                owner = run.eval(item.value)
                key = key_at(run, item.slice)
                run.take(owner, key)
                positional = kind_at(run, item.value, owner) in ("list", "array") or isinstance(item.slice, ast.Slice)
                if positional or isinstance(key, int):
                    run.change(owner, run.terms.make("m:del", owner.content, key))
                else:
                    run.change(owner, run.terms.over(owner.content, {key: run.terms.removed}), key)
            elif isinstance(item, ast.Attribute):
                owner = run.eval(item.value)
                key = ("attr", item.attr)
                run.take(owner, key)
                run.change(owner, run.terms.over(owner.content, {key: run.terms.removed}), key)


def _imports(run: Run, node: ast.Import | ast.ImportFrom) -> None:
    """Imports give the same each time."""
    for alias in node.names:
        name = alias.asname or alias.name.partition(".")[0]
        if name != "*" and run.scope is None:
            run.globals[name] = Obj(run.terms.make("import", getattr(node, "module", None) or "", alias.name))


def _definition(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """The body runs at the call; decorators are taken to change nothing."""
    for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
        run.eval(default)
        run.defaults.pop(id(default), None)
    found = Obj(run.terms.make("def", id(node)))
    found.function, found.scope = node, run.scope
    run.bind(node.name, decorated(run, found, node))


def _class_definition(run: Run, node: ast.ClassDef) -> None:
    """A class with what its body computes."""
    values = [
        part.value for part in node.body if isinstance(part, (ast.Assign, ast.AnnAssign)) and part.value is not None
    ]
    found = Obj(run.terms.make("def", id(node), *(run.eval(value).content for value in values)))
    found.made_by = node
    run.bind(node.name, found)


def _give_back(run: Run, node: ast.Return) -> None:
    """What a function returns; the rest of the body is followed all the same."""
    if node.value is not None and run.scope is not None:
        run.scope.returned.append(run.eval(node.value))


def _branch(run: Run, node: ast.If) -> None:
    """Both branches, each on what was there before; then their results are joined."""
    test = node.test
    if never_holds(test):
        run.body(node.orelse)
        return
    if is_main(test):
        run.body(node.body)
        return
    condition = condition_of(run, test)
    if condition.op == "const":
        run.body(node.body if condition.args[1] else node.orelse)
        return
    if run.is_guard(node, condition) and not _is_step(condition):
        return
    run.branches.append(node)
    try:
        run.join(condition, lambda: run.body(node.body), lambda: run.body(node.orelse))
    finally:
        run.branches.pop()


def _is_step(condition: Term) -> bool:
    """After `if x > 2: x -= 1`, nobody knows whether `x` is still above 2."""
    while condition.op == "ite":
        condition = condition.args[1]
    sides = condition.args if condition.op in ("Gt", "GtE", "Lt", "LtE") else ()
    return any(side.op in ("Add", "Sub") and side.args[1].op == "const" for side in sides)


def _loop(run: Run, node: ast.For | ast.AsyncFor) -> None:
    """Twice round, or object by object where they stand there."""
    over = run.eval(node.iter)
    if run.again and over.content.op == "taken":
        return
    items = over.items
    run.loops += 1
    try:
        if items is not None and len(items) <= _UNROLLED:
            for item in items:
                assign(run, node.target, item)
                run.body(node.body)
        else:
            for turn in range(_ROUNDS if run.loops <= _DEEPEST_LOOP else 1):
                assign(run, node.target, element_of(run, over, turn))
                run.body(node.body)
        if over.is_iterator:
            run.change(over, run.terms.make("taken", over.content))
    finally:
        run.loops -= 1
    run.body(node.orelse)


def _repeat(run: Run, node: ast.While) -> None:
    """Once its condition no longer holds, a loop does nothing; nobody but the loop itself has changed that."""
    condition = condition_of(run, node.test)
    if never_holds(node.test) or (condition.op == "const" and not condition.args[1]) or run.is_guard(node, condition):
        run.body(node.orelse)
        return
    run.loops += 1
    try:
        for _ in range(_ROUNDS if run.loops <= _DEEPEST_LOOP else 1):
            run.body(node.body)
    finally:
        run.loops -= 1
    run.body(node.orelse)


def _attempt(run: Run, node: ast.Try) -> None:
    """The body as it runs without an error; where it stops with one now, the first handler."""
    run.branches.append(node)
    try:
        try:
            run.body(node.body)
        except Raised:
            for handler in node.handlers[:1]:
                run.body(handler.body)
            if not node.handlers:
                raise
        else:
            run.body(node.orelse)
        run.body(node.finalbody)
    finally:
        run.branches.pop()


def _context(run: Run, node: ast.With | ast.AsyncWith) -> None:
    """Managers first, then the body."""
    quiet = False
    for item in node.items:
        value = run.eval(item.context_expr)
        quiet = quiet or value.content.op in ("call:contextlib.suppress", "call:pytest.raises")
        if item.optional_vars is not None:
            assign(run, item.optional_vars, value)
    try:
        run.body(node.body)
    except Raised:
        if not quiet:
            raise


def _match(run: Run, node: ast.Match) -> None:
    """Every case in turn, as branches."""
    _cases(run, run.eval(node.subject).content, node.cases)


def _cases(run: Run, subject: Term, cases: list[ast.match_case]) -> None:
    if not cases:
        return
    case, pattern = cases[0], cases[0].pattern
    condition = run.terms.make("matches", subject, id(case))
    if isinstance(pattern, ast.MatchValue) and case.guard is None:
        condition = run.terms.binary("Eq", subject, run.eval(pattern.value).content)
    elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None and case.guard is None:
        condition = run.terms.true

    def follow() -> None:
        for part in nodes_in(pattern):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if name:
                run.bind(name, Obj(subject if part is pattern else run.terms.make("captured", name, condition)))
        run.body(case.body)

    if condition.op == "const":
        follow() if condition.args[1] else _cases(run, subject, cases[1:])
    elif run.is_guard(case, condition):
        _cases(run, subject, cases[1:])
    else:
        run.join(condition, follow, lambda: _cases(run, subject, cases[1:]))


def _check(run: Run, node: ast.Assert) -> None:
    """An assertion only reads."""
    run.eval(node.test)


STATEMENTS: Final[Mapping[type[ast.AST], Callable[[Run, Any], None]]] = {
    ast.Expr: _expression,
    ast.Assign: _assignment,
    ast.AnnAssign: _assignment,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Import: _imports,
    ast.ImportFrom: _imports,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _class_definition,
    ast.Return: _give_back,
    ast.If: _branch,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _repeat,
    ast.Try: _attempt,
    ast.With: _context,
    ast.AsyncWith: _context,
    ast.Match: _match,
    ast.Assert: _check,
}
"""How each kind of statement is followed."""
