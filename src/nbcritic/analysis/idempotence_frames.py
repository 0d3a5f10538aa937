"""The methods of frames that take columns away, name them anew or add to them: each gives the new content, and changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nbcritic.analysis.events import called_name
from nbcritic.analysis.idempotence_objects import Obj
from nbcritic.analysis.idempotence_terms import MissingKey, Term, inner_terms

if TYPE_CHECKING:
    from nbcritic.analysis.idempotence_methods import Methods

Method: TypeAlias = "Callable[[Methods, ast.Call, Obj], Term | None]"
_INDEX: Final = ("made", "index")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def _is(call: ast.Call, name: str, *values: object) -> bool:
    node = keyword(call, name)
    return isinstance(node, ast.Constant) and node.value in values


def _keys(calls: Methods, node: ast.expr) -> list[tuple[Any, Term]]:
    """The labels that an argument names, one by one where it is a list."""
    content = calls.eval(node).content
    terms = list(content.args) if content.op in ("list", "tuple") else [content]
    return [(calls.key_of(term), term) for term in terms]


def _drop(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
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
        for key, term in _keys(calls, node):
            if term.syms & frame.content.syms and _contains(term, _base(frame.content)):
                content = calls.terms.filter(content, (calls.terms.make("row", id(call)),))
                continue
            place = ("row", key) if what else key
            if _is(call, "errors", "ignore") and _is_gone(calls, content, place):
                continue
            if not _is(call, "errors", "ignore"):
                calls.take(frame if content is frame.content else Obj(content), place)
            content = calls.terms.over(content, {place: calls.terms.removed})
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


def _is_gone(calls: Methods, content: Term, key: Any) -> bool:
    try:
        calls.terms.get(content, key)
    except MissingKey:
        return True
    return False


def _rename(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
    given = keyword(call, "columns")
    content = frame.content
    if not isinstance(given, ast.Dict):
        contents = calls.contents_of(call)
        return calls.terms.norm(content, {("rename", *contents)})
    pairs = [
        (calls.key(key), calls.key(value))
        for key, value in zip(given.keys, given.values, strict=True)
        if key is not None
    ]
    found: dict[Any, Term] = {}
    gone: dict[Any, Term] = {}
    for old, new in pairs:
        if old == new or _is_gone(calls, content, old):
            continue
        found[new] = calls.terms.get(content, old)
        gone[old] = calls.terms.removed
    return calls.terms.over(content, {**gone, **found})


def _set_index(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
    first = call.args[0] if call.args else keyword(call, "keys")
    content = frame.content
    if first is None:
        return None
    keys = _keys(calls, first)
    columns = tuple(calls.take(frame, key) for key, _ in keys)
    items: dict[Any, Term] = {_INDEX: calls.terms.make("index", tuple(key for key, _ in keys), *columns)}
    if not _is(call, "drop", False):
        items |= {key: calls.terms.removed for key, _ in keys}
    return calls.terms.over(content, items)


def _reset_index(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
    content = frame.content
    plain = calls.terms.make("range index")
    calls.contents_of(call)
    if _is(call, "drop", True):
        return calls.terms.over(content, {_INDEX: plain})
    index = dict(content.args[1]).get(_INDEX) if content.op == "over" else None
    if index is not None and index.op == "index":
        back = dict(zip(index.args[0], index.args[1:], strict=True))
        return calls.terms.over(content, {_INDEX: plain, **back})
    return calls.terms.over(calls.terms.make("m:reset_index", content), {_INDEX: plain})


def _assign(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
    content = frame.content
    for word in call.keywords:
        value = calls.eval(word.value)
        if value.function is not None:
            value = calls.invoke(value.function, value.scope, [Obj(content, "frame")], {})
        content = calls.terms.over(content, {word.arg: value.content})
    return content


def _join(calls: Methods, call: ast.Call, frame: Obj) -> Term | None:
    """On all common columns, the second time there is nothing to add."""
    contents = calls.contents_of(call)
    method = called_name(call.func)
    if method == "merge" and not any(
        w.arg in ("on", "left_on", "right_on", "left_index", "right_index") for w in call.keywords
    ):
        return calls.terms.norm(frame.content, {("merge", *contents)})
    return calls.terms.make(f"m:{method}", frame.content, *contents)


FRAME_METHODS: Final[Mapping[str, Method]] = {
    "drop": _drop,
    "rename": _rename,
    "set_index": _set_index,
    "reset_index": _reset_index,
    "assign": _assign,
    "merge": _join,
    "join": _join,
}
