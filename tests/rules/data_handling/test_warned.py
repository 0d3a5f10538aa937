"""NBC603 by the warnings that pandas left in the page."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

TEXT = "A value is trying to be set on a copy of a slice from a DataFrame."


def hits(*cells: str) -> list[Hit]:
    text = "".join(f"# %%\n{cell}\n" for cell in cells)
    return list(rules.load()["NBC603"].check(Page(percent.read(text, "t.py", history=True))))


def warning(file: str, line: int, quoted: str = "", name: str = "SettingWithCopyWarning") -> str:
    return f"\n#> {file}:{line}: {name}:\n#> {TEXT}" + (f"\n#>   {quoted}" if quoted else "")


def places(found: list[Hit]) -> list[tuple[int, int, str | None]]:
    return [(hit.at.cell, hit.at.line, hit.severity) for hit in found]


WRITE = 'part["a"] = 1'


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 2, WRITE),
        "x = 1\n" + WRITE + warning("<ipython-input-3-0a>", 7, WRITE),  # lines were put above it since
        "x = 1\n" + WRITE + warning("/lib/site-packages/ipykernel_launcher.py", 2, "import sys"),
        "x = 1\n" + WRITE + warning("C:\\lib\\ipykernel_launcher.py", 2),
        "part = whole[['a', 'b']]\n" + WRITE + warning("/tmp/ipykernel_7/3280463502.py", 2),
        "part = whole[rows]\n" + WRITE + warning("C:\\Temp\\ipykernel_7\\3280463502.py", 2),
        "part = whole[rows]\npart.drop('a', axis=1, inplace=True)"
        + warning("/pandas/core/frame.py", 4315, "errors=errors,"),
        "part = whole[rows]\npart.loc[:, 'a'] = 1"
        + warning("C:\\pandas\\core\\indexing.py", 494, "self.obj[item] = s"),
    ],
)
def test_the_line_that_warned(cell: str) -> None:
    assert places(hits(cell)) == [(1, 2, "minor")]


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1\n" + warning("/tmp/ipykernel_7/32.py", 2, WRITE),  # the line is gone
        "x = 1\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 2),  # no selection
        "part = whole[rows]\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 1),  # no write
        "part = whole[rows]\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 9),
        "part = whole[rows]\n" + WRITE + warning("/lib/site-packages/tools/prepare.py", 2),
        "part = whole[rows].copy()\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 2, WRITE),
        "show(part)" + warning("/lib/site-packages/ipykernel_launcher.py", 1, "import sys"),
        "part = whole[rows]\npart.drop('a', inplace=True)\npart.fillna(0, inplace=True)"
        + warning("/pandas/core/frame.py", 4315, "errors=errors,"),
        "part.drop('a', axis=1, inplace=True)" + warning("/pandas/core/frame.py", 4315, "errors=errors,"),
        WRITE + warning("/lib/site-packages/tools/prepare.py", 12, "df['b'] = 0"),
        WRITE + warning("/tmp/ipykernel_7/32.py", 1, WRITE, "RuntimeWarning"),
    ],
)
def test_a_warning_of_no_known_line(cell: str) -> None:
    assert hits(cell) == []


def test_it_claims_no_more_than_pandas_knows() -> None:
    (hit,) = hits("part = whole[['a', 'b']]\n" + WRITE + warning("/tmp/ipykernel_7/32.py", 2, WRITE))
    assert "cannot tell" in hit.message
    assert "left to pandas" not in hit.message


def test_a_function_warns_where_it_is_called() -> None:
    define = "def mark(part):\n    part['a'] = 1"
    call = "mark(whole[rows])" + warning("/tmp/ipykernel_7/32.py", 2, "part['a'] = 1")
    assert places(hits(define, call)) == [(1, 2, "minor")]


@pytest.mark.parametrize(
    ("define", "line"),
    [
        ("def mark(part):\n    part['a'] = 1", 2),
        # Lines were put above it since: it is the only write to a selection in what the cell calls.
        ("def mark(whole):\n    'Marks.'\n    part = whole[rows]\n    part['a'] = 1\n    other['b'] = 2", 3),
    ],
)
def test_an_old_kernel_numbers_the_line_of_a_function(define: str, line: int) -> None:
    call = "mark(whole)" + warning("/lib/site-packages/ipykernel_launcher.py", line)
    assert [(hit.at.cell, "part['a']" in hit.message) for hit in hits(define, call)] == [(1, True)]


def test_which_of_two_functions_warned_is_not_guessed() -> None:
    define = "def {0}(whole):\n    'Marks.'\n    part = whole[rows]\n    part['a'] = 1"
    call = "one(whole)\ntwo(whole)" + warning("/lib/site-packages/ipykernel_launcher.py", 9)
    assert hits(define.format("one"), define.format("two"), call) == []


@pytest.mark.parametrize("method", ["drop('a', axis=1, inplace=True)", "fillna(0, inplace=True)"])
def test_statements_that_do_the_same_share_one_warning(method: str) -> None:
    select = "old = whole[rows]\nnew = whole[others]"
    change = f"old.{method}\nnew.{method}" + warning("/pandas/core/frame.py", 4315, "errors=errors,")
    (hit,) = hits(select, change)
    assert (hit.at.line, [place.at.line for place in hit.related]) == (1, [2])


def test_the_line_is_known_again_after_it_was_laid_out_anew() -> None:
    define = "part = whole[rows]\npart['a'] = [\n    1,  # one\n    2,\n]"
    assert places(hits(define + warning("/tmp/ipykernel_7/32.py", 7, "part['a'] =  [1, 2]"))) == [(1, 2, "minor")]


def test_one_finding_names_all_lines() -> None:
    both = 'part["a"] = 1\npart["b"] = 2' + warning("/t/ipykernel_7/3.py", 1, 'part["a"] = 1')
    (hit,) = hits(both + warning("/t/ipykernel_7/3.py", 2, 'part["b"] = 2'))
    assert [place.at.line for place in hit.related] == [2]


def test_a_lost_write_of_an_unknown_frame() -> None:
    code = "data['a'][data['b'] > 0] = 1"
    name = "FutureWarning: ChainedAssignmentError"
    assert places(hits(code + warning("/tmp/ipykernel_7/32.py", 1, code, name))) == [(1, 1, "major")]


def test_one_fault_is_said_once() -> None:
    code = "df['a'][df['b'] > 0] = 1"
    read = "import pandas as pd\ndf = pd.read_csv('a.csv')"
    assert len(hits(read, code + warning("/tmp/ipykernel_7/32.py", 1, code))) == 1
