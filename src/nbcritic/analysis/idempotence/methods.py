"""Follows methods of objects: what a library promises of them, and what they change."""

from __future__ import annotations

import ast
from typing import Any

from nbcritic.analysis import chance
from nbcritic.analysis.graph_changes import changes_object
from nbcritic.analysis.idempotence.frames import FRAME_METHODS, keyword
from nbcritic.analysis.idempotence.functions import arguments_of, contents_of, invoke, method_of
from nbcritic.analysis.idempotence.kinds import root
from nbcritic.analysis.idempotence.objects import Obj
from nbcritic.analysis.idempotence.outside import hand_on, make_draw, next_luck, note_files, note_method_files
from nbcritic.analysis.idempotence.places import kept, key_of, kind_at, kind_is, rowwise
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.tables import COPIES, ELEMENTWISE, FORMS, FUNCTIONS, OVERWRITES, ROWS, TEXT_FORMS
from nbcritic.analysis.idempotence.terms import MissingKey, Term

_TEXT_ONLY = frozenset("split rsplit splitlines encode lower upper strip lstrip rstrip title capitalize".split())
_SETTLED = frozenset("sum mean max min first last median".split())
"""What a group of one row has for itself."""
_SETTLING = frozenset(
    "LabelEncoder OrdinalEncoder StandardScaler MinMaxScaler MaxAbsScaler RobustScaler SimpleImputer KNNImputer Imputer Normalizer".split()
)
_READS_AGAIN = frozenset({"read", "readline", "readlines", "__next__"})


def call_method(run: Run, node: ast.Call, function: ast.Attribute, receiver: Obj, discarded: bool) -> Obj:
    """A method of an object."""
    name = function.attr
    if receiver.klass is not None and (found := method_of(run, receiver.klass, name)) is not None:
        arguments, words = arguments_of(run, node)
        is_static = any(getattr(d, "id", "") == "staticmethod" for d in found.decorator_list)
        return invoke(run, found, None, arguments if is_static else [receiver, *arguments], words)
    if receiver.made_by is not None and (found := method_of(run, receiver.made_by, name)) is not None:
        arguments, words = arguments_of(run, node)
        return invoke(run, found, None, arguments, words)
    kind = kind_at(run, function.value, receiver)
    if draw := chance.draw_of(run.page, run.cell, node):
        arguments, words = arguments_of(run, node)
        return make_draw(run, node, draw, [receiver.content, *(a.content for a in arguments)])
    if kind == "generator":
        arguments, words = arguments_of(run, node)
        value = run.terms.make("draw", name, receiver.content, *(a.content for a in arguments))
        run.change(receiver, run.terms.make("next", receiver.content, id(node)))
        for thing in arguments if name == "shuffle" else ():
            run.change(thing, value)
        return Obj(value)
    if receiver.is_iterator and name in _READS_AGAIN:
        value = run.terms.make(f"m:{name}", receiver.content)
        run.change(receiver, run.terms.make("taken", receiver.content))
        return Obj(value)
    inplace = keyword(node, "inplace")
    is_inplace = isinstance(inplace, ast.Constant) and inplace.value is True
    made = _known_method(run, node, name, function, receiver, kind, discarded)
    if made is None:
        return _foreign_method(run, node, name, function, receiver, kind, discarded, is_inplace)
    if is_inplace:
        run.change(receiver, made)
        return Obj(run.terms.none)
    found_kind = run.page.values.kind(node) or (kind if name in COPIES or name in ROWS or name in FORMS else "")
    result = Obj(made, found_kind)
    if name == "items" and kind != "frame":
        result.part_of = (receiver, ("items",))
        result.content = kept(receiver.content, ("items",)) or made
    return result


