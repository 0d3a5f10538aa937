"""Files that a page reads and then overwrites with a changed version of what it read: the next run starts from that."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import PureWindowsPath

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name, stored_names
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related

_FORMATS = ("csv", "parquet", "excel", "pickle", "json", "feather", "hdf")
_READS = frozenset({"read", *(f"read_{form}" for form in _FORMATS)})
"""Of pandas, and of the tables of astronomers (`Table.read`)."""
_WRITES = frozenset({"write", *(f"to_{form}" for form in _FORMATS)})
_DROPS = frozenset("drop dropna drop_duplicates pop truncate nlargest nsmallest".split())
_CUTS = frozenset("head tail sample query filter".split())
_JOINS = frozenset({"merge", "join"})
_GROWS = frozenset("concat append".split())
"""A table that is read, lengthened and saved is a log."""
_NESTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.Try, ast.While, ast.IfExp)
_PURE = (ast.Constant, ast.Name, ast.JoinedStr, ast.FormattedValue, ast.BinOp)


def overwritten(page: Page) -> Iterator[Hit]:
    """The writes to files that the page itself starts from, where it drops something or changes a column in terms of itself."""
    if _READS.isdisjoint(page.called_words) or _WRITES.isdisjoint(page.called_words):
        return
    writes = [(cell, call, path) for cell, call in page.calls_named(_WRITES) if (path := _path(page, call))]
    reads = [(cell, call, path) for cell, call in page.calls_named(_READS) if (path := _path(page, call))]
    for cell, write, path in writes:
        first = min((_at(c, call) for c, call, other in writes if other == path), default=(0, 0))
        before = [
            (c, call) for c, call, other in reads if other == path and _at(c, call) < first and _is_plain(c, call)
        ]
        if before and _at(cell, write) == first and _is_plain(cell, write):
            source, read = max(before, key=lambda found: _at(*found))
            if not _is_made(page, source, read, [c for _, c, other in reads if other == path]) and (
                found := _change(page, source, read, cell, write)
            ):
                yield _hit(cell, write, source, read, *found)


def _hit(cell: CodeCell, write: ast.Call, source: CodeCell, read: ast.Call, change: ast.stmt, home: CodeCell) -> Hit:
    given = _given(read)
    assert given is not None
    text = given.value if isinstance(given, ast.Constant) else None
    path = PureWindowsPath(text).name if isinstance(text, str) else source.segment(given, 40)
    message = f"A second run of the page starts from a changed `{path}`: cell {source.number} reads it, and this writes over it"
    related = Related(source.at(read), "read here"), Related(home.at(change), "changed here")
    return Hit(cell.at(write), message, related)


def _at(cell: CodeCell, node: ast.expr) -> tuple[int, int]:
    return cell.number, node.lineno


def _given(call: ast.Call) -> ast.expr | None:
    """The argument that is the path."""
    return (
        call.args[0] if call.args else next((w.value for w in call.keywords if (w.arg or "").startswith("path")), None)
    )


def _path(page: Page, call: ast.Call) -> str:
    """The path of a file as code that means the same wherever it stands; empty where it may not."""
    given = _given(call)
    if given is None or any(w.arg == "mode" for w in call.keywords):
        return ""
    nodes = nodes_in(given)
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    if not all(isinstance(node, _PURE) for node in nodes) or any(
        len(page.names.bindings.get(n, ())) != 1 for n in names
    ):
        return ""
    return ast.dump(given) if names or (isinstance(given, ast.Constant) and isinstance(given.value, str)) else ""


def _is_made(page: Page, source: CodeCell, read: ast.Call, reads: list[ast.Call]) -> bool:
    """Does code above the reading name the file, other than to read it? It may be what makes it."""
    given = _given(read)
    if not isinstance(given, ast.Constant) or not isinstance(given.value, str):
        return False
    known = {id(node) for call in reads for node in nodes_in(call)}
    for cell in page.cells:
        if cell.number > source.number or given.value not in cell.source:
            continue
        if cell.magics or any(
            given.value in node.value and id(node) not in known and _at(cell, node) < _at(source, read)
            for node in cell.nodes(ast.Constant)
            if isinstance(node.value, str)
        ):
            return True
    return False


def _is_plain(cell: CodeCell, call: ast.Call) -> bool:
    """Does the call happen in every run?"""
    return not any(isinstance(outer, _NESTS) for outer in cell.ancestors(call))


def _change(
    page: Page, source: CodeCell, read: ast.Call, cell: CodeCell, write: ast.Call
) -> tuple[ast.stmt, CodeCell] | None:
    """The first statement between reading and writing that takes something out of the table or changes it in terms of itself.

    None where what is written is not what was read, or is a log that grows.
    """
    made = source.statement(read)
    if not isinstance(made, ast.Assign) or not isinstance(write.func, ast.Attribute) or read not in _chain(made.value):
        return None
    changed: dict[str, tuple[ast.stmt, CodeCell] | None]
    changed = {name: None for target in made.targets for name in stored_names(target)}
    for home, step in _between(page, source, made, cell, write):
        ours = frozenset(changed)
        if not ours.isdisjoint(_loads(step)) and any(called_name(n.func) in _GROWS for n in nodes_in(step, ast.Call)):
            return None
        if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
            before = changed.pop(step.targets[0].id, None)
            if _goes_on(step.value, ours):
                root = root_name(step.value)
                before = before if root is None or root.id not in changed else changed[root.id]
                changed[step.targets[0].id] = before or ((step, home) if _takes_away(step.value) else None)
        elif (name := _changed(step, ours)) is not None:
            changed[name] = changed[name] or (step, home)
    root = root_name(write.func.value)
    return changed.get(root.id) if root is not None else None


def _between(
    page: Page, source: CodeCell, made: ast.stmt, cell: CodeCell, write: ast.Call
) -> Iterator[tuple[CodeCell, ast.stmt]]:
    for home in page.code:
        for statement in (
            home.tree.body if home.tree is not None and source.number <= home.number <= cell.number else ()
        ):
            inner = statement.body if isinstance(statement, (ast.For, ast.With)) else [statement]
            for step in inner:
                after = home.number > source.number or step.lineno > made.lineno
                if after and (home.number < cell.number or step.lineno < write.lineno):
                    yield home, step


def _loads(node: ast.AST) -> set[str]:
    return {part.id for part in nodes_in(node, ast.Name)}


def _goes_on(value: ast.expr, ours: Collection[str]) -> bool:
    """Is it the table, or what a chain of methods makes of it: `x`, `x[mask]`, `x.loc[mask].dropna()`?"""
    chain = list(_chain(value))
    called = {id(node.func) for node in chain if isinstance(node, ast.Call)}
    for node in chain:
        if isinstance(node, ast.Attribute) and id(node) not in called and node.attr not in ("loc", "iloc"):
            return False
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return False
    return isinstance(chain[-1], ast.Name) and chain[-1].id in ours


def _changed(statement: ast.stmt, ours: Collection[str]) -> str | None:
    """The table that a statement changes so that a second time changes it again, or that it takes something out of."""
    target: ast.expr | None = None
    if isinstance(statement, ast.Delete):
        target = statement.targets[0]
    elif isinstance(statement, ast.AugAssign):
        target = statement.target
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        is_drop = called_name(call.func) in _DROPS and (called_name(call.func) == "pop" or _in_place(call))
        target = call.func if is_drop else None
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        column = ast.dump(statement.targets[0]).replace("Store()", "Load()")
        sides = statement.value.left, statement.value.right
        target = statement.targets[0] if any(ast.dump(side) == column for side in sides) else None
    root = root_name(target) if isinstance(target, (ast.Subscript, ast.Attribute)) else None
    return root.id if root is not None and root.id in ours else None


def _in_place(call: ast.Call) -> bool:
    return any(
        w.arg == "inplace" and isinstance(w.value, ast.Constant) and w.value.value is True for w in call.keywords
    )


def _takes_away(value: ast.expr) -> bool:
    """Does a chain on the table leave rows or columns out, or join it with columns that a second time come twice?"""
    return any(
        node.func.attr in _DROPS | _CUTS or (node.func.attr in _JOINS and any(w.arg == "on" for w in node.keywords))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        else isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant)
        for node in _chain(value)
    )


def _chain(value: ast.expr) -> Iterator[ast.expr]:
    """`x.loc[mask].dropna()` → itself, `x.loc[mask]`, `x.loc`, `x`."""
    node: ast.expr = value
    while True:
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            node = node.value
        else:
            return
