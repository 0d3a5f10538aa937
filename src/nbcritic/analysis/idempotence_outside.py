"""What does not stand in the session: chance, the clock, files, and functions that a library calls."""

from __future__ import annotations

import ast

from nbcritic.analysis import chance
from nbcritic.analysis.idempotence_frames import keyword
from nbcritic.analysis.idempotence_objects import Obj, Raised
from nbcritic.analysis.idempotence_own import Own
from nbcritic.analysis.idempotence_tables import FAILS_AGAIN, GENERATORS
from nbcritic.analysis.idempotence_terms import Term

_HANDS_ON = frozenset(
    "apply map applymap transform pipe agg aggregate filter sorted min max sort sort_values reduce assign foreach".split()
)


class Outside(Own):
    """Follows chance, files and callbacks."""

    def hand_on(self, name: str, things: list[Obj], words: dict[str | None, Obj]) -> None:
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

    def luck_of(self, family: str) -> Obj:
        """The state of a generator or of the clock, which lives outside the names."""
        name = f"\0{family or 'time'}"
        if name not in self.globals:
            self.globals[name] = Obj(self.terms.make("sym", name))
        return self.globals[name]

    def luck(self, family: str) -> Term:
        """The next thing that chance (or the clock) gives."""
        source = self.luck_of(family)
        value = self.terms.make("draw", source.content)
        self.change(source, self.terms.make("next", source.content))
        return value

    def draw(self, node: ast.Call, draw: chance.Draw, contents: list[Term]) -> Obj:
        """A call whose result is up to chance."""
        last = draw.name.rpartition(".")[2]
        if draw.takes_state and last[:1].isupper() and last not in ("RandomState", "Random"):
            return Obj(self.terms.make("stochastic", draw.name, *contents), self.page.values.kind(node) or "")
        found = Obj(
            self.terms.make("draw", draw.name, self.luck(draw.family), *contents), self.page.values.kind(node) or ""
        )
        if draw.name in GENERATORS:
            found.kind = "generator"
        return found

    def files(self, node: ast.Call, name: str, kind: str) -> None:
        """A function that fails where its work is done, or adds to a file."""
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

    def method_files(self, node: ast.Call, name: str, kind: str) -> None:
        """The same for methods of tables and paths."""
        mode = keyword(node, "mode" if name == "to_csv" else "if_exists")
        word = mode.value if isinstance(mode, ast.Constant) else None
        if (name == "to_csv" and word == "a") or (name == "to_sql" and word == "append"):
            self.outside.append((self.node, self.site))
        elif self.again and not self.branches:
            if name == "to_sql" and mode is None:
                raise Raised("ValueError", "", self.node, self.site)
            forgives = any(word.arg in ("exist_ok", "missing_ok") for word in node.keywords)
            if kind == "path" and name in ("mkdir", "unlink", "rmdir", "rename") and not forgives:
                error = "FileExistsError" if name == "mkdir" else "FileNotFoundError"
                raise Raised(error, "", self.node, self.site)
