"""What keeps a second run of a cell from doing it again: what is done is undone or done once, or the run stops, then or later."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._rerun import home_of

_ADDS = frozenset({"concat", "append", "extend", "concatenate", "vstack", "hstack"})
_JOINS = frozenset({"merge", "join", "pandas.merge"})
_DEEPEST = 3


def adds_only_what_is_missing(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does it append only what the target does not have yet: what is no member of it, or a difference of sets?"""
    if reason.kind != "accumulates":
        return False
    body: ast.AST | None = _function_of(page, reason)
    home = home_of(page, reason)
    if body is None:
        body = next((p for p in home.ancestors(reason.node) if isinstance(p, ast.FunctionDef)), None) or home.tree
    nodes = list(nodes_in(body)) if body is not None else []
    made = _values(nodes)
    adding = [node for node in nodes if isinstance(node, ast.Call) and called_name(node.func) in _ADDS]
    return bool(adding) and all(
        any(_asks_for_missing(part, target) for part in _behind(call, made, _DEEPEST))
        for call in adding
        if (target := _target(call))
    )


def _function_of(page: Page, reason: Reason) -> ast.FunctionDef | None:
    """The page's function that the statement calls for the new value."""
    value = reason.node.value if isinstance(reason.node, ast.Assign) else None
    name = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
    return functions_by_name(page).get(name)


def functions_by_name(page: Page) -> dict[str, ast.FunctionDef]:
    """The functions that the page defines, each as it is defined last."""
    found: dict[str, ast.FunctionDef] = {}
    for cell in page.code:
        for node in cell.nodes(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            found[node.name] = node
    return found


def _target(call: ast.Call) -> str:
    """The name of what something is added to."""
    first = call.args[0] if call.args else None
    if isinstance(first, (ast.List, ast.Tuple)) and first.elts:
        first = first.elts[0]
    elif isinstance(call.func, ast.Attribute) and called_name(call.func) in ("append", "extend"):
        first = call.func.value
    root = root_name(first) if first is not None else None
    return root.id if root is not None else ""


def _values(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """What each name is given."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for name in (name for target in node.targets for name in stored_names(target)):
                found.setdefault(name, []).append(node.value)
        elif isinstance(node, ast.For):
            for name in stored_names(node.target):
                found.setdefault(name, []).append(node.iter)
    return found


def _behind(node: ast.AST, made: dict[str, list[ast.expr]], depth: int) -> Iterator[ast.AST]:
    """The parts of an expression, and those of what its names were given."""
    for part in nodes_in(node):
        yield part
        if isinstance(part, ast.Name) and depth:
            for value in made.get(part.id, ()):
                yield from _behind(value, made, depth - 1)


def _asks_for_missing(node: ast.AST, target: str) -> bool:
    """`set(a) - set(target)`, `a.difference(target)`, `~a.isin(target)`, `a not in target`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return isinstance(node.right, ast.Call) and called_name(node.right.func) == "set" and _names(node.right, target)
    if isinstance(node, ast.Call) and called_name(node.func) == "difference":
        return any(_names(argument, target) for argument in node.args)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and isinstance(node.operand, ast.Call):
        call = node.operand
        return called_name(call.func) == "isin" and any(_names(argument, target) for argument in call.args)
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[-1], ast.NotIn)
        and any(_names(other, target) for other in node.comparators)
    )


def _names(node: ast.AST, name: str) -> bool:
    return any(part.id == name for part in nodes_in(node, ast.Name))


