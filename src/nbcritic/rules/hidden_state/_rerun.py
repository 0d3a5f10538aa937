"""Which statements do something else the second time, and what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._places import Same, key_of, mentions, same_as, times

_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "adds to {} again",
    ast.Sub: "subtracts from {} again",
    ast.Mult: "multiplies {} again",
    ast.Div: "divides {} again",
    ast.FloorDiv: "divides {} again",
    ast.Pow: "takes the power of {} again",
    ast.MatMult: "multiplies {} again",
}
_FUNCTIONS: Mapping[str, str] = {
    **dict.fromkeys(("numpy.log", "numpy.log10", "numpy.log2", "numpy.log1p"), "takes the logarithm of {} again"),
    **dict.fromkeys(("numpy.exp", "numpy.expm1", "numpy.sqrt", "numpy.square", "numpy.diff"), "transforms {} again"),
    **dict.fromkeys(("numpy.transpose", "numpy.flip", "numpy.fliplr", "numpy.flipud"), "turns {} back"),
    **dict.fromkeys(
        ("numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack"), "appends the same to {} again"
    ),
    "pandas.concat": "appends the same to {} again",
    "pandas.merge": "merges the same columns into {} again",
    "tensorflow.keras.utils.to_categorical": "encodes the codes in {}",
    "keras.utils.to_categorical": "encodes the codes in {}",
    "keras.utils.np_utils.to_categorical": "encodes the codes in {}",
}
_METHODS: Mapping[str, str] = {
    **dict.fromkeys(("shift", "diff", "pct_change", "cumsum", "cumprod"), "transforms {} again"),
    "transpose": "turns {} back",
    "append": "appends the same rows to {} again",
    "merge": "merges the same columns into {} again",
}
_SAFE = frozenset(
    "copy dropna fillna head sort_values sort_index astype replace rename round clip abs drop_duplicates ffill bfill query reindex "
    "infer_objects convert_dtypes strip lower upper to_frame rename_axis".split()
)
"""Links of a chain that change nothing the second time."""
_DATE_PARTS = frozenset(
    "date time year month day hour minute second dayofweek weekday quarter strftime day_name month_name total_seconds days seconds "
    "tz_localize".split()
)
_LIST_CHANGES: Mapping[str, str] = {
    "append": "appends the same to {} again",
    "extend": "appends the same to {} again",
    "insert": "inserts the same into {} again",
    "pop": "takes one more out of {}",
    "reverse": "turns {} back",
    "remove": "takes one more out of {}, or stops with ValueError",
}
RAISES = "stops with "
_INDEX_BACK = "puts one more index column into {}"


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
    undone = {change.name for change in found if change.then == _INDEX_BACK}
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
    function = page.values.function(call.func) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None
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
            if not isinstance(argument, ast.Name) or any(isinstance(p, ast.If | ast.Try) for p in _above(function, inner)):
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
    then = _ARITHMETIC.get(type(statement.op))
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
    then = _again(page, value, same)
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
        then = _method(page, call, method, owner)
    elif method in _LIST_CHANGES and isinstance(owner, ast.Name) and page.values.kind(owner) == "list":
        then = _LIST_CHANGES[method]
    elif method == "insert" and (len(call.args) > 3 or _word(call, "allow_duplicates") is not None):
        then = ""
    elif method in ("insert", "pop") and page.values.kind(owner) == "frame":
        then = RAISES + ("ValueError" if method == "insert" else "KeyError")
    return Change(root.id, key_of(owner), call, then, _needed(call, root.id)) if then else None


# -- expressions -----------------------------------------------------------------------------------------------------


def _again(page: Page, value: ast.expr, same: Same) -> str:
    """What a second evaluation of `value`, with its own result in place of the thing itself, would do; empty: nothing."""
    if isinstance(value, ast.BinOp):
        return _ARITHMETIC.get(type(value.op), "") if same(value.left) or same(value.right) else ""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Invert | ast.USub) and same(value.operand):
        return "turns {} back"
    if isinstance(value, ast.Subscript):
        return _part(value, same)
    if isinstance(value, ast.Attribute) and same(value.value):
        return {"T": "turns {} back", "values": RAISES + "AttributeError"}.get(value.attr, "")
    if isinstance(value, ast.Attribute | ast.Call) and _is_date_part(value, same):
        return RAISES + "AttributeError"
    return _of_call(page, value, same) if isinstance(value, ast.Call) else ""


def _part(value: ast.Subscript, same: Same) -> str:
    """`x[1:]` and `x.iloc[1:]` lose a bit more each time, `x["data"]` is not there any more."""
    owner = value.value
    if isinstance(owner, ast.Attribute) and owner.attr in ("iloc", "values", "str"):
        owner = owner.value
    elif isinstance(owner, ast.Attribute):
        return ""
    if not same(owner):
        return ""
    index = value.slice.elts if isinstance(value.slice, ast.Tuple) else [value.slice]
    if any(isinstance(part, ast.Slice) and _cuts(part) for part in index):
        return "cuts off more of {}"
    if owner is value.value and isinstance(value.slice, ast.Constant) and isinstance(value.slice.value, str):
        return RAISES + "KeyError"
    return ""


def _cuts(part: ast.Slice) -> bool:
    if part.step is not None:
        return True
    lower = isinstance(part.lower, ast.Constant) and bool(part.lower.value)
    return lower or (isinstance(part.upper, ast.UnaryOp) and isinstance(part.upper.op, ast.USub))


def _is_date_part(value: ast.expr, same: Same) -> bool:
    """`x.dt.year` is a number, which has no `.dt` the next time."""
    function = value.func if isinstance(value, ast.Call) else value
    if not isinstance(function, ast.Attribute) or function.attr not in _DATE_PARTS:
        return False
    owner = function.value
    return isinstance(owner, ast.Attribute) and owner.attr == "dt" and same(owner.value)


def _of_call(page: Page, call: ast.Call, same: Same) -> str:
    name = page.qualified(call.func) or ""
    first = call.args[0] if call.args else None
    inside = [first, *(first.elts if isinstance(first, ast.List | ast.Tuple) else ())] if first is not None else []
    if any(same(node) for node in inside):
        if name == "pandas.get_dummies" and _word(call, "columns") is not None:
            return RAISES + "KeyError"
        return "" if name == "pandas.merge" and not _haskey_of(call) else _FUNCTIONS.get(name, "")
    return _of_chain(page, call, same)


def _of_chain(page: Page, call: ast.Call, same: Same) -> str:
    """`x.a().b()`: one link that is not idempotent, all others known to be."""
    found = []
    here: ast.expr = call
    while isinstance(here, ast.Call) and isinstance(here.func, ast.Attribute):
        method = here.func.attr
        if then := _method(page, here, method, here.func.value):
            found.append(then)
        elif method not in (*_SAFE, "drop", "reset_index", "set_index"):
            return ""
        here = here.func.value
    if isinstance(here, ast.BinOp) and not found:
        return _again(page, here, same)  # (x / 60).round(2)
    return found[0] if len(found) == 1 and same(here) else ""


def _method(page: Page, call: ast.Call, method: str, owner: ast.expr) -> str:
    """What calling a method once more on its own result does."""
    kind = page.values.kind(owner)
    if method == "drop":
        return _drop(call, owner)
    if method == "set_index":
        first = call.args[0] if call.args else _word(call, "keys")
        keeps = _is(call, "drop", False) or _is(call, "append", True)
        return "" if keeps or not isinstance(first, ast.Constant | ast.List) else RAISES + "KeyError"
    if method == "reset_index":
        return "" if _is(call, "drop", True) or kind != "frame" else _INDEX_BACK
    if method in ("map", "apply", "transform") and call.args:
        return _mapped(call.args[0])
    if method in ("append", "merge", "transpose") and kind not in ("frame", "series"):
        return ""
    if method == "merge" and not _haskey_of(call):
        return ""  # on all common columns: the second time there is nothing to add
    return _METHODS.get(method, "")


def _haskey_of(call: ast.Call) -> bool:
    return any(word.arg in ("on", "left_on", "right_on", "left_index", "right_index") for word in call.keywords)


def _drop(call: ast.Call, owner: ast.expr) -> str:
    """Dropping what is not there any more fails, unless the labels are computed from what is there."""
    if _is(call, "errors", "ignore"):
        return ""
    labels = [*call.args[:1], *(word.value for word in call.keywords if word.arg in ("labels", "columns", "index"))]
    root = root_name(owner)
    if not labels or any(
        isinstance(node, ast.Name) and root is not None and node.id == root.id for n in labels for node in ast.walk(n)
    ):
        return ""
    fixed = all(
        isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Load) for n in labels for node in ast.walk(n)
    )
    columns = _word(call, "columns") is not None or _axis(call) in (1, "columns")
    return RAISES + "KeyError" if fixed and columns else ""


def _axis(call: ast.Call) -> object:
    node = call.args[1] if len(call.args) > 1 else _word(call, "axis")
    return node.value if isinstance(node, ast.Constant) else None


def _mapped(function: ast.expr) -> str:
    """A mapping none of whose results is one of its keys knows nothing the second time."""
    if isinstance(function, ast.Dict):
        keys = {key_of(key) for key in function.keys if key is not None}
        values = {key_of(value) for value in function.values}
        return "leaves only NaN in {}" if keys and keys.isdisjoint(values) else ""
    if isinstance(function, ast.Lambda) and isinstance(function.body, ast.BinOp) and function.args.args:
        parameter = function.args.args[0].arg
        operands = (function.body.left, function.body.right)
        if any(isinstance(node, ast.Name) and node.id == parameter for node in operands):
            return _ARITHMETIC.get(type(function.body.op), "")
    return ""


def _word(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _is(call: ast.Call, name: str, value: object) -> bool:
    node = _word(call, name)
    return isinstance(node, ast.Constant) and node.value == value
