"""What of a cell is logic: statements that compute, as against definitions, settings, looks and plots."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.pattern import regex

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
"""Statements with statements inside that run with the cell."""

# Every statement is asked for its type again and again: a set answers sooner than `isinstance`.
_COMPOUND = frozenset(COMPOUND)
_ASSIGNS = frozenset({ast.Assign, ast.AugAssign, ast.AnnAssign})
_ENDS = frozenset({ast.Return, ast.Delete, ast.Raise})
_COUNTED = _COMPOUND | _ASSIGNS | _ENDS | {ast.Expr}
_SETTINGS = frozenset({ast.Constant, ast.Name, ast.Dict, ast.Lambda})
_CELLS = frozenset({ast.Constant, ast.Name, ast.Tuple, ast.List})

_PLOTS = frozenset(
    "plt ax axs axes axarr ax1 ax2 ax3 fig figure sns px go pylab pyplot plotly alt bokeh hv folium cbar".split()
)
_LOOKS = frozenset(
    "head tail describe info print display value_counts sample columns show unique nunique plot hist boxplot dtypes summary pprint "
    "iplot set_option filterwarnings seed set_style use set_theme set_palette simplefilter tick_params pretty len type help dir savefig "
    "add_trace update_layout update_traces update_xaxes update_yaxes set_title set_xlabel set_ylabel legend close collect "
    "set_visible set_color set_linewidth set_linestyle set_facecolor set_edgecolor set_alpha set_xlim set_ylim set_xticks set_yticks "
    "set_xticklabels set_yticklabels set_position set_fontsize set_rotation set_size_inches set_aspect set_axis_off set_zorder "
    "set_xscale set_yscale set_bounds set_hatch set_context suptitle scatter bar barh imshow text annotate axhline axvline axvspan "
    "fill_between grid tight_layout subplots_adjust hlines vlines errorbar contour contourf pcolormesh colorbar stem heatmap "
    "countplot histplot lineplot scatterplot barplot distplot pie autofmt_xdate despine invert_yaxis invert_xaxis".split()
)
_LINKS = frozenset({ast.Attribute, ast.Subscript, ast.Starred, ast.Await})
_CANVAS = regex(r"(?:\w+_)?(?:ax|axs|axes|fig|figs|figure)\d*|ax[a-z]?")


@dataclass(frozen=True, slots=True)
class Amount:
    """So many statements of logic, and among them so many branches and loops."""

    statements: int = 0
    branches: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.statements + other.statements, self.branches + other.branches)


def at_cell_level(cell: CodeCell) -> Amount:
    """The logic that runs with the cell itself."""
    return amount_of(cell.tree.body) if cell.tree is not None else Amount()


def at_most(cell: CodeCell) -> int:
    """So many statements of logic are in the cell at most, wherever they stand: they need not be looked at for that."""
    return sum([len(cell.nodes(kind)) for kind in cell.kinds & _COUNTED])


def in_functions(cell: CodeCell) -> int:
    """The statements of logic in the bodies of the cell's functions and methods."""
    plain = sum(amount_of(function.body).statements for function in cell.nodes(ast.FunctionDef))
    return plain + sum(amount_of(function.body).statements for function in cell.nodes(ast.AsyncFunctionDef))


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


def amount_of(body: Iterable[ast.stmt]) -> Amount:
    """How much logic these statements hold. Of statements that only call, each function counts once: twenty calls of `model.add` are one long sentence, ten
    `Parameter("…")` one list, and values entered into a frame row by row are data.

    A loop or branch counts where something inside it does: one that only draws, prints or formats is a look itself.
    """
    statements = branches = 0
    called = set[str]()
    stack = list(body)
    around: dict[ast.stmt, ast.stmt | None] = dict.fromkeys(stack)
    order: list[ast.stmt] = []
    while stack:
        statement = stack.pop()
        if statement.__class__ in _COMPOUND:
            order.append(statement)
            for item in (item for block in inner(statement) for item in block):
                around[item] = statement
                stack.append(item)
        elif is_logic(statement):
            order.append(statement)
            if (name := only_called(statement) or _entered(statement)) is not None:
                called.add(name)
            else:
                statements += 1
    telling = set[ast.stmt]()
    for statement in reversed(order):  # What stands inside comes after what it stands in.
        if statement.__class__ in _COMPOUND:
            if statement not in telling:
                continue
            branches += not isinstance(statement, (ast.With, ast.AsyncWith))
        if (outer := around[statement]) is not None:
            telling.add(outer)
    return Amount(statements + branches + len(called), branches)


