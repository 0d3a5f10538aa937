"""NBC114."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
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
    first star import. All star imports of a notebook are one finding.

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
    """
    found = [
        ("." * node.level + (node.module or ""), cell.at(node))
        for cell in page.code
        for node in cell.nodes(ast.ImportFrom)
        if node.names[0].name == "*"
    ]
    if found:
        (module, first), *more = found
        others = [f"`{other}`" for other in dict.fromkeys(name for name, _ in more) if other != module]
        text = f"`from {module} import *` hides which names this cell defines"
        if others:
            text += f"; so {'does' if len(others) == 1 else 'do'} {', '.join(others[:3])}{' and others' * (len(others) > 3)}"
        yield Hit(first, text, tuple(Related(at, f"`from {name} import *`") for name, at in more))
