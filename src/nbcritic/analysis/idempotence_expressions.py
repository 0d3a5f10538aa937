"""Follows expressions on paper: what an expression computes, as a term, and what it changes on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from nbcritic.analysis.idempotence_objects import Obj, Raised, Scope
from nbcritic.analysis.idempotence_state import State
from nbcritic.analysis.idempotence_terms import MissingKey, Term, kind_of

_DEEPEST = 60
_SCALARS = ("number", "date", "timedelta")
_CONDITIONS = frozenset("Eq NotEq Lt LtE Gt GtE In NotIn Not Invert And Or BitAnd BitOr in".split())
_TESTS = frozenset(
    "isin notna notnull isna isnull between duplicated any all contains startswith endswith match isdigit isnumeric".split()
)
_SHAPES = frozenset({"shape", "index", "size", "ndim"})


class Expressions(State):
    """Follows expressions; calls are left to `Calls`."""

    handlers: ClassVar[dict[type[ast.AST], Callable[[Any, Any], Obj]]] = {}
    depth = 0

    def eval(self, node: ast.AST) -> Obj:
        """The object that an expression gives."""
        self.spend()
        method = self.handlers.get(node.__class__)
        if method is None or self.depth > _DEEPEST:
            return Obj(self.generic(node))
        self.depth += 1
        try:
            return method(self, node)
        finally:
            self.depth -= 1

    def generic(self, node: ast.AST) -> Term:
        """What an expression of another kind computes from its parts."""
        parts = []
        if self.depth <= _DEEPEST:
            self.depth += 1
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    parts.append(self.eval(child).content)
            self.depth -= 1
        return self.terms.make(type(node).__name__, *parts)

    def kind(self, node: ast.AST, thing: Obj) -> str:
        """The kind of an expression's value."""
        return thing.kind or self.page.values.kind(node) or ""

    def name(self, node: ast.Name) -> Obj:
        """The object that a name stands for."""
        return self.lookup(node)

    def constant(self, node: ast.Constant) -> Obj:
        """A literal."""
        return Obj(self.terms.const(node.value) if node.value is not ... else self.terms.make("..."))

    def string(self, node: ast.JoinedStr) -> Obj:
        """An f-string."""
        parts = [self.eval(part.value).content for part in node.values if isinstance(part, ast.FormattedValue)]
        return Obj(self.terms.norm(self.terms.make("fstring", id(node), *parts), (), "str"))

    def collection(self, node: ast.List | ast.Tuple | ast.Set) -> Obj:
        """A list, tuple or set as it is written out."""
        items = [self.eval(item) for item in node.elts]
        op = "list" if isinstance(node, ast.List) else "tuple" if isinstance(node, ast.Tuple) else "set"
        contents = [item.content for item in items]
        if op == "set":
            return Obj(
                self.terms.over(self.terms.make("set"), {("item", term): self.terms.true for term in contents}), "set"
            )
        found = Obj(self.terms.make(op, *contents), op)
        if not any(isinstance(item, ast.Starred) for item in node.elts):
            found.items = items
        return found

    def dictionary(self, node: ast.Dict) -> Obj:
        """A dictionary as it is written out."""
        found = Obj(self.terms.make("dict"), "dict")
        for key, value in zip(node.keys, node.values, strict=True):
            thing = self.eval(value)
            if key is None:
                found.content = self.terms.make("merged", found.content, thing.content)
            else:
                found.content = self.terms.over(found.content, {self.key(key): thing.content})
        return found

    def binary(self, node: ast.BinOp) -> Obj:
        """An operator."""
        left, right = self.eval(node.left), self.eval(node.right)
        return Obj(self.terms.binary(type(node.op).__name__, left.content, right.content))

    def either(self, node: ast.BoolOp) -> Obj:
        """`and`, `or`: as a choice."""
        found = self.eval(node.values[-1]).content
        for value in reversed(node.values[:-1]):
            first = self.eval(value).content
            if first.op not in _CONDITIONS and first.op not in ("const", "ite", "Is", "matches"):
                found = self.terms.norm(first, {(type(node.op).__name__, found)})
            elif isinstance(node.op, ast.And):
                found = self.terms.choose(first, found, first)
            else:
                found = self.terms.choose(first, first, found)
        return Obj(found)

    def unary(self, node: ast.UnaryOp) -> Obj:
        """`not`, `-`, `~`."""
        value = self.eval(node.operand).content
        if isinstance(node.op, ast.Not):
            return Obj(self.terms.negate(value))
        if isinstance(node.op, ast.USub) and value.op == "const" and isinstance(value.args[1], int | float):
            return Obj(self.terms.const(-value.args[1]))
        if isinstance(node.op, ast.Invert) and value.op == "filter":
            return Obj(self.terms.filter(self.terms.make("Invert", value.args[0]), value.args[1]))
        return Obj(self.terms.make(type(node.op).__name__, value))

    def comparison(self, node: ast.Compare) -> Obj:
        """A comparison; a chain is taken as its links."""
        left = self.eval(node.left)
        found: list[Term] = []
        for op, side in zip(node.ops, node.comparators, strict=True):
            right = self.eval(side)
            if isinstance(op, ast.In | ast.NotIn):
                key = self.key_of(left.content)
                inside = self.terms.holds(right.content, key)
                if right.content.op == "over" and ("item", left.content) in dict(right.content.args[1]):
                    inside = self.terms.true
                found.append(inside if isinstance(op, ast.In) else self.terms.negate(inside))
            else:
                found.append(self.terms.binary(type(op).__name__, left.content, right.content))
            left = right
        return Obj(found[0] if len(found) == 1 else self.terms.make("And", *found))

    def condition(self, node: ast.expr) -> Term:
        """A condition; a number or text by whether it is there."""
        found = self.eval(node).content
        if found.op == "const" and not isinstance(found.args[1], bool):
            return self.terms.const(bool(found.args[1]))
        return found

    def choice(self, node: ast.IfExp) -> Obj:
        """`a if c else b`."""
        condition = self.condition(node.test)
        return Obj(self.terms.choose(condition, self.eval(node.body).content, self.eval(node.orelse).content))

    def walrus(self, node: ast.NamedExpr) -> Obj:
        """`(x := value)`."""
        value = self.eval(node.value)
        self.bind(node.target.id, value)
        return value

    # -- parts -------------------------------------------------------------------------------------------------------

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
            raise Raised("AttributeError", min(owner.names, default=""), self.node, self.site)
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
        if content.op == "attr:cat":
            return Obj(self.terms.norm(content.args[0], {("cat", name)}, "number"))
        if name in ("T", "values", "str", "dt", "cat", "loc", "iloc", "at", "iat", "dtypes"):
            found = Obj(self.terms.make(f"attr:{name}", content))
            if name in ("loc", "iloc", "at", "iat"):
                found.part_of = None
            return found
        part = Obj(self.take(owner, ("attr", name)))
        part.part_of = (owner, ("attr", name))
        return part

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
        if owner.items is not None and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            if -len(owner.items) <= node.slice.value < len(owner.items):
                return owner.items[node.slice.value]
        if isinstance(node.slice, ast.List):
            keys = [self.key(item) for item in node.slice.elts]
            return Obj(self.together(keys, [self.take(owner, key) for key in keys]), self.page.values.kind(node) or "")
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

    def together(self, keys: list[Any], columns: list[Term]) -> Term:
        """Several columns as one; all parts of a whole are the whole."""
        first = columns[0] if columns else None
        if (
            first is not None
            and first.op == "part"
            and all(
                c.op == "part" and c.args == (first.args[0], place, len(columns)) for place, c in enumerate(columns)
            )
        ):
            return first.args[0]  # type: ignore[no-any-return]
        masks = {column.args[1] if column.op == "filter" else None for column in columns}
        if len(masks) == 1 and (mask := masks.pop()) is not None:
            return self.terms.filter(self.terms.make("columns", tuple(keys), *(c.args[0] for c in columns)), mask)
        return self.terms.make("columns", tuple(keys), *columns)

    def is_mask(self, node: ast.AST, key: Term) -> bool:
        """Is a key a condition on each row?"""
        core = key.args[0] if key.op in ("filter", "attr:index") else key
        if core.op == "norm":
            return any(tag[0] in ("BitAnd", "BitOr") for tag in core.args[1]) or self.is_mask(node, core.args[0])
        last = core.op.rpartition(":")[2].rpartition(".")[2]
        if last in _CONDITIONS or last in _TESTS or core in (self.terms.true, self.terms.false):
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
            content = taken[0] if not isinstance(parts[1], ast.List) else self.together(keys, taken)
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
        strip = lambda term: term.args[0] if masks and term.op == "filter" and term.args[1] == masks else term  # noqa: E731
        chosen = self.terms.choose(mask, strip(value), strip(before))
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

    # -- elements ----------------------------------------------------------------------------------------------------

    def element(self, thing: Obj, turn: Any) -> Obj:
        """What a loop takes out of a collection in one of its turns."""
        content = thing.content
        if content.op == "comp":
            return Obj(content.args[0])
        if content.op == "m:items" and content.args[0].op == "dictcomp":
            return Obj(self.terms.make("tuple", *content.args[0].args))
        inner, found = content, None
        if content.op == "call:enumerate" and content.args:
            inner = content.args[0]
            item = Obj(self.terms.make("each", inner, turn))
            found = Obj(self.terms.make("tuple", self.terms.make("each", self.terms.make("count"), turn), item.content))
            return found
        if content.op == "call:zip" and content.args:
            return Obj(self.terms.make("tuple", *(self.terms.make("each", t, turn) for t in content.args)))
        if content.op in ("norm", "filter"):
            inner = content.args[0]
        found = Obj(self.terms.make("each", inner, turn))
        if thing.kind not in ("frame", "series", "str"):
            found.part_of = (thing, ("each", turn))
        return found

    def items_of(self, node: ast.AST, thing: Obj) -> list[Obj] | None:
        """The elements of a literal collection of objects."""
        return thing.items

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Obj:
        """What a comprehension makes of each element."""
        names = frozenset(
            n.id for generator in node.generators for n in ast.walk(generator.target) if isinstance(n, ast.Name)
        )
        outer = self.scope
        first = [self.eval(node.generators[0].iter)]
        self.scope = Scope(names, outer)
        filters = False
        try:
            for place, generator in enumerate(node.generators):
                over = first[0] if place == 0 else self.eval(generator.iter)
                self.assign(generator.target, self.element(over, "each"))
                filters = filters or bool(generator.ifs)
                for condition in generator.ifs:
                    self.eval(condition)
                if over.is_iterator:
                    self.change(over, self.terms.make("taken", over.content))
            if isinstance(node, ast.DictComp):
                return Obj(
                    self.terms.make("dictcomp", self.eval(node.key).content, self.eval(node.value).content), "dict"
                )
            value = self.eval(node.elt).content
        finally:
            self.scope = outer
        found = Obj(
            self.terms.make("comp", value, id(node) if filters else None),
            "list" if isinstance(node, ast.ListComp) else "",
        )
        found.is_iterator = isinstance(node, ast.GeneratorExp)
        if isinstance(node, ast.SetComp):
            found = Obj(self.terms.make("call:set", found.content), "set")
        return found

    def function(self, node: ast.Lambda) -> Obj:
        """A lambda."""
        found = Obj(self.terms.make("def", id(node)))
        found.function, found.scope = node, self.scope
        return found

    def assign(self, target: ast.expr, value: Obj) -> None:
        """Bind a target (`Machine` knows how)."""
        raise NotImplementedError

    def body(self, statements: list[ast.stmt]) -> None:
        """Follow statements (`Machine` knows how)."""
        raise NotImplementedError


def kind_is(term: Term, *kinds: str) -> bool:
    """Is a value known to be of one of these kinds?"""
    return kind_of(term) in kinds


Expressions.handlers = {
    ast.Name: Expressions.name,
    ast.Constant: Expressions.constant,
    ast.JoinedStr: Expressions.string,
    ast.List: Expressions.collection,
    ast.Tuple: Expressions.collection,
    ast.Set: Expressions.collection,
    ast.Dict: Expressions.dictionary,
    ast.BinOp: Expressions.binary,
    ast.BoolOp: Expressions.either,
    ast.UnaryOp: Expressions.unary,
    ast.Compare: Expressions.comparison,
    ast.IfExp: Expressions.choice,
    ast.NamedExpr: Expressions.walrus,
    ast.Attribute: Expressions.attribute,
    ast.Subscript: Expressions.subscript,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.Lambda: Expressions.function,
}
