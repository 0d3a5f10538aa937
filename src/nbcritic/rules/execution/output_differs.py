"""NBC902."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.likeness import Difference
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Span
from nbcritic.rule import rule


@rule(
    "NBC902",
    name="output-differs",
    severity="major",
    category="reproducibility",
    profile="explore",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""The saved output is not what a clean run of the notebook shows.

    The number that a reader sees belongs to other code, other data or another order of the cells than the page has.
    `nbcritic rerun` compared them: text, tables and numbers (but for the noise of floating point), images by their size. Memory
    addresses, timings, progress bars and warnings are left out. A cell that says something else in every run is NBC903's.

    Instead, choose Restart & Run All, look at what changed and why, and save that.

    Bad:

        # %% In[3]
        total = sum([3, 4])
        # %% In[9]  # <- flagged
        print(total)
        #> 12
        # file: clean-run-1
        # %% In[1]
        total = sum([3, 4])
        # %% In[2]
        print(total)
        #> 7

    Good:

        # %% In[3]
        print(sum([0.1, 0.2, 0.3]), object())
        #> 0.6000000000000001 <object object at 0x7f3a5c0e4a10>
        # file: clean-run-1
        # %% In[1]
        print(sum([0.1, 0.2, 0.3]), object())
        #> 0.6 <object object at 0x7fb9123c4a10>
    """
    for cell, found in page.run.differing if page.run else ():
        yield Hit(Span(cell), _words(found))


def _words(found: Difference) -> str:
    match found.what:
        case "missing":
            return f"the saved output has `{found.one}`, of which a clean run shows nothing"
        case "new":
            return f"a clean run shows `{found.other}`, which the saved output has not"
        case "error" if found.other == "no error":
            return f"the saved output is {found.one}; a clean run raises nothing here"
        case _:
            return f"the saved output says `{found.one}`, a clean run `{found.other}`"
