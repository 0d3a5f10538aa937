"""The first test of a function, from what the notebook itself tried and what the function's branches turn on; nothing is invented."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.rules.tests._functions import Function

_LONGEST = 60


def sketch(page: Page, node: Function) -> str:
    """How its first test may begin, as the end of a sentence; empty where the notebook gives no hint."""
    for cell, call in _tried(page, node.name):
        text = cell.segment(call, _LONGEST + 1)
        saw = _saw(page, cell, call) if len(text) <= _LONGEST else None
        if saw is not None:
            return f"cell {cell.number} tried it by hand, so `assert {text} {saw}` is its first test"
    for cell, call in _calls(page, node.name):
        text = cell.segment(call, _LONGEST + 1)
        if len(text) <= _LONGEST:
            return f"cell {cell.number} calls `{text}`: a small piece of what it is given there makes its first test"
    edges = list(dict.fromkeys(_edges(node)))[:2]
    if edges:
        return f"its branches turn on {' and '.join(f'`{edge}`' for edge in edges)}, so test both sides of {'each' if len(edges) > 1 else 'it'}"
    return ""


def _calls(page: Page, name: str) -> Iterator[tuple[CodeCell, ast.Call]]:
    """The calls with arguments, outside functions and loops."""
    around = (ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.comprehension, ast.ListComp)
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            named = isinstance(call.func, ast.Name) and call.func.id == name and (call.args or call.keywords)
            if named and not any(isinstance(parent, around) for parent in cell.ancestors(call)):
                yield cell, call


def _tried(page: Page, name: str) -> Iterator[tuple[CodeCell, ast.Call]]:
    """The calls with nothing but literals."""
    for cell, call in _calls(page, name):
        if all(_is_literal(value) for value in (*call.args, *(word.value for word in call.keywords))):
            yield cell, call


def _saw(page: Page, cell: CodeCell, call: ast.Call) -> str | None:
    """What the saved output shows of the call's value, as the end of an assertion; None where that cannot be told."""
    assert cell.tree is not None
    parent = cell.parent(call)
    if isinstance(parent, ast.Expr) and parent is cell.tree.body[-1]:
        texts = [output.text for output in cell.outputs if output.kind == "result"]
    elif isinstance(parent, ast.Call) and page.qualified(parent.func) == "print" and len(parent.args) == 1:
        prints = [one for one in cell.nodes(ast.Call) if page.qualified(one.func) == "print"]
        texts = [output.text for output in cell.outputs if output.kind == "stream"] if len(prints) == 1 else []
    else:
        return None
    if len(texts) != 1 or len(texts[0].strip()) > _LONGEST:
        return None
    try:
        value = ast.literal_eval(texts[0].strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, float):
        return f"== pytest.approx({value!r})"
    return f"is {value}" if value is None or isinstance(value, bool) else f"== {value!r}"


def _edges(node: Function) -> Iterator[str]:
    """The comparisons of a parameter with a literal that decide a branch."""
    given = frozenset(one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    for inner in nodes_in(node):
        if isinstance(inner, (ast.If, ast.IfExp, ast.While)):
            for part in nodes_in(inner.test):
                if isinstance(part, ast.Compare) and _is_edge(part, given):
                    yield ast.unparse(part)


def _is_edge(test: ast.Compare, given: frozenset[str]) -> bool:
    left, right = test.left, test.comparators[0]
    return (
        len(test.ops) == 1
        and isinstance(left, ast.Name)
        and left.id in given
        and isinstance(right, (ast.Constant, ast.UnaryOp))
        and not isinstance(test.ops[0], (ast.Is, ast.IsNot))
        and len(ast.unparse(right)) <= 20
    )


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return len(ast.dump(node)) < 500
