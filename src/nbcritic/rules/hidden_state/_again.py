"""What a second evaluation of an expression, with its own result for input, does."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbcritic.analysis.events import root_name
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._places import Same, key_of

ARITHMETIC: Mapping[type[ast.operator], str] = {
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
RAISES = "stops with "
INDEX_BACK = "puts one more index column into {}"


def again(page: Page, value: ast.expr, same: Same) -> str:
    """What a second evaluation of `value`, with its own result in place of the thing itself, would do; empty: nothing."""
    if isinstance(value, ast.BinOp):
        return ARITHMETIC.get(type(value.op), "") if same(value.left) or same(value.right) else ""
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
        if name == "pandas.get_dummies" and word_of(call, "columns") is not None:
            return RAISES + "KeyError"
        return "" if name == "pandas.merge" and not _haskey_of(call) else _FUNCTIONS.get(name, "")
    return _of_chain(page, call, same)


def _of_chain(page: Page, call: ast.Call, same: Same) -> str:
    """`x.a().b()`: one link that is not idempotent, all others known to be."""
    found = []
    here: ast.expr = call
    while isinstance(here, ast.Call) and isinstance(here.func, ast.Attribute):
        method = here.func.attr
        if then := method_again(page, here, method, here.func.value):
            found.append(then)
        elif method not in (*_SAFE, "drop", "reset_index", "set_index"):
            return ""
        here = here.func.value
    if isinstance(here, ast.BinOp) and not found:
        return again(page, here, same)  # (x / 60).round(2)
    return found[0] if len(found) == 1 and same(here) else ""


def method_again(page: Page, call: ast.Call, method: str, owner: ast.expr) -> str:
    """What calling a method once more on its own result does."""
    kind = page.values.kind(owner)
    if method == "drop":
        return _drop(call, owner)
    if method == "set_index":
        first = call.args[0] if call.args else word_of(call, "keys")
        keeps = _is(call, "drop", False) or _is(call, "append", True)
        return "" if keeps or not isinstance(first, ast.Constant | ast.List) else RAISES + "KeyError"
    if method == "reset_index":
        return "" if _is(call, "drop", True) or kind != "frame" else INDEX_BACK
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
        isinstance(node, ast.Constant | ast.Name | ast.List | ast.Tuple | ast.Load)
        for n in labels
        for node in ast.walk(n)
    )
    columns = word_of(call, "columns") is not None or _axis(call) in (1, "columns")
    return RAISES + "KeyError" if fixed and columns else ""


def _axis(call: ast.Call) -> object:
    node = call.args[1] if len(call.args) > 1 else word_of(call, "axis")
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
            return ARITHMETIC.get(type(function.body.op), "")
    return ""


def word_of(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _is(call: ast.Call, name: str, value: object) -> bool:
    node = word_of(call, name)
    return isinstance(node, ast.Constant) and node.value == value
