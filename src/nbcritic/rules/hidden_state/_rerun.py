"""Which statements do something else the second time, and what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._again import ARITHMETIC, INDEX_BACK, RAISES, again, method_again, word_of
from nbcritic.rules.hidden_state._places import key_of, mentions, same_as, times

_LIST_CHANGES: Mapping[str, str] = {
    "append": "appends the same to {} again",
    "extend": "appends the same to {} again",
    "insert": "inserts the same into {} again",
    "pop": "takes one more out of {}",
    "reverse": "turns {} back",
    "remove": "takes one more out of {}, or stops with ValueError",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that changes `name` (or the part of it that `key` stands for) and would change it again."""

    name: str
    key: str
    node: ast.AST
    then: str
    """What a second run does; `{}` stands for the thing."""
    needs: tuple[str, ...] = ()
    """The columns that must be there again, each as a key, for the statement to run a second time."""

    @property
    def is_loud(self) -> bool:
        """Does the second run fail, so that nobody can overlook it?"""
        return self.then.startswith(RAISES)


def changes(page: Page, cell: CodeCell) -> Iterator[Change]:
    """The changes that a second run of the cell would make once more, to names that other cells made; in order."""
    outside = page.flow.sources[cell.number]
    fresh: set[str] = set()
    found: list[Change] = []
    for statement in _statements(cell.tree.body if cell.tree is not None else []):
        change = _change(page, cell, statement) or _by_function(page, cell, statement)
        if change is None:
            fresh.update(_freshly_bound(statement))
        elif change.name in outside and fresh.isdisjoint((change.name, change.key)):
            repeats = bool(change.needs) and fresh.issuperset(change.needs)
            if not repeats and not _is_guarded(cell, statement, change.name) and not _is_moved(cell, statement):
                found.append(change)
    # What puts an index back may undo what takes one away: such a cell ends where it began.
    undone = {change.name for change in found if change.then == INDEX_BACK}
    yield from (change for change in found if change.name not in undone or _alone(found, change.name))


def _alone(found: list[Change], name: str) -> bool:
    return sum(change.name == name for change in found) == 1


def global_changes(page: Page, cell: CodeCell) -> Iterator[tuple[ast.FunctionDef, Change]]:
    """Functions of the cell, called somewhere, that change a global of the notebook with every call; each once."""
    for function in cell.nodes(ast.FunctionDef):
        declared = {name for node in function.body if isinstance(node, ast.Global) for name in node.names}
        if not declared or function.name not in page.names.mentioned:
            continue
        fresh: set[str] = set()
        for statement in _statements(function.body):
            change = _change(page, cell, statement)
            if change is None:
                fresh.update(_freshly_bound(statement))
            elif change.name in declared - fresh and not change.is_loud:
                yield function, change
                break


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements in order, those of loops and branches too, bodies of functions and classes not."""
    todo = list(reversed(body))
    while todo:
        statement = todo.pop()
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = [s for block in ("body", "orelse", "finalbody") for s in getattr(statement, block, ())]
            todo += reversed([s for s in inner if isinstance(s, ast.stmt)])


def _freshly_bound(statement: ast.stmt) -> Iterator[str]:
    """What a statement sets without looking at its old value: names, and parts such as `df["a"]`."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.For | ast.AsyncFor | ast.AnnAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.With):
        targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
    value = getattr(statement, "value", None)
    read = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} if value is not None else set()
    for target in targets:
        for node in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
            if isinstance(node, ast.Name) and node.id not in read:
                yield node.id
            elif isinstance(node, ast.Subscript | ast.Attribute) and (value is None or not times(value, same_as(node))):
                yield key_of(node)


def _is_moved(cell: CodeCell, statement: ast.stmt) -> bool:
    """Does `x.insert(…)` put back what the cell took out by `column = x.pop(…)`?"""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "insert":
        return False
    owner = key_of(call.func.value)
    takes = (c.func for c in cell.nodes(ast.Call) if isinstance(c.func, ast.Attribute) and c.func.attr == "pop")
    return any(key_of(take.value) == owner for take in takes)


def _is_guarded(cell: CodeCell, statement: ast.stmt, name: str) -> bool:
    """Does somebody look first whether it is done already, or expect that it fails?"""
    for parent in cell.ancestors(statement):
        if isinstance(parent, ast.Try):
            return True
        if isinstance(parent, ast.If | ast.While) and name in {
            n.id for n in ast.walk(parent.test) if isinstance(n, ast.Name)
        }:
            return True
    return False


