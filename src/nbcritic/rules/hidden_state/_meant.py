"""Draws that are meant to differ, or of which nothing comes: repeats, lessons, augmentation, branches that nothing chooses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.chance import Draw, functions_around
from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.notebook.outputs import Output
from nbcritic.rules.hidden_state._shared import line_of_error

_REPEATS = regex(
    r"n_?(?:boots?|bootstraps?|repeats?|reps?|resamples?|shuffles?|iter|iterations|runs)|repeats|bootstraps"
)
_LIBRARIES = ("sklearn.", "imblearn.", "xgboost.", "lightgbm.")
_PICTURE = regex(r"augment|distort|crop|flip|rotat|jitter|image|img|preprocess", re.I)
_SCORES = frozenset(
    "fit fit_generator train train_on_batch score evaluate predict backward minimize loss accuracy metrics cross_val_score "
    "accuracy_score Trainer trainer optimizer".split()
)
_COUNTED = frozenset({"arange", "range", "linspace", "array", "list", "tuple"})
_SETTLED = frozenset({"fit", "get_params", "set_params", "affinity_matrix_", "n_features_in_", "feature_names_in_"})
"""What is asked of a model that does not depend on chance."""
_FEW = 10
"""No more rows than this are a toy."""
IN_PLACE = frozenset({"shuffle"})
_MISSING = regex(r"name '(\w+)' is not defined")


def is_repeated_on_purpose(page: Page, draw: Draw) -> bool:
    """Is a model handed to a helper that fits it many times, to average the chance or to show its spread?"""
    cell = draw.cell
    statement = cell.statement(draw.call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is draw.call else None
    name = target.id if isinstance(target, ast.Name) else ""
    if not draw.takes_state:
        return False
    loads = [node for node in cell.nodes(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load)]
    handed = loads if name else [draw.call]
    return bool(handed) and all(_is_given_to_repeats(page, cell, node) for node in handed)


def _is_given_to_repeats(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    above = cell.parent(node)
    call = cell.parent(above) if isinstance(above, ast.keyword) else above
    if not isinstance(call, ast.Call) or call.func is node:
        return False
    library = (page.qualified(call.func) or "").startswith(_LIBRARIES)
    return not library and any(_REPEATS.fullmatch(word.arg or "") for word in call.keywords)


def is_demonstration(page: Page, draw: Draw) -> bool:
    """Does a line on its own shuffle or pick from numbers that are written out, and the page show at once what came of it?"""
    cell, call = draw.cell, draw.call
    statement = cell.statement(call)
    body = cell.tree.body if cell.tree is not None else []
    if statement not in body or not call.args:
        return False
    first = call.args[0]
    name = first.id if isinstance(first, ast.Name) else ""
    if not _is_written_out(first) and not (name and _is_made_of_numbers(page, cell, name)):
        return False
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
    if draw.takes_state or not name or getattr(statement, "value", None) is not call:
        return False
    return any(_shows(last, name) for last in _shown_next(page, cell, statement)) and not _is_used(page, cell, name)


def _is_used(page: Page, cell: CodeCell, name: str) -> bool:
    """Does a page that trains or scores something make anything of the value?"""
    if _SCORES.isdisjoint(page.names.mentioned):
        return False
    again = min((n for n, _ in page.names.bindings.get(name, ()) if n > cell.number), default=1 << 30)
    touched = (t for n, t in page.flow.touched.items() if cell.number < n < again and name in t.reads)
    return any({*t.binds, *t.mutates} - {name} for t in touched)


def _is_written_out(node: ast.expr) -> bool:
    """Numbers and texts, or a range of them: nothing that comes from elsewhere."""
    names = {part.id for part in nodes_in(node, ast.Name)}
    called = {part.attr for part in nodes_in(node, ast.Attribute)} | names
    return not isinstance(node, ast.Name) and called <= _COUNTED | {"np", "numpy", "reshape"}


def _is_made_of_numbers(page: Page, cell: CodeCell, name: str) -> bool:
    bound = [
        (n, event) for n, event in page.names.bindings.get(name, ()) if n <= cell.number and event.node is not None
    ]
    if not bound or bound[-1][1].node is None:
        return False
    number, event = bound[-1]
    assert event.node is not None
    made = page.cell(number).statement(event.node)
    return isinstance(made, ast.Assign) and _is_written_out(made.value)


def _shown_next(page: Page, cell: CodeCell, statement: ast.AST) -> Iterator[ast.stmt]:
    """The statement after this one, in its cell or first in the next."""
    body = cell.tree.body if cell.tree is not None else []
    after = next((other for other in page.code if other.number > cell.number and other.tree is not None), None)
    below = after.tree.body if after is not None and after.tree is not None else []
    yield from [*body[[id(s) for s in body].index(id(statement)) + 1 :], *below][:1]


def _shows(statement: ast.stmt, name: str) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("print", "display"):
        return any(isinstance(argument, ast.Name) and argument.id == name for argument in value.args)
    return isinstance(value, ast.Name) and value.id == name


def is_augmentation(page: Page, draw: Draw) -> bool:
    """Does a helper distort pictures by chance, on a page that neither trains nor scores anything?"""
    around = functions_around(draw.cell, draw.call)
    if not around or not _SCORES.isdisjoint(page.names.mentioned):
        return False
    return any(
        _PICTURE.search(function.name) or any(_PICTURE.search(argument.arg) for argument in function.args.args)
        for function in around
    )


def is_never_chosen(page: Page, draw: Draw) -> bool:
    """Does the draw stand in a branch for a text (`method == "gmm"`) that stands nowhere else on the page?"""
    below: ast.AST = draw.call
    for parent in draw.cell.ancestors(draw.call):
        wanted = _text_asked_for(parent) if isinstance(parent, ast.If) and below in parent.body else None
        if wanted is not None and functions_around(draw.cell, parent) and not _stands_elsewhere(page, wanted):
            return True
        below = parent
    return False


def _text_asked_for(branch: ast.If) -> str | None:
    test = branch.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        other = test.comparators[0]
        if isinstance(test.left, ast.Name) and isinstance(other, ast.Constant) and isinstance(other.value, str):
            return other.value
    return None


def _stands_elsewhere(page: Page, text: str) -> bool:
    return any(
        isinstance(node.value, str) and text in node.value and not isinstance(cell.parent(node), ast.Compare)
        for cell in page.code
        for node in cell.nodes(ast.Constant)
    )


def stops_before_use(page: Page, draw: Draw) -> bool:
    """Did the cell end in an error before anything came of the draw?"""
    cell, call = draw.cell, draw.call
    errors = [output for output in cell.outputs if output.kind == "error"]
    stop = max((line_of_error(cell, output) or _line_of_missing(cell, output) for output in errors), default=0)
    statement = cell.statement(call)
    if not stop or not isinstance(statement, ast.stmt) or cell.in_function(call):
        return False
    if stop <= (statement.end_lineno or statement.lineno):
        return True
    names = stored_names(statement.targets[0]) if isinstance(statement, ast.Assign) else []
    used = [cell.statement(node) for name in names for node in _loads(cell, name) if node.lineno > statement.lineno]
    below = any(n > cell.number and not t.reads.keys().isdisjoint(names) for n, t in page.flow.touched.items())
    first = min((getattr(node, "end_lineno", 0) for node in used), default=0)
    return stop <= first and not below


def only_waits(cell: CodeCell, call: ast.Call) -> bool:
    """Does the draw only decide when something is over: `if random() < 0.1: done = True`?"""
    test = next((parent for parent in cell.ancestors(call) if isinstance(parent, ast.stmt)), None)
    if not isinstance(test, (ast.If, ast.While)) or test.orelse or not _is_in(call, test.test):
        return False
    return all(_ends(statement) for statement in test.body)


def _is_in(call: ast.Call, test: ast.expr) -> bool:
    return any(node is call for node in ast.walk(test))


def _ends(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(statement, (ast.Break, ast.Pass)) or (isinstance(value, ast.Constant) and value.value is True)


def is_unasked(page: Page, draw: Draw) -> bool:
    """Is what is shuffled never read again, or the model never asked for anything that chance decides?"""
    cell, call = draw.cell, draw.call
    if called_name(call.func) in IN_PLACE and call.args and isinstance(call.args[0], ast.Name):
        name, own = call.args[0].id, call.args[0]
        below = any(number > cell.number and name in touched.reads for number, touched in page.flow.touched.items())
        return not below and all(node is own or node.lineno < own.lineno for node in _loads(cell, name))
    statement = cell.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and _is_model(statement.value, call) else None
    if not draw.takes_state or not isinstance(target, ast.Name) or cell.in_function(call):
        return False
    again = [number for number, _ in page.names.bindings.get(target.id, ()) if number > cell.number]
    scope = (other for other in page.code if cell.number <= other.number < min(again, default=1 << 30))
    asked = [(other, node) for other in scope for node in _loads(other, target.id)]
    return bool(asked) and all(getattr(other.parent(node), "attr", "") in _SETTLED for other, node in asked)


def _is_model(value: ast.expr, call: ast.Call) -> bool:
    """`Model()`, or `Model().fit(rows)`, which is the model as well."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "fit":
        value = value.func.value
    return value is call


