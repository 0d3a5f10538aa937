"""The methods of frames that take columns away, name them anew or add to them: each gives the new content, and changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from nbcritic.analysis.events import called_name
from nbcritic.analysis.idempotence.functions import contents_of, invoke
from nbcritic.analysis.idempotence.objects import Obj
from nbcritic.analysis.idempotence.places import key_at, key_of
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.terms import MissingKey, Term, inner_terms

Method: TypeAlias = "Callable[[Run, ast.Call, Obj], Term | None]"
_INDEX: Final = ("made", "index")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def _is(call: ast.Call, name: str, *values: object) -> bool:
    node = keyword(call, name)
    return isinstance(node, ast.Constant) and node.value in values


def _keys(run: Run, node: ast.expr) -> list[tuple[Any, Term]]:
    """The labels that an argument names, one by one where it is a list."""
    content = run.eval(node).content
    terms = list(content.args) if content.op in ("list", "tuple") else [content]
    return [(key_of(term), term) for term in terms]


def _drop(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    content = frame.content
    labels = call.args[0] if call.args else keyword(call, "labels")
    axis = call.args[1] if len(call.args) > 1 else keyword(call, "axis")
    columns = keyword(call, "columns")
    rows = keyword(call, "index")
    if columns is None and labels is not None and isinstance(axis, ast.Constant) and axis.value in (1, "columns"):
        columns, labels = labels, None
    named = [(columns, "")] if columns is not None else []
    named += [(node, "row") for node in (labels, rows) if node is not None]
    for node, what in named:
        for key, term in _keys(run, node):
            if term.syms & frame.content.syms and _contains(term, _base(frame.content)):
                content = run.terms.filter(content, (run.terms.make("row", id(call)),))
                continue
            place = ("row", key) if what else key
            if _is(call, "errors", "ignore") and _is_gone(run, content, place):
                continue
            if not _is(call, "errors", "ignore"):
                run.take(frame if content is frame.content else Obj(content), place)
            content = run.terms.over(content, {place: run.terms.removed})
    return content


def _contains(term: Term, wanted: Term, patience: int = 2_000) -> bool:
    """Is a term computed from another one?"""
    seen: set[Term] = set()
    waiting = [term]
    while waiting and patience:
        here = waiting.pop()
        patience -= 1
        if here is wanted:
            return True
        if here in seen or not wanted.syms <= here.syms:
            continue
        seen.add(here)
        waiting += inner_terms(here.args)
    return False


def _base(content: Term) -> Term:
    while content.op in ("over", "filter", "norm"):
        content = content.args[0]
    return content


def _is_gone(run: Run, content: Term, key: Any) -> bool:
    try:
        run.terms.get(content, key)
    except MissingKey:
        return True
    return False


def _rename(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    given = keyword(call, "columns")
    content = frame.content
    if not isinstance(given, ast.Dict):
        contents = contents_of(run, call)
        return run.terms.norm(content, {("rename", *contents)})
    pairs = [
        (key_at(run, key), key_at(run, value))
        for key, value in zip(given.keys, given.values, strict=True)
        if key is not None
    ]
    found: dict[Any, Term] = {}
    gone: dict[Any, Term] = {}
    for old, new in pairs:
        if old == new or _is_gone(run, content, old):
            continue
        found[new] = run.terms.get(content, old)
        gone[old] = run.terms.removed
    return run.terms.over(content, {**gone, **found})


def _set_index(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    first = call.args[0] if call.args else keyword(call, "keys")
    content = frame.content
    if first is None:
        return None
    keys = _keys(run, first)
    columns = tuple(run.take(frame, key) for key, _ in keys)
    items: dict[Any, Term] = {_INDEX: run.terms.make("index", tuple(key for key, _ in keys), *columns)}
    if not _is(call, "drop", False):
        items |= {key: run.terms.removed for key, _ in keys}
    return run.terms.over(content, items)


def _reset_index(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    content = frame.content
    plain = run.terms.make("range index")
    contents_of(run, call)
    if _is(call, "drop", True):
        return run.terms.over(content, {_INDEX: plain})
    index = dict(content.args[1]).get(_INDEX) if content.op == "over" else None
    if index is not None and index.op == "index":
        back = dict(zip(index.args[0], index.args[1:], strict=True))
        return run.terms.over(content, {_INDEX: plain, **back})
    return run.terms.over(run.terms.make("m:reset_index", content), {_INDEX: plain})


def _assign(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    content = frame.content
    for word in call.keywords:
        value = run.eval(word.value)
        if value.function is not None:
            value = invoke(run, value.function, value.scope, [Obj(content, "frame")], {})
        content = run.terms.over(content, {word.arg: value.content})
    return content


def _join(run: Run, call: ast.Call, frame: Obj) -> Term | None:
    """On all common columns, the second time there is nothing to add."""
    contents = contents_of(run, call)
    method = called_name(call.func)
    if method == "merge" and not any(
        w.arg in ("on", "left_on", "right_on", "left_index", "right_index") for w in call.keywords
    ):
        return run.terms.norm(frame.content, {("merge", *contents)})
    return run.terms.make(f"m:{method}", frame.content, *contents)


FRAME_METHODS: Final[Mapping[str, Method]] = {
    "drop": _drop,
    "rename": _rename,
    "set_index": _set_index,
    "reset_index": _reset_index,
    "assign": _assign,
    "merge": _join,
    "join": _join,
}
