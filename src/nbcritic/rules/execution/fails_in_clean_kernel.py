"""NBC901."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Span, first_line
from nbcritic.rule import rule


@rule(
    "NBC901",
    name="fails-in-clean-kernel",
    severity="blocker",
    category="reproducibility",
    profile="explore",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""Run from top to bottom in a clean kernel, the notebook stops here.

    Nobody else can get its results, and neither can its author after a restart: what stands below this cell came from a session
    that is gone. `nbcritic rerun` saw it happen. A package, a data file or a service that is missing on the machine of the run is
    no fault of the notebook, and neither is an error that the tag `raises-exception` allows.

    Instead, choose Restart & Run All, mend the first cell that stops, and save only what has run to its end.

    Bad:

        # %% In[7]  # <- flagged
        total = sum(prices)
        # file: clean-run-1
        # %% In[1]
        total = sum(prices)
        #! NameError: name 'prices' is not defined

    Good:

        # %% In[1]
        prices = [3, 4]
        # %% In[2]
        total = sum(prices)
        # file: clean-run-1
        # %% In[1]
        prices = [3, 4]
        # %% In[2]
        total = sum(prices)

    Good:

        # %% In[1]
        import a_package_that_is_not_installed_here
        # file: clean-run-1
        # %% In[1]
        import a_package_that_is_not_installed_here
        #! ModuleNotFoundError: No module named 'a_package_that_is_not_installed_here'
    """
    failure = page.run.trials[0].failure if page.run else None
    if page.run is None or failure is None or page.run.missing:
        return
    below = sum(cell.number > failure.cell and bool(cell.source.strip()) for cell in page.notebook.code)
    rest = f"; {below} cell{'s' * (below > 1)} below never ran" if below else ""
    error = f"{failure.ename}: {first_line(failure.evalue, 200)}".rstrip(" .:")
    yield Hit(Span(failure.cell, failure.line, 0, failure.line, 0), f"a clean run stops here with {error}{rest}")