def _by_function(page: Page, cell: CodeCell, statement: ast.stmt) -> Change | None:
    """The first change in place that a function of the page makes to what it is given: `clean(sales)`."""
    call = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    function = (
        page.values.function(call.func) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None
    )
    if function is None or not isinstance(call, ast.Call):
        return None
    parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    given = dict(zip(parameters, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg is not None}
    fresh: set[str] = set()
    for inner in _statements(function.body):
        change = _change(page, cell, inner)
        if change is None:
            fresh.update(_freshly_bound(inner))
            targets = inner.targets if isinstance(inner, ast.Assign) else []
            fresh.update(target.id for target in targets if isinstance(target, ast.Name))  # t = t.copy()
        elif change.key == change.name and not isinstance(inner, ast.Expr):
            fresh.add(change.name)  # a plain name bound anew: the caller's object stays as it was
        elif change.name in given and fresh.isdisjoint((change.name, change.key)):
            argument = given[change.name]
            if not isinstance(argument, ast.Name) or any(
                isinstance(p, ast.If | ast.Try) for p in _above(function, inner)
            ):
                return None
            return Change(argument.id, change.key.replace(change.name, argument.id, 1), call, change.then)
    return None


def _above(function: ast.AST, statement: ast.stmt) -> Iterator[ast.AST]:
    """The branches of a function that a statement stands in."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.Try) and any(inner is statement for inner in ast.walk(node)):
            yield node


# -- one statement ---------------------------------------------------------------------------------------------------


def _change(page: Page, cell: CodeCell, statement: ast.stmt) -> Change | None:
    if isinstance(statement, ast.AugAssign):
        return _augmented(statement)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return _assigned(page, cell, statement)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _called(page, statement.value)
    if isinstance(statement, ast.Delete) and len(statement.targets) == 1:
        target = statement.targets[0]
        root = (
            root_name(target) if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) else None
        )
        if root is not None:
            return Change(root.id, key_of(target), target, RAISES + "KeyError")
    return None


def _augmented(statement: ast.AugAssign) -> Change | None:
    root = root_name(statement.target)
    then = ARITHMETIC.get(type(statement.op))
    if root is None or then is None or mentions(getattr(statement.target, "slice", None), root.id):
        return None
    return Change(root.id, key_of(statement.target), statement, then)


def _assigned(page: Page, cell: CodeCell, statement: ast.Assign) -> Change | None:
    target, value = statement.targets[0], statement.value
    root = root_name(target)
    if root is None or not isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
        return None
    if not isinstance(target, ast.Name) and mentions(getattr(target, "slice", None), root.id):
        return None
    same = same_as(target)
    if times(value, same) != 1:
        return None
    then = again(page, value, same)
    return Change(root.id, key_of(target), statement, then, _needed(value, root.id)) if then else None


def _needed(value: ast.expr, name: str) -> tuple[str, ...]:
    """The literal columns that `drop` or `set_index` takes away."""
    if (
        not isinstance(value, ast.Call)
        or not isinstance(value.func, ast.Attribute)
        or value.func.attr not in ("drop", "set_index")
    ):
        return ()
    given = [*value.args[:1], *(word.value for word in value.keywords if word.arg in ("columns", "labels", "keys"))]
    literals = [node for argument in given for node in ast.walk(argument) if isinstance(node, ast.Constant)]
    return tuple(f"{name}[{key_of(literal)}]" for literal in literals)


def _called(page: Page, call: ast.Call) -> Change | None:
    function = call.func
    if not isinstance(function, ast.Attribute) or (root := root_name(function.value)) is None:
        return None
    method, owner = function.attr, function.value
    inplace = any(word.arg == "inplace" and getattr(word.value, "value", None) is True for word in call.keywords)
    then = ""
    if inplace and isinstance(owner, ast.Name):
        then = method_again(page, call, method, owner)
    elif method in _LIST_CHANGES and isinstance(owner, ast.Name) and page.values.kind(owner) == "list":
        then = _LIST_CHANGES[method]
    elif method == "insert" and (len(call.args) > 3 or word_of(call, "allow_duplicates") is not None):
        then = ""
    elif method in ("insert", "pop") and page.values.kind(owner) == "frame":
        then = RAISES + ("ValueError" if method == "insert" else "KeyError")
    return Change(root.id, key_of(owner), call, then, _needed(call, root.id)) if then else None
