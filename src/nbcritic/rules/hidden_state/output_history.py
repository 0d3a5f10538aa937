"""NBC108."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._shared import words_above

_HISTORY = regex(r"_{1,3}|_i{1,3}|_i?\d+|_[io]h|In|Out")
_EXPLAINED = regex(r"\bOut\b|\bIn\b ?\[|underscore|histor|previous|last (?:output|result)|`_+`", re.IGNORECASE)


@rule(
    "NBC108",
    name="output-history",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell takes its input from the session's history of outputs.

    `_`, `Out[3]` and `_i5` mean what was shown or typed at some moment of one session. Another order of cells, or one more look
    at a table in between, gives another value without any warning.

    Instead, give the result a name where it is computed.

    Bad:

        # %% In[1]
        3 * 4
        # %% In[2]
        total = _ + 1  # <- flagged

    Bad:

        # %%
        best = Out[12]["score"].max()  # <- flagged
        print(_i7, In[3])  # <- flagged

    Good:

        # %%
        for _ in range(3):
            print("again")
        first, *_ = [1, 2, 3]
        print(_)

    Good:

        # %%
        import gettext
        gettext.install("app")
        print(_("hello"))

    Good:

        # %% [markdown]
        # IPython keeps the previous output in `_`:
        # %%
        _ + 1
    """
    names = {name for name in page.names.mentioned - page.names.bindings.keys() if _HISTORY.fullmatch(name)}
    for cell in page.code if names else ():
        for node in cell.nodes(ast.Name):
            name = node.id
            if name not in names or not isinstance(node.ctx, ast.Load):
                continue
            parent = cell.parent(node)
            called = isinstance(parent, ast.Call) and parent.func is node
            local = cell.in_function(node) or name in _locals(page, cell.number)
            starred = name in ("In", "Out") and (bool(page.names.unknown) or not isinstance(parent, ast.Subscript))
            if called or local or starred or _EXPLAINED.search(words_above(page, cell.number)):
                continue
            what = cell.segment(parent) if isinstance(parent, ast.Subscript) and parent.value is node else name
            yield Hit(cell.at(node), f"`{what}` is what one session happened to show or run, not what a cell defines")


def _locals(page: Page, cell: int) -> frozenset[str]:
    """The names that the cell's comprehensions bind."""
    targets = (t for c in page.cell(cell).nodes(ast.comprehension) for t in nodes_in(c.target))
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))