def _known_method(
    run: Run, node: ast.Call, name: str, function: ast.Attribute, receiver: Obj, kind: str, discarded: bool
) -> Term | None:
    """What a method whose promise is known makes; None for others. Nothing is changed by it."""
    content = receiver.content
    if content.op in ("attr:str", "attr:dt", "attr:cat"):
        return _by_row(run, node, name, content)
    if run.again and name in _TEXT_ONLY and kind_is(content, "list", "number", "datetime"):
        raise run.stop("AttributeError", receiver, function)
    if name == "reset_index" and content.op == "norm" and any(tag[0] == "group" for tag in content.args[1]):
        return content
    if name in FRAME_METHODS and (
        kind == "frame" or (kind == "" and name in ("drop", "rename", "set_index", "reset_index", "assign"))
    ):
        return FRAME_METHODS[name](run, node, receiver)
    if name in (
        "get",
        "setdefault",
        "pop",
        "update",
        "add",
        "discard",
        "append",
        "insert",
        "remove",
        "sort",
        "clear",
        "fill",
    ):
        return None
    if name in COPIES:
        arguments_of(run, node)
        if name == "items" and content.op == "norm" and ("dict",) in content.args[1]:
            return run.terms.make("norm", content.args[0], content.args[1] - {("dict",)}, "list")
        if name == "items" and content.op == "dictcomp":
            return run.terms.make("m:items", content)
        return content if name != "items" else run.terms.make("m:items", content)
    if name == "astype":
        given = [run.eval(a).content for a in (*node.args, *(w.value for w in node.keywords if w.arg != "copy"))]
        return run.terms.norm(content, {("astype", *given)}, _cast_kind(node))
    if name in ROWS and kind in ("frame", "series", "index", ""):
        rows = run.terms.make("row", name, *_own_aside(run, node, content))
        base = content.args[0] if content.op == "over" else content
        if base.op == "filter" and rows in base.args[1]:
            return content
        return run.terms.filter(content, (rows,))
    if name == "replace" and _repeats_replacing(node):
        return None
    if name in FORMS and (name != "filter" or kind == "frame"):
        return run.terms.norm(content, {(name, *_own_aside(run, node, content))}, FORMS[name])
    if (group := _grouping(content)) is not None:
        given = contents_of(run, node)
        asked = name if name not in ("transform", "agg", "aggregate") else _asked(given)
        if asked in _SETTLED:
            return _grouped(run, content, group, name)
    if name in ("map", "apply", "applymap", "transform") and node.args:
        return _mapped(run, node, content, kind)
    if name in ELEMENTWISE:
        return rowwise(run, f"m:{name}", _plain(run, content, name), *contents_of(run, node))
    if name == "assign" and kind == "frame":
        return None
    return None


def _own_aside(run: Run, node: ast.Call, content: Term) -> list[Any]:
    """Arguments; those that are computed from the value itself count by where they stand."""
    given = contents_of(run, node)
    return [id(node) if term.syms & content.syms else term for term in given]


def _grouped(run: Run, content: Term, group: Term, name: str) -> Term:
    """A sum or mean of groups: grouped again, each group is one row."""
    frame, keys = group.args[0], group.args[1:]
    if content is group:
        return run.terms.norm(frame, {("group", name, keys)})
    column = content.args[1]
    value = run.terms.get(frame, column) if name == "transform" and not isinstance(column, Term) else frame
    return run.terms.norm(value, {("group", name, keys, column)})


def _plain(run: Run, content: Term, name: str) -> Term:
    return content.args[0] if content.op == "over" and name.startswith(("isn", "notn")) else content


def _by_row(run: Run, node: ast.Call, name: str, content: Term) -> Term:
    accessor, owner = content.op[5:], content.args[0]
    given = contents_of(run, node)
    if accessor == "str" and name in TEXT_FORMS:
        return run.terms.norm(owner, {("str", name, *given)}, "str")
    if accessor == "dt" and name in ("floor", "ceil", "round", "normalize", "tz_convert"):
        return run.terms.norm(owner, {("dt", name, *given)})
    return rowwise(run, f"m:{accessor}.{name}", owner, *given)


def _mapped(run: Run, node: ast.Call, content: Term, kind: str) -> Term | None:
    """`apply(f)`, `map(f)`, `map({…})`: what the function makes of a row or an element."""
    first = run.eval(node.args[0])
    axis = keyword(node, "axis")
    by_column = (
        kind == "frame"
        and axis is None
        and not isinstance(node.func, ast.Name)
        and getattr(node.func, "attr", "") == "apply"
    )
    if first.function is not None and not by_column:
        value = invoke(run, first.function, first.scope, [Obj(content)], {})
        return value.content
    if root(first.content).op == "dict" and first.content.op == "over":
        if _is_fixed(first.content):
            return run.terms.norm(content, {("map", first.content)})
        if _leads_away(first.content):
            return rowwise(run, "m:unmapped", content, first.content)
    qualified = run.page.qualified(node.args[0]) or ""
    if qualified in FUNCTIONS:
        return run.terms.norm(content, {(qualified,)}, FUNCTIONS[qualified])
    return rowwise(run, "m:map", content, first.content)


