"""What does not stand in the session: chance, the clock, files, and functions that a library calls."""

from __future__ import annotations

import ast

from nbcritic.analysis import chance
from nbcritic.analysis.idempotence.frames import keyword
from nbcritic.analysis.idempotence.functions import invoke
from nbcritic.analysis.idempotence.objects import Obj, Raised
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.tables import FAILS_AGAIN, GENERATORS
from nbcritic.analysis.idempotence.terms import Term

_HANDS_ON = frozenset(
    "apply map applymap transform pipe agg aggregate filter sorted min max sort sort_values reduce assign foreach".split()
)


def hand_on(run: Run, name: str, things: list[Obj], words: dict[str | None, Obj]) -> None:
    """Call the page's own functions that a library is given and calls itself."""
    if name not in _HANDS_ON:
        return
    for thing in (*things, *words.values()):
        if thing.function is not None:
            places = len(thing.function.args.args)
            invoke(
                run,
                thing.function,
                thing.scope,
                [
                    Obj(run.terms.make("handed", *(t.content for t in things if t is not thing), place))
                    for place in range(places)
                ],
                {},
            )


def luck_of(run: Run, family: str) -> Obj:
    """The state of a generator or of the clock, which lives outside the names."""
    name = f"\0{family or 'time'}"
    if name not in run.globals:
        run.globals[name] = Obj(run.terms.make("sym", name))
    return run.globals[name]


def next_luck(run: Run, family: str) -> Term:
    """The next thing that chance (or the clock) gives."""
    source = luck_of(run, family)
    value = run.terms.make("draw", source.content)
    run.change(source, run.terms.make("next", source.content))
    return value


def make_draw(run: Run, node: ast.Call, draw: chance.Draw, contents: list[Term]) -> Obj:
    """A call whose result is up to chance."""
    last = draw.name.rpartition(".")[2]
    if draw.takes_state and last[:1].isupper() and last not in ("RandomState", "Random"):
        return Obj(run.terms.make("stochastic", draw.name, *contents), run.page.values.kind(node) or "")
    found = Obj(
        run.terms.make("draw", draw.name, next_luck(run, draw.family), *contents), run.page.values.kind(node) or ""
    )
    if draw.name in GENERATORS:
        found.kind = "generator"
    return found


def note_files(run: Run, node: ast.Call, name: str, kind: str) -> None:
    """A function that fails where its work is done, or adds to a file."""
    error = FAILS_AGAIN.get(name)
    forgives = any(word.arg in ("exist_ok", "dirs_exist_ok", "missing_ok", "ignore_errors") for word in node.keywords)
    if error is not None and run.again and not forgives and not run.branches and not run.loops:
        raise Raised(error, "", run.node, run.site)
    if (
        name == "open"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
        and "a" in str(node.args[1].value)
    ):
        run.outside.append((run.node, run.site))


def note_method_files(run: Run, node: ast.Call, name: str, kind: str) -> None:
    """The same for methods of tables and paths."""
    mode = keyword(node, "mode" if name == "to_csv" else "if_exists")
    word = mode.value if isinstance(mode, ast.Constant) else None
    if (name == "to_csv" and word == "a") or (name == "to_sql" and word == "append"):
        run.outside.append((run.node, run.site))
    elif run.again and not run.branches:
        if name == "to_sql" and mode is None:
            raise Raised("ValueError", "", run.node, run.site)
        forgives = any(word.arg in ("exist_ok", "missing_ok") for word in node.keywords)
        if kind == "path" and name in ("mkdir", "unlink", "rmdir", "rename") and not forgives:
            error = "FileExistsError" if name == "mkdir" else "FileNotFoundError"
            raise Raised(error, "", run.node, run.site)
