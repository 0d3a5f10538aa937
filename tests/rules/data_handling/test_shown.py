"""Rows that outputs tell by the way."""

from collections.abc import Callable

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling._shown import shown


def told(output: str, code: str = "df['a'].value_counts()") -> list[tuple[str, int]]:
    lines = "\n".join(f"#> {line}" for line in output.split("\n"))
    page = Page(percent.read(f"# %% In[1]\n{code}\n{lines}\n", "a.ipynb", history=True))
    return shown(page, page.code[0])


@pytest.mark.parametrize(
    ("output", "rows"),
    [
        ("a    5\nb    3\ndtype: int64", [("df", 8)]),
        ("a    5\nb    3\nName: x, dtype: int64", [("df", 8)]),
        ("title\na    5\nb    3\nName: x, dtype: int64\nc   9\ndtype: int64", [("df", 8)]),
        ("a    5\n ..\nb    3\ndtype: int64", [("df", 3)]),
        ("a. 5\nb    3\ndtype: int64", [("df", 3)]),
        ("a    5\nb    3", []),
        ("a    5\nb    3\ndtype: float64", []),
        ("dtype: int64", []),
    ],
)
def test_the_counts_above_their_type_are_added_up(output: str, rows: list[tuple[str, int]]) -> None:
    assert told(output) == rows


def test_a_long_output_is_read_once(work: Callable[[Callable[[], object]], int]) -> None:
    # Looked for as one block, the counts were tried anew from each of their lines: this ran for hours.
    def lines(size: int) -> int:
        return work(lambda: told("a    5\n" * size + "the end"))

    assert lines(80_000) < 2.5 * lines(40_000)
