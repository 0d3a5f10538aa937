"""NBC114."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_GENERATED = regex(
    r"^[ \t]*\#[ \t]*(?:.*\bauto-?generated\b|(?:this\ \w+\ (?:is|was)\ )?generated\ (?:by|with|from)\b|.*\bdo\ not\ edit\b"
    r"|section[ \t]*\n[ \t]*\#[ \t]*name:)",
    re.M | re.I | re.X,
)
"""Marks of a program that another one wrote."""


@rule(
    "NBC114",
    name="star-import",
    severity="minor",
    category="reproducibility",
    confidence="certain",
    covers=("F403", "F405"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""A star import hides which names a cell defines.

    A reader cannot tell where a later name comes from, and neither can any tool: every check for undefined names stops at the
    first star import. All star imports of a notebook are one finding. What a course hands out to check its exercises is left alone,
    and so is code that a program wrote.

    Instead, import the module under a short name, or the few names that are used.

    Bad:

        # %%
        from numpy import *  # <- flagged
        # %%
        x = linspace(0, 1)

    Bad:

        # %%
        from math import *  # <- flagged
        # %%
        from math import *
        from os.path import *

    Good:

        # %%
        import numpy as np
        x = np.linspace(0, 1)

    Good:

        # %%
        from learntools.core import binder
        binder.bind(globals())
        from learntools.sql.ex1 import *
        # %%
        # Auto-generated from shop.qasm, do not edit.
        from circuits import *
        wire = Wire(2)
    """
    found = [
        ("." * node.level + (node.module or ""), cell.at(node))
        for cell in page.code
        for node in cell.nodes(ast.ImportFrom)
        if node.names[0].name == "*" and not _is_handed_out(cell, node)
    ]
    if found:
        (module, first), *more = found
        others = [f"`{other}`" for other in dict.fromkeys(name for name, _ in more) if other != module]
        text = f"`from {module} import *` hides which names this cell defines"
        if others:
            text += f"; so {'does' if len(others) == 1 else 'do'} {', '.join(others[:3])}{' and others' * (len(others) > 3)}"
        yield Hit(first, text, tuple(Related(at, f"`from {name} import *`") for name, at in more))


def _is_handed_out(cell: CodeCell, node: ast.ImportFrom) -> bool:
    """Did the author not write this line: does it come with an exercise, or from a generator?"""
    return (
        (node.module or "").partition(".")[0] == "learntools"
        or "binder.bind(globals())" in cell.source
        or _GENERATED.search(cell.source) is not None
    )
