"""Follows what stands in brackets or behind a dot: columns, elements, rows that a mask keeps, and stores there."""

from __future__ import annotations

import ast
from typing import Any

from nbcritic.analysis.idempotence.kinds import kind_of
from nbcritic.analysis.idempotence.objects import Obj
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.terms import MissingKey, Term

_SCALARS = ("number", "date", "timedelta")
CONDITIONS = frozenset("Eq NotEq Lt LtE Gt GtE In NotIn Not Invert And Or BitAnd BitOr in".split())
_TESTS = frozenset(
    "isin notna notnull isna isnull between duplicated any all contains startswith endswith match isdigit isnumeric".split()
)
_SHAPES = frozenset({"shape", "index", "size", "ndim"})
_JOINS = frozenset({*(f"call:numpy.{name}" for name in ("hstack", "vstack", "concatenate")), "call:pandas.concat"})
_STACKS = frozenset({"numpy.c_", "numpy.r_"})
_LENGTHENS = frozenset({"call:numpy.append", "m:append", "m:extend"})
"""What puts something behind a value: operations, and objects that do it in brackets."""


def kind_at(run: Run, node: ast.AST, thing: Obj) -> str:
    """The kind of an expression's value."""
    return thing.kind or run.page.values.kind(node) or ""


def key_of(term: Term) -> Any:
    """A key from its term: constants are known by their value, lists of them by their values."""
    if term.op == "const" and not isinstance(term.args[1], bool):
        return term.args[1]
    return term


def kept(content: Term, key: Any) -> Term | None:
    """What a part was changed to, if it was changed through a name of its own: an element in a loop, a view."""
    return dict(content.args[1]).get(key) if content.op == "over" else None


def operate(run: Run, op: str, node: ast.AST, left: Obj, right: Obj) -> Term:
    """`left op right`, where `node` is the left side. From a set, nothing can be taken twice."""
    if op == "Sub" and kind_at(run, node, left) == "set":
        return run.terms.norm(left.content, {(op, right.content)}, "set")
    return run.terms.binary(op, left.content, right.content)


def key_at(run: Run, node: ast.expr) -> Any:
    """The key in `x[key]`."""
    if isinstance(node, ast.Slice):
        return run.terms.make(
            "slice",
            *(run.eval(p).content if p is not None else run.terms.none for p in (node.lower, node.upper, node.step)),
        )
    return key_of(run.eval(node).content)


def attribute(run: Run, node: ast.Attribute) -> Obj:
    """`x.a`: a column, a part of an object, a property."""
    if qualified := run.page.qualified(node):
        return Obj(run.terms.make("sym", qualified))
    owner = run.eval(node.value)
    return _attribute_of(run, node, owner)


def _attribute_of(run: Run, node: ast.Attribute, owner: Obj) -> Obj:
    """The attribute of an object that is there."""
    content, name = owner.content, node.attr
    kind = kind_at(run, node.value, owner)
    if run.again and name in ("str", "dt", "cat") and kind_is(content, *_SCALARS, *(("str",) if name == "dt" else ())):
        raise run.stop("AttributeError", owner, node)
    if content.op in ("attr:dt", "attr:str"):
        part = content.op[5:]
        return Obj(rowwise(run, f"{part}.{name}", content.args[0]))
    if name == "columns" and kind in ("frame", ""):
        return Obj(column_labels(run, content))
    if name in _SHAPES:
        return Obj(run.terms.make(f"attr:{name}", content.args[0] if content.op == "over" else content))
    if kind == "frame" and name not in (
        "T",
        "values",
        "dtypes",
        "loc",
        "iloc",
        "at",
        "iat",
        "plot",
        "str",
        "dt",
        "empty",
        "axes",
    ):
        return Obj(run.take(owner, name))
    if name == "real":
        return Obj(run.terms.norm(content, {("real",)}))
    if content.op == "attr:cat":
        return Obj(run.terms.norm(content.args[0], {("cat", name)}, "number"))
    if name == "T" and content.op == "attr:T":
        return Obj(content.args[0])
    if name in ("T", "values", "str", "dt", "cat", "loc", "iloc", "at", "iat", "dtypes"):
        return Obj(run.terms.make(f"attr:{name}", content))
    inside = Obj(run.take(owner, ("attr", name)))
    inside.part_of = (owner, ("attr", name))
    return inside


