"""NBC903."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Span
from nbcritic.rule import rule


@rule(
    "NBC903",
    name="rerun-differs",
    severity="major",
    category="reproducibility",
    profile="explore",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""Two clean runs of the notebook disagree.

    Whatever the page concludes from this output, the next run may contradict it; whether a change helped cannot be told from
    luck. `nbcritic rerun --twice` ran it two times from the same start, with another hash seed each. Usual causes: a random draw
    without a seed, the clock, the order of a set or of a folder's files, threads that race.

    Instead, seed what draws, sort what has no order, and pass the date in.

    Bad:

        # %% In[1]  # <- flagged
        import random
        random.random()
        # file: clean-run-1
        # %% In[1]
        import random
        random.random()
        #> 0.6394267984578837
        # file: clean-run-2
        # %% In[1]
        import random
        random.random()
        #> 0.0250107552226669

    Good:

        # %% In[1]
        import random
        random.Random(7).random()
        # file: clean-run-1
        # %% In[1]
        import random
        random.Random(7).random()
        #> 0.32383276483316237
        # file: clean-run-2
        # %% In[1]
        import random
        random.Random(7).random()
        #> 0.32383276483316237
    """
    for cell, found in page.run.disagreeing if page.run else ():
        yield Hit(Span(cell), f"one clean run says `{found.one}`, another `{found.other}`")
