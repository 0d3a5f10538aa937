"""What is made of a value within one cell: the names it reaches, whether an output shows it, which columns are looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeGuard

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name

Columns: TypeAlias = "frozenset[str] | None"
"""The columns (or attributes, or keys) that are touched one by one; None where the whole thing is."""

_SILENT = frozenset(
    "type isinstance id help dir callable hasattr append extend write update add close to_csv to_html to_pickle dump".split()
)
_HEADS = frozenset({"columns", "keys", "dtypes", "shape", "schema", "printSchema"})
"""What tells of names, types and sizes, not of values."""
_PLACES = frozenset({"loc", "iloc", "at", "iat"})
_AXES = frozenset({"x", "y", "hue", "size", "style", "col", "row", "weights", "units"})
_SIZES = frozenset({"shape", "size", "ndim"})
_LOOKS = frozenset({"head", "tail", "sample", "info", "describe"})
_WIDGET = "application/vnd.jupyter.widget-view+json"
_STORES = (ast.Store, ast.Del)
_BLOCKS = (
    ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try,
)  # fmt: skip


class _Step(NamedTuple):
    """One statement without the statements in it."""

    reads: frozenset[str]
    """The names that it reads, and those that decide whether it runs."""
    makes: frozenset[str]
    """The names that it binds."""
    changes: frozenset[str]
    """The names whose objects it may change."""
    shows: frozenset[str]
    """The names of which a saved output may show more than the size."""
    is_certain: bool
    """Does it bind its names in any case, and to nothing of what they were?"""


class Steps:
    """The statements of a cell and the names that flow through them."""

    def __init__(self, cell: CodeCell) -> None:
        self._cell = cell

    @cached_property
    def _steps(self) -> tuple[_Step, ...]:
        body = self._cell.tree.body if self._cell.tree is not None else []
        outputs = [
            o for o in self._cell.outputs if (o.kind != "stream" or o.name == "stdout") and _WIDGET not in o.mime
        ]
        kinds: frozenset[str] = frozenset(output.kind for output in outputs) - {"error"}
        last = body[-1] if body else None
        return tuple(_step(*place, last, kinds) for place in _flat(body))

    def reached(self, name: str) -> frozenset[str]:
        """The names whose values, after the cell, are made of the value that `name` had before it."""
        old = {name}
        for step in self._steps:
            _follow(step, old)
        return frozenset(old)

    def is_shown(self, name: str) -> bool:
        """Does a saved output of the cell show something made of the value that `name` had before it?"""
        old = {name}
        for step in self._steps:
            if not step.shows.isdisjoint(old):
                return True
            _follow(step, old)
        return False


def _flat(
    body: list[ast.stmt], around: frozenset[str] = frozenset(), depth: int = 0
) -> Iterator[tuple[ast.AST, frozenset[str], int]]:
    """The statements of a block and those in them, with the names that decide whether they run, and how deep they stand.

    A loop is gone through twice: its second round works with what the first has made.
    """
    for statement in body:
        if not isinstance(statement, _BLOCKS):
            yield statement, around, depth
            continue
        heads = [node for node in ast.iter_child_nodes(statement) if isinstance(node, (ast.expr, ast.withitem))]
        for head in heads:
            yield head, around, depth + 1
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            yield ast.Assign([statement.target], statement.iter), around, depth + 1
        inside = around | _names(heads)
        blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        blocks += [handler.body for handler in getattr(statement, "handlers", [])]
        rounds = 2 if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)) and depth == 0 else 1
        for block in blocks * rounds:
            yield from _flat(block, inside, depth + 1)


def _names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(part.id for node in nodes for part in nodes_in(node, ast.Name))


def _step(node: ast.AST, around: frozenset[str], depth: int, last: ast.stmt | None, kinds: frozenset[str]) -> _Step:
    reads, makes, changes = set(around), set[str](), set[str]()
    for part in nodes_in(node):
        if isinstance(part, ast.Name):
            (reads if isinstance(part.ctx, ast.Load) else makes).add(part.id)
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            makes.add(part.name)
        elif _is_stored(part) or (isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)):
            root = root_name(part.func if isinstance(part, ast.Call) else part)
            changes |= {root.id} if root is not None else set()
    is_shown = isinstance(node, ast.Expr) and bool(kinds) and _shows(node, node is last, kinds)
    plain = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    shows = frozenset(reads - _only_sized(node)) if is_shown else frozenset[str]()
    return _Step(frozenset(reads), frozenset(makes), frozenset(changes), shows, isinstance(node, plain) and not depth)


def _only_sized(node: ast.AST) -> set[str]:
    """The names of which an expression only asks how many there are."""
    sizes = [part for part in nodes_in(node) if _is_size(part)]
    sized = {part for size in sizes for part in ast.walk(size) if isinstance(part, ast.Name)}
    named = nodes_in(node, ast.Name)
    return {part.id for part in sized} - {part.id for part in named if part not in sized}


def _is_size(node: ast.AST) -> bool:
    """`len(x)`, `x.shape`, `x.size`: of a plain name, or of a part of it."""
    if isinstance(node, ast.Attribute):
        return node.attr in _SIZES and root_name(node.value) is not None
    if not isinstance(node, ast.Call) or called_name(node.func) != "len" or len(node.args) != 1:
        return False
    return root_name(node.args[0]) is not None


def _follow(step: _Step, old: set[str]) -> None:
    """What a statement makes of old values is old; what it makes of others is not."""
    if not step.reads.isdisjoint(old):
        old |= step.makes | step.changes
    elif step.is_certain:
        old -= step.makes


def touches(cell: CodeCell, name: str) -> bool:
    """Does the cell set a part of what the name stands for? To name the columns anew is no such thing."""
    places = [node for node in cell.nodes(ast.Attribute) if node.attr != "columns"]
    return any(
        _is_stored(node) and (root := root_name(node)) is not None and root.id == name
        for node in (*places, *cell.nodes(ast.Subscript))
    )


def constant_of(cell: CodeCell, name: str) -> str | None:
    """The text of the value that the cell gives a name, where it is written out; None where it is computed or changed."""
    found: str | None = None
    for node in cell.nodes(ast.Assign):
        if any(name in {n.id for n in nodes_in(target, ast.Name)} for target in node.targets):
            if found is not None or any(isinstance(part, (ast.Call, ast.Name)) for part in nodes_in(node.value)):
                return None
            found = ast.dump(node.value)
    return found


def columns_of(
    cell: CodeCell,
    name: str,
    context: type[ast.expr_context],
    *,
    given: bool = False,
    functions: Mapping[str, ast.FunctionDef] | None = None,
) -> Columns:
    """The columns of `name` that the cell sets (`ast.Store`) or reads (`ast.Load`); None where it may touch others, too.

    With `given`, a plain binding of the name does not count. `functions` are those of the page, which may set columns of what they
    are given.
    """
    found = set[str]()
    for node in cell.nodes(ast.Name):
        if node.id != name:
            continue
        reshaped = _reshaped(cell, node) if context is ast.Store else None
        parent = cell.parent(node)
        if reshaped is None and context is ast.Store and functions and isinstance(parent, ast.Call):
            reshaped = _set_by(functions, parent, node)
        if reshaped is not None:
            found |= reshaped
            continue
        if (drawn := _drawn(cell, parent)) is not None:
            found |= drawn if context is ast.Load else set()
            continue
        if context is ast.Store and (_is_look(cell, parent) or (given and isinstance(parent, ast.Assign))):
            continue
        if not isinstance(node.ctx, ast.Load):
            return None
        keys = _keys(cell, parent) if isinstance(parent, (ast.Attribute, ast.Subscript)) else None
        if isinstance(parent, (ast.Subscript, ast.Attribute)) and isinstance(parent.ctx, context):
            if keys is None:
                return None
            found |= keys
        elif not _is_stored(parent) if context is ast.Load else keys is None or _may_change(cell, parent):
            return None
    return frozenset(found)


def _drawn(cell: CodeCell, node: ast.AST | None) -> set[str] | None:
    """The columns that a chart such as `lineplot(data=x, x="day", y="price")` shows of its table; None where that is not told."""
    call = cell.parent(node) if isinstance(node, ast.keyword) and node.arg == "data" else None
    if not isinstance(call, ast.Call) or call.args:
        return None
    values = [word.value for word in call.keywords if word.arg in _AXES]
    named = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    return set(named) if named and len(named) == len(values) and all(word.arg for word in call.keywords) else None


def _set_by(functions: Mapping[str, ast.FunctionDef], call: ast.Call, given: ast.Name) -> set[str] | None:
    """The columns that a function of the page sets in what it is given; None where it does more to it, or hands it on."""
    function = functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if function is None:
        return None
    word = next((word.arg for word in call.keywords if word.value is given), None)
    places = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
    at = next((at for at, argument in enumerate(call.args) if argument is given), len(places))
    name = word or (places[at] if at < len(places) else "")
    links = {id(part.value): part for part in ast.walk(function) if isinstance(part, (ast.Subscript, ast.Attribute))}
    calls = {id(part.func) for part in ast.walk(function) if isinstance(part, ast.Call)}
    found = set[str]()
    for part in ast.walk(function):
        if not isinstance(part, ast.Name) or part.id != name:
            continue
        link = links.get(id(part))
        attribute = link.attr if isinstance(link, ast.Attribute) else ""
        if link is None or not isinstance(part.ctx, ast.Load) or attribute in _PLACES:
            return None
        if id(link) in calls and attribute not in _LOOKS:
            return None
        if not isinstance(link.ctx, ast.Load):
            key = link.slice if isinstance(link, ast.Subscript) else ast.Constant(link.attr)
            found.add(str(key.value) if isinstance(key, ast.Constant) else ast.dump(key))
    return found


def _is_look(cell: CodeCell, node: ast.AST | None) -> bool:
    """Is the name only looked at: `x` alone, or `x.head()`?"""
    above = cell.parent(node) if isinstance(node, ast.Attribute) else None
    looks = isinstance(node, ast.Attribute) and node.attr in _LOOKS | _HEADS
    return isinstance(node, ast.Expr) or (looks and isinstance(above, (ast.Call, ast.Expr)))


def _reshaped(cell: CodeCell, node: ast.Name) -> set[str] | None:
    """The columns that `x = x.drop(columns=…)`, `x.drop(…, axis=1, inplace=True)`, `x = x.assign(…)` or `.rename(columns=…)` touch."""
    statement = cell.statement(node)
    call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if not isinstance(owner, ast.Name) or owner.id != node.id or (node is not owner and isinstance(node.ctx, ast.Load)):
        return None
    words = {word.arg: word.value for word in call.keywords}
    if call.func.attr == "assign":
        return {word for word in words if word is not None} if not call.args and None not in words else None
    named = words.get("columns")
    if (
        call.func.attr == "drop"
        and isinstance(axis := words.get("axis"), ast.Constant)
        and axis.value in (1, "columns")
    ):
        named = named or words.get("labels") or (call.args[0] if call.args else None)
    if call.func.attr not in ("drop", "rename") or named is None:
        return None
    parts = list(nodes_in(named))
    if any(isinstance(part, (ast.Name, ast.Call)) for part in parts):
        return None
    return {str(part.value) for part in parts if isinstance(part, ast.Constant)}


def _is_stored(node: ast.AST | None) -> TypeGuard[ast.Subscript | ast.Attribute]:
    return isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, _STORES)


def _may_change(cell: CodeCell, node: ast.AST | None) -> bool:
    above = cell.parent(node) if node is not None else None
    return isinstance(node, ast.Attribute) and isinstance(above, ast.Call) and above.func is node


def _keys(cell: CodeCell, node: ast.Attribute | ast.Subscript) -> set[str] | None:
    if isinstance(node, ast.Attribute):
        above = cell.parent(node)
        return None if isinstance(above, ast.Call) and above.func is node else {node.attr}
    if isinstance(node.slice, ast.Constant):
        return {str(node.slice.value)}
    if isinstance(node.slice, ast.List) and all(isinstance(item, ast.Constant) for item in node.slice.elts):
        return {str(item.value) for item in node.slice.elts if isinstance(item, ast.Constant)}
    return None


def _shows(node: ast.Expr, is_last: bool, kinds: frozenset[str]) -> bool:
    value = node.value.func if isinstance(node.value, ast.Call) else node.value
    if called_name(value) in _SILENT | _HEADS:
        return False
    if is_last and "result" in kinds and called_name(value) != "fit":  # a model shows its settings
        return True
    return isinstance(node.value, ast.Call) and not kinds.isdisjoint({"stream", "display"})
