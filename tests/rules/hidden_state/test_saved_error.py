"""NBC113: what announces an error, and what only looks like it."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.saved_error import check

CELL = "# %% In[1]\nx = 1\n# %% In[2]\nbuild(x)\n#! BuildError: gate 'g' uses 4 bits but is declared for 2 bits\n"


def count(text: str) -> int:
    return len(list(check.check(Page(percent.read(text, "t.py", history=True)))))


@pytest.mark.parametrize(
    "heading, expected",
    [
        ("# Gate uses 16 bits but is declared for 8 bits", 0),
        ("# Errors", 0),
        ("## Error handling", 0),
        ("# Bugs", 0),
        ("# Handling a KeyError", 0),
        ("# Mean squared error", 1),
        ("# Standard errors of the fit", 1),
        ("# Bits and gates", 1),
    ],
)
def test_the_headings_above(heading: str, expected: int) -> None:
    assert count(f"# %% [markdown]\n# {heading}\n# %% [markdown]\n# ### Another one\n{CELL}") == expected


def test_a_section_that_ended_announces_nothing() -> None:
    assert count(f"# %% [markdown]\n# ## Bugs\n# %% [markdown]\n# ## Results\n{CELL}") == 1


@pytest.mark.parametrize("fence", ["raise Exception('Stop')", "assert False", "assert 1 == 2", "stop_here", "exit()"])
def test_a_fence_is_meant(fence: str) -> None:
    assert count(f"# %% In[1]\n{fence}\n#! Exception: Stop\n") == 0


@pytest.mark.parametrize("cell", ["raise_to(3)", "x = 1\nraise ValueError(x)", "assert total == 3", "frame"])
def test_other_failures_are_not(cell: str) -> None:
    assert count(f"# %% In[1]\n{cell}\n#! Exception: no\n") == 1


@pytest.mark.parametrize(
    ("heading", "call", "expected"),
    [
        ("# Parallel error", "Parallel(4)(work)", 0),
        ("# Parallel failure", "Parallel(4)(work)", 0),
        ("# Parallel error", "serial(work)", 1),
        ("# Mean squared error", "mean_squared_error(y, p)", 1),
        ("# Forecast errors", "forecast(y)", 1),
        ("# Parallel error\n# %% [markdown]\n# # Parallel success", "Parallel(4)(work)", 1),
    ],
)
def test_a_section_about_an_error_of_what_the_cell_uses(heading: str, call: str, expected: int) -> None:
    text = f"# %% [markdown]\n# {heading}\n# %% In[1]\nx = 1\n# %% In[2]\n{call}\n#! OddError: 3 of 4 are gone\n"
    assert count(text) == expected
