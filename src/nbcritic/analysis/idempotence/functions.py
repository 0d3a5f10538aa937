"""Follows calls of the page's own functions, classes and decorators into their bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable

from nbcritic.analysis.idempotence.objects import Obj, Raised, Scope
from nbcritic.analysis.idempotence.run import Run
from nbcritic.analysis.idempotence.tables import GENERATORS, ITERATORS
from nbcritic.analysis.idempotence.terms import Term

_DEEPEST_CALL = 6
_LONGEST = 40
"""Functions of more lines are not followed: they are taken to change nothing, and to give something of which no more is known."""


def arguments_of(run: Run, node: ast.Call) -> tuple[list[Obj], dict[str | None, Obj]]:
    """What a call is given."""
    words = {word.arg: _with_what_it_reads(run, run.eval(word.value)) for word in node.keywords}
    return [_with_what_it_reads(run, run.eval(argument)) for argument in node.args], words


def _with_what_it_reads(run: Run, thing: Obj) -> Obj:
    """A function that is handed on is another one when a name that it reads has another value."""
    read = run.read_by(thing.function) if thing.function is not None else []
    if not read:
        return thing
    found = Obj(run.terms.make("reading", thing.content, *read))
    found.function, found.scope = thing.function, thing.scope
    return found


def contents_of(run: Run, node: ast.Call) -> list[Term]:
    """The contents of what a call is given, in order; those of keywords with their names."""
    arguments, words = arguments_of(run, node)
    found = [thing.content for thing in arguments]
    return found + [
        run.terms.make("word", name, thing.content) for name, thing in words.items() if name not in ("inplace", "copy")
    ]


def call_own(run: Run, callee: Obj, arguments: list[Obj], words: dict[str | None, Obj]) -> Obj:
    """Call what the page defines."""
    if callee.made_by is not None:
        made = Obj(
            run.terms.make(
                "new", id(callee.made_by), *(a.content for a in arguments), *(w.content for w in words.values())
            )
        )
        made.klass = callee.made_by
        found = method_of(run, made.klass, "__init__")
        if found is not None:
            invoke(run, found, None, [made, *arguments], words)
        return made
    assert callee.function is not None
    return invoke(run, callee.function, callee.scope, arguments, words)


def decorated(run: Run, found: Obj, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Obj:
    """What the page's own decorators make of a function; those of libraries leave it as it is."""
    for decorator in reversed(node.decorator_list):
        maker = run.eval(decorator)
        if maker.function is not None:
            made = invoke(run, maker.function, maker.scope, [found], {})
            found = made if made.function is not None else found
    return found


def _quietly(run: Run, make: Callable[[], Obj]) -> Obj:
    """What an earlier cell made, with whatever its functions hold; nothing that this changes is noted."""
    writes, contents, bindings, scope = run.writes, run._contents, run._bindings, run.scope
    run.writes, run._contents, run._bindings, run.scope = [], [], [], None
    try:
        return make()
    except Raised:
        return Obj(run.terms.none)
    finally:
        for names, name, before in reversed(run._bindings):
            if names is run.globals and before is not None:
                names[name] = before
        for thing, content in reversed(run._contents):
            if thing.names:
                thing.content = content
        run.writes, run._contents, run._bindings, run.scope = writes, contents, bindings, scope


def _made_before(run: Run, found: Obj, source: ast.expr | None) -> None:
    """A function that the page's own functions have made: a closure, or a decorated one."""
    definition = found.function
    made = None
    if isinstance(definition, ast.FunctionDef) and definition.decorator_list:
        made = _quietly(run, lambda: decorated(run, found, definition))
    elif isinstance(source, ast.Call) and isinstance(source.func, ast.Name):
        maker = run.definitions.by_name.get(source.func.id)
        if isinstance(maker, ast.FunctionDef) and maker in run.definitions.makers:
            made = _quietly(run, lambda: run.eval(source))
    if made is not None and made.function is not None:
        found.function, found.scope = made.function, made.scope


def method_of(run: Run, klass: ast.ClassDef, name: str, depth: int = 0) -> ast.FunctionDef | None:
    """A method of a class or of what it is derived from, as far as the page defines it."""
    for statement in klass.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return statement
    for base in klass.bases if depth < 4 else ():
        definition = run.definitions.by_name.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(definition, ast.ClassDef) and definition is not klass:
            found = method_of(run, definition, name, depth + 1)
            if found is not None:
                return found
    return None


