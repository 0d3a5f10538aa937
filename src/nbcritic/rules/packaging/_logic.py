"""What of a cell is logic: statements that compute, as against definitions, settings, looks and plots."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
"""Statements with statements inside that run with the cell."""

_PLOTS = frozenset(
    "plt ax axs axes axarr ax1 ax2 ax3 fig figure sns px go pylab pyplot plotly alt bokeh hv folium cbar".split()
)
_LOOKS = frozenset(
    "head tail describe info print display value_counts sample columns show unique nunique plot hist boxplot dtypes summary pprint "
    "set_option filterwarnings seed set_style use set_theme set_palette simplefilter tick_params pretty len type help dir savefig "
    "add_trace update_layout update_traces update_xaxes update_yaxes set_title set_xlabel set_ylabel legend close collect".split()
)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many statements of logic, and among them so many branches and loops."""

    statements: int = 0
    branches: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.statements + other.statements, self.branches + other.branches)


def at_cell_level(cell: CodeCell) -> Amount:
    """The logic that runs with the cell itself."""
    return _amount(cell.tree.body) if cell.tree is not None else Amount()


def in_functions(cell: CodeCell) -> int:
    """The statements of logic in the bodies of the cell's functions and methods."""
    plain = sum(_amount(function.body).statements for function in cell.nodes(ast.FunctionDef))
    return plain + sum(_amount(function.body).statements for function in cell.nodes(ast.AsyncFunctionDef))


def inner(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement."""
    if isinstance(statement, ast.Match):
        yield from (case.body for case in statement.cases)
        return
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(statement, name, None):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _amount(body: Iterable[ast.stmt]) -> Amount:
    """Of statements that only call, each function counts once: twenty calls of `model.add` are one long sentence."""
    statements = branches = 0
    called = set[str]()
    stack = list(body)
    while stack:
        statement = stack.pop()
        if isinstance(statement, COMPOUND):
            if not isinstance(statement, ast.With | ast.AsyncWith):
                statements += 1
                branches += 1
            stack += [item for block in inner(statement) for item in block]
        elif is_logic(statement):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                called.add(last_name(statement.value.func))
            else:
                statements += 1
    return Amount(statements + len(called), branches)


def is_logic(statement: ast.stmt) -> bool:
    """Does a simple statement compute something that a later one could need?"""
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        value = statement.value
        if value is None or root(value) in _PLOTS:
            return False
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        changes = isinstance(statement, ast.AugAssign) or any(isinstance(target, ast.Subscript) for target in targets)
        return changes or not _is_setting(value)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return root(statement.value) not in _PLOTS and last_name(statement.value.func) not in _LOOKS
    return isinstance(statement, ast.Return | ast.Delete | ast.Raise)


def is_show(statement: ast.stmt) -> bool:
    """Does the statement only draw or display?"""
    if isinstance(statement, ast.Expr):
        value = statement.value
        if isinstance(value, ast.Call):
            return root(value) in _PLOTS or last_name(value.func) in _LOOKS
        return True
    return isinstance(statement, ast.Assign) and root(statement.value) in _PLOTS


def _is_setting(value: ast.expr) -> bool:
    """A constant, a name or a literal of those: a parameter, not logic."""
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return all(isinstance(item, ast.Constant | ast.Name | ast.Tuple | ast.List) for item in value.elts)
    return isinstance(value, ast.Constant | ast.Name | ast.Dict | ast.Lambda | ast.JoinedStr)


def root(node: ast.AST) -> str:
    """The name at the bottom of `a.b(…)[c].d`."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
            node = node.value
        else:
            return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.AST) -> str:
    """The last name of `a.b.c`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