def column_labels(run: Run, content: Term) -> Term:
    """The labels of a frame's columns."""
    if content.op == "labelled":
        return content.args[1]  # type: ignore[no-any-return]
    if content.op in ("over", "filter", "norm"):
        return column_labels(run, content.args[0])
    return run.terms.make("attr:columns", content)


def subscript(run: Run, node: ast.Subscript) -> Obj:
    """`x[key]`: a column, an element, rows that a mask keeps."""
    owner_node = node.value
    if isinstance(owner_node, ast.Attribute) and owner_node.attr in ("loc", "iloc", "at", "iat"):
        return _located(run, node, owner_node)
    owner = run.eval(owner_node)
    place = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if owner.items is not None and isinstance(place, int) and -len(owner.items) <= place < len(owner.items):
        return owner.items[place]
    if isinstance(node.slice, ast.List):
        keys = [key_at(run, item) for item in node.slice.elts]
        return Obj(run.terms.together(keys, [run.take(owner, key) for key in keys]), run.page.values.kind(node) or "")
    if isinstance(node.slice, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.slice.elts):
        return _cut_along_axes(run, node, node.slice, owner)
    key = key_at(run, node.slice)
    if isinstance(key, Term):
        if key.op == "slice":
            return Obj(_sliced(run, owner.content, key))
        if is_mask(run, node.slice, key):
            return Obj(run.terms.keep(owner.content, key, id(node)), kind_at(run, owner_node, owner))
    if owner.content.op == "attr:str":
        return Obj(run.terms.get(owner.content.args[0], key))
    found = Obj(run.take(owner, key), run.page.values.kind(node) or "")
    if kind_at(run, owner_node, owner) not in ("frame", "series", "str"):
        found.part_of = (owner, key)
    return found


def _cut_along_axes(run: Run, node: ast.Subscript, cuts: ast.Tuple, owner: Obj) -> Obj:
    """`x[:, 0]`: of an array a view, through which the array is changed."""
    along = tuple(key_at(run, part) for part in cuts.elts)
    content = owner.content
    for axis, key in enumerate(along):
        is_slice = isinstance(key, Term) and key.op == "slice"
        content = _sliced(run, content, key) if is_slice else run.terms.make("get", content, ("axis", axis, key))
    found = Obj(kept(owner.content, ("view", along)) or content, run.page.values.kind(node) or "")
    if kind_at(run, node.value, owner) == "array":
        found.part_of = (owner, ("view", along))
    return found


def is_mask(run: Run, node: ast.AST, key: Term) -> bool:
    """Is a key a condition on each row?"""
    core = key.args[0] if key.op in ("filter", "attr:index") else key
    if core.op == "norm":
        return any(tag[0] in ("BitAnd", "BitOr") for tag in core.args[1]) or is_mask(run, node, core.args[0])
    last = core.op.rpartition(":")[2].rpartition(".")[2]
    if last in CONDITIONS or last in _TESTS or core in (run.terms.true, run.terms.false):
        return True
    return core.op in ("ite", "sym", "get") and run.page.values.kind(node) in ("series",)


def _sliced(run: Run, content: Term, cut: Term) -> Term:
    """`x[:5]` and `x[-5:]` keep what they have kept, `x[1:]` and `x[:-1]` take away more."""
    lower, upper, step = (part.args[1] if part.op == "const" else part for part in cut.args)
    if lower in (None, 0) and step in (None, 1) and not (isinstance(upper, int) and upper < 0):
        if upper is None:
            return content
        owner = content.args[0] if content.op == "attr:str" else content
        return _front(owner, upper) or run.terms.norm(owner, {("head", upper)})
    if upper is None and step in (None, 1) and _is_negative(lower):
        return run.terms.norm(content.args[0] if content.op == "attr:str" else content, {("tail", lower)})
    return run.terms.make("cut", content.args[0] if content.op == "attr:str" else content, cut)


