"""NBC408."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Fix, Hit, Related, Replace, Span
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import is_show

_PREPARES = regex(
    r"^\s*[!%]|\bsys\.path\b|\bos\.(?:environ|chdir)\b|\b(?:matplotlib|mpl)\.use\(|\bget_ipython\(|\breload\("
    r"|\benable_|\bsite\.|\bimportlib\b|\bwarnings\.|\bsubprocess\b",
    re.M,
)
"""What an import further down may have to wait for."""


@rule(
    "NBC408",
    name="scattered-import",
    severity="minor",
    category="packaging",
    profile="production",
    confidence="certain",
)
def check(page: Page, *, cells: int = 2) -> Iterator[Hit]:
    r"""Imports stand all over the notebook.

    What the notebook needs shows only to who has run it to its end: a missing package stops it after an hour of work, and no list of
    requirements can be read off its top. Imports in the first working cell and above, those that wait for something (an install,
    `sys.path`, an environment variable), those inside of functions and `try`, and fewer than `cells` later cells are left alone.

    Instead, gather the imports in the first code cell.

    Bad:

        # %%
        import pandas as pd
        # %%
        orders = pd.read_csv("orders.csv")
        # %%
        import numpy as np  # <- flagged
        total = np.log(orders["price"]).sum()
        # %%
        from math import sqrt
        root = sqrt(total)

    Fixed:

        # %%
        import pandas as pd
        import numpy as np
        from math import sqrt
        # %%
        orders = pd.read_csv("orders.csv")
        # %%
        total = np.log(orders["price"]).sum()
        # %%
        root = sqrt(total)

    Good:

        # %%
        import pandas as pd
        # %%
        %matplotlib inline
        LIMIT = 10
        # %%
        import numpy as np
        # %%
        orders = pd.read_csv("orders.csv")
        # %%
        def root(x):
            from math import sqrt
            return sqrt(x)
        # %%
        !pip install folium
        import folium
        # %%
        import os
        os.environ["DEVICE"] = "1"
        import torch
    """
    late = _late(page)
    if len({cell.number for cell, _ in late}) < cells:
        return
    (cell, first), *others = late
    places = list(dict.fromkeys(where.number for where, _ in late))
    what = ", ".join(f"`{_module(node)}` (cell {where.number})" for where, node in late[:3])
    more = ", …" if len(late) > 3 else ""
    related = tuple(Related(where.at(node), "and here") for where, node in others)
    message = f"{len(places)} cells below the first working one import: {what}{more}; gather the imports at the top"
    yield Hit(cell.at(first), message, related, _gathered(page, late))


Import = ast.Import | ast.ImportFrom


def _late(page: Page) -> list[tuple[CodeCell, Import]]:
    """Imports below the first cell that computes, of modules that are not imported above already."""
    found: list[tuple[CodeCell, Import]] = []
    seen, working = set[str](), False
    for cell in page.code:
        assert cell.tree is not None
        here = [node for node in cell.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        waits = _PREPARES.search(cell.source) is not None
        for node in here:
            module = _module(node)
            if working and not waits and module not in seen and module != "__future__" and not _is_local(node):
                found.append((cell, node))
            seen.add(module)
        working = working or any(_works(statement) for statement in cell.tree.body)
    return found


def _module(node: Import) -> str:
    return node.names[0].name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")


def _is_local(node: Import) -> bool:
    return isinstance(node, ast.ImportFrom) and node.level > 0


def _works(statement: ast.stmt) -> bool:
    """Is it more than an import, a definition, a setting or a look?"""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return False
    if isinstance(statement, ast.Assign):
        return not isinstance(statement.value, (ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr))
    return not isinstance(statement, (ast.Pass, ast.Try, ast.If)) and not is_show(statement)


def _gathered(page: Page, late: Sequence[tuple[CodeCell, Import]]) -> Fix | None:
    """The fix, where each import stands on lines of its own, and nothing above could mind that it comes earlier."""
    home = next((cell for cell in page.code if _imports_of(cell)), None)
    if home is None or home.number >= late[0][0].number or any(_PREPARES.search(cell.source) for cell in page.cells):
        return None
    texts, runs = list[str](), list[tuple[CodeCell, int, int]]()
    for cell, node in late:
        bound = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        end = node.end_lineno or node.lineno
        if not _is_alone(cell, node) or "*" in bound or not bound <= page.names.imports.keys():
            return None
        # A name that is bound twice may be bound already where a cell asks for it.
        if any(len(page.names.bindings.get(name, ())) > 1 for name in bound):
            return None
        texts.append("\n".join(cell.lines[node.lineno - 1 : end]))
        if runs and runs[-1][0] is cell and runs[-1][2] + 1 == node.lineno:
            runs[-1] = (cell, runs[-1][1], end)
        else:
            runs.append((cell, node.lineno, end))
    after = home.at(_imports_of(home)[-1])
    place = Span(home.number, after.end_line, after.end_column, after.end_line, after.end_column)
    if home.lines[after.end_line - 1][after.end_column - 1 :].strip():
        return None
    new = Replace(place, "".join(f"\n{text}" for text in texts))
    return Fix("Gather the imports at the top", (new, *(Replace(_lines(*run), "") for run in runs)), safe=True)


def _imports_of(cell: CodeCell) -> list[Import]:
    body = cell.tree.body if cell.tree is not None else []
    return [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]


def _is_alone(cell: CodeCell, node: Import) -> bool:
    """Does nothing else stand on the lines of the statement?"""
    at = cell.at(node)
    return not (cell.lines[at.line - 1][: at.column - 1] + cell.lines[at.end_line - 1][at.end_column - 1 :]).strip()


def _lines(cell: CodeCell, first: int, last: int) -> Span:
    """Whole lines with the break after them, or the one before where they are the last."""
    if last < len(cell.lines):
        return Span(cell.number, first, 1, last + 1, 1)
    if first > 1:
        return Span(cell.number, first - 1, len(cell.lines[first - 2]) + 1, last, len(cell.lines[-1]) + 1)
    return Span(cell.number, 1, 1, last, len(cell.lines[-1]) + 1)
