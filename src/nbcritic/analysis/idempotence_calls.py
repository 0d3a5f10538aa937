"""Follows calls on paper: the page's own functions into their bodies, a library's by what it promises."""

from __future__ import annotations

import ast
import re

from nbcritic.analysis import chance
from nbcritic.analysis.graph_changes import changed_arguments
from nbcritic.analysis.idempotence_expressions import Expressions
from nbcritic.analysis.idempotence_frames import keyword
from nbcritic.analysis.idempotence_methods import Methods
from nbcritic.analysis.idempotence_objects import Obj
from nbcritic.analysis.idempotence_tables import FUNCTIONS, GENERATORS, ITERATORS, NOW
from nbcritic.analysis.idempotence_terms import Term, root

_ON = re.compile(r"on$|_index$")


class Calls(Methods):
    """Follows expressions with the calls in them."""

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

    def library(self, node: ast.Call, qualified: str) -> Obj:
        """A function of a library, or something unknown."""
        arguments, words = self.arguments(node)
        contents = [a.content for a in arguments]
        worded = [self.terms.make("word", name, thing.content) for name, thing in words.items()]
        if families := chance.seeds_of(self.page, node):
            for family in families:
                self.change(self.luck_of(family), self.terms.make("seeded", *contents, *worded))
            return Obj(self.terms.none)
        if draw := chance.draw_of(self.page, self.cell, node):
            found = self.draw(node, draw, [*contents, *worded])
            if draw.name.endswith("shuffle") and arguments and not draw.takes_state:
                self.change(arguments[0], found.content)
            return found
        if qualified in NOW:
            return Obj(self.luck("time"))
        if qualified == "next" and arguments:
            value = self.terms.make("next", contents[0])
            self.change(arguments[0], self.terms.make("taken", contents[0]))
            return Obj(value)
        if any(thing.kind == "generator" for thing in words.values()):
            for thing in words.values():
                if thing.kind == "generator":
                    worded.append(thing.content)
                    self.change(thing, self.terms.make("next", thing.content, id(node)))
        if qualified.startswith("tqdm.") and arguments:
            return arguments[0]
        if qualified == "isinstance" or qualified == "callable":
            return Obj(self.terms.make(f"call:{qualified}", *contents))
        if qualified in ("map", "filter") and len(arguments) == 2:
            return self._mapping(qualified, node, arguments)
        self.hand_on(qualified.rpartition(".")[2], arguments, words)
        for place in changed_arguments(qualified):
            if place < len(arguments):
                self._set_item(qualified, arguments, place) if qualified in (
                    "setattr",
                    "operator.setitem",
                ) else self.change(arguments[place], self.terms.make(f"call:{qualified}", *contents, *worded))
        self.files(node, qualified, "")
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
            if qualified == "pandas.get_dummies" and (keyword(node, "columns") is not None or first.op == "columns"):
                if self.again and root(first).op == "call:pandas.get_dummies":
                    raise self.stop("KeyError", Obj(first), node.args[0])
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
        if (
            qualified == "pandas.merge"
            and not any(_ON.search(word.arg or "") for word in node.keywords)
            and first is not None
        ):
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


Calls.handlers = {**Expressions.handlers, ast.Call: Calls.call}
