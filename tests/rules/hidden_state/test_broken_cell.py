"""NBC116: what the message makes of a line that is no Python."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.broken_cell import check


def hit(cell: str) -> Hit:
    (found,) = check.check(Page(percent.read(f"# %%\n{cell}\n", "t.py", history=True)))
    return found


def test_words() -> None:
    assert hit("these are the results\nof the first run").message.endswith("make it a Markdown cell")
    code = hit("def f(a):\n    watch the border here\n    b = a + 1\n    return b")
    assert code.message == "`watch the border here` is no Python: comment the line out or delete it"
    assert code.at.line == 2


def test_an_indented_first_line_stops_a_kernel_of_today_but_is_no_blocker() -> None:
    indented = hit(" fig = 3\nax = fig\nprint(ax)")
    assert (indented.severity, indented.at.line) == ("major", 1)
    assert "IPython 9 stops" in indented.message
    assert hit("x = 1\n  y = 2").severity is None


@pytest.mark.parametrize(
    "cell", ["import os\nos.  # press TAB", "x = os.  # what is in there?", "ma  p  # hit tab here"]
)
def test_gaps_of_a_tutorial(cell: str) -> None:
    found = hit(cell)
    assert (found.confidence, found.severity) == ("possible", "major")


def test_other_dots_are_faults() -> None:
    assert hit("total = price. * 3").confidence is None
    assert hit("ax = draw()\nax.").confidence is None


@pytest.mark.parametrize(
    "line, mark", [("cd ../..", "wants a `%` in front"), ("pip install pandas", "wants a `!` or `%` in front")]
)
def test_a_shell_command_is_told_its_mark(line: str, mark: str) -> None:
    assert hit(f"{line}\nx = 1").message.endswith(mark)


def hits(*cells: str, path: str = "t.py") -> list[Hit]:
    text = "\n".join(f"# %%\n{cell}\n" for cell in cells)
    return list(check.check(Page(percent.read(text, path, history=True))))


def test_one_fault_in_several_cells_is_told_once() -> None:
    escaped = r"a = 3\nprint(a)", r"b = a\nif b:\n    print('many')", "c = 3 +* 4", r"print(b)\nprint(a)"
    found = hits(*escaped)
    assert [(hit.at.cell, [place.at.cell for place in hit.related]) for hit in found] == [(1, [2, 4]), (3, [])]
    assert found[0].message.startswith(r"`\n` stands in this cell as two characters")
    assert found[0].message.endswith("; the same in cells 2 and 4")
    assert len(hits("a = 3 +* 4", "b = 5 +* 4")) == 2


@pytest.mark.parametrize(
    "body, path, severity",
    [
        ("# ...", "t.py", "minor"),
        ("# TODO", "t.py", "minor"),
        ("# the sum", "week 2/exercises.py", "minor"),
        ("# total += n", "t.py", None),
        ("", "week 2/exercises.py", None),
    ],
)
def test_a_stub_of_a_worksheet_weighs_less(body: str, path: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits(f"for n in [3, 4]:\n    {body}\nprint(n)", path=path)] == [severity]


def test_python_2_that_never_ran_weighs_less() -> None:
    text = "# %% In[1]\nx = 3\n# %%\nprint 'total', x\n# %% In[2]\nprint(x)\n#> 3\n"
    (found,) = check.check(Page(percent.read(text, "t.py", history=True)))
    assert found.message.startswith("This cell is Python 2")
    assert found.severity == "major"


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("# Indentation error: Fix it!", 0),
        ("# This raises an error:", 0),
        ("# SyntaxError", 0),
        ("# mean error per row", 1),
        ("# fix it later", 1),
    ],
)
def test_a_fault_that_its_comment_announces(comment: str, count: int) -> None:
    text = f"# %%\n{comment}\nfor x in [3]:\n    y = x\n   print(y)\n"
    assert len(list(check.check(Page(percent.read(text, "t.py", history=True))))) == count
