"""NBC704."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule

MEGABYTE = 1_000_000
_ENOUGH = 20_000
"""Bytes of saved output below which nothing is too long."""


@rule(
    "NBC704", name="oversized-output", severity="nit", category="readability", confidence="certain", any_language=True
)
def check(page: Page, *, lines: int = 1000, megabytes: float = 3.0) -> Iterator[Hit]:
    r"""A saved output is longer than anybody reads.

    It hides the result that it ends with, makes every version of the file a new copy of it, and slows down the editor, the review page
    and the search. Printed text of more than `lines` lines and outputs of more than `megabytes` MB are reported; the lines that a
    progress bar overwrites count once.

    Instead, print a summary (`head()`, the last epoch), log the rest into a file, and clear the output (`nbstripout`, a lower `dpi`).

    Bad (lines=3):

        # %% In[1]  # <- flagged
        for day in days:
            print(day)
        #> monday
        #> tuesday
        #> wednesday
        #> thursday

    Good (lines=3):

        # %% In[1]
        print(len(days))
        #> 4
        # %% In[2]
        plot(days)
    """
    for cell in page.cells:
        size = len(cell.cell.outputs)
        if size >= megabytes * MEGABYTE:
            yield Hit(cell.at(), f"the saved output of cell {cell.number} is {size / MEGABYTE:.1f} MB; {_advice(cell)}")
        elif size > min(_ENOUGH, 10 * lines) and (count := _printed(cell)) > lines:
            yield Hit(cell.at(), f"cell {cell.number} saves {count:,} lines of printed text; keep a summary")


def _advice(cell: CodeCell) -> str:
    forms = {form for output in cell.outputs for form in output.mime}
    if any("plotly" in form or "html" in form or "javascript" in form or "bokeh" in form for form in forms):
        return "save the interactive figure as a file or draw fewer points"
    return "lower its `dpi`, or save it as a file" if any(f.startswith("image/") for f in forms) else "keep a summary"


def _printed(cell: CodeCell) -> int:
    """Lines of text that a reader has to scroll past."""
    texts = (
        output.text
        for output in cell.outputs
        if output.kind == "stream" or (output.kind == "result" and not output.html)
    )
    return sum(text.count("\n") for text in texts)