def _loads(cell: CodeCell, name: str) -> list[ast.Name]:
    return [node for node in cell.nodes(ast.Name) if node.id == name and isinstance(node.ctx, ast.Load)]


def _line_of_missing(cell: CodeCell, error: Output) -> int:
    """The first line that needs the name that a NameError misses; 0 where there is none."""
    found = _MISSING.search(error.evalue) if error.ename == "NameError" else None
    name = found[1] if found is not None else ""
    return min(
        (node.lineno for node in cell.nodes(ast.Name) if node.id == name and not cell.in_function(node)), default=0
    )


def is_never_fitted(page: Page, draw: Draw) -> bool:
    """Is a model only asked for its settings, or does its name get another value before anything reads it?"""
    cell, call = draw.cell, draw.call
    if not draw.takes_state or not called_name(call.func)[:1].isupper() or functions_around(cell, call):
        return False
    if getattr(cell.parent(call), "attr", "") == "get_params":
        return True
    statement = cell.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is call else None
    if not isinstance(target, ast.Name) or statement not in (cell.tree.body if cell.tree is not None else ()):
        return False
    after = False
    for other in page.code:
        for event in page.names.of(other.number).events if other.number >= cell.number else ():
            if event.node is target:
                after = True
            elif after and event.name == target.id:
                return event.kind == "bind" and event.how == "assign" and not event.may
    return False


def is_toy_table(page: Page, draw: Draw) -> bool:
    """Does it fill a small table that is written out, which nothing that trains or scores reads?"""
    cell, call = draw.cell, draw.call
    sizes = [size.value for size in call.args if isinstance(size, ast.Constant)]
    if len(sizes) != len(call.args) or not all(isinstance(size, int) and size <= _FEW for size in sizes) or not sizes:
        return False
    outer = cell.parent(call)
    table = cell.parent(outer) if isinstance(outer, ast.Dict) else outer
    statement = cell.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is table else None
    if not isinstance(table, ast.Call) or called_name(table.func) != "DataFrame" or not isinstance(target, ast.Name):
        return False
    readers = (n for n, t in page.flow.touched.items() if target.id in t.reads)
    return all(_SCORES.isdisjoint(page.names.of(n).attributes | page.names.of(n).uses) for n in readers)
