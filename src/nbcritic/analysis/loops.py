"""Rounds of a loop: which readings the first round cannot survive."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.events import Event


class Block(NamedTuple):
    """The events `start` to `end` of statements that run one after the other, `depth` branches deep.

    `sure` means that they are begun whenever the block around them is: a `try`, the body of `while True`.
    """

    start: int
    end: int
    depth: int
    sure: bool


def comes_first(index: int, event: Event, bound: Sequence[int], inside: int, blocks: Iterable[Block]) -> bool:
    """Does nothing in the loop bind the name before this reading, in whatever round?

    So it is where whoever reaches a binding has passed the reading: all bindings stand below it, in the same block.
    """
    if bound[0] < index:
        return False
    around = [block for block in blocks if block.start <= index < block.end]
    if {block.depth for block in around} != set(range(inside + 1, event.depth + 1)):
        return False  # a condition inside an expression
    need_not = [block for block in around if not block.sure]
    return not need_not or bound[-1] < min(need_not, key=lambda block: block.end).end


def leaves_early(body: Iterable[ast.stmt]) -> bool:
    """Can a round of this loop end early?"""
    return any(isinstance(node, (ast.Break, ast.Continue)) for statement in body for node in nodes_in(statement))


def always_holds(test: ast.expr) -> bool:
    """Is a condition true as written: `while True:`?"""
    return isinstance(test, ast.Constant) and bool(test.value)