def _foreign_method(
    run: Run,
    node: ast.Call,
    name: str,
    function: ast.Attribute,
    receiver: Obj,
    kind: str,
    discarded: bool,
    inplace: bool,
) -> Obj:
    """Any other method: what it changes, and a term for what it gives."""
    arguments, words = arguments_of(run, node)
    contents = [a.content for a in arguments] + [run.terms.make("word", n, w.content) for n, w in words.items()]
    content = receiver.content
    hand_on(run, name, [receiver, *arguments], words)
    value = run.terms.make(f"m:{name}", content, *contents)
    if (
        name in ("get", "setdefault", "pop") and arguments and (kind in ("dict", "frame", "") or name == "setdefault")
    ) and (
        kind in ("dict", "frame")
        or name == "setdefault"
        or len(arguments) == 2
        or not (name == "pop" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, int))
    ):
        return _of_key(run, name, receiver, key_of(contents[0]), arguments[1:])
    if name in ("add", "discard") and kind in ("set", "") and len(contents) == 1:
        mark = run.terms.true if name == "add" else run.terms.false
        if run.terms.holds(content, key_of(contents[0])) is not mark:
            run.change(receiver, run.terms.over(content, {("item", contents[0]): mark}), ("item", contents[0]))
    elif name == "update" and kind in ("counter",):
        run.change(receiver, value)
    elif name == "update" and kind in ("dict", "set", "") and discarded:
        _update(run, receiver, contents, words)
    elif name == "clear":
        run.change(receiver, run.terms.make("cleared"))
    elif name in ("sort", "fill") and (discarded or kind in ("list", "array")):
        fresh = run.terms.norm(content, {(name, *contents)}) if name == "sort" else run.terms.make("filled", *contents)
        run.change(receiver, fresh)
    elif name in OVERWRITES:
        _overwrite(run, node, name, receiver, contents, kind, discarded)
    elif name == "insert" and kind == "frame" and len(contents) >= 3:
        if run.again and run.terms.holds(content, key_of(contents[1])) is run.terms.true:
            raise run.stop("ValueError", receiver, function, key_of(contents[1]))
        run.change(receiver, run.terms.over(content, {key_of(contents[1]): contents[2]}))
    elif (
        inplace
        or (kind not in ("axes", "figure", "file", "path") and changes_object(name, kind or None, discarded=discarded))
    ) and not (name == "append" and kind in ("frame", "series")):
        run.change(receiver, value)
    note_files(run, node, f".{name}", kind)
    if name in ("to_csv", "to_sql", "mkdir", "unlink", "rmdir", "rename"):
        note_method_files(run, node, name, kind)
    if kind in ("estimator", "transformer"):
        if name in ("fit", "set_params", "partial_fit"):
            return receiver
        if name in OVERWRITES:
            value = _refitted(run, content, name, contents)
    found = Obj(value, run.page.values.kind(node) or "")
    if name == "values" and not arguments:
        found.part_of = (receiver, ("values",))
        found.content = kept(content, ("values",)) or value
    return found


def _refitted(run: Run, content: Term, name: str, contents: list[Term]) -> Term:
    """`fit_transform(x)`: whatever the object was fitted on before. What a scaler or encoder has done it finds done."""
    made = content.args[0] if content.op == "over" else content
    last = made.op.rpartition(".")[2]
    if name == "fit_transform" and contents and last in _SETTLING:
        return run.terms.norm(contents[0], {(name, last)})
    return run.terms.make(f"m:{name}", made, *contents)


