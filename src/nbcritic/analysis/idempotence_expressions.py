"""Follows expressions on paper: what an expression computes, as a term, and what it changes on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from nbcritic.analysis.idempotence_objects import Obj, Scope
from nbcritic.analysis.idempotence_places import CONDITIONS, Places
from nbcritic.analysis.idempotence_terms import Term

_DEEPEST = 60


class Expressions(Places):
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
                parts += [self.eval(child).content] if isinstance(child, ast.expr) else []
            self.depth -= 1
        return self.terms.make(type(node).__name__, *parts)

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
            if first.op not in CONDITIONS and first.op not in ("const", "ite", "Is", "matches"):
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

    def awaited(self, node: ast.Await) -> Obj:
        """`await f()`."""
        return self.eval(node.value)

    def walrus(self, node: ast.NamedExpr) -> Obj:
        """`(x := value)`."""
        value = self.eval(node.value)
        self.bind(node.target.id, value)
        return value

    # -- elements ----------------------------------------------------------------------------------------------------

    def element(self, thing: Obj, turn: Any) -> Obj:
        """What a loop takes out of a collection in one of its turns."""
        content = thing.content
        if content.op == "comp":
            return Obj(content.args[0])
        if content.op == "m:items" and content.args[0].op == "dictcomp":
            return Obj(self.terms.make("tuple", *content.args[0].args))
        if content.op in ("m:iterrows", "m:itertuples"):
            row = content.args[0]
            return Obj(row if content.op == "m:itertuples" else self.terms.make("tuple", self.terms.make("count"), row))
        inner, found = content, None
        if content.op == "call:enumerate" and content.args:
            inner = content.args[0]
            item = Obj(self.terms.make("each", inner, turn))
            return Obj(self.terms.make("tuple", self.terms.make("each", self.terms.make("count"), turn), item.content))
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
    ast.Await: Expressions.awaited,
    ast.Attribute: Expressions.attribute,
    ast.Subscript: Expressions.subscript,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.Lambda: Expressions.function,
}