def only_called(statement: ast.stmt) -> str | None:
    """The function that a statement only calls, or whose result for given constants it only keeps."""
    if not isinstance(statement, (ast.Expr, ast.Assign)) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if isinstance(statement, ast.Expr):
        return last_name(call.func)
    given = [*call.args, *(word.value for word in call.keywords)]
    if not given or not all(value.__class__ is ast.Constant for value in given):
        return None
    called: ast.expr = call.func
    while isinstance(called, ast.Attribute):
        called = called.value
    # `clean.dropna().round(2)` computes more than its last call tells.
    if not isinstance(called, ast.Name):
        return None
    return last_name(call.func)


def _entered(statement: ast.stmt) -> str | None:
    """The frame that a plain value is put into by hand: `orders.loc[orders["id"] == 7, "euro"] = 3.5`."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, (ast.Constant, ast.UnaryOp)):
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Subscript) or last_name(target.value) not in ("loc", "at", "iloc", "iat"):
        return None
    keys = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    return f"{root(target)}[…]" if all(isinstance(key, ast.Constant) or _is_one_key(key) for key in keys) else None


def _is_one_key(key: ast.expr) -> bool:
    """`orders["id"] == 7`"""
    return (
        isinstance(key, ast.Compare) and isinstance(key.ops[0], ast.Eq) and isinstance(key.comparators[0], ast.Constant)
    )


def is_logic(statement: ast.stmt) -> bool:
    """Does a simple statement compute something that a later one could need?"""
    kind = statement.__class__
    here: Any = statement
    if kind in _ASSIGNS:
        if here.value is None or is_canvas(root(here.value)):
            return False
        if kind is ast.AugAssign:
            return True
        for target in here.targets if kind is ast.Assign else (here.target,):
            if target.__class__ is ast.Subscript:
                return True
        return not _is_setting(here.value)
    if kind is ast.Expr and here.value.__class__ is ast.Call:
        return not is_canvas(root(here.value)) and last_name(here.value.func) not in _LOOKS
    return kind in _ENDS


def is_show(statement: ast.stmt) -> bool:
    """Does the statement only draw or display?"""
    kind = statement.__class__
    here: Any = statement
    if kind is ast.Assign:
        return is_canvas(root(here.value))
    if kind is ast.Expr and here.value.__class__ is ast.Call:
        called = last_name(here.value.func)
        # `traces.append(go.Scatter(…))` collects what is drawn.
        drawn = called == "append" and any(is_canvas(root(argument)) for argument in here.value.args)
        return drawn or called in _LOOKS or is_canvas(root(here.value))
    return kind is ast.Expr


@lru_cache(maxsize=4096)
def is_canvas(name: str) -> bool:
    """Is this a name that figures and plotting libraries go by?"""
    return name in _PLOTS or _CANVAS.fullmatch(name) is not None


def _is_setting(value: ast.expr) -> bool:
    """A constant, a name, a literal of those, a formatted text: a parameter or a label, not logic."""
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    if value.__class__ in _SETTINGS:
        return True
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        return all(item.__class__ in _CELLS for item in value.elts)
    return _is_text(value)


def _is_text(value: ast.expr) -> bool:
    """A text put together for a reader: `f"…"`, `"a" + b`, `"…" % b`, `", ".join(b)`, `"…".format(b)`."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Mod, ast.Mult)):
        value = value.left
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def root(node: ast.AST) -> str:
    """The name at the bottom of `a.b(…)[c].d`."""
    here: Any = node
    while (kind := here.__class__) is not ast.Name:
        if kind is ast.Call:
            here = here.func
        elif kind in _LINKS:
            here = here.value
        else:
            return ""
    return here.id  # type: ignore[no-any-return]


def last_name(node: ast.AST) -> str:
    """The last name of `a.b.c`."""
    kind = node.__class__
    found: Any = node
    return found.attr if kind is ast.Attribute else found.id if kind is ast.Name else ""
