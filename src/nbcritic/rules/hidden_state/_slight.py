"""What a second run leaves that somebody would notice, or that changes no result: later cells stop, or nothing reads it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page
from nbcritic.rules.hidden_state._second_run import merge_of

_EVERY_COLUMN = frozenset({"values", "to_numpy", "iloc", "melt", "corr", "columns", "drop"})
_SAME_LENGTH = frozenset(
    "DataFrame Series bar barh plot scatter errorbar xticks yticks set_xticklabels set_yticklabels".split()
)
"""What stops where two of the lists that it is given differ in length."""
_TICKS = frozenset({"set_xticklabels", "set_yticklabels"})
_GROWS = frozenset({"append", "extend", "insert"})
_EDITS = _GROWS | {"remove", "pop", "sort", "reverse", "clear"}


def is_slight(page: Page, cell: CodeCell, reason: Reason, grown: Collection[str]) -> bool:
    """Would later cells stop at what a second run leaves, or does it change what no result is made of?

    A second merge and a `concat` of columns leave columns twice or under other names, a list that has grown alone no longer fits
    those beside it, one more index column or a text before a label changes no number, and what stood in a list once cannot be
    taken out twice. `grown` are the names that the cell adds to.
    """
    value = reason.node.value if isinstance(reason.node, (ast.Assign, ast.AugAssign)) else None
    if isinstance(value, ast.Call) and called_name(value.func) == "concat":
        return any(
            word.arg == "axis" and isinstance(word.value, ast.Constant) and word.value.value in (1, "columns")
            for word in value.keywords
        )
    if merge_of(cell, reason) is not None:
        return True
    if reason.operation == "reset_index":
        return not any(_takes_every_column(other, reason.name) for other in page.code if other.number >= cell.number)
    if reason.operation == "Add":
        return value is not None and any(_is_text(part) for part in _sum(value))
    if reason.operation == "remove":
        return True
    if reason.operation in _GROWS:
        below = list(_loads_below(page, cell, reason.name))
        if _adds_text(reason.node) and all(_is_only_shown(other, node) for other, node in below):
            return True
        return any(_must_fit(other, node, grown) for other, node in below)
    return False


def _adds_text(node: ast.AST) -> bool:
    """`names.append("price")`."""
    call = node.value if isinstance(node, ast.Expr) else None
    given = call.args if isinstance(call, ast.Call) else []
    return bool(given) and all(isinstance(value, ast.Constant) and isinstance(value.value, str) for value in given)


def _is_only_shown(cell: CodeCell, node: ast.Name) -> bool:
    """Is a list echoed, edited, or asked whether something is in it?"""
    parent = cell.parent(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _EDITS
    return isinstance(parent, ast.Expr) or (
        isinstance(parent, ast.Compare) and isinstance(parent.ops[-1], (ast.In, ast.NotIn))
    )


def _takes_every_column(cell: CodeCell, name: str) -> bool:
    """Does the cell work on all columns of a table, whatever they are, as a training set does?"""
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and node.attr in _EVERY_COLUMN
        and isinstance(node.ctx, ast.Load)
        for node in cell.nodes(ast.Attribute)
    )


def _sum(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _sum(value.left)
        yield from _sum(value.right)
    else:
        yield value


def _is_text(part: ast.expr) -> bool:
    """A text for a reader; `"1:"` may be part of a file's format."""
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and any(map(str.isalpha, part.value))


def _loads_below(page: Page, cell: CodeCell, name: str) -> Iterator[tuple[CodeCell, ast.Name]]:
    for other in page.code:
        for node in other.nodes(ast.Name) if other.number > cell.number else ():
            if node.id == name and isinstance(node.ctx, ast.Load):
                yield other, node


def _must_fit(cell: CodeCell, node: ast.Name, grown: Collection[str]) -> bool:
    """Does a list become a column, or stand beside another one of the same length that has not grown with it?"""
    parent = cell.parent(node)
    if isinstance(parent, ast.Assign):
        return isinstance(parent.targets[0], ast.Subscript)
    beside: list[ast.expr] = []
    if isinstance(parent, ast.Dict):
        beside = [value for value in parent.values if value is not node]
        parent = cell.parent(parent)
    if isinstance(parent, ast.keyword):
        parent = cell.parent(parent)
    if not isinstance(parent, ast.Call) or called_name(parent.func) not in _SAME_LENGTH:
        return False
    if called_name(parent.func) in _TICKS:
        return True
    words = [word.value for word in parent.keywords if word.arg in ("index", "x", "y", "height", "width")]
    beside += [value for value in (*parent.args[:2], *words) if node not in nodes_in(value)]
    return any(_is_list(value) and not _names(value) & {*grown} for value in beside)


def _is_list(value: ast.expr) -> bool:
    return isinstance(value, (ast.Name, ast.List, ast.ListComp, ast.BinOp, ast.Call))


def _names(value: ast.expr) -> set[str]:
    return {node.id for node in nodes_in(value, ast.Name)}