def invoke(
    run: Run,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    outer: Scope | None,
    arguments: list[Obj],
    words: dict[str | None, Obj],
) -> Obj:
    """Follow a function's body."""
    opaque = run.terms.make("own", id(node), *(a.content for a in arguments), *(w.content for w in words.values()))
    if node in run.active or len(run.active) >= _DEEPEST_CALL:
        return Obj(opaque)
    if (node.end_lineno or node.lineno) - node.lineno > _LONGEST:
        run.truncated = True
        return Obj(opaque)
    if outer is None and run.repeats(node, opaque):
        return Obj(opaque)
    if node in run.definitions.generators:
        found = Obj(opaque)
        found.is_iterator = True
        return found
    scope = Scope(run.definitions.locals_of(node), outer)
    _pass(run, scope, node.args, arguments, words)
    before, run.scope = run.scope, scope
    loops, run.loops = run.loops, run.loops
    run.active.append(node)
    try:
        if isinstance(node, ast.Lambda):
            return run.eval(node.body)
        run.body(node.body)
    finally:
        run.active.pop()
        run.scope, run.loops = before, loops
    returned = scope.returned
    if not returned:
        return Obj(run.terms.none)
    if len(returned) == 1:
        return returned[0]
    return Obj(run.terms.make("returned", *(r.content for r in returned)))


def _pass(run: Run, scope: Scope, expected: ast.arguments, given: list[Obj], words: dict[str | None, Obj]) -> None:
    places = [argument.arg for argument in (*expected.posonlyargs, *expected.args)]
    defaults = dict(zip(reversed(places), reversed(expected.defaults), strict=False))
    defaults |= {a.arg: d for a, d in zip(expected.kwonlyargs, expected.kw_defaults, strict=True) if d is not None}
    for name, default in defaults.items():
        if isinstance(default, ast.Constant) and default.value is not ...:
            scope.objects[name] = Obj(run.terms.const(default.value))
        else:  # evaluated once: a list is the same one in each call
            is_generator_made = isinstance(default, ast.Call) and run.page.qualified(default.func) in GENERATORS
            fresh = Obj(run.terms.make("sym", f"\0default {id(default)}"), "generator" if is_generator_made else "")
            kept = run.defaults.setdefault(id(default), fresh)
            scope.objects[name] = kept
    scope.objects.update(zip(places, given, strict=False))
    scope.objects.update({name: thing for name, thing in words.items() if name is not None})
    if expected.vararg is not None:
        rest = given[len(places) :]
        many = Obj(run.terms.make("tuple", *(thing.content for thing in rest)))
        many.items = rest
        scope.objects[expected.vararg.arg] = many
    if expected.kwarg is not None:
        scope.objects[expected.kwarg.arg] = Obj(run.terms.make("words", *(thing.content for thing in words.values())))


def from_before(run: Run, node: ast.Name) -> Obj:
    """The object that an earlier cell has bound to a name."""
    name = node.id
    found = Obj(run.terms.make("sym", name), run.page.values.kind_of_name(name) or "")
    definition = run.definitions.by_name.get(name)
    if isinstance(definition, ast.ClassDef):
        found.made_by = definition
    elif isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        found.function = definition
    source = run.page.values.source(node)
    if source in run.cell.parents:
        return found
    _made_before(run, found, source)
    if source is None:
        return found
    if isinstance(source, ast.Name) and source.id != name:
        return run.lookup(source)
    if isinstance(source, ast.Constant) and isinstance(source.value, (int, float, str, bool, type(None))):
        found.content = run.terms.const(source.value)
    elif isinstance(source, (ast.List, ast.Tuple)) and all(isinstance(item, ast.Name) for item in source.elts):
        found.items = [run.lookup(item) for item in source.elts if isinstance(item, ast.Name)]
    elif isinstance(source, ast.GeneratorExp):
        found.is_iterator = True
    elif isinstance(source, ast.Call):
        qualified = run.page.qualified(source.func) or ""
        made = run.definitions.by_name.get(source.func.id) if isinstance(source.func, ast.Name) else None
        found.klass = made if isinstance(made, ast.ClassDef) else None
        found.is_iterator = qualified in ITERATORS or made in run.definitions.generators
        if qualified in GENERATORS:
            found.kind = "generator"
        elif qualified == "collections.Counter":
            found.kind = "counter"
    return found
