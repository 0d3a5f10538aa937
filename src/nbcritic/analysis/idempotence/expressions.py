"""Follows expressions on paper: what an expression computes, as a term, and what it changes on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.idempotence.objects import Obj, Scope
from nbcritic.analysis.idempotence.places import CONDITIONS, assign, attribute, kept, key_at, key_of, operate, subscript
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.terms import Term


def _name(run: Run, node: ast.Name) -> Obj:
    """The object that a name stands for."""
    return run.lookup(node)


def _constant(run: Run, node: ast.Constant) -> Obj:
    """A literal."""
    return Obj(run.terms.const(node.value) if node.value is not ... else run.terms.make("..."))


def _string(run: Run, node: ast.JoinedStr) -> Obj:
    """An f-string."""
    parts = [run.eval(part.value).content for part in node.values if isinstance(part, ast.FormattedValue)]
    return Obj(run.terms.norm(run.terms.make("fstring", id(node), *parts), (), "str"))


def _collection(run: Run, node: ast.List | ast.Tuple | ast.Set) -> Obj:
    """A list, tuple or set as it is written out."""
    items = [run.eval(item) for item in node.elts]
    op = "list" if isinstance(node, ast.List) else "tuple" if isinstance(node, ast.Tuple) else "set"
    contents = [item.content for item in items]
    if op == "set":
        return Obj(run.terms.over(run.terms.make("set"), {("item", term): run.terms.true for term in contents}), "set")
    found = Obj(run.terms.make(op, *contents), op)
    if not any(isinstance(item, ast.Starred) for item in node.elts):
        found.items = items
    return found


def _dictionary(run: Run, node: ast.Dict) -> Obj:
    """A dictionary as it is written out."""
    found = Obj(run.terms.make("dict"), "dict")
    for key, value in zip(node.keys, node.values, strict=True):
        thing = run.eval(value)
        if key is None and found.content.op == "dict":
            found.content = thing.content
        elif key is None:
            found.content = run.terms.make("merged", found.content, thing.content)
        else:
            found.content = run.terms.over(found.content, {key_at(run, key): thing.content})
    return found


def _binary(run: Run, node: ast.BinOp) -> Obj:
    """An operator."""
    left, right = run.eval(node.left), run.eval(node.right)
    return Obj(operate(run, type(node.op).__name__, node.left, left, right))


def _either(run: Run, node: ast.BoolOp) -> Obj:
    """`and`, `or`: as a choice."""
    found = run.eval(node.values[-1]).content
    for value in reversed(node.values[:-1]):
        first = run.eval(value).content
        if first.op not in CONDITIONS and first.op not in ("const", "ite", "Is", "matches"):
            found = run.terms.norm(first, {(type(node.op).__name__, found)})
        elif isinstance(node.op, ast.And):
            found = run.terms.choose(first, found, first)
        else:
            found = run.terms.choose(first, first, found)
    return Obj(found)


def _unary(run: Run, node: ast.UnaryOp) -> Obj:
    """`not`, `-`, `~`."""
    value = run.eval(node.operand).content
    if isinstance(node.op, ast.Not):
        return Obj(run.terms.negate(value))
    if isinstance(node.op, ast.USub) and value.op == "const" and isinstance(value.args[1], (int, float)):
        return Obj(run.terms.const(-value.args[1]))
    if isinstance(node.op, ast.Invert) and value.op == "filter":
        return Obj(run.terms.filter(run.terms.make("Invert", value.args[0]), value.args[1]))
    return Obj(run.terms.make(type(node.op).__name__, value))


def _comparison(run: Run, node: ast.Compare) -> Obj:
    """A comparison; a chain is taken as its links."""
    left = run.eval(node.left)
    found: list[Term] = []
    for op, side in zip(node.ops, node.comparators, strict=True):
        right = run.eval(side)
        if isinstance(op, (ast.In, ast.NotIn)):
            key = key_of(left.content)
            inside = run.terms.holds(right.content, key)
            if right.content.op == "over" and ("item", left.content) in dict(right.content.args[1]):
                inside = run.terms.true
            found.append(inside if isinstance(op, ast.In) else run.terms.negate(inside))
        else:
            found.append(run.terms.binary(type(op).__name__, left.content, right.content))
        left = right
    return Obj(found[0] if len(found) == 1 else run.terms.make("And", *found))


def condition_of(run: Run, node: ast.expr) -> Term:
    """A condition; a number or text by whether it is there."""
    found = run.eval(node).content
    if found.op == "const" and not isinstance(found.args[1], bool):
        return run.terms.const(bool(found.args[1]))
    return found


def _choice(run: Run, node: ast.IfExp) -> Obj:
    """`a if c else b`."""
    condition = condition_of(run, node.test)
    return Obj(run.terms.choose(condition, run.eval(node.body).content, run.eval(node.orelse).content))


def _awaited(run: Run, node: ast.Await) -> Obj:
    """`await f()`."""
    return run.eval(node.value)


def _walrus(run: Run, node: ast.NamedExpr) -> Obj:
    """`(x := value)`."""
    value = run.eval(node.value)
    run.bind(node.target.id, value)
    return value


def element_of(run: Run, thing: Obj, turn: Any) -> Obj:
    """What a loop takes out of a collection in one of its turns."""
    content = thing.content
    if content.op == "comp":
        return Obj(content.args[0])
    if content.op == "m:items" and content.args[0].op == "dictcomp":
        return Obj(run.terms.make("tuple", *content.args[0].args))
    if content.op in ("m:iterrows", "m:itertuples"):
        row = content.args[0]
        return Obj(row if content.op == "m:itertuples" else run.terms.make("tuple", run.terms.make("count"), row))
    pairs = content.args[0] if content.op == "over" else content
    if pairs.op == "m:items":
        return _pair_of(run, thing, pairs, turn)
    inner = content
    if content.op == "call:enumerate" and content.args:
        inner = content.args[0]
        item = Obj(run.terms.make("each", inner, turn))
        return Obj(run.terms.make("tuple", run.terms.make("each", run.terms.make("count"), turn), item.content))
    if content.op == "call:zip" and content.args:
        return Obj(run.terms.make("tuple", *(run.terms.make("each", t, turn) for t in content.args)))
    if content.op in ("norm", "filter"):
        inner = content.args[0]
    found = Obj(kept(content, ("each", turn)) or run.terms.make("each", inner, turn))
    if thing.kind not in ("frame", "series", "str"):
        found.part_of = (thing, ("each", turn))
    return found


def _pair_of(run: Run, thing: Obj, pairs: Term, turn: Any) -> Obj:
    """A key of a dictionary and what stands there, which may be changed in the loop."""
    each = run.terms.make("each", pairs, turn)
    key = Obj(run.terms.make("get", each, 0))
    value = Obj(kept(thing.content, ("each", turn)) or run.terms.make("get", each, 1))
    value.part_of = (thing, ("each", turn))
    found = Obj(run.terms.make("tuple", key.content, value.content))
    found.items = [key, value]
    return found


def _comprehension(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Obj:
    """What a comprehension makes of each element."""
    names = frozenset(
        n.id for generator in node.generators for n in nodes_in(generator.target) if isinstance(n, ast.Name)
    )
    outer = run.scope
    first = [run.eval(node.generators[0].iter)]
    run.scope = Scope(names, outer)
    filters = False
    try:
        for place, generator in enumerate(node.generators):
            over = first[0] if place == 0 else run.eval(generator.iter)
            assign(run, generator.target, element_of(run, over, "each"))
            filters = filters or bool(generator.ifs)
            for condition in generator.ifs:
                run.eval(condition)
            if over.is_iterator:
                run.change(over, run.terms.make("taken", over.content))
        if isinstance(node, ast.DictComp):
            return Obj(run.terms.make("dictcomp", run.eval(node.key).content, run.eval(node.value).content), "dict")
        value = run.eval(node.elt).content
    finally:
        run.scope = outer
    found = Obj(
        run.terms.make("comp", value, id(node) if filters else None),
        "list" if isinstance(node, ast.ListComp) else "",
    )
    found.is_iterator = isinstance(node, ast.GeneratorExp)
    if isinstance(node, ast.SetComp):
        found = Obj(run.terms.make("call:set", found.content), "set")
    return found


def _lambda(run: Run, node: ast.Lambda) -> Obj:
    """A lambda."""
    found = Obj(run.terms.make("def", id(node)))
    found.function, found.scope = node, run.scope
    return found


EXPRESSIONS: Final[Mapping[type[ast.AST], Callable[[Run, Any], Obj]]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.JoinedStr: _string,
    ast.List: _collection,
    ast.Tuple: _collection,
    ast.Set: _collection,
    ast.Dict: _dictionary,
    ast.BinOp: _binary,
    ast.BoolOp: _either,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.NamedExpr: _walrus,
    ast.Await: _awaited,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
}
"""How each kind of expression is followed; calls are found in `calls`."""
