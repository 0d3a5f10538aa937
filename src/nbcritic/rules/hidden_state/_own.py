"""What the rules on unrun and failed cells share."""

from __future__ import annotations

import ast
import re

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.pattern import regex

_STOP = regex(r"_*(?:stop|halt|end|break|exit|quit|pause|done)\w*", re.I)


def is_fence(cell: CodeCell) -> bool:
    """Does the cell do nothing but stop the run, so that what follows is only run by hand?"""
    body = cell.tree.body if cell.tree is not None else []
    if len(body) != 1:
        return False
    only = body[0]
    if isinstance(only, ast.Raise):
        return True
    if isinstance(only, ast.Assert):
        return not any(isinstance(node, ast.Name) for node in nodes_in(only.test))
    if not isinstance(only, ast.Expr):
        return False
    if isinstance(only.value, ast.Call):
        return called_name(only.value.func) in ("exit", "quit", "_exit")
    return isinstance(only.value, ast.Name) and _STOP.fullmatch(only.value.id) is not None
