"""What the page's own functions leave alone of what they are given: all of it, or a table's columns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name, root_name

Functions: TypeAlias = Mapping[str, ast.FunctionDef]
_DEEPEST = 4
_LOOKS = frozenset({"len", "print", "enumerate", "range", "zip", "list", "str", "sum", "max", "min", "display"})
_MEASURES = frozenset(
    {"select_dtypes", "head", "info", "describe", "isnull", "isna", "copy", "quantile", "mean", "std"}
)
_CHANGES = frozenset(
    {"append", "extend", "insert", "update", "pop", "remove", "clear", "sort", "fill", "setdefault", "add"}
)


def only_hands_on(cell: CodeCell, name: str, functions: Functions) -> bool:
    """Does a cell only hand a value to functions of the page that change nothing of it, or look at it?"""
    uses = [node for node in cell.nodes(ast.Name) if node.id == name]
    given = [call for call in cell.nodes(ast.Call) if _function(call, functions) is not None]
    return bool(given) and bool(uses) and all(_is_look(cell.tree, node, functions, _DEEPEST) for node in uses)


def _function(call: ast.Call, functions: Functions) -> ast.FunctionDef | None:
    return functions.get(call.func.id) if isinstance(call.func, ast.Name) else None


def _parents(tree: ast.AST) -> dict[int, ast.AST]:
    return {id(child): parent for parent in nodes_in(tree) for child in ast.iter_child_nodes(parent)}


def _is_look(tree: ast.AST | None, node: ast.Name, functions: Functions, depth: int) -> bool:
    """Is this use of a value one that leaves it as it is: a number read out, a look, a call that does no more?"""
    parents = _parents(tree) if tree is not None else {}
    above = parents.get(id(node))
    if not isinstance(node.ctx, ast.Load):
        return False
    if isinstance(above, (ast.Compare, ast.BinOp, ast.BoolOp)):
        return True
    if isinstance(above, (ast.For, ast.comprehension)):
        return above.iter is node and _is_kept(tree, {n.id for n in nodes_in(above.target, ast.Name)})
    if isinstance(above, ast.keyword):
        word, above = above.arg, parents.get(id(above))
    else:
        word = None
    if isinstance(above, ast.Call):
        return _leaves(above, node, word, functions, depth)
    if not isinstance(above, ast.Subscript) or not isinstance(above.ctx, ast.Load):
        return False
    return _is_read_out(tree, above, parents)


def _is_read_out(tree: ast.AST | None, item: ast.expr, parents: Mapping[int, ast.AST]) -> bool:
    """Is an item taken out, and not changed under the name that it gets?"""
    above = parents.get(id(item))
    while isinstance(above, (ast.Subscript, ast.BinOp)):
        if isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load):
            return False
        item, above = above, parents.get(id(above))
    if isinstance(above, ast.Attribute):
        return False
    names = (
        {n.id for target in above.targets for n in nodes_in(target, ast.Name)}
        if isinstance(above, ast.Assign)
        else set()
    )
    return _is_kept(tree, names)


def _is_kept(tree: ast.AST | None, names: set[str]) -> bool:
    """Is nothing set in what these names stand for?"""
    for node in nodes_in(tree) if tree is not None else ():
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            root = root_name(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
            root = root_name(node.func)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            root = node.target
        else:
            continue
        if root is not None and root.id in names:
            return False
    return True


def _leaves(call: ast.Call, given: ast.Name, word: str | None, functions: Functions, depth: int) -> bool:
    function = _function(call, functions)
    if function is None:
        return isinstance(call.func, ast.Name) and call.func.id in _LOOKS
    name = _parameter(call, given, word, function)
    if not name or not depth:
        return False
    uses = [part for part in nodes_in(function, ast.Name) if isinstance(part, ast.Name) and part.id == name]
    return all(_is_look(function, part, functions, depth - 1) for part in uses)


def _parameter(call: ast.Call, given: ast.Name, word: str | None, function: ast.FunctionDef) -> str:
    """The name that an argument has in the function; empty where it is not told."""
    if word is not None or any(isinstance(argument, ast.Starred) for argument in call.args):
        return word or ""
    places = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
    at = next((at for at, argument in enumerate(call.args) if argument is given), len(places))
    return places[at] if at < len(places) else ""


def asks_for_columns(cell: CodeCell, name: str) -> bool:
    """Does a cell ask a table for nothing but the names of its columns?"""
    uses = [node for node in cell.nodes(ast.Name) if node.id == name]
    above = [cell.parent(node) for node in uses]
    return bool(uses) and all(isinstance(part, ast.Attribute) and part.attr == "columns" for part in above)


def keeps_columns(cell: CodeCell, name: str, functions: Functions) -> bool:
    """Is all that a cell does to a table to set columns that it has, in functions of the page that give it back?"""
    for node in cell.nodes(ast.Name):
        if node.id != name or not isinstance(node.ctx, ast.Load):
            continue
        call = cell.parent(node)
        function = _function(call, functions) if isinstance(call, ast.Call) else None
        if not isinstance(call, ast.Call) or function is None:
            return False
        if not _sets_what_is_there(function, _parameter(call, node, None, function)):
            return False
    return True


def _sets_what_is_there(function: ast.FunctionDef, name: str) -> bool:
    """Does a function set a column only where it reads one of the same label, and give back the table itself?"""
    set_, read = set[str](), set[str]()
    for node, above, outer in _uses(function, name):
        if not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(above, ast.Attribute) and above.attr in ("loc", "iloc") and isinstance(outer, ast.Subscript):
            above = outer
        if isinstance(above, ast.Subscript):
            key = above.slice.elts[-1] if isinstance(above.slice, ast.Tuple) else above.slice
            (read if isinstance(above.ctx, ast.Load) else set_).add(ast.dump(key))
        elif isinstance(above, ast.Attribute):
            is_call = isinstance(outer, ast.Call) and outer.func is above
            if not isinstance(above.ctx, ast.Load) or (is_call and called_name(above) not in _MEASURES):
                return False
        elif not isinstance(above, ast.Return):
            return False
    returned = [part.value for part in nodes_in(function, ast.Return) if isinstance(part, ast.Return)]
    gives_back = all(value is None or (isinstance(value, ast.Name) and value.id == name) for value in returned)
    return bool(name) and gives_back and set_ <= read


def _uses(function: ast.FunctionDef, name: str) -> Iterator[tuple[ast.Name, ast.AST | None, ast.AST | None]]:
    """The places where a name stands in a function, with what is around each, and around that."""
    parents = _parents(function)
    for node in nodes_in(function, ast.Name):
        if isinstance(node, ast.Name) and node.id == name:
            above = parents.get(id(node))
            yield node, above, parents.get(id(above)) if above is not None else None
