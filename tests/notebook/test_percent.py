"""Percent-format scripts."""

from hypothesis import given
from hypothesis import strategies as st

from nbcritic.notebook import percent
from nbcritic.notebook.outputs import outputs

LINE = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20)


def test_headers_carry_kind_count_id_and_tags() -> None:
    text = '# %% In[7] id="load" tags=["parameters", "x"]\na = 1\n# %% [markdown]\n# # Title\n#\n# words\n#%%\nb = 2\n'
    first, second, third = percent.read(text, "x.py", history=True).cells
    assert (first.execution_count, first.id, first.tags) == (7, "load", ("parameters", "x"))
    assert (second.kind, second.source) == ("markdown", "# Title\n\nwords")
    assert (third.kind, third.source) == ("code", "b = 2")


def test_saved_outputs_and_errors() -> None:
    cell = percent.read("# %%\nrun()\n#> 12\n#> 13\n#! ValueError: bad\n", "x.py", history=True).cells[0]
    printed, error = outputs(cell)
    assert cell.source == "run()"
    assert printed.text == "12\n13\n"
    assert (error.ename, error.evalue) == ("ValueError", "bad")


def test_in_a_real_script_history_marks_are_comments() -> None:
    cell = percent.read("# %% In[7]\nrun()\n#> 12\n", "x.py").cells[0]
    assert (cell.source, cell.execution_count, outputs(cell)) == ("run()\n#> 12", None, ())


def test_a_script_without_headers_is_one_cell_and_code_above_the_first_header_another() -> None:
    assert [cell.source for cell in percent.read("a = 1\n", "x.py").cells] == ["a = 1"]
    assert [cell.source for cell in percent.read("a = 1\n# %%\nb = 2\n", "x.py").cells] == ["a = 1", "b = 2"]
    assert percent.read("", "x.py").cells == ()


def test_a_cell_magic_is_no_header() -> None:
    assert len(percent.read("# %%%time\nx = 1\n", "x.py").cells) == 1


@given(st.lists(st.one_of(LINE, st.just("# %%"), st.just("# %% [markdown]"))))
def test_every_source_line_stands_where_starts_says(lines: list[str]) -> None:
    text = "\n".join(lines)
    notebook = percent.read(text, "x.py")
    first = percent.starts(text)
    assert len(first) == len(notebook.cells)
    for start, cell in zip(first, notebook.cells, strict=True):
        if cell.kind == "code" and cell.source:
            for offset, line in enumerate(cell.source.split("\n")):
                assert lines[start - 1 + offset].startswith(line)
