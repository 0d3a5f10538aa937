"""NBC114."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related, Span
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
    first star import. A module is named once a notebook.

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
        from os.path import *  # <- flagged

    Good:

        # %%
        import numpy as np
        x = np.linspace(0, 1)
    """
    found: dict[str, list[Span]] = {}
    for cell in page.code:
        for node in cell.nodes(ast.ImportFrom):
            if node.names[0].name == "*":
                module = "." * node.level + (node.module or "")
                found.setdefault(module, []).append(cell.at(node))
    for module, (first, *more) in found.items():
        again = tuple(Related(at, f"`{module}` once more") for at in more)
        yield Hit(first, f"`from {module} import *` hides which names this cell defines", again)
