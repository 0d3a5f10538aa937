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
        "try:\n    %tensorflow_version 2.x\n    import google.colab\nexcept ImportError:\n    pass",
    ],
)
def test_cells_that_make_no_difference(cell: str) -> None:
    assert messages(f"# %% In[1]\na = 1\n# %%\n{cell}\n# %% In[2]\nprint(a)\n") == []


def test_without_any_output_the_counts_may_have_been_cleared() -> None:
    text = "# %% In[1]\nimport pandas\n" + "".join(f"# %%\na{n} = f({n})\nprint(a{n})\n" for n in range(3))
    (hit,) = check.check(Page(percent.read(text, "t.py", history=True)))
    assert (
        hit.message == "saved without results: 3 of 4 code cells have neither a count nor an output: cells 2, 3 and 4"
    )
    text = text.replace("import pandas\n", "print(1)\n#> 1\n")
    assert messages(text) == ["3 of 4 code cells never ran: cells 2, 3 and 4"]


@pytest.mark.parametrize(
    "cell, is_flagged",
    [("display(start)", False), ("display(start, stop)", False), ("display(f(start))", True), ("start.click()", True)],
)
def test_a_widget_that_waits_for_a_click(cell: str, is_flagged: bool) -> None:
    text = f"# %% In[1]\nstart.on_click(f)\n# %%\n{cell}\n# %% In[2]\nprint(a)\n"
    assert bool(messages(text)) is is_flagged
    assert messages(text.replace("on_click", "click"))


@pytest.mark.parametrize(
    "words, is_flagged",
    [
        ("If you want to see the slow result, run the following cell instead.", False),
        ("## Optional: export", False),
        ("The next cell cleans the data.", True),
        ("Optional parts come later. " + "This one cleans the data, which the models below need. " * 4, True),
    ],
)
def test_a_cell_that_need_not_run(words: str, is_flagged: bool) -> None:
    text = f"# %% In[1]\na = [1]\n# %% [markdown]\n# {words}\n# %%\na = clean(a)\n# %% In[2]\nprint(a)\n"
    assert bool(messages(text)) is is_flagged


def test_a_listing_that_is_there_to_be_read() -> None:
    text = "# %% In[1]\na = [1]\n# %%\n{}a = clean(a)\n# %% In[2]\nprint(a)\n"
    assert messages(text.format("")) and not messages(text.format("# ...\n"))


def test_columns_and_saved_things() -> None:
    table = "# %% In[1]\ndf = load()\n# %%\n{}\n# %% In[7]\ndf['b'].mean()\n"
    assert not messages(table.format("df['b'] = df['a'] * 2"))
    assert messages(table.format("df['c'] = df['a'] * 2"))
    assert messages("# %% In[9]\nprint(old['b'])\n" + table.format("df['b'] = df['a'] * 2"))
    saved = "# %% In[1]\ndf = load()\ndf.to_pickle('{}')\n# %%\ndf = read('a.pkl')\n# %% In[7]\nprint(df)\n"
    assert not messages(saved.format("a.pkl")) and messages(saved.format("b.pkl"))
