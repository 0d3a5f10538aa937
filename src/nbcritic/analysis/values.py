"""What kind of thing a name or an expression is, as far as the page itself tells.

The kinds of all variables are found together: each starts as unreached, every binding is evaluated, and what a binding gives is
joined into its variable until nothing changes. A variable goes from unreached to one kind to doubt and never back, so that each
binding is evaluated only a few times.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

from nbcritic.analysis import value_calls as calls
from nbcritic.analysis import value_tables as tables
from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.names import Names
from nbcritic.analysis.value_bindings import FUNCTIONS, RETURNED, Binding, Bindings, Variable
from nbcritic.analysis.value_facts import UNREACHED, Fact, Parts, binary, each, join, part, same, subscript

ValueKind: TypeAlias = Literal[
    "frame", "series", "index", "groupby", "array", "list", "dict", "set", "tuple", "str", "number", "bool", "none",
    "estimator", "transformer", "splitter", "function", "class", "module", "figure", "axes", "tensor", "file", "path",
]  # fmt: skip

_PUBLIC: dict[str, ValueKind] = {
    **{kind: kind for kind in get_args(ValueKind)},
    "series-groupby": "groupby",
    "array-list": "list",
}
_DEEPEST = 40
"""Expressions nested deeper than this are not judged: it bounds the work, and nobody writes them by hand."""
_DISPLAYS = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
}


class Values:
    """Kinds of values, inferred from constructors, readers and methods; None wherever there is doubt."""

    def __init__(self, cells: Sequence[CodeCell], names: Names) -> None:
        self._cells = cells
        self._names = names
        self._facts: dict[Variable, Fact] = {}
        self._known: dict[ast.AST, Fact] = {}
        self._solved = False
        self._reads: list[Variable] = []

    def kind(self, node: ast.AST) -> ValueKind | None:
        """The kind of the expression `node`, or None."""
        self._solve()
        fact = self._eval(node, 0)
        self._reads.clear()
        return _public(fact)

    def kind_of_name(self, name: str) -> ValueKind | None:
        """The kind of every binding of the notebook global `name`, where they agree; else None."""
        self._solve()
        return _public(self._facts.get((None, name)))

    def source(self, name: ast.Name) -> ast.expr | None:
        """The expression that the variable `name` is bound to, where one plain assignment is its only binding."""
        bindings = self._bindings.of.get(self._bindings.variable(name), ())
        if len(bindings) != 1 or bindings[0].steps or bindings[0].augments is not None:
            return None
        return bindings[0].node

    def function(self, name: ast.Name) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function that `name` means, where its definition is the only binding of the variable."""
        bindings = self._bindings.of.get(self._bindings.variable(name), ())
        fixed = bindings[0].fixed if len(bindings) == 1 else None
        return fixed if isinstance(fixed, (ast.FunctionDef, ast.AsyncFunctionDef)) else None

    # -- variables ---------------------------------------------------------------------------------------------------

    @cached_property
    def _bindings(self) -> Bindings:
        magic = [
            name for name, bound in self._names.bindings.items() if any(event.how == "magic" for _, event in bound)
        ]
        return Bindings(self._cells, magic)

    def _solve(self) -> None:
        if self._solved:
            return
        self._solved = True
        waiting = deque([(variable, b) for variable, bindings in self._bindings.of.items() for b in bindings])
        readers: dict[Variable, dict[Binding, Variable]] = {}
        self._facts.update(dict.fromkeys(self._bindings.of, UNREACHED))
        while waiting:
            variable, binding = waiting.popleft()
            before = self._facts[variable]
            if before is None:
                continue
            self._reads.clear()
            self._known.clear()
            given = self._value(variable, binding)
            for read in self._reads:
                readers.setdefault(read, {})[binding] = variable
            after = join(before, given)
            if after != before:
                self._facts[variable] = after
                waiting.extend((other, reader) for reader, other in readers.get(variable, {}).items())
        self._known.clear()
        self._facts = {variable: None if fact == UNREACHED else fact for variable, fact in self._facts.items()}

    def _value(self, variable: Variable, binding: Binding) -> Fact:
        """What a binding gives to its variable."""
        node, steps = binding.node, binding.steps
        if node is None:
            fixed = binding.fixed
            return fixed if isinstance(fixed, (str, *FUNCTIONS)) else None
        if not steps and binding.augments is None:
            return self._eval(node, 0)
        if steps == ("annotation",):
            return self._annotated(node)
        if binding.augments is not None:
            self._reads.append(variable)
            return binary(binding.augments, self._facts[variable], self._eval(node, 0), augmented=True)
        while (
            steps
            and isinstance(steps[0], int)
            and isinstance(node, (ast.Tuple, ast.List))
            and steps[0] < len(node.elts)
        ):
            node, steps = node.elts[steps[0]], steps[1:]
        fact = self._eval(node, 0)
        for step in steps:
            if step == "each":
                fact = each(fact)
            elif step == "given":
                continue
            elif step == "enter":
                fact = fact if fact in ("file", UNREACHED) else None
            else:
                fact = part(fact, step)
        return fact

    def _annotated(self, node: ast.expr) -> Fact:
        base = node.value if isinstance(node, ast.Subscript) else node
        name = base.value if isinstance(base, ast.Constant) else self._names.qualified(base)
        if isinstance(base, ast.Constant) and isinstance(name, str):
            root, _, rest = name.partition(".")
            name = ".".join(filter(None, (self._names.imports.get(root, root), rest)))
        return tables.ANNOTATIONS.get(name) if isinstance(name, str) else None

    # -- expressions -------------------------------------------------------------------------------------------------

    def _eval(self, node: ast.AST, depth: int) -> Fact:
        kind = node.__class__
        if kind is ast.Name:
            variable = self._bindings.variable(node)  # type: ignore[arg-type]
            self._reads.append(variable)
            return self._facts.get(variable)
        if node in self._known:
            return self._known[node]
        method = _EVAL.get(kind)
        if method is None or depth > _DEEPEST:
            return _DISPLAYS.get(kind)
        fact: Fact = method(self, node, depth + 1)
        self._known[node] = fact
        return fact

    def _constant(self, node: ast.Constant, depth: int) -> Fact:
        value = node.value
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "bool"
        return "str" if isinstance(value, str) else "number" if isinstance(value, (int, float, complex)) else None

    def _tuple(self, node: ast.Tuple, depth: int) -> Fact:
        if len(node.elts) > 12 or any(isinstance(item, ast.Starred) for item in node.elts):
            return "tuple"
        return Parts.of([self._eval(item, depth) for item in node.elts])

    def _string(self, node: ast.JoinedStr, depth: int) -> Fact:
        return "str"

    def _lambda(self, node: ast.Lambda, depth: int) -> Fact:
        return "function"

    def _binary(self, node: ast.BinOp, depth: int) -> Fact:
        return binary(node.op, self._eval(node.left, depth), self._eval(node.right, depth))

    def _unary(self, node: ast.UnaryOp, depth: int) -> Fact:
        if isinstance(node.op, ast.Not):
            return "bool"
        return same(self._eval(node.operand, depth), "frame", "series", "array", "tensor", "number")

    def _compare(self, node: ast.Compare, depth: int) -> Fact:
        if isinstance(node.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot)):
            return "bool"
        sides = {self._eval(node.left, depth), *(self._eval(side, depth) for side in node.comparators[:2])}
        for kind in (UNREACHED, "frame", "series", "array", "tensor"):
            if kind in sides:
                return kind
        return "array" if "index" in sides else None if None in sides else "bool"

    def _choice(self, node: ast.IfExp, depth: int) -> Fact:
        return join(self._eval(node.body, depth), self._eval(node.orelse, depth))

    def _either(self, node: ast.BoolOp, depth: int) -> Fact:
        fact: Fact = UNREACHED
        for value in node.values[:4]:
            fact = join(fact, self._eval(value, depth))
        return fact

    def _walrus(self, node: ast.NamedExpr, depth: int) -> Fact:
        return self._eval(node.value, depth)

    def _subscript(self, node: ast.Subscript, depth: int) -> Fact:
        return subscript(self._eval(node.value, depth), node.slice, lambda inner: self._eval(inner, depth))

    def _attribute(self, node: ast.Attribute, depth: int) -> Fact:
        qualified = self._names.qualified(node)
        if qualified is not None:
            return (
                "number"
                if qualified.startswith(("numpy.", "math.")) and node.attr in ("pi", "e", "inf", "nan")
                else None
            )
        return calls.attribute(self._eval(node.value, depth), node.attr)

    def _call(self, node: ast.Call, depth: int) -> Fact:
        def value(inner: ast.AST) -> Fact:
            return self._eval(inner, depth)

        qualified = self._names.qualified(node.func)
        if qualified is not None:
            return calls.function(qualified, node, value)
        if isinstance(node.func, ast.Attribute):
            return calls.method(self._eval(node.func.value, depth), node.func.attr, node, value)
        callee = self._eval(node.func, depth)
        return self._returned(callee) if isinstance(callee, FUNCTIONS) else UNREACHED if callee == UNREACHED else None

    def _returned(self, function: Any) -> Fact:
        """What a function of the notebook returns, as far as its own body tells."""
        if not isinstance(function, ast.FunctionDef) or function.decorator_list:
            return None
        variable = (function, RETURNED)
        self._reads.append(variable)
        return self._facts.get(variable, "none")


def _public(fact: Fact) -> ValueKind | None:
    if isinstance(fact, str):
        return _PUBLIC.get(fact)
    if isinstance(fact, Parts):
        return "tuple"
    return "function" if isinstance(fact, FUNCTIONS) else None


_EVAL: dict[type, Callable[..., Fact]] = {
    ast.Constant: Values._constant,
    ast.Tuple: Values._tuple,
    ast.JoinedStr: Values._string,
    ast.Lambda: Values._lambda,
    ast.BinOp: Values._binary,
    ast.UnaryOp: Values._unary,
    ast.Compare: Values._compare,
    ast.IfExp: Values._choice,
    ast.BoolOp: Values._either,
    ast.NamedExpr: Values._walrus,
    ast.Subscript: Values._subscript,
    ast.Attribute: Values._attribute,
    ast.Call: Values._call,
}
