"""Which part do names and columns play in a notebook: what is split, what is learnt from, what is predicted.

A scenario's `base.toml` says what code cannot tell (which columns are known only afterwards); the rest is read from the page.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from itertools import pairwise

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code


@dataclass(frozen=True)
class Split:
    """Where the rows are divided: the statement (both, for two masks) and the names that come of it."""

    cell: CodeCell
    statements: tuple[ast.Assign, ...]
    table: str
    """The frame that is divided."""
    parts: tuple[str, ...]
    by_time: bool


@dataclass(frozen=True)
class Roles:
    """What the author of a base says about it. Everything may be empty."""

    known_afterwards: tuple[str, ...] = ()
    """Columns that are there only after the decision that the model is for."""
    groups: tuple[str, ...] = ()
    """Columns that name an entity, such as a shop."""
    scores: tuple[str, ...] = ()
    """Names that hold the numbers which matter."""


def split(page: Page) -> Split | None:
    """The first place where rows are divided into training and test: two masks, or `train_test_split`."""
    return _masks(page) or _drawn(page)


def _masks(page: Page) -> Split | None:
    for cell in page.code:
        body = cell.tree.body if cell.tree else []
        masks = [(node, found) for node in body if isinstance(node, ast.Assign) and (found := _mask(node))]
        for (one, (table, name, column, op)), (other, second) in pairwise(masks):
            if second[0] == table and second[2] == column and {op, second[3]} in ({"<", ">="}, {"<=", ">"}):
                return Split(cell, (one, other), table, (name, second[1]), True)
    return None


def _mask(node: ast.stmt) -> tuple[str, str, str, str] | None:
    """Of `name = table[table["column"] < limit]` the table, the name, the column and the sign."""
    signs = {ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<=", ast.Gt: ">"}
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Subscript(
                value=ast.Name(id=table),
                slice=ast.Compare(
                    left=ast.Subscript(value=ast.Name(id=inner), slice=ast.Constant(value=str(column))), ops=[op]
                ),
            ),
        ) if table == inner and type(op) in signs:
            return table, name, column, signs[type(op)]
    return None


def _drawn(page: Page) -> Split | None:
    for cell, statement in code.statements(page):
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Call() as call) if (
                code.method(call) == "train_test_split" and call.args and isinstance(call.args[0], ast.Name)
            ):
                names = tuple(part.id for part in parts if isinstance(part, ast.Name))
                return Split(cell, (statement,), call.args[0].id, names, False)
    return None


def features(page: Page) -> tuple[CodeCell, ast.List, str] | None:
    """The first literal list of columns that the model learns from: a name that later picks columns of a frame."""
    used = {
        node.slice.id
        for cell in page.code
        for node in cell.nodes(ast.Subscript)
        if isinstance(node.slice, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for cell, statement, name in code.assigned(page):
        value = statement.value
        if isinstance(value, ast.List) and len(value.elts) > 1 and all(code.is_text(item) for item in value.elts):
            summed = any(
                isinstance(other.value, ast.BinOp)
                and any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(other.value))
                for _, other, _ in code.assigned(page)
            )
            if name in used or summed:
                return cell, value, name
    return None


def target(page: Page) -> str | None:
    """The column that is predicted: of `y = table["column"]`, where the column may be a name."""
    for cell in page.code:
        for node in cell.nodes(ast.Assign):
            for name, value in _pairs(node):
                if name.lower().startswith("y") and isinstance(value, ast.Subscript):
                    found = code.literal(page, value.slice)
                    if isinstance(found, str):
                        return found
    return None


def _pairs(node: ast.Assign) -> list[tuple[str, ast.expr]]:
    first = node.targets[0]
    if isinstance(first, ast.Name):
        return [(first.id, node.value)]
    if isinstance(first, ast.Tuple) and isinstance(node.value, ast.Tuple):
        pairs = zip(first.elts, node.value.elts, strict=False)
        return [(one.id, value) for one, value in pairs if isinstance(one, ast.Name)]
    return []


@dataclass(frozen=True)
class Fit:
    """Where the model is made, learnt and judged; names of the parts of the data."""

    cell: CodeCell
    made: ast.Assign
    model: str
    train: tuple[str, str]
    test: tuple[str, str]
    score_cell: CodeCell


def fit(page: Page) -> Fit | None:
    """The first model that is made in a statement of its own, fitted on two names, and asked to predict for a third."""
    made = {
        name: (cell, statement)
        for cell, statement, name in code.assigned(page)
        if isinstance(statement.value, ast.Call)
    }
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=model), attr="fit"),
                    args=[ast.Name(id=rows), ast.Name(id=answers)],
                ) if model in made:
                    judged = _judged(page, model, rows)
                    if judged is not None:
                        score_cell, test = judged
                        return Fit(*made[model], model, (rows, answers), test, score_cell)
    return None


def _judged(page: Page, model: str, train: str) -> tuple[CodeCell, tuple[str, str]] | None:
    """The cell that predicts other rows, with their name and that of their answers."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="predict" | "predict_proba"),
                    args=[ast.Name(id=rows)],
                ) if name == model and rows != train:
                    for metric in cell.nodes(ast.Call):
                        first = metric.args[0] if metric.args else None
                        if isinstance(first, ast.Name) and len(metric.args) == 2 and first.id.lower().startswith("y"):
                            return cell, (rows, first.id)
    return None


def renamed(roles: Roles, names: dict[str, str]) -> Roles:
    """The roles after names of the notebook were changed."""
    return replace(roles, scores=tuple(names.get(name, name) for name in roles.scores))
