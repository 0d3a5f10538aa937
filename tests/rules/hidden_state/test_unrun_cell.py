"""NBC112: counts that were lost prove nothing."""

import dataclasses

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.unrun_cell import check


def messages(text: str, zeros: tuple[int, ...] = ()) -> list[str]:
    notebook = percent.read(text, "t.py", history=True)
    cells = tuple(
        dataclasses.replace(cell, execution_count=0) if cell.number in zeros else cell for cell in notebook.cells
    )
    return [hit.message for hit in check.check(Page(dataclasses.replace(notebook, cells=cells)))]


FOUR = "# %% In[1]\na = [1]\n# %%\nb = a.copy()\n# %%\na.sort()\n# %% In[2]\nprint(a)\n"


def test_a_count_of_zero_is_unknown() -> None:
    assert messages(FOUR) == ["Cells 2 and 3 never ran, though the notebook did"]
    assert messages(FOUR, zeros=(2,)) == ["Cell 3 never ran, though the notebook did"]
    assert messages(FOUR, zeros=(2, 3)) == []


def test_silent_where_most_counts_are_zero() -> None:
    assert messages(FOUR + "# %%\na.clear()\n# %%\na.pop()\n", zeros=(1, 2, 5, 6)) == []


@pytest.mark.parametrize(
    "cell",
    [
        "{'loss': [0.3, -1]}",
        "import os\nif not os.path.exists('out'):\n    os.makedirs('out')",
        "%matplotlib inline\nimport seaborn as sns\nsns.set_style('white')",
        "STOP",
        "raise SystemExit",
        "# update\nreload(helpers);",
    ],
)
def test_cells_that_make_no_difference(cell: str) -> None:
    assert messages(f"# %% In[1]\na = 1\n# %%\n{cell}\n# %% In[2]\nprint(a)\n") == []
