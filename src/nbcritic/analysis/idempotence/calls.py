"""Follows calls on paper: the page's own functions into their bodies, a library's by what it promises."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from nbcritic.analysis import chance
from nbcritic.analysis.graph_changes import changed_arguments
from nbcritic.analysis.idempotence.expressions import element_of
from nbcritic.analysis.idempotence.frames import keyword
from nbcritic.analysis.idempotence.functions import arguments_of, call_own, invoke
from nbcritic.analysis.idempotence.kinds import root
from nbcritic.analysis.idempotence.methods import call_method
from nbcritic.analysis.idempotence.objects import Obj
from nbcritic.analysis.idempotence.outside import hand_on, luck_of, make_draw, next_luck, note_files
from nbcritic.analysis.idempotence.places import key_of, kind_at
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.tables import FUNCTIONS, GENERATORS, ITERATORS, NOW
from nbcritic.analysis.idempotence.terms import MissingKey, Term
from nbcritic.analysis.pattern import regex

_ON = regex(r"on$|_index$")


def follow_call(run: Run, node: ast.Call) -> Obj:
    """A call: of the page's own code, or of a library."""
    discarded = run.discarded is node
    run.discarded = None
    qualified = run.page.qualified(node.func) or ""
    if not qualified:
        function = node.func
        receiver = run.eval(function.value) if isinstance(function, ast.Attribute) else None
        if isinstance(function, ast.Attribute) and receiver is not None:
            return call_method(run, node, function, receiver, discarded)
        callee = run.eval(function)
        if callee.function is not None or callee.made_by is not None:
            arguments, words = arguments_of(run, node)
            return call_own(run, callee, arguments, words)
    return _library(run, node, qualified)


def _library(run: Run, node: ast.Call, qualified: str) -> Obj:
    """A function of a library, or something unknown."""
    arguments, words = arguments_of(run, node)
    contents = [a.content for a in arguments]
    worded = [run.terms.make("word", name, thing.content) for name, thing in words.items()]
    if families := chance.seeds_of(run.page, node):
        for family in families:
            run.change(luck_of(run, family), run.terms.make("seeded", *contents, *worded))
        return Obj(run.terms.none)
    if draw := chance.draw_of(run.page, run.cell, node):
        found = make_draw(run, node, draw, [*contents, *worded])
        if draw.name.endswith("shuffle") and arguments and not draw.takes_state:
            run.change(arguments[0], found.content)
        return found
    if qualified in NOW:
        return Obj(next_luck(run, "time"))
    if qualified == "next" and arguments:
        value = run.terms.make("next", contents[0])
        run.change(arguments[0], run.terms.make("taken", contents[0]))
        return Obj(value)
    if any(thing.kind == "generator" for thing in words.values()):
        for thing in words.values():
            if thing.kind == "generator":
                worded.append(thing.content)
                run.change(thing, run.terms.make("next", thing.content, id(node)))
    if qualified.startswith("tqdm.") and arguments:
        return arguments[0]
    if qualified == "isinstance" or qualified == "callable":
        return Obj(run.terms.make(f"call:{qualified}", *contents))
    if qualified in ("map", "filter") and len(arguments) == 2:
        return _mapping(run, qualified, node, arguments)
    hand_on(run, qualified.rpartition(".")[2], arguments, words)
    for place in changed_arguments(qualified):
        if place < len(arguments):
            _set_item(run, qualified, arguments, place) if qualified in (
                "setattr",
                "operator.setitem",
            ) else run.change(arguments[place], run.terms.make(f"call:{qualified}", *contents, *worded))
    note_files(run, node, qualified, "")
    if "out" in words:
        run.change(words["out"], run.terms.make(f"call:{qualified}", *contents))
    value = _function(run, node, qualified, contents, worded)
    for thing in arguments:
        if thing.is_iterator and qualified not in ITERATORS:
            run.change(thing, run.terms.make("taken", thing.content))
    found = Obj(value, run.page.values.kind(node) or "")
    found.is_iterator = qualified in ITERATORS
    if qualified in GENERATORS:
        found.kind = "generator"
    if qualified == "collections.Counter":
        found.kind = "counter"
    if qualified in ("list", "tuple") and arguments:
        found.items = arguments[0].items
    return found


