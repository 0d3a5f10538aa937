"""Follows what stands in brackets or behind a dot: columns, elements, rows that a mask keeps, and stores there."""

from __future__ import annotations

import ast
from typing import Any

from nbcritic.analysis.idempotence_objects import Obj
from nbcritic.analysis.idempotence_state import State
from nbcritic.analysis.idempotence_terms import MissingKey, Term, kind_of

_SCALARS = ("number", "date", "timedelta")
CONDITIONS = frozenset("Eq NotEq Lt LtE Gt GtE In NotIn Not Invert And Or BitAnd BitOr in".split())
_TESTS = frozenset(
    "isin notna notnull isna isnull between duplicated any all contains startswith endswith match isdigit isnumeric".split()
)
_SHAPES = frozenset({"shape", "index", "size", "ndim"})


class Places(State):
    """Follows subscripts and attributes, and what is stored there."""

    def kind(self, node: ast.AST, thing: Obj) -> str:
        """The kind of an expression's value."""
        return thing.kind or self.page.values.kind(node) or ""

    def key_of(self, term: Term) -> Any:
        """A key from its term: constants are known by their value, lists of them by their values."""
        if term.op == "const" and not isinstance(term.args[1], bool):
            return term.args[1]
        return term

    def key(self, node: ast.expr) -> Any:
        """The key in `x[key]`."""
        if isinstance(node, ast.Slice):
            return self.terms.make(
                "slice",
                *(
                    self.eval(p).content if p is not None else self.terms.none
                    for p in (node.lower, node.upper, node.step)
                ),
            )
        return self.key_of(self.eval(node).content)

    def attribute(self, node: ast.Attribute) -> Obj:
        """`x.a`: a column, a part of an object, a property."""
        if qualified := self.page.qualified(node):
            return Obj(self.terms.make("sym", qualified))
        owner = self.eval(node.value)
        return self.attribute_of(node, owner)

    def attribute_of(self, node: ast.Attribute, owner: Obj) -> Obj:
        """The attribute of an object that is there."""
        content, name = owner.content, node.attr
        kind = self.kind(node.value, owner)
        if (
            self.again
            and name in ("str", "dt", "cat")
            and kind_is(content, *_SCALARS, *(("str",) if name == "dt" else ()))
        ):
            raise self.stop("AttributeError", owner, node)
        if content.op in ("attr:dt", "attr:str"):
            part = content.op[5:]
            return Obj(self.rowwise(f"{part}.{name}", content.args[0]))
        if name == "columns" and kind in ("frame", ""):
            return Obj(self.columns(content))
        if name in _SHAPES:
            return Obj(self.terms.make(f"attr:{name}", content.args[0] if content.op == "over" else content))
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
            return Obj(self.take(owner, name))
        if name == "real":
            return Obj(self.terms.norm(content, {("real",)}))
        if content.op == "attr:cat":
            return Obj(self.terms.norm(content.args[0], {("cat", name)}, "number"))
        if name in ("T", "values", "str", "dt", "cat", "loc", "iloc", "at", "iat", "dtypes"):
            return Obj(self.terms.make(f"attr:{name}", content))
        inside = Obj(self.take(owner, ("attr", name)))
        inside.part_of = (owner, ("attr", name))
        return inside

    def columns(self, content: Term) -> Term:
        """The labels of a frame's columns."""
        if content.op == "labelled":
            return content.args[1]  # type: ignore[no-any-return]
        if content.op in ("over", "filter", "norm"):
            return self.columns(content.args[0])
        return self.terms.make("attr:columns", content)

    def subscript(self, node: ast.Subscript) -> Obj:
        """`x[key]`: a column, an element, rows that a mask keeps."""
        owner_node = node.value
        if isinstance(owner_node, ast.Attribute) and owner_node.attr in ("loc", "iloc", "at", "iat"):
            return self.located(node, owner_node)
        owner = self.eval(owner_node)
        place = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if owner.items is not None and isinstance(place, int) and -len(owner.items) <= place < len(owner.items):
            return owner.items[place]
        if isinstance(node.slice, ast.List):
            keys = [self.key(item) for item in node.slice.elts]
            return Obj(
                self.terms.together(keys, [self.take(owner, key) for key in keys]), self.page.values.kind(node) or ""
            )
        if isinstance(node.slice, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.slice.elts):
            content = owner.content
            for axis, part in enumerate(node.slice.elts):
                along = self.key(part)
                is_slice = isinstance(along, Term) and along.op == "slice"
                content = (
                    self.sliced(content, along) if is_slice else self.terms.make("get", content, ("axis", axis, along))
                )
            return Obj(content, self.page.values.kind(node) or "")
        key = self.key(node.slice)
        if isinstance(key, Term):
            if key.op == "slice":
                return Obj(self.sliced(owner.content, key))
            if self.is_mask(node.slice, key):
                return Obj(self.terms.keep(owner.content, key, id(node)), self.kind(owner_node, owner))
        if owner.content.op == "attr:str":
            return Obj(self.terms.get(owner.content.args[0], key))
        found = Obj(self.take(owner, key), self.page.values.kind(node) or "")
        if self.kind(owner_node, owner) not in ("frame", "series", "str"):
            found.part_of = (owner, key)
        return found

    def is_mask(self, node: ast.AST, key: Term) -> bool:
        """Is a key a condition on each row?"""
        core = key.args[0] if key.op in ("filter", "attr:index") else key
        if core.op == "norm":
            return any(tag[0] in ("BitAnd", "BitOr") for tag in core.args[1]) or self.is_mask(node, core.args[0])
        last = core.op.rpartition(":")[2].rpartition(".")[2]
        if last in CONDITIONS or last in _TESTS or core in (self.terms.true, self.terms.false):
            return True
        return core.op in ("ite", "sym", "get") and self.page.values.kind(node) in ("series",)

    def sliced(self, content: Term, cut: Term) -> Term:
        """`x[:5]` keeps what it has kept, `x[1:]` and `x[:-1]` take away more."""
        lower, upper, step = (part.args[1] if part.op == "const" else part for part in cut.args)
        if lower in (None, 0) and step in (None, 1) and not (isinstance(upper, int) and upper < 0):
            if upper is None:
                return content
            owner = content.args[0] if content.op == "attr:str" else content
            return self.terms.norm(owner, {("head", upper)})
        return self.terms.make("cut", content.args[0] if content.op == "attr:str" else content, cut)

    def located(self, node: ast.Subscript, accessor: ast.Attribute) -> Obj:
        """`x.loc[rows, column]`."""
        owner = self.eval(accessor.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        rows = parts[0]
        content = owner.content
        if len(parts) == 2 and not isinstance(parts[1], ast.Slice) and accessor.attr != "iloc":
            columns = parts[1].elts if isinstance(parts[1], ast.List) else [parts[1]]
            keys = [self.key(column) for column in columns]
            place = ("cell", self.key(rows), keys[0]) if keys else None
            if content.op == "over" and place in dict(content.args[1]):
                return Obj(self.take(owner, place))
            taken = [self.take(owner, key) for key in keys]
            content = taken[0] if not isinstance(parts[1], ast.List) else self.terms.together(keys, taken)
        elif len(parts) == 2:
            column = self.key(parts[1])
            content = (
                self.sliced(content, column)
                if isinstance(column, Term) and column.op == "slice"
                else self.terms.make("get", content, ("column", column))
            )
        row = self.key(rows)
        if isinstance(row, Term) and row.op == "slice":
            return Obj(
                self.sliced(content, row)
                if accessor.attr == "iloc"
                else content
                if row.args == (self.terms.none,) * 3
                else self.terms.norm(content, {("rows", row)})
            )
        if isinstance(row, Term) and self.is_mask(rows, row):
            return Obj(
                self.terms.keep(content, row, id(node)), self.kind(accessor.value, owner) if len(parts) == 1 else ""
            )
        return Obj(self.terms.make("get", content, ("row", row)))

    def store(self, target: ast.Subscript | ast.Attribute, value: Obj) -> None:
        """`x[key] = value`, `x.a = value`."""
        if isinstance(target, ast.Attribute):
            owner = self.eval(target.value)
            if target.attr in ("columns", "index") and self.kind(target.value, owner) != "":
                self._label(owner, target.attr, value)
            else:
                is_column = self.kind(target.value, owner) == "frame"
                key = target.attr if is_column else ("attr", target.attr)
                self.change(owner, self.terms.over(owner.content, {key: value.content}), key)
            return
        accessor = target.value
        if isinstance(accessor, ast.Attribute) and accessor.attr in ("loc", "iloc", "at", "iat"):
            self._store_located(target, accessor, value)
            return
        owner = self.eval(accessor)
        if isinstance(target.slice, ast.List):
            self._store_columns(owner, [self.key(item) for item in target.slice.elts], value.content)
            return
        key = self.key(target.slice)
        if isinstance(key, Term) and self.is_mask(target.slice, key):
            self.change(owner, self.masked(target, key, value.content, owner.content))
        else:
            self.change(owner, self.terms.over(owner.content, {key: value.content}), key)

    def masked(self, node: ast.AST, mask: Term, value: Term, before: Term) -> Term:
        """What a store through a mask leaves. Where the mask asks for what the first run has changed, it guards it."""
        if self.is_guard(node, mask) and mask.op != "const":
            return before
        masks = mask.args[1] if mask.op == "filter" else frozenset()
        if masks:
            mask = mask.args[0]
        sides = (
            side.args[0] if masks and side.op == "filter" and side.args[1] == masks else side
            for side in (value, before)
        )
        chosen = self.terms.choose(mask, *sides)
        return self.terms.filter(chosen, masks) if masks else chosen

    def _label(self, owner: Obj, what: str, value: Obj) -> None:
        content = owner.content
        if what == "index":
            self.change(owner, self.terms.over(content, {("attr", "index"): value.content}), ("attr", "index"))
            return
        here = content
        while here.op in ("over", "filter", "norm"):
            here = here.args[0]
        if not (here.op == "labelled" and here.args[1] is value.content):
            self.change(owner, self.terms.make("labelled", content, value.content))

    def _store_located(self, target: ast.Subscript, accessor: ast.Attribute, value: Obj) -> None:
        owner = self.eval(accessor.value)
        parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        row = self.key(parts[0])
        if len(parts) != 2:
            key: Any = ("row", row) if not isinstance(row, Term) or not self.is_mask(parts[0], row) else row
            self.change(owner, self.terms.over(owner.content, {key: value.content}), key)
            return
        columns = parts[1].elts if isinstance(parts[1], ast.List) else [parts[1]]
        for place, column in enumerate(columns):
            key = self.key(column)
            given = value.content if len(columns) == 1 else self.terms.make("part", value.content, place, len(columns))
            whole_column = isinstance(row, Term) and row.op == "slice" and row.args == (self.terms.none,) * 3
            if isinstance(row, Term) and self.is_mask(parts[0], row):
                try:
                    before = self.terms.get(owner.content, key)
                except MissingKey:
                    before = self.terms.none
                picked = given.args[0] if given.op == "filter" and before.op != "filter" else given
                term = self.masked(target, row, picked, before)
                self.change(owner, self.terms.over(owner.content, {key: term}), key)
            else:
                place_key = key if whole_column else ("cell", row, key)
                self.change(owner, self.terms.over(owner.content, {place_key: given}), place_key)

    def _store_columns(self, owner: Obj, keys: list[Any], value: Term) -> None:
        parts = value.args[1:] if value.op == "columns" and len(value.args) == len(keys) + 1 else None
        items = {
            key: parts[place] if parts else self.terms.make("part", value, place, len(keys))
            for place, key in enumerate(keys)
        }
        for key, term in items.items():
            self.change(owner, self.terms.over(owner.content, {key: term}), key)

    def rowwise(self, op: str, value: Term, *arguments: Term) -> Term:
        """An operation on each row: it may as well come before a filter."""
        if value.op == "filter" and all(a.op == "const" or not a.syms or a.op == "sym" for a in arguments):
            return self.terms.filter(self.terms.make(op, value.args[0], *arguments), value.args[1])
        return self.terms.make(op, value, *arguments)


def kind_is(term: Term, *kinds: str) -> bool:
    """Is a value known to be of one of these kinds?"""
    return kind_of(term) in kinds
