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


@pytest.mark.parametrize(
    "text, severity",
    [
        ("mode = 'fast'\nif mode == 'slow':\n    print(po)", "minor"),
        ("mode = 'fast'\nif mode == 'fast':\n    print(3)\nelse:\n    print(po)", "minor"),
        ("slow = False\nif slow:\n    if prices:\n        print(po)", "minor"),
        ("slow = True\nif not slow:\n    print(po)", "minor"),
        ("mode = 'fast'\nif mode != 'fast':\n    print(po)", "minor"),
        ("mode = 'fast'\nif mode == 'fast':\n    print(po)", None),
        ("mode = 'fast'\nmode = 'slow'\nif mode == 'slow':\n    print(po)", None),
        ("mode = pick()\nif mode == 'slow':\n    print(po)", None),
        ("slow = True\nif slow:\n    print(po)", None),
    ],
)
def test_a_branch_that_the_cell_turns_off_weighs_less(text: str, severity: str | None) -> None:
    found = [hit.severity for hit in hits(text) if "`po`" in hit.message]
    assert found == [severity]


@pytest.mark.parametrize(
    "body, severity",
    [
        ("return po", None),
        ("for price in prices:\n        price += po\n    return prices", None),
        ("if prices:\n        return po", "major"),
        ("return po if prices else 3", "major"),
    ],
)
def test_a_function_that_is_called_reads_the_name_as_its_caller_would(body: str, severity: str | None) -> None:
    text = f"def total(prices):\n    {body}\n# %% In[5]\ntotal([3])"
    assert [hit.severity for hit in hits(text) if "`po`" in hit.message] == [severity]


def test_classes_of_one_missing_import_are_one_finding_a_cell() -> None:
    first, other = hits("model = Sequential([Dense(8), Dropout(0.1)])\n# %% In[5]\nAdam(po)")[:2]
    assert first.message.startswith("`Sequential` is used here, but no cell defines it")
    assert first.message.endswith("nor 2 other names: `Dense`, `Dropout`")
    assert [(place.at.cell, place.at.line) for place in first.related] == [(2, 1), (2, 1)]
    assert other.at.cell == 3


def test_many_lost_names_are_one_finding() -> None:
    five = "\n".join(f"print(name_{n})" for n in "abcde")
    assert len(hits(five)) == 5
    (hit,) = hits(five + "\ndef unused():\n    return name_f\n" + "print(price_list)")
    assert hit.message.startswith("`name_a` is used here")
    assert "nor 6 other names: `name_b`" in hit.message
    assert hit.severity is None
    assert len(hit.related) == 6