def is_undone(page: Page, cell: CodeCell, reason: Reason) -> bool:
    """Does the rest of the cell, or of the statement, take away what a second run adds, or has a helper taken it out before?

    `reset_index().drop("index", axis=1)`, an index that is set again, `concat` and then `drop_duplicates`, a helper that joins
    new rows to `rows[rows.kind != kind]`, and `DataFrame(frame, columns=…)`, which brings a lost column back. To cut by labels
    and to join with nothing but the keys has no second effect.
    """
    if reason.operation == "cut":
        return _cuts_by_label(reason.node)
    calls = list(_calls_after(cell, reason))
    if reason.operation == "reset_index":
        reset = any(called_name(call.func) == "set_index" or _drops_index(call) for call in calls)
        return reset or _is_narrowed(cell, reason)
    if merge_of(cell, reason) is not None:
        return _drops_what_came(cell, reason) or _brings_only_keys(cell, reason)
    if reason.kind == "raises":
        return any(_is_reindexed(page, node, reason.name) for node in cell.nodes(ast.Assign))
    if reason.kind != "accumulates":
        return False
    if any(called_name(call.func) == "drop_duplicates" and not _has(call, "keep", False) for call in calls):
        return True
    value = reason.node.value if isinstance(reason.node, ast.Assign) else None
    while (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and isinstance(value.func.value, ast.Call)
    ):
        value = value.func.value  # `concat(…).reset_index(drop=True)`
    if isinstance(value, ast.Call) and any(_is_rest(part, {reason.name}) for part in _joined(value)):
        return True
    function = _function_of(page, reason)
    return function is not None and _takes_out_first(function)


def _cuts_by_label(node: ast.AST) -> bool:
    """`x.loc[:, "a":"z"]`, `x["2020":]`: what is kept is kept again."""
    bounds = [b for n in nodes_in(node) if isinstance(n, ast.Slice) for b in (n.lower, n.upper) if b is not None]
    return bool(bounds) and all(isinstance(b, ast.Constant) and isinstance(b.value, str) for b in bounds)


def _brings_only_keys(cell: CodeCell, reason: Reason) -> bool:
    """Is the other table `other[["a", "b"]]` with the very columns of `on`? Then the merge is a filter."""
    call = merge_of(cell, reason)
    if call is None:
        return False
    on = {label for word in call.keywords if word.arg == "on" for label in _labels(word.value)}
    given = [*call.args, *(word.value for word in call.keywords if word.arg == "right")]
    return bool(on) and any(_labels(other.slice) == on for other in given if isinstance(other, ast.Subscript))


def _joined(call: ast.Call) -> list[ast.expr]:
    """What `concat` puts one below the other."""
    first = call.args[0] if call.args and called_name(call.func) == "concat" else None
    return first.elts if isinstance(first, (ast.List, ast.Tuple)) else []


def _is_narrowed(cell: CodeCell, reason: Reason) -> bool:
    """Does the cell go on with some columns of the table alone, which are written out: `x = x["a"]`, `x = x[["a", "b"]]`?"""
    return any(
        node.lineno > reason.span.line
        and any(isinstance(target, ast.Name) and target.id == reason.name for target in node.targets)
        and isinstance(node.value, ast.Subscript)
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id == reason.name
        and {"'index'", "'level_0'"}.isdisjoint(labels := _labels(node.value.slice))
        and bool(labels)
        for node in cell.nodes(ast.Assign)
    )


def _drops_what_came(cell: CodeCell, reason: Reason) -> bool:
    """Does the cell drop columns after a merge that brings nobody knows which? They may be all that it brings."""
    call = merge_of(cell, reason)
    given = [*call.args, *(word.value for word in call.keywords if word.arg in ("right", "other"))] if call else []
    is_known = any(isinstance(value, ast.Subscript) for value in given)
    drops = (c for c in _calls_after(cell, reason) if called_name(c.func) == "drop" and c is not call)
    named = (v for c in drops for v in (*c.args, *(w.value for w in c.keywords if w.arg in ("columns", "labels"))))
    return not is_known and any(_labels(value) - {"'_merge'"} for value in named)


def _calls_after(cell: CodeCell, reason: Reason) -> Iterator[ast.Call]:
    """The calls of the statement that does it, and those further down that work on the name."""
    for statement in cell.tree.body if cell.tree is not None else []:
        if statement is reason.node or (statement.lineno > reason.span.line and _names(statement, reason.name)):
            yield from (node for node in nodes_in(statement, ast.Call))


def _has(call: ast.Call, word: str, *values: object) -> bool:
    given = (w.value for w in call.keywords if w.arg == word)
    return any(isinstance(value, ast.Constant) and value.value in values for value in given)


def _drops_index(call: ast.Call) -> bool:
    if called_name(call.func) != "drop":
        return False
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg in ("columns", "labels"))]
    return any(label in ("'index'", "'level_0'") for value in given for label in _labels(value))


