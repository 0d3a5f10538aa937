"""Follows calls on paper: the page's own functions into their bodies, a library's by what it promises."""

from __future__ import annotations

import ast
import re
from typing import Any

from nbcritic.analysis import chance
from nbcritic.analysis.events import parameters
from nbcritic.analysis.graph_changes import changed_arguments, changes_object
from nbcritic.analysis.graph_things import stored
from nbcritic.analysis.idempotence_expressions import Expressions, kind_is
from nbcritic.analysis.idempotence_methods import FRAME_METHODS, keyword
from nbcritic.analysis.idempotence_objects import Obj, Raised, Scope
from nbcritic.analysis.idempotence_state import is_generator
from nbcritic.analysis.idempotence_tables import (
    COPIES,
    ELEMENTWISE,
    FAILS_AGAIN,
    FORMS,
    FUNCTIONS,
    GENERATORS,
    ITERATORS,
    NOW,
    OVERWRITES,
    ROWS,
    TEXT_FORMS,
)
from nbcritic.analysis.idempotence_terms import MissingKey, Term, root

_DEEPEST_CALL = 6
_HANDS_ON = frozenset(
    "apply map applymap transform pipe agg aggregate filter sorted min max sort sort_values reduce assign foreach".split()
)
_TEXT_ONLY = frozenset("split rsplit splitlines encode lower upper strip lstrip rstrip title capitalize".split())
_SETTLED = frozenset("sum mean max min first last median".split())
"""What a group of one row has for itself."""
_SETTLING = frozenset(
    "LabelEncoder OrdinalEncoder StandardScaler MinMaxScaler MaxAbsScaler RobustScaler SimpleImputer KNNImputer Imputer Normalizer".split()
)
_ON = re.compile(r"on$|_index$")
_READS_AGAIN = frozenset({"read", "readline", "readlines", "__next__"})


