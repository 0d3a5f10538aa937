"""The flow in words: which cells ran on older values."""

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.report.flow import render


def lines(text: str) -> list[str]:
    page = Page(percent.read(text, "t.py", history=True))
    return [line.strip() for line in render(page, page.graph).splitlines() if line.startswith("  !")]


def test_a_cell_that_ran_before_its_source_did() -> None:
    text = "# %% In[9]\nkept = [n for n in (1, 2)]\n# %% In[4]\ntotal = sum(kept)\n# %% In[12]\nprint(total)\n"
    assert lines(text) == [
        "! sees values from before cell 1 ran: `kept`",
        "! sees values from before cell 1 ran: `kept` → `total`",
    ]


def test_a_cell_that_ran_on_what_another_had_left() -> None:
    text = "# %% In[1]\nprices = [3, 4]\n# %% In[3]\nprint(prices)\n# %% In[2]\nprices = [5]\n"
    assert lines(text) == ["! sees what cell 3 had left, not cell 1: `prices`"]


def test_nothing_is_marked_in_order() -> None:
    assert not lines("# %% In[1]\nprices = [3, 4]\n# %% In[2]\nprint(prices)\n")