def _is_reindexed(page: Page, node: ast.Assign, name: str) -> bool:
    call = node.value
    return (
        isinstance(call, ast.Call)
        and page.qualified(call.func) == "pandas.DataFrame"
        and bool(call.args)
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == name
        and any(word.arg == "columns" for word in call.keywords)
    )


def _takes_out_first(function: ast.FunctionDef) -> bool:
    """Does a helper leave rows out of its table before it joins new ones to the rest?"""
    own = {argument.arg for argument in function.args.args}
    left = set[str]()
    for node in nodes_in(function):
        if isinstance(node, ast.Assign) and any(_is_rest(part, own) for part in nodes_in(node.value)):
            left.update(name for target in node.targets for name in stored_names(target))
    joins = [n for n in nodes_in(function, ast.Call) if called_name(n.func) in ("concat", "append")]
    return bool(joins) and all(
        any(_is_rest(part, own) or (isinstance(part, ast.Name) and part.id in left) for part in nodes_in(call))
        for call in joins
    )


def _is_rest(node: ast.AST, tables: set[str]) -> bool:
    """`rows[rows.kind != kind]`, `rows.loc[~rows.kind.isin(…)]`, `rows.drop(…)`."""
    if isinstance(node, ast.Call):
        root = root_name(node.func) if called_name(node.func) == "drop" else None
        return root is not None and root.id in tables
    if not isinstance(node, ast.Subscript) or (root := root_name(node)) is None or root.id not in tables:
        return False
    if isinstance(node.slice, ast.Compare):
        return isinstance(node.slice.ops[0], (ast.NotEq, ast.NotIn))
    return isinstance(node.slice, ast.UnaryOp) and isinstance(node.slice.op, ast.Invert)


def error_of_merge(page: Page, cell: CodeCell, reason: Reason) -> str:
    """The error with which a second merge, or what follows it in the cell, stops; empty where none is known.

    A second merge has each column of the other table twice, with suffixes: what reads one by its plain name stops. So does the merge
    itself where its key is dropped afterwards, and where it is to say with `indicator=True` whence each row comes, unless that
    column is taken away again. Known to come from the other table are the columns that the page gives it, and one that is dropped
    after the merge and then set anew.
    """
    call = merge_of(cell, reason)
    if call is None:
        return ""
    if _misses_its_key(cell, reason, call):
        return "KeyError"
    if _has(call, "indicator", True) and not _is_dropped(cell, reason, {"'_merge'"}):
        return "ValueError"
    known = _made_of(cell, _brought(page, cell, call, reason.name))
    after = [s for s in cell.tree.body if s.lineno > reason.span.line] if cell.tree is not None else []
    set_anew = {label for s in after if isinstance(s, ast.Assign) for label in _stored(s, reason.name)}
    if any(_mentions(statement, reason.name, known) for statement in after):
        return "KeyError"
    return "KeyError" if set_anew and _is_dropped(cell, reason, set_anew) else ""


def _misses_its_key(cell: CodeCell, reason: Reason, call: ast.Call) -> bool:
    """Does the cell drop a column by which it merges, and not name another one so?"""
    keys = {label for word in call.keywords if word.arg in ("on", "left_on") for label in _labels(word.value)}
    again = (w.value for other in cell.nodes(ast.Call) if called_name(other.func) == "rename" for w in other.keywords)
    named = {label for value in again if isinstance(value, ast.Dict) for v in value.values for label in _labels(v)}
    set_anew = {label for s in cell.nodes(ast.Assign) for label in _stored(s, reason.name)}
    return _is_dropped(cell, reason, keys - named - set_anew)


def merge_of(cell: CodeCell, reason: Reason) -> ast.Call | None:
    call = reason.node.value if isinstance(reason.node, ast.Assign) else None
    is_here = reason.operation in _JOINS and cell.parent(reason.node) is not None
    return call if is_here and isinstance(call, ast.Call) else None


def _is_dropped(cell: CodeCell, reason: Reason, labels: set[str]) -> bool:
    drops = [call for call in _calls_after(cell, reason) if called_name(call.func) in ("drop", "pop")]
    given = [value for call in drops for value in (*call.args, *(word.value for word in call.keywords))]
    return any(not labels.isdisjoint(_labels(value)) for value in given)


