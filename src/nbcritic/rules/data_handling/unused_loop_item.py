"""NBC616."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_PLAIN = regex(r"^\w+(?:[ .:/-]\w+)*$")
_SEES_ALL = frozenset({"locals", "vars", "eval", "exec", "query", "format"})
"""Calls that may read a name which no line spells out."""


@rule("NBC616", name="unused-loop-item", severity="major", category="data-validation", covers=("B007",))
def check(page: Page) -> Iterator[Hit]:
    r"""A loop over listed items works on one of them in every round.

    The header names two or more things, and the body looks at the same one each time: the loop variable was forgotten when the lines
    were wrapped into a loop. What is checked, filled or counted for one item is never done for the others, and nothing fails.

    Instead, use the loop variable in the body (`data[f"{rater}_geo"]`), or take the loop away.

    Bad:

        # %%
        for rater in ["c1", "c2"]:  # <- flagged
            known = set(data["c1_geo"])
            assert known <= expected

    Bad:

        # %%
        for frame in (train, test):  # <- flagged
            train["age"] = train["age"].fillna(0)

    Good:

        # %%
        for rater in ["c1", "c2"]:
            known = set(data[f"{rater}_geo"])
            assert known <= expected
        for frame in (train, test):
            frame["age"] = frame["age"].fillna(train["age"].mean())
        for _ in ["c1", "c2"]:
            data["c1_geo"].append(1)
        for attempt in (1, 2, 3):
            fetch(data)

    Good:

        # %%
        for color in ["red", "green"]:
            plot(data)
        for rater in ["c1", "c2"]:
            rows = data.query("c1_geo == @rater")
    """
    for cell in page.code:
        for loop in cell.nodes(ast.For):
            if (found := _forgotten(cell, loop)) is None:
                continue
            item, node = found
            assert isinstance(loop.target, ast.Name) and isinstance(loop.iter, (ast.List, ast.Tuple))
            others = [cell.segment(other, 30) for other in loop.iter.elts if _text(other) != item]
            left = f"`{others[0]}` is" if len(others) == 1 else f"the {len(others)} other items are"
            text = f"the loop never uses `{loop.target.id}`: each round reads `{cell.segment(node, 40)}`, and {left} never looked at"
            yield Hit(cell.at_line(loop.lineno), text, (Related(cell.at(node), "the same in every round"),))


def _forgotten(cell: CodeCell, loop: ast.For) -> tuple[str, ast.AST] | None:
    """The one item that the body names, and where, if it never reads the loop's variable."""
    if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, (ast.List, ast.Tuple)):
        return None
    name, items = loop.target.id, [_text(item) for item in loop.iter.elts]
    if name.startswith("_") or len(items) < 2 or None in items or len(set(items)) < len(items):
        return None
    kinds = {item.__class__ for item in loop.iter.elts}
    last = loop.end_lineno or loop.lineno
    if len(kinds) > 1 or any(name in magic.reads and loop.lineno < magic.line <= last for magic in cell.magics):
        return None
    said: dict[str, ast.AST] = {}
    for node in (inner for statement in (*loop.body, *loop.orelse) for inner in nodes_in(statement)):
        if isinstance(node, ast.Name) and (node.id == name or node.id in _SEES_ALL):
            return None
        if isinstance(node, ast.Attribute) and node.attr in _SEES_ALL:
            return None
        for item in items:
            if item is not None and _names(node, item, exactly=kinds == {ast.Name}):
                said.setdefault(item, node)
    return next(iter(said.items())) if len(said) == 1 else None


def _text(item: ast.expr) -> str | None:
    """The item as a word: a text or a name."""
    if isinstance(item, ast.Name):
        return item.id
    text = item.value if isinstance(item, ast.Constant) else None
    return text if isinstance(text, str) and _PLAIN.match(text) else None


def _names(node: ast.AST, item: str, *, exactly: bool) -> bool:
    """Is the node this item: the name itself, or a name or key that has the text as one of its parts?"""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id == item if exactly else _has_part(node.id, item)
    if exactly:
        return False
    if isinstance(node, ast.Attribute):
        return _has_part(node.attr, item)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and _has_part(node.value, item)


def _has_part(text: str, item: str) -> bool:
    return len(item) > 1 and f"_{item}_" in f"_{text}_" and (" " not in text or text == item)
