"""NBC904."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Span
from nbcritic.rule import rule


@rule(
    "NBC904",
    name="slow-cell",
    severity="nit",
    category="performance",
    confidence="certain",
    any_language=True,
)
def check(page: Page, *, seconds: float = 30.0) -> Iterator[Hit]:
    r"""A cell takes long in a clean run.

    What takes long is not run again after a change, and so the page goes stale. The time is that of the machine on which
    `nbcritic rerun` ran, with everything else that it did.

    Instead, keep what it computes in a file next to the notebook, work on a sample while exploring, or move the computation into a
    script that runs once.

    Bad (seconds=30.0):

        # %% In[1]  # <- flagged
        import time
        time.sleep(40)
        # file: clean-run-1
        # %% In[1] tags=["took 40 s"]
        import time
        time.sleep(40)

    Good:

        # %% In[1]
        import time
        time.sleep(4)
        # file: clean-run-1
        # %% In[1] tags=["took 4 s"]
        import time
        time.sleep(4)
    """
    times = page.run.trials[0].seconds if page.run else {}
    total = sum(times.values())
    for cell, taken in sorted(times.items()):
        if taken > seconds:
            yield Hit(Span(cell), f"this cell took {taken:.0f} of the run's {total:.0f} seconds")
