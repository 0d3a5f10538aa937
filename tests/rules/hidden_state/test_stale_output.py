"""NBC104: its words, and that it and the rule on order say one fault once."""

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.stale_output import check


def page(*cells: tuple[int, str]) -> Page:
    text = "".join(f"# %% In[{count}]\n{source}\n#> 7\n" for count, source in cells)
    return Page(percent.read(text, "t.py", history=True))


def hits(*cells: tuple[int, str]) -> list[Hit]:
    return list(check.check(page(*cells)))


KEPT = (9, "kept = [n for n in (10, 30) if n > 20]")


def test_the_message_follows_the_value() -> None:
    (hit,) = hits(KEPT, (3, "total = sum(kept)"), (10, "print(total)"))
    assert hit.message == "Shows results from before cell 1 ran again (In[9]): `kept` → `total` → this output"
    assert [place.at.cell for place in hit.related] == [1, 2, 0]


def test_the_message_names_the_cell_whose_value_was_used() -> None:
    (hit,) = hits((1, "prices = [3, 4]"), (3, "print(sum(prices))"), (2, "prices = [5]"))
    assert "as cell 3 (In[2]) had left it, not as cell 1 above makes it" in hit.message


def test_a_long_chain_is_cut() -> None:
    steps = [
        (count, f"{name} = sum([{before}])")
        for count, name, before in zip(range(3, 9), "bcdefg", "abcdef", strict=True)
    ]
    (hit,) = hits((12, "a = max(n for n in (1, 2))"), *steps, (11, "print(g)"))
    assert hit.message.endswith(": `a` → `b` → … → `g` → this output")


def test_one_finding_a_page() -> None:
    (hit,) = hits(KEPT, (3, "print(kept)"), (4, "print(sum(kept))"), (5, "print(max(kept))"))
    assert hit.related[-1].message.endswith("; the outputs of cells 3 and 4 are as old")


def test_initialization_cells_run_first_by_design() -> None:
    text = '# %% In[9] tags=["init_cell"]\nkept = [n for n in (10, 30) if n > 20]\n# %% In[3]\nprint(kept)\n#> 7\n'
    assert not list(check.check(Page(percent.read(text, "t.py", history=True))))


def test_the_order_is_not_said_again() -> None:
    codes = [finding.code for finding in critique(page(KEPT, (3, "print(kept)")), Config()).findings]
    assert "NBC104" in codes
    assert "NBC101" not in codes
