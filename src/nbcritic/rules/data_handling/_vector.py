"""How a loop over rows or elements reads with whole columns or arrays: source text, and only where it gives the same."""

from __future__ import annotations

import ast

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.rules.data_handling._rows import Element, Row
from nbcritic.rules.data_handling._shared import path

_LONGEST = 140
_DEEP = 30
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_RENAMED = {"pow": "power", "fabs": "abs", "atan2": "arctan2", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
"""Functions of `math` that NumPy calls otherwise."""


class _TooHard(Exception):
    """No one-line form."""


def expression(page: Page, node: ast.expr, row: Element) -> str:
    """The expression on whole columns; empty where it is not a simple one."""
    try:
        text = _whole(page, node, row, 0)
    except _TooHard:
        return ""
    return text if len(text) <= _LONGEST else ""


def function(page: Page, definition: ast.FunctionDef | ast.AsyncFunctionDef, row: Element) -> str:
    """A function of one row that does nothing but return, by cases."""
    body = definition.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    try:
        text = _cases(page, *_returned(body), row)
    except _TooHard:
        return ""
    return text if len(text) <= _LONGEST else ""


def loop(page: Page, cell: CodeCell, node: ast.For, row: Row) -> str:
    """The whole loop in one statement, where it is a simple one."""
    frame = path(row.frame) or "df"
    try:
        text = _statement(page, cell, node, row, frame)
    except _TooHard:
        return ""
    return text if len(text) <= _LONGEST else ""


def starts_empty(cell: CodeCell, node: ast.For, name: str) -> bool:
    """Is the list bound to `[]` on one of the lines right before the loop?"""
    block = getattr(cell.parent(node), "body", [])
    before = block[: block.index(node)] if isinstance(block, list) and node in block else []
    for statement in reversed(before):
        if not isinstance(statement, ast.Assign):
            return False
        if [path(target) for target in statement.targets] == [name]:
            return isinstance(statement.value, ast.List) and not statement.value.elts
    return False


# -- statements ----------------------------------------------------------------------------------------------------------


def _statement(page: Page, cell: CodeCell, node: ast.For, row: Row, frame: str) -> str:
    if len(node.body) != 1:
        raise _TooHard
    statement = node.body[0]
    if isinstance(statement, ast.If):
        return _by_condition(page, cell, node, statement, row, frame)
    if appended := _appended(statement):
        name, value = appended
        if not starts_empty(cell, node, name):
            raise _TooHard
        return f"{name} = {_grouped(value, _whole(page, value, row, 0))}.tolist()"
    if _is_sum(statement):
        assert isinstance(statement, ast.AugAssign)
        assert isinstance(statement.target, ast.Name)
        value = statement.value
        return f"{statement.target.id} += {_grouped(value, _whole(page, value, row, 0))}.sum()"
    column, value = _stored(statement, row)
    return f"{frame}[{column}] = {_whole(page, value, row, 0)}"


def _by_condition(page: Page, cell: CodeCell, node: ast.For, choice: ast.If, row: Row, frame: str) -> str:
    """`if` around one statement: a mask; two statements of one kind: `np.where`."""
    if len(choice.body) != 1 or len(choice.orelse) > 1:
        raise _TooHard
    mask = _truth(page, choice.test, row, 0)
    if not choice.orelse:
        if _is_sum(choice.body[0]):
            assert isinstance(choice.body[0], ast.AugAssign)
            target, value = choice.body[0].target, choice.body[0].value
            assert isinstance(target, ast.Name)
            if isinstance(value, ast.Constant) and value.value == 1:
                return f"{target.id} += ({mask}).sum()"
            text = _whole(page, value, row, 0)
            return f"{target.id} += {_grouped(value, text)}[{mask}].sum()"
        column, value = _stored(choice.body[0], row)
        return f"{frame}.loc[{mask}, {column}] = {_whole(page, value, row, 0)}"
    first, second = choice.body[0], choice.orelse[0]
    one, other = _appended(first), _appended(second)
    if one and other and one[0] == other[0] and starts_empty(cell, node, one[0]):
        return f"{one[0]} = {_where(page, choice.test, one[1], other[1], row, 0)}.tolist()"
    (column, value), (same, instead) = _stored(first, row), _stored(second, row)
    if column != same:
        raise _TooHard
    return f"{frame}[{column}] = {_where(page, choice.test, value, instead, row, 0)}"


def _appended(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """Name and value of `name.append(value)`."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "append":
        return None
    name = path(call.func.value)
    return (name, call.args[0]) if name is not None and len(call.args) == 1 else None


def _is_sum(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.AugAssign):
        return False
    return isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Name)


def _stored(statement: ast.stmt, row: Row) -> tuple[str, ast.expr]:
    """Column and value of `df.loc[i, "column"] = value`."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    column = row.column(target) if isinstance(target, ast.Subscript) else None
    # `row["a"] = …` writes to a copy of the row.
    in_row = isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == row.row
    if column is None or in_row or not isinstance(statement, ast.Assign):
        raise _TooHard
    return column, statement.value


def _returned(body: list[ast.stmt]) -> tuple[list[tuple[ast.expr, ast.expr]], ast.expr]:
    """The cases of a function that only returns: each test with its value, and the value where none holds."""
    cases: list[tuple[ast.expr, ast.expr]] = []
    while True:
        first = body[0] if body else None
        if isinstance(first, ast.Return) and first.value is not None:
            return cases, first.value
        if not isinstance(first, ast.If) or len(first.body) != 1:
            raise _TooHard
        value = first.body[0].value if isinstance(first.body[0], ast.Return) else None
        if value is None:
            raise _TooHard
        cases.append((first.test, value))
        body = [*first.orelse, *body[1:]]


def _cases(page: Page, cases: list[tuple[ast.expr, ast.expr]], default: ast.expr, row: Element) -> str:
    if not cases:
        return _whole(page, default, row, 0)
    if len(cases) == 1:
        return _where(page, *cases[0], default, row, 0)
    if mapped := _mapped(cases, default, row):
        return mapped
    values = [value for _, value in cases]
    _check_alike([*values, default])
    tests = ", ".join(_truth(page, test, row, 0) for test, _ in cases)
    chosen = ", ".join(_whole(page, value, row, 0) for value in values)
    return f"np.select([{tests}], [{chosen}], default={_whole(page, default, row, 0)})"


def _mapped(cases: list[tuple[ast.expr, ast.expr]], default: ast.expr, row: Element) -> str:
    """One column that is compared with one constant after the other: a dict. Empty where it is anything else."""
    pairs: dict[str, str] = {}
    columns = set[str | None]()
    for test, value in cases:
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
            return ""
        key = test.comparators[0]
        columns.add(row.whole(test.left))
        if not isinstance(key, ast.Constant) or not _is_fixed(value) or repr(key.value) in pairs:
            return ""
        pairs[repr(key.value)] = ast.unparse(value)
    column = columns.pop()
    if columns or column is None or not _is_fixed(default):
        return ""
    items = [f"{key}: {value}" for key, value in pairs.items()]
    text = f"{column}.map({{{', '.join(items)}}}).fillna({ast.unparse(default)})"
    return text if len(text) <= _LONGEST else text.replace(", ".join(items), f"{items[0]}, …")


def _is_fixed(node: ast.expr) -> bool:
    """Is it a constant, or arithmetic on constants?"""
    nodes = [inner for inner in nodes_in(node) if isinstance(inner, ast.expr)]
    plain = all(isinstance(inner, (ast.Constant, ast.BinOp, ast.UnaryOp)) for inner in nodes)
    return plain and not any(isinstance(inner, ast.Constant) and inner.value is None for inner in nodes)


# -- expressions ---------------------------------------------------------------------------------------------------------


def _whole(page: Page, node: ast.expr, row: Element, depth: int) -> str:
    def inner(part: ast.expr) -> str:
        text = _whole(page, part, row, depth + 1)
        same = type(part.op) is type(node.op) if isinstance(node, ast.BinOp) and isinstance(part, ast.BinOp) else False
        if same and part is getattr(node, "left", None) and not isinstance(getattr(node, "op", None), ast.Pow):
            return text
        # A sign binds closer than every operator but the power.
        is_plain = isinstance(part, ast.UnaryOp) and not isinstance(getattr(node, "op", None), ast.Pow)
        return text if is_plain else _grouped(part, text)

    whole = row.whole(node)
    if whole is not None:
        return whole
    if depth > _DEEP:
        raise _TooHard
    if isinstance(node, ast.Constant) and node.value is not None:
        return repr(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        # Whole numbers have no negative powers in NumPy.
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.UnaryOp):
            raise _TooHard
        return f"{inner(node.left)} {_BINARY[type(node.op)]} {inner(node.right)}"
    if isinstance(node, (ast.Compare, ast.BoolOp)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return _truth(page, node, row, depth)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "-" + inner(node.operand)
    if isinstance(node, ast.IfExp):
        return _where(page, node.test, node.body, node.orelse, row, depth)
    if isinstance(node, ast.Call):
        return _called(page, node, row, depth)
    raise _TooHard


def _truth(page: Page, node: ast.expr, row: Element, depth: int) -> str:
    """A test as a mask. `and` of anything but tests is something else than `&`."""
    if depth > _DEEP:
        raise _TooHard
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        left, right = (_grouped(side, _whole(page, side, row, depth + 1)) for side in (node.left, node.comparators[0]))
        return f"{left} {_COMPARE[type(node.ops[0])]} {right}"
    if isinstance(node, ast.Compare) and len(node.ops) == 2 and row.whole(node.comparators[0]) is not None:
        first = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
        second = ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])
        return " & ".join(f"({_truth(page, part, row, depth + 1)})" for part in (first, second))
    if isinstance(node, ast.BoolOp):
        symbol = " & " if isinstance(node.op, ast.And) else " | "
        return symbol.join(_factor(value, _truth(page, value, row, depth + 1)) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        text = _truth(page, node.operand, row, depth + 1)
        return f"~{text}" if isinstance(node.operand, ast.Call) else f"~({text})"
    if isinstance(node, ast.Call) and (page.qualified(node.func) or "").endswith(("isnan", "isna", "isnull")):
        return _called(page, node, row, depth)
    raise _TooHard


def _factor(node: ast.expr, text: str) -> str:
    return text if isinstance(node, (ast.UnaryOp, ast.Call)) else f"({text})"


def _where(page: Page, test: ast.expr, body: ast.expr, orelse: ast.expr, row: Element, depth: int) -> str:
    _check_alike([body, orelse])
    mask = _truth(page, test, row, depth + 1)
    return f"np.where({mask}, {_whole(page, body, row, depth + 1)}, {_whole(page, orelse, row, depth + 1)})"


def _check_alike(values: list[ast.expr]) -> None:
    """Text beside numbers would become all text in an array."""
    text = [isinstance(value, ast.Constant) and isinstance(value.value, str) for value in values]
    if any(text) and not all(text):
        raise _TooHard


def _called(page: Page, node: ast.Call, row: Element, depth: int) -> str:
    name = page.qualified(node.func) or ""
    arguments = [_whole(page, argument, row, depth + 1) for argument in node.args]
    if name == "abs" and len(arguments) == 1:
        return f"abs({arguments[0]})"
    if name == "round" and arguments:
        value = _grouped(node.args[0], arguments[0])
        return f"{value}.round({arguments[1] if len(arguments) > 1 else ''})"
    one = len(arguments) == 1 or name.rpartition(".")[2] in ("pow", "atan2", "hypot")
    if name.startswith("math.") and one:
        short = name.removeprefix("math.")
        return f"np.{_RENAMED.get(short, short)}({', '.join(arguments)})"
    if name.startswith("pandas.is") and len(arguments) == 1:
        return f"{arguments[0]}.isna()"
    if name.startswith("numpy.") and not node.keywords:
        return f"np.{name.rpartition('.')[2]}({', '.join(arguments)})"
    raise _TooHard


def _grouped(node: ast.expr, text: str) -> str:
    """In brackets where it is put together from others."""
    return f"({text})" if isinstance(node, (ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp)) else text