def _front(content: Term, upper: object) -> Term | None:
    """What `x[:k]` gives where `x` is `x[:k]` with something put behind it: the same front; None where it is not known.

    In front stands what was cut at `k`, so the joint is at `k` too: `hstack((x[:, :k], more))`, `x[:3] + "xx"`, `x[:k] + [y]`.
    """
    parts = content.args
    if content.op in _JOINS and parts and parts[0].op in ("list", "tuple"):
        parts = parts[0].args
    elif content.op == "get" and content.args[0].op == "sym" and content.args[0].args[0] in _STACKS:
        parts = content.args[1].args if isinstance(content.args[1], Term) else ()
    elif content.op == "Add":
        parts = parts if kind_of(parts[1]) in ("str", "list", "tuple") else ()
    elif content.op not in _LENGTHENS:
        return None
    first = parts[0] if parts else None
    is_cut = isinstance(first, Term) and first.op == "norm" and ("head", upper) in first.args[1]
    return first if is_cut else None


def _is_negative(bound: object) -> bool:
    return bound.op == "USub" if isinstance(bound, Term) else isinstance(bound, int) and bound < 0


def _located(run: Run, node: ast.Subscript, accessor: ast.Attribute) -> Obj:
    """`x.loc[rows, column]`."""
    owner = run.eval(accessor.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    rows = parts[0]
    content = owner.content
    if len(parts) == 2 and not isinstance(parts[1], ast.Slice) and accessor.attr != "iloc":
        columns = parts[1].elts if isinstance(parts[1], ast.List) else [parts[1]]
        keys = [key_at(run, column) for column in columns]
        place = ("cell", key_at(run, rows), keys[0]) if keys else None
        if content.op == "over" and place in dict(content.args[1]):
            return Obj(run.take(owner, place))
        taken = [run.take(owner, key) for key in keys]
        content = taken[0] if not isinstance(parts[1], ast.List) else run.terms.together(keys, taken)
    elif len(parts) == 2:
        column = key_at(run, parts[1])
        content = (
            _sliced(run, content, column)
            if isinstance(column, Term) and column.op == "slice"
            else run.terms.make("get", content, ("column", column))
        )
    row = key_at(run, rows)
    if isinstance(row, Term) and row.op == "slice":
        return Obj(
            _sliced(run, content, row)
            if accessor.attr == "iloc"
            else content
            if row.args == (run.terms.none,) * 3
            else run.terms.norm(content, {("rows", row)})
        )
    if isinstance(row, Term) and is_mask(run, rows, row):
        return Obj(
            run.terms.keep(content, row, id(node)), kind_at(run, accessor.value, owner) if len(parts) == 1 else ""
        )
    return Obj(run.terms.make("get", content, ("row", row)))


def store(run: Run, target: ast.Subscript | ast.Attribute, value: Obj) -> None:
    """`x[key] = value`, `x.a = value`."""
    if isinstance(target, ast.Attribute):
        owner = run.eval(target.value)
        if target.attr in ("columns", "index") and kind_at(run, target.value, owner) != "":
            _label(run, owner, target.attr, value)
        else:
            is_column = kind_at(run, target.value, owner) == "frame"
            key = target.attr if is_column else ("attr", target.attr)
            run.change(owner, run.terms.over(owner.content, {key: value.content}), key)
        return
    accessor = target.value
    if isinstance(accessor, ast.Attribute) and accessor.attr in ("loc", "iloc", "at", "iat"):
        _store_located(run, target, accessor, value)
        return
    owner = run.eval(accessor)
    if isinstance(target.slice, ast.List):
        _store_columns(run, owner, [key_at(run, item) for item in target.slice.elts], value.content)
        return
    key = key_at(run, target.slice)
    if isinstance(key, Term) and is_mask(run, target.slice, key):
        run.change(owner, _masked(run, target, key, value.content, owner.content))
    else:
        run.change(owner, run.terms.over(owner.content, {key: value.content}), key)


def _masked(run: Run, node: ast.AST, mask: Term, value: Term, before: Term) -> Term:
    """What a store through a mask leaves. Where the mask asks for what the first run has changed, it guards it."""
    if run.is_guard(node, mask) and mask.op != "const":
        return before
    masks = mask.args[1] if mask.op == "filter" else frozenset()
    if masks:
        mask = mask.args[0]
    sides = (
        side.args[0] if masks and side.op == "filter" and side.args[1] == masks else side for side in (value, before)
    )
    chosen = run.terms.choose(mask, *sides)
    return run.terms.filter(chosen, masks) if masks else chosen


def _label(run: Run, owner: Obj, what: str, value: Obj) -> None:
    content = owner.content
    if what == "index":
        run.change(owner, run.terms.over(content, {("attr", "index"): value.content}), ("attr", "index"))
        return
    here = content
    while here.op in ("over", "filter", "norm"):
        here = here.args[0]
    if not (here.op == "labelled" and here.args[1] is value.content):
        run.change(owner, run.terms.make("labelled", content, value.content))


def _store_located(run: Run, target: ast.Subscript, accessor: ast.Attribute, value: Obj) -> None:
    owner = run.eval(accessor.value)
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    row = key_at(run, parts[0])
    if len(parts) != 2:
        key: Any = ("row", row) if not isinstance(row, Term) or not is_mask(run, parts[0], row) else row
        run.change(owner, run.terms.over(owner.content, {key: value.content}), key)
        return
    columns = parts[1].elts if isinstance(parts[1], ast.List) else [parts[1]]
    for place, column in enumerate(columns):
        key = key_at(run, column)
        given = value.content if len(columns) == 1 else run.terms.make("part", value.content, place, len(columns))
        whole_column = isinstance(row, Term) and row.op == "slice" and row.args == (run.terms.none,) * 3
        if isinstance(row, Term) and is_mask(run, parts[0], row):
            try:
                before = run.terms.get(owner.content, key)
            except MissingKey:
                before = run.terms.none
            picked = given.args[0] if given.op == "filter" and before.op != "filter" else given
            term = _masked(run, target, row, picked, before)
            run.change(owner, run.terms.over(owner.content, {key: term}), key)
        else:
            place_key = key if whole_column else ("cell", row, key)
            run.change(owner, run.terms.over(owner.content, {place_key: given}), place_key)


def _store_columns(run: Run, owner: Obj, keys: list[Any], value: Term) -> None:
    parts = value.args[1:] if value.op == "columns" and len(value.args) == len(keys) + 1 else None
    items = {
        key: parts[place] if parts else run.terms.make("part", value, place, len(keys))
        for place, key in enumerate(keys)
    }
    for key, term in items.items():
        run.change(owner, run.terms.over(owner.content, {key: term}), key)


def rowwise(run: Run, op: str, value: Term, *arguments: Term) -> Term:
    """An operation on each row: it may as well come before a filter."""
    if value.op == "filter" and all(a.op == "const" or not a.syms or a.op == "sym" for a in arguments):
        return run.terms.filter(run.terms.make(op, value.args[0], *arguments), value.args[1])
    return run.terms.make(op, value, *arguments)


def kind_is(term: Term, *kinds: str) -> bool:
    """Is a value known to be of one of these kinds?"""
    return kind_of(term) in kinds


def assign(run: Run, target: ast.expr, value: Obj) -> None:
    """Bind a name, or change what a subscript or attribute belongs to."""
    if isinstance(target, ast.Name):
        run.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for place, inner in enumerate(target.elts):
            item = value.items[place] if value.items is not None and place < len(value.items) else None
            part = run.terms.get(value.content, place)
            assign(run, inner, item or Obj(part))
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value)
    elif isinstance(target, (ast.Subscript, ast.Attribute)):
        store(run, target, value)