def _mapping(run: Run, qualified: str, node: ast.Call, arguments: list[Obj]) -> Obj:
    function, over = arguments
    item = element_of(run, over, "each")
    made = invoke(run, function.function, function.scope, [item], {}).content if function.function else None
    if made is None:
        name = run.page.qualified(node.args[0]) or ""
        made = (
            run.terms.norm(item.content, {(name,)}, FUNCTIONS[name])
            if name in FUNCTIONS
            else run.terms.make("call", function.content, item.content)
        )
    found = Obj(
        run.terms.make("comp", made, None) if qualified == "map" else run.terms.make("comp", item.content, id(node))
    )
    found.is_iterator = True
    return found


def _function(run: Run, node: ast.Call, qualified: str, contents: list[Term], worded: list[Term]) -> Term:
    first = contents[0] if contents else None
    if first is not None and qualified in FUNCTIONS and not (qualified in ("max", "min") and len(contents) < 2):
        if qualified == "pandas.get_dummies" and (keyword(node, "columns") is not None or first.op == "columns"):
            if run.again and root(first).op == "call:pandas.get_dummies":
                raise run.stop("KeyError", Obj(first), node.args[0])
            return run.terms.make("call:pandas.get_dummies", *contents, *worded)
        place = (
            next((p for p, c in enumerate(contents) if c.op != "const"), 0)
            if qualified in ("max", "min", "numpy.maximum", "numpy.minimum")
            else 0
        )
        others = tuple(c for p, c in enumerate(contents) if p != place)
        if qualified in ("max", "min") and len(set(contents)) == 1:
            return contents[0]
        if qualified in ("list", "tuple") and contents[place].op == "comp":
            return contents[place]
        return run.terms.norm(contents[place], {(qualified, *others, *worded)}, FUNCTIONS[qualified])
    if qualified in ("copy.copy", "copy.deepcopy") and first is not None:
        return first
    if qualified in ("re.sub",) and len(contents) >= 3:
        return run.terms.norm(contents[2], {(qualified, *contents[:2])}, "str")
    if (
        qualified == "pandas.merge"
        and not any(_ON.search(word.arg or "") for word in node.keywords)
        and first is not None
    ):
        return run.terms.norm(first, {(qualified, *contents[1:], *worded)})
    if qualified == "pandas.concat" and first is not None and (whole := _put_together(run, node, first)) is not None:
        return whole
    if qualified == "len" and first is not None:
        base = first
        kind = kind_at(run, node.args[0], Obj(base))
        while base.op == "over" and kind not in ("dict", "set") and not _has_rows(base):
            base = base.args[0]
        return run.terms.make("call:len", base)
    if qualified == "numpy.where" and len(contents) == 3:
        return run.terms.choose(*contents)
    if qualified == "range":
        return run.terms.make("range", *contents)
    function = qualified or run.eval(node.func).content
    if not qualified:
        return run.terms.make("call", function, *contents, *worded)
    masks = {c.args[1] for c in contents if c.op == "filter"}
    if (
        len(masks) == 1
        and qualified.startswith(("numpy.", "math."))
        and all(c.op in ("filter", "const") for c in contents)
    ):
        cores = [c.args[0] if c.op == "filter" else c for c in contents]
        return run.terms.filter(run.terms.make(f"call:{qualified}", *cores, *worded), masks.pop())
    return run.terms.make(f"call:{qualified}", *contents, *worded)


def _has_rows(content: Term) -> bool:
    """Were rows set by their labels? There may be more of them now."""
    return any(isinstance(key, tuple) and key[0] == "row" for key, _ in content.args[1])


def _put_together(run: Run, node: ast.Call, parts: Term) -> Term | None:
    """`concat([x, y], axis=1)` of a frame without a column and that column is the frame; None for others."""
    axis = keyword(node, "axis")
    if parts.op != "list" or not isinstance(axis, ast.Constant) or axis.value not in (1, "columns"):
        return None
    for rest in parts.args:
        if rest.op != "over":
            continue
        frame, items = rest.args[0], dict(rest.args[1])
        gone = [key for key, term in items.items() if term is run.terms.removed]
        taken: dict[Term, Any] = {}
        for key in gone:
            with suppress(MissingKey):
                taken[run.terms.get(frame, key)] = key
        columns = [part for part in parts.args if part is not rest]
        if columns and all(column in taken for column in columns):
            back = {taken[column] for column in columns}
            return run.terms.over(frame, {key: term for key, term in items.items() if key not in back})
    return None


def _set_item(run: Run, qualified: str, arguments: list[Obj], place: int) -> None:
    if len(arguments) == 3:
        inner = key_of(arguments[1].content)
        key = ("attr", inner) if qualified == "setattr" else inner
        run.change(arguments[0], run.terms.over(arguments[0].content, {key: arguments[2].content}), key)
