"""NBC114."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule


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
    first star import.

    Instead, import the module under a short name, or the few names that are used.

    Bad:

        # %%
        from numpy import *  # <- flagged
        # %%
        x = linspace(0, 1)

    Good:

        # %%
        import numpy as np
        x = np.linspace(0, 1)
    """
    for cell in page.code:
        for node in cell.nodes(ast.ImportFrom):
            if node.names[0].name == "*":
                module = "." * node.level + (node.module or "")
                yield Hit(cell.at(node), f"`from {module} import *` hides which names this cell defines")
