"""NBC103: how much a missing name weighs, and what it may have been meant to be."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.lost_definition import check


def hits(text: str) -> list[Hit]:
    return list(
        check.check(Page(percent.read(f"# %% In[1]\nprices = [3]\n# %% In[4]\n{text}\n", "t.py", history=True)))
    )


@pytest.mark.parametrize(
    "text, severity",
    [
        ("lambda p1, p2: po * p2", "minor"),
        ("total = lambda p1, p2: po * p2", "minor"),
        ("total = lambda p1, p2: po * p2\n# %% In[5]\ntotal(3, 4)", None),
        ("sorted(prices, key=lambda p1: po)", None),
        ("def total(p1):\n    return po", "minor"),
        ("print(po)", None),
    ],
)
def test_what_nothing_calls_weighs_less(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits(text)] == [severity]


@pytest.mark.parametrize(
    "text, hint",
    [
        ("lambda p1, p2: po * p2", ": did you mean `p1`?"),
        ("def total(first):\n    return farst", ": did you mean `first`?"),
        ("print(pricse)", ": did you mean `prices`?"),
        ("lambda p: po * p", " (In[2] and In[3] left no cell)"),
    ],
)
def test_what_was_meant(text: str, hint: str) -> None:
    (hit,) = hits(text)
    assert hit.message.endswith(f"but no cell defines it{hint}")