def _of_key(run: Run, name: str, receiver: Obj, key: Any, default: list[Obj]) -> Obj:
    """`d.get(k)`, `d.setdefault(k, v)`, `d.pop(k)`."""
    content = receiver.content
    other = default[0].content if default else run.terms.none
    try:
        there = run.terms.get(content, key)
    except MissingKey:
        if name == "pop" and not default:
            run.take(receiver, key)
        there = other
    if name == "pop":
        run.change(receiver, run.terms.over(content, {key: run.terms.removed}), key)
        return Obj(there)
    if name == "setdefault":
        known = content.op == "over" and key in dict(content.args[1])
        value = there if known else run.terms.norm(there, {("default", other)})
        run.change(receiver, run.terms.over(content, {key: value}), key)
        found = Obj(value)
        found.part_of = (receiver, key)
        return found
    return Obj(there if there.op != "get" else run.terms.norm(there, {("default", other)}))


def _update(run: Run, receiver: Obj, contents: list[Term], words: dict[str | None, Obj]) -> None:
    content = receiver.content
    for given in contents:
        if given.op == "word":
            continue
        if given.op == "over" and given.args[0].op == "dict":
            content = run.terms.over(content, dict(given.args[1]))
        else:
            content = run.terms.over(content, {("update", given): run.terms.true})
    content = run.terms.over(content, {name: thing.content for name, thing in words.items()})
    run.change(receiver, content)


def _overwrite(
    run: Run, node: ast.Call, name: str, receiver: Obj, contents: list[Term], kind: str, discarded: bool
) -> None:
    """`fit` and its like: scikit-learn starts anew, others go on from where they are."""
    content = receiver.content
    mine = kind in ("estimator", "transformer")
    goes_on = name == "fit" and not mine and run.page.names.imports.keys() and _trains_on(run.page)
    if not mine and not discarded and not goes_on:
        return
    if goes_on:
        run.change(receiver, run.terms.make("m:fit", content, *contents))
        return
    key = ("made", OVERWRITES[name])
    if name == "fit" and contains_chance(content):
        contents = [*contents, next_luck(run, "numpy")]
    run.change(receiver, run.terms.over(content, {key: run.terms.make(f"m:{name}", *contents)}), key)


def contains_chance(term: Term) -> bool:
    """Was it made by a constructor whose fit depends on chance?"""
    while term.op in ("over", "norm"):
        term = term.args[0]
    return term.op == "stochastic"


def _grouping(term: Term) -> Term | None:
    """The `groupby` that a value (or a column of it) comes from."""
    here = term.args[0] if term.op == "get" else term
    return here if here.op == "m:groupby" else None


def _asked(contents: list[Term]) -> str:
    return str(contents[0].args[1]) if contents and contents[0].op == "const" else ""


def _trains_on(page: Any) -> bool:
    """Does the page use a library whose `fit` goes on from where the model is?"""
    return any(
        full.partition(".")[0] in ("keras", "tensorflow", "torch", "fastai", "gensim")
        for full in page.names.imports.values()
    )


def _cast_kind(node: ast.Call) -> str:
    given = node.args[0] if node.args else keyword(node, "dtype")
    name = given.value if isinstance(given, ast.Constant) else getattr(given, "id", getattr(given, "attr", ""))
    text = str(name).lower()
    if text.startswith(("int", "float", "uint")):
        return "number"
    return "str" if text in ("str", "string", "object") else "datetime" if text.startswith("datetime") else "other"


def _leads_away(term: Term) -> bool:
    """Is no value of a mapping one of its keys?"""
    items = dict(term.args[1])
    return all(value.op == "const" and value.args[1] not in items for value in items.values())


def _is_fixed(term: Term) -> bool:
    """Does a mapping lead only to values that it leaves as they are?"""
    items = dict(term.args[1])
    return all(value.op == "const" and items.get(value.args[1]) is value for value in items.values())


def _repeats_replacing(node: ast.Call) -> bool:
    """`replace("a", "aa")` finds again what it has put there."""
    given = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
    if len(given) == 2:
        old, new = given
        return isinstance(old, str) and isinstance(new, str) and old != "" and old in new
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Dict):
        pairs = [
            (k.value, v.value)
            for k, v in zip(first.keys, first.values, strict=True)
            if isinstance(k, ast.Constant) and isinstance(v, ast.Constant)
        ]
        keys = {key for key, _ in pairs}
        return any(value in keys and value != key for key, value in pairs)
    return False