class Calls(Expressions):
    """Follows expressions with the calls in them."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.active: list[ast.AST] = []

    def call(self, node: ast.Call) -> Obj:
        """A call: of the page's own code, or of a library."""
        discarded = self.discarded is node
        self.discarded = None
        qualified = self.page.qualified(node.func) or ""
        if not qualified:
            function = node.func
            receiver = self.eval(function.value) if isinstance(function, ast.Attribute) else None
            if isinstance(function, ast.Attribute) and receiver is not None:
                return self.method(node, function, receiver, discarded)
            callee = self.eval(function)
            if callee.function is not None or callee.made_by is not None:
                arguments, words = self.arguments(node)
                return self.own(callee, arguments, words)
        return self.library(node, qualified)

    def arguments(self, node: ast.Call) -> tuple[list[Obj], dict[str | None, Obj]]:
        """What a call is given."""
        return [self.eval(a) for a in node.args], {word.arg: self.eval(word.value) for word in node.keywords}

    # -- the page's own code -----------------------------------------------------------------------------------------

    def own(self, callee: Obj, arguments: list[Obj], words: dict[str | None, Obj]) -> Obj:
        """Call what the page defines."""
        if callee.made_by is not None:
            made = Obj(
                self.terms.make(
                    "new", id(callee.made_by), *(a.content for a in arguments), *(w.content for w in words.values())
                )
            )
            made.klass = callee.made_by
            found = self._method_of(made.klass, "__init__")
            if found is not None:
                self.invoke(found, None, [made, *arguments], words)
            return made
        assert callee.function is not None
        return self.invoke(callee.function, callee.scope, arguments, words)

    def _method_of(self, klass: ast.ClassDef, name: str, depth: int = 0) -> ast.FunctionDef | None:
        for statement in klass.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == name:
                return statement
        for base in klass.bases if depth < 4 else ():
            definition = self._functions.get(base.id) if isinstance(base, ast.Name) else None
            if isinstance(definition, ast.ClassDef) and definition is not klass:
                found = self._method_of(definition, name, depth + 1)
                if found is not None:
                    return found
        return None

    def invoke(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        outer: Scope | None,
        arguments: list[Obj],
        words: dict[str | None, Obj],
    ) -> Obj:
        """Follow a function's body."""
        opaque = self.terms.make("own", id(node), *(a.content for a in arguments), *(w.content for w in words.values()))
        if node in self.active or len(self.active) >= _DEEPEST_CALL:
            return Obj(opaque)
        if is_generator(node) or isinstance(node, ast.AsyncFunctionDef):
            found = Obj(opaque)
            found.is_iterator = True
            return found
        names = frozenset(p.arg for p in parameters(node.args)) if isinstance(node, ast.Lambda) else stored(node)
        scope = Scope(names, outer)
        self._pass(scope, node.args, arguments, words)
        before, self.scope = self.scope, scope
        loops, self.loops = self.loops, self.loops
        self.active.append(node)
        try:
            if isinstance(node, ast.Lambda):
                return self.eval(node.body)
            self.body(node.body)
        finally:
            self.active.pop()
            self.scope, self.loops = before, loops
        returned = scope.returned
        if not returned:
            return Obj(self.terms.none)
        if len(returned) == 1:
            return returned[0]
        return Obj(self.terms.make("returned", *(r.content for r in returned)))

    def _pass(self, scope: Scope, expected: ast.arguments, given: list[Obj], words: dict[str | None, Obj]) -> None:
        places = [argument.arg for argument in (*expected.posonlyargs, *expected.args)]
        defaults = dict(zip(reversed(places), reversed(expected.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(expected.kwonlyargs, expected.kw_defaults, strict=True) if d is not None}
        for name, default in defaults.items():
            value = (
                self.terms.const(default.value)
                if isinstance(default, ast.Constant) and default.value is not ...
                else self.terms.make("sym", f"default {name} {id(default)}")
            )
            scope.objects[name] = Obj(value)
        scope.objects.update(zip(places, given, strict=False))
        scope.objects.update({name: thing for name, thing in words.items() if name is not None})
        if expected.vararg is not None:
            rest = given[len(places) :]
            many = Obj(self.terms.make("tuple", *(thing.content for thing in rest)))
            many.items = rest
            scope.objects[expected.vararg.arg] = many
        if expected.kwarg is not None:
            scope.objects[expected.kwarg.arg] = Obj(
                self.terms.make("words", *(thing.content for thing in words.values()))
            )

    # -- methods -----------------------------------------------------------------------------------------------------

    def method(self, node: ast.Call, function: ast.Attribute, receiver: Obj, discarded: bool) -> Obj:
        """A method of an object."""
        name = function.attr
        if receiver.klass is not None and (found := self._method_of(receiver.klass, name)) is not None:
            arguments, words = self.arguments(node)
            is_static = any(getattr(d, "id", "") == "staticmethod" for d in found.decorator_list)
            return self.invoke(found, None, arguments if is_static else [receiver, *arguments], words)
        if receiver.made_by is not None and (found := self._method_of(receiver.made_by, name)) is not None:
            arguments, words = self.arguments(node)
            return self.invoke(found, None, arguments, words)
        kind = self.kind(function.value, receiver)
        if draw := chance.draw_of(self.page, self.cell, node):
            arguments, words = self.arguments(node)
            return self._draw(node, draw, [receiver.content, *(a.content for a in arguments)])
        if kind == "generator":
            arguments, words = self.arguments(node)
            value = self.terms.make("draw", name, receiver.content, *(a.content for a in arguments))
            self.change(receiver, self.terms.make("next", receiver.content, id(node)))
            for argument, thing in zip(node.args, arguments, strict=False):
                if name in ("shuffle",):
                    self.change(thing, value)
            return Obj(value)
        if receiver.is_iterator and name in _READS_AGAIN:
            value = self.terms.make(f"m:{name}", receiver.content)
            self.change(receiver, self.terms.make("taken", receiver.content))
            return Obj(value)
        inplace = keyword(node, "inplace")
        is_inplace = isinstance(inplace, ast.Constant) and inplace.value is True
        made = self.known_method(node, name, function, receiver, kind, discarded)
        if made is None:
            return self.foreign_method(node, name, function, receiver, kind, discarded, is_inplace)
        if is_inplace:
            self.change(receiver, made)
            return Obj(self.terms.none)
        found_kind = self.page.values.kind(node) or (kind if name in COPIES or name in ROWS or name in FORMS else "")
        return Obj(made, found_kind)

    def known_method(
        self, node: ast.Call, name: str, function: ast.Attribute, receiver: Obj, kind: str, discarded: bool
    ) -> Term | None:
        """What a method whose promise is known makes; None for others. Nothing is changed by it."""
        content = receiver.content
        if content.op in ("attr:str", "attr:dt", "attr:cat"):
            return self._by_row(node, name, content)
        if self.again and name in _TEXT_ONLY and kind_is(content, "list", "number", "datetime"):
            raise Raised("AttributeError", min(receiver.names, default=""), self.node, self.site)
        if name in FRAME_METHODS and (
            kind == "frame" or (kind == "" and name in ("drop", "rename", "set_index", "assign"))
        ):
            return FRAME_METHODS[name](self, node, receiver)
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
            self.arguments(node)
            if name == "items" and content.op == "norm" and ("dict",) in content.args[1]:
                return self.terms.make("norm", content.args[0], content.args[1] - {("dict",)}, "list")
            if name == "items" and content.op == "dictcomp":
                return self.terms.make("m:items", content)
            return content if name != "items" else self.terms.make("m:items", content)
        if name == "astype":
            given = [self.eval(a).content for a in (*node.args, *(w.value for w in node.keywords if w.arg != "copy"))]
            return self.terms.norm(content, {("astype", *given)}, _cast_kind(node))
        if name in ROWS and kind in ("frame", "series", "index", ""):
            rows = self.terms.make("row", name, *self._own_aside(node, content))
            base = content.args[0] if content.op == "over" else content
            if base.op == "filter" and rows in base.args[1]:
                return content
            return self.terms.filter(content, (rows,))
        if name == "replace" and _repeats_replacing(node):
            return None
        if name in FORMS and (name != "filter" or kind == "frame"):
            return self.terms.norm(content, {(name, *self._own_aside(node, content))}, FORMS[name])
        if (group := _grouping(content)) is not None:
            given = self._contents_of(node)
            asked = name if name not in ("transform", "agg", "aggregate") else _asked(given)
            if asked in _SETTLED:
                return self._grouped(content, group, name)
        if name in ("map", "apply", "applymap", "transform") and node.args:
            return self._mapped(node, content, kind)
        if name in ELEMENTWISE:
            return self.rowwise(f"m:{name}", self._plain(content, name), *self._contents_of(node))
        if name == "assign" and kind == "frame":
            return None
        return None

    def _own_aside(self, node: ast.Call, content: Term) -> list[Any]:
        """Arguments; those that are computed from the value itself count by where they stand."""
        given = self._contents_of(node)
        return [id(node) if term.syms & content.syms else term for term in given]

    def _grouped(self, content: Term, group: Term, name: str) -> Term:
        """A sum or mean of groups: grouped again, each group is one row."""
        frame, keys = group.args[0], group.args[1:]
        if content is group:
            return self.terms.norm(frame, {("group", name, keys)})
        column = content.args[1]
        value = self.terms.get(frame, column) if name == "transform" and not isinstance(column, Term) else frame
        return self.terms.norm(value, {("group", name, keys, column)})

    def _plain(self, content: Term, name: str) -> Term:
        return content.args[0] if content.op == "over" and name.startswith(("isn", "notn")) else content

    def _by_row(self, node: ast.Call, name: str, content: Term) -> Term:
        accessor, owner = content.op[5:], content.args[0]
        given = self._contents_of(node)
        if accessor == "str" and name in TEXT_FORMS:
            return self.terms.norm(owner, {("str", name, *given)}, "str")
        if accessor == "dt" and name in ("floor", "ceil", "round", "normalize", "tz_convert"):
            return self.terms.norm(owner, {("dt", name, *given)})
        return self.rowwise(f"m:{accessor}.{name}", owner, *given)

    def _mapped(self, node: ast.Call, content: Term, kind: str) -> Term | None:
        """`apply(f)`, `map(f)`, `map({…})`: what the function makes of a row or an element."""
        first = self.eval(node.args[0])
        axis = keyword(node, "axis")
        by_column = (
            kind == "frame"
            and axis is None
            and not isinstance(node.func, ast.Name)
            and getattr(node.func, "attr", "") == "apply"
        )
        if first.function is not None and not by_column:
            value = self.invoke(first.function, first.scope, [Obj(content)], {})
            return value.content
        if root(first.content).op == "dict" and first.content.op == "over" and _is_fixed(first.content):
            return self.terms.norm(content, {("map", first.content)})
        qualified = self.page.qualified(node.args[0])
        if qualified in FUNCTIONS:
            return self.terms.norm(content, {(qualified,)}, FUNCTIONS[qualified])
        return self.rowwise("m:map", content, first.content)

    def _contents_of(self, node: ast.Call) -> list[Term]:
        arguments, words = self.arguments(node)
        found = [thing.content for thing in arguments]
        return found + [
            self.terms.make("word", name, thing.content)
            for name, thing in words.items()
            if name not in ("inplace", "copy")
        ]

    def foreign_method(
        self,
        node: ast.Call,
        name: str,
        function: ast.Attribute,
        receiver: Obj,
        kind: str,
        discarded: bool,
        inplace: bool,
    ) -> Obj:
        """Any other method: what it changes, and a term for what it gives."""
        arguments, words = self.arguments(node)
        contents = [a.content for a in arguments] + [self.terms.make("word", n, w.content) for n, w in words.items()]
        content = receiver.content
        self._hand_on(name, [receiver, *arguments], words)
        value = self.terms.make(f"m:{name}", content, *contents)
        if (
            name in ("get", "setdefault", "pop")
            and arguments
            and (kind in ("dict", "frame", "") or name == "setdefault")
        ):
            if (
                kind in ("dict", "frame")
                or name == "setdefault"
                or len(arguments) == 2
                or not (
                    name == "pop" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, int)
                )
            ):
                return self._of_key(name, receiver, self.key_of(contents[0]), arguments[1:])
        if name in ("add", "discard") and kind in ("set", "") and len(contents) == 1:
            mark = self.terms.true if name == "add" else self.terms.false
            self.change(receiver, self.terms.over(content, {("item", contents[0]): mark}), ("item", contents[0]))
        elif name == "update" and kind in ("counter",):
            self.change(receiver, value)
        elif name == "update" and kind in ("dict", "set", "") and discarded:
            self._update(receiver, contents, words)
        elif name == "clear":
            self.change(receiver, self.terms.make("cleared"))
        elif name in ("sort", "fill") and (discarded or kind in ("list", "array")):
            fresh = (
                self.terms.norm(content, {(name, *contents)})
                if name == "sort"
                else self.terms.make("filled", *contents)
            )
            self.change(receiver, fresh)
        elif name in OVERWRITES:
            self._overwrite(node, name, receiver, contents, kind, discarded)
        elif name == "insert" and kind == "frame" and len(contents) >= 3:
            if self.again:
                raise Raised("ValueError", min(receiver.names, default=""), self.node, self.site)
            self.change(receiver, self.terms.over(content, {self.key_of(contents[1]): contents[2]}))
        elif inplace or (
            kind not in ("axes", "figure", "file", "path") and changes_object(name, kind or None, discarded=discarded)
        ):
            if not (name == "append" and kind in ("frame", "series")):
                self.change(receiver, value)
        self._files(node, f".{name}", kind)
        if name in ("to_csv", "to_sql", "mkdir", "unlink", "rmdir", "rename"):
            self._method_files(node, name, kind)
        if kind in ("estimator", "transformer"):
            if name in ("fit", "set_params", "partial_fit"):
                return receiver
            if name in OVERWRITES:
                value = self._refitted(content, name, contents)
        return Obj(value, self.page.values.kind(node) or "")

    def _refitted(self, content: Term, name: str, contents: list[Term]) -> Term:
        """`fit_transform(x)`: whatever the object was fitted on before. What a scaler or encoder has done it finds done."""
        made = content.args[0] if content.op == "over" else content
        last = made.op.rpartition(".")[2]
        if name == "fit_transform" and contents and last in _SETTLING:
            return self.terms.norm(contents[0], {(name, last)})
        return self.terms.make(f"m:{name}", made, *contents)

    def _of_key(self, name: str, receiver: Obj, key: Any, default: list[Obj]) -> Obj:
        """`d.get(k)`, `d.setdefault(k, v)`, `d.pop(k)`."""
        content = receiver.content
        other = default[0].content if default else self.terms.none
        try:
            there = self.terms.get(content, key)
        except MissingKey:
            if name == "pop" and not default:
                self.take(receiver, key)
            there = other
        if name == "pop":
            self.change(receiver, self.terms.over(content, {key: self.terms.removed}), key)
            return Obj(there)
        if name == "setdefault":
            known = content.op == "over" and key in dict(content.args[1])
            value = there if known else self.terms.norm(there, {("default", other)})
            self.change(receiver, self.terms.over(content, {key: value}), key)
            found = Obj(value)
            found.part_of = (receiver, key)
            return found
        return Obj(there if there.op != "get" else self.terms.norm(there, {("default", other)}))

    def _update(self, receiver: Obj, contents: list[Term], words: dict[str | None, Obj]) -> None:
        content = receiver.content
        for given in contents:
            if given.op == "word":
                continue
            if given.op == "over" and given.args[0].op == "dict":
                content = self.terms.over(content, dict(given.args[1]))
            else:
                content = self.terms.over(content, {("update", given): self.terms.true})
        content = self.terms.over(content, {name: thing.content for name, thing in words.items()})
        self.change(receiver, content)

    def _overwrite(
        self, node: ast.Call, name: str, receiver: Obj, contents: list[Term], kind: str, discarded: bool
    ) -> None:
        """`fit` and its like: scikit-learn starts anew, others go on from where they are."""
        content = receiver.content
        mine = kind in ("estimator", "transformer")
        goes_on = name == "fit" and not mine and self.page.names.imports.keys() and _trains_on(self.page)
        if not mine and not discarded and not goes_on:
            return
        if goes_on:
            self.change(receiver, self.terms.make("m:fit", content, *contents))
            return
        key = ("made", OVERWRITES[name])
        if name == "fit" and contains_chance(content):
            contents = [*contents, self._luck("numpy")]
        self.change(receiver, self.terms.over(content, {key: self.terms.make(f"m:{name}", *contents)}), key)

    # -- libraries ---------------------------------------------------------------------------------------------------

    def library(self, node: ast.Call, qualified: str) -> Obj:
        """A function of a library, or something unknown."""
        arguments, words = self.arguments(node)
        contents = [a.content for a in arguments]
        worded = [self.terms.make("word", name, thing.content) for name, thing in words.items()]
        if families := chance.seeds_of(self.page, node):
            for family in families:
                self.change(self._luck_of(family), self.terms.make("seeded", *contents, *worded))
            return Obj(self.terms.none)
        if draw := chance.draw_of(self.page, self.cell, node):
            found = self._draw(node, draw, [*contents, *worded])
            if draw.name.endswith("shuffle") and arguments and not draw.takes_state:
                self.change(arguments[0], found.content)
            return found
        if qualified in NOW:
            return Obj(self._luck("time"))
        if qualified == "next" and arguments:
            value = self.terms.make("next", contents[0])
            self.change(arguments[0], self.terms.make("taken", contents[0]))
            return Obj(value)
        if any(thing.kind == "generator" for thing in words.values()):
            for thing in words.values():
                if thing.kind == "generator":
                    worded.append(thing.content)
                    self.change(thing, self.terms.make("next", thing.content, id(node)))
        if qualified == "isinstance" or qualified == "callable":
            return Obj(self.terms.make(f"call:{qualified}", *contents))
        if qualified in ("map", "filter") and len(arguments) == 2:
            return self._mapping(qualified, node, arguments)
        self._hand_on(qualified.rpartition(".")[2], arguments, words)
        for place in changed_arguments(qualified):
            if place < len(arguments):
                self._set_item(qualified, arguments, place) if qualified in (
                    "setattr",
                    "operator.setitem",
                ) else self.change(arguments[place], self.terms.make(f"call:{qualified}", *contents, *worded))
        self._files(node, qualified, "")
        if "out" in words:
            self.change(words["out"], self.terms.make(f"call:{qualified}", *contents))
        value = self._function(node, qualified, contents, worded)
        for thing in arguments:
            if thing.is_iterator and qualified not in ITERATORS:
                self.change(thing, self.terms.make("taken", thing.content))
        found = Obj(value, self.page.values.kind(node) or "")
        found.is_iterator = qualified in ITERATORS
        if qualified in GENERATORS:
            found.kind = "generator"
        if qualified == "collections.Counter":
            found.kind = "counter"
        if qualified in ("list", "tuple") and arguments:
            found.items = arguments[0].items
        return found

    def _mapping(self, qualified: str, node: ast.Call, arguments: list[Obj]) -> Obj:
        function, over = arguments
        item = self.element(over, "each")
        made = self.invoke(function.function, function.scope, [item], {}).content if function.function else None
        if made is None:
            name = self.page.qualified(node.args[0]) or ""
            made = (
                self.terms.norm(item.content, {(name,)}, FUNCTIONS[name])
                if name in FUNCTIONS
                else self.terms.make("call", function.content, item.content)
            )
        found = Obj(
            self.terms.make("comp", made, None)
            if qualified == "map"
            else self.terms.make("comp", item.content, id(node))
        )
        found.is_iterator = True
        return found

    def _function(self, node: ast.Call, qualified: str, contents: list[Term], worded: list[Term]) -> Term:
        first = contents[0] if contents else None
        if first is not None and qualified in FUNCTIONS and not (qualified in ("max", "min") and len(contents) < 2):
            if qualified == "pandas.get_dummies" and keyword(node, "columns") is not None:
                return self.terms.make("call:pandas.get_dummies", *contents, *worded)
            place = (
                next((p for p, c in enumerate(contents) if c.op != "const"), 0)
                if qualified in ("max", "min", "numpy.maximum", "numpy.minimum")
                else 0
            )
            others = tuple(c for p, c in enumerate(contents) if p != place)
            if qualified in ("list", "tuple") and contents[place].op == "comp":
                return contents[place]
            return self.terms.norm(contents[place], {(qualified, *others, *worded)}, FUNCTIONS[qualified])
        if qualified in ("copy.copy", "copy.deepcopy") and first is not None:
            return first
        if qualified in ("re.sub",) and len(contents) >= 3:
            return self.terms.norm(contents[2], {(qualified, *contents[:2])}, "str")
        if qualified == "pandas.merge" and not any(_ON.search(word.arg or "") for word in node.keywords) and first is not None:
            return self.terms.norm(first, {(qualified, *contents[1:], *worded)})
        if qualified == "len" and first is not None:
            base = first
            while base.op == "over" and self.kind(node.args[0], Obj(base)) not in ("dict", "set"):
                base = base.args[0]
            return self.terms.make("call:len", base)
        if qualified == "numpy.where" and len(contents) == 3:
            return self.terms.choose(*contents)
        if qualified == "range":
            return self.terms.make("range", *contents)
        function = qualified or self.eval(node.func).content
        if not qualified:
            return self.terms.make("call", function, *contents, *worded)
        masks = {c.args[1] for c in contents if c.op == "filter"}
        if (
            len(masks) == 1
            and qualified.startswith(("numpy.", "math."))
            and all(c.op in ("filter", "const") for c in contents)
        ):
            cores = [c.args[0] if c.op == "filter" else c for c in contents]
            return self.terms.filter(self.terms.make(f"call:{qualified}", *cores, *worded), masks.pop())
        return self.terms.make(f"call:{qualified}", *contents, *worded)

    def _set_item(self, qualified: str, arguments: list[Obj], place: int) -> None:
        if len(arguments) == 3:
            inner = self.key_of(arguments[1].content)
            key = ("attr", inner) if qualified == "setattr" else inner
            self.change(arguments[0], self.terms.over(arguments[0].content, {key: arguments[2].content}), key)

    def _hand_on(self, name: str, things: list[Obj], words: dict[str | None, Obj]) -> None:
        """Call the page's own functions that a library is given and calls itself."""
        if name not in _HANDS_ON:
            return
        for thing in (*things, *words.values()):
            if thing.function is not None:
                places = len(thing.function.args.args)
                self.invoke(
                    thing.function,
                    thing.scope,
                    [
                        Obj(self.terms.make("handed", *(t.content for t in things if t is not thing), place))
                        for place in range(places)
                    ],
                    {},
                )

    # -- chance, time and files --------------------------------------------------------------------------------------

    def _luck_of(self, family: str) -> Obj:
        name = f"\0{family or 'time'}"
        if name not in self.globals:
            self.globals[name] = Obj(self.terms.make("sym", name))
        return self.globals[name]

    def _luck(self, family: str) -> Term:
        """The next thing that chance (or the clock) gives."""
        source = self._luck_of(family)
        value = self.terms.make("draw", source.content)
        self.change(source, self.terms.make("next", source.content))
        return value

    def _draw(self, node: ast.Call, draw: chance.Draw, contents: list[Term]) -> Obj:
        last = draw.name.rpartition(".")[2]
        if draw.takes_state and last[:1].isupper() and last not in ("RandomState", "Random"):
            found = Obj(self.terms.make("stochastic", draw.name, *contents), self.page.values.kind(node) or "")
            return found
        found = Obj(
            self.terms.make("draw", draw.name, self._luck(draw.family), *contents), self.page.values.kind(node) or ""
        )
        if draw.name in GENERATORS:
            found.kind = "generator"
        return found

    def _files(self, node: ast.Call, name: str, kind: str) -> None:
        error = FAILS_AGAIN.get(name)
        forgives = any(
            word.arg in ("exist_ok", "dirs_exist_ok", "missing_ok", "ignore_errors") for word in node.keywords
        )
        if error is not None and self.again and not forgives and not self.branches and not self.loops:
            raise Raised(error, "", self.node, self.site)
        if (
            name == "open"
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
            and "a" in str(node.args[1].value)
        ):
            self.outside.append((self.node, self.site))

    def _method_files(self, node: ast.Call, name: str, kind: str) -> None:
        mode = keyword(node, "mode" if name == "to_csv" else "if_exists")
        word = mode.value if isinstance(mode, ast.Constant) else None
        if (name == "to_csv" and word == "a") or (name == "to_sql" and word == "append"):
            self.outside.append((self.node, self.site))
        elif self.again and not self.branches:
            if name == "to_sql" and mode is None:
                raise Raised("ValueError", "", self.node, self.site)
            if kind == "path" and name in ("mkdir", "unlink", "rmdir", "rename"):
                if not any(word.arg in ("exist_ok", "missing_ok") for word in node.keywords):
                    raise Raised(
                        "FileExistsError" if name == "mkdir" else "FileNotFoundError", "", self.node, self.site
                    )


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


Calls.handlers = {**Expressions.handlers, ast.Call: Calls.call}