def _stored(statement: ast.Assign, name: str) -> Iterator[str]:
    """The labels under which a statement sets columns of the table."""
    for target in statement.targets:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == name:
            yield from _labels(target.slice)


def _mentions(statement: ast.stmt, name: str, labels: set[str]) -> bool:
    """Does a statement that reads the table name one of its columns, other than to set it or to name it anew?"""
    nodes = nodes_in(statement)
    if not any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in nodes):
        return False
    renames = [n for n in nodes if isinstance(n, ast.Call) and called_name(n.func) in ("rename", "merge", "join")]
    set_ = [n.slice for n in nodes if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]
    left_out = {id(part) for node in (*renames, *set_) for part in nodes_in(node)}
    named = [node for node in nodes if isinstance(node, (ast.Constant, ast.Name)) and id(node) not in left_out]
    return any(not labels.isdisjoint(_labels(node)) for node in named)


def _brought(page: Page, cell: CodeCell, call: ast.Call, name: str) -> set[str]:
    """The columns that a merge is known to bring from the other table."""
    given = [*call.args, *(word.value for word in call.keywords if word.arg in ("right", "other"))]
    others = {value.id for value in given if isinstance(value, ast.Name)} - {name}
    above = [other for other in page.code if other.number <= cell.number]
    found = {label for other in above for label in _given(other, others)}
    for value in given:
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.List):
            found |= _labels(value.slice)
    makers = {number for other in others for number, _ in page.names.bindings.get(other, ())}
    for maker in (other for other in above if other.number in makers and other is not cell):
        for node in maker.nodes(ast.Dict):
            found |= {label for key in node.keys if isinstance(key, ast.Constant) for label in _labels(key)}
    own = {label for other in above for s in other.nodes(ast.Assign) for label in _stored(s, name) if other is not cell}
    on = {label for word in call.keywords if (word.arg or "").endswith("on") for label in _labels(word.value)}
    return found - own - on


def _given(cell: CodeCell, tables: set[str]) -> Iterator[str]:
    """The labels that a cell gives columns of these tables."""
    for node in cell.nodes(ast.Assign):
        assert isinstance(node, ast.Assign)
        target = node.targets[0]
        root = root_name(target)
        if root is None or root.id not in tables:
            continue
        if isinstance(target, ast.Subscript):
            yield from _labels(target.slice)
        elif isinstance(target, ast.Attribute) and target.attr == "name":
            yield from _labels(node.value)
        elif isinstance(target, ast.Name):
            for part in nodes_in(node.value):
                yield from _named_by(part) if isinstance(part, ast.Call) else ()


def _named_by(call: ast.Call) -> Iterator[str]:
    """The labels that `reset_index(name=…)`, `rename(columns={…: …})`, `agg(total=…)` and `DataFrame({…: …})` give."""
    method = called_name(call.func)
    for word in call.keywords:
        if word.arg == "name":
            yield from _labels(word.value)
        elif word.arg == "columns" and isinstance(word.value, ast.Dict):
            yield from (label for value in word.value.values for label in _labels(value))
        elif method in ("agg", "aggregate", "assign") and word.arg:
            yield repr(word.arg)
    if method == "DataFrame" and call.args and isinstance(call.args[0], ast.Dict):
        yield from (label for key in call.args[0].keys if key is not None for label in _labels(key))


def _labels(node: ast.expr) -> set[str]:
    """The labels that an expression names: texts as they are written, and names that may stand for some."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    texts = {repr(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return texts | {part.id for part in parts if isinstance(part, ast.Name)}


def _made_of(cell: CodeCell, labels: set[str]) -> set[str]:
    """The labels, and the names of the lists that the cell makes of them."""
    found = set(labels)
    for _ in range(_DEEPEST):
        for node in cell.nodes(ast.Assign, ast.Call):
            if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.BinOp)):
                parts = [part for part in nodes_in(node.value) if isinstance(part, (ast.Name, ast.Constant))]
                if any(not found.isdisjoint(_labels(part)) for part in parts):
                    found.update(name for target in node.targets for name in stored_names(target))
            elif isinstance(node, ast.Call) and called_name(node.func) == "append" and node.args:
                root = root_name(node.func)
                if root is not None and not found.isdisjoint(_labels(node.args[0])):
                    found.add(root.id)
    return found
