"""Copies are found whatever their names, and only copies; the work grows with the page."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.packaging.copied_code import check

BLOCK = """\
{x} = load("{x}.csv", sep=";")
{x} = {x}.dropna(subset=["age"]).reset_index(drop=True)
{x}["age"] = {x}["age"].clip(0, {n}).astype(float)
for {i} in {x}["city"].unique():
    {t}[{i}] = {x}[{x}["city"] == {i}]["age"].mean()
{x}["share"] = {x}["age"] / {x}["age"].sum() * 100
{x} = {x}.sort_values("share", ascending=False)
"""
FIRST = BLOCK.format(x="train", i="town", t="means", n=99)
SECOND = BLOCK.format(x="test", i="city", t="test_means", n=120)
PAIRS = (("a", "first"), ("b", "second"), ("c", "third"), ("d", "fourth"), ("e", "fifth"), ("f", "sixth"))


def page_of(*sources: str) -> Page:
    return Page(Notebook("x.ipynb", tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))))


def hits(*sources: str) -> list[Hit]:
    return list(check.check(page_of(*sources)))


def test_names_and_literals_may_differ() -> None:
    (hit,) = hits(FIRST, "pass", SECOND)
    assert (hit.at.line, hit.at.end_line) == (1, 7)
    assert [(place.at.cell, place.at.line) for place in hit.related] == [(3, 1)]
    assert hit.message.startswith("cells 1 and 3 hold the same 7 lines but for `train`/`test`, ")


def test_names_must_be_exchanged_throughout() -> None:
    assert not hits(FIRST, FIRST.replace('train["age"]', 'other["age"]').replace("train = train", "train = rest"))


def test_twice_in_one_cell_is_not_enough() -> None:
    assert not hits(FIRST + SECOND)
    (hit,) = hits(FIRST + SECOND + FIRST)
    assert "cell 1 holds the same 7 lines 3 times" in hit.message


def test_a_copy_in_a_function_counts() -> None:
    body = "\n".join("    " + line for line in SECOND.splitlines())
    (hit,) = hits(FIRST, f"def clean(test, test_means):\n{body}\n    return test\n")
    assert hit.related[0].at.line == 2


def test_programs_may_be_alike() -> None:
    start = "import pandas as pd\nfrom files import load\nmeans, test_means = {}, {}\n"
    assert not hits(start + FIRST, start + SECOND)
    assert hits(start + FIRST, "test_means = {}\n" + SECOND)
    assert hits("limit = 3\n", start + FIRST + "means[limit] = 1\n", start + SECOND)


def test_copies_that_only_draw_are_minor() -> None:
    draw = "for n, {x} in enumerate({x}s):\n" + "".join(
        f"    axes[n].{what}({{x}}, days[n], color='k')\n"
        for what in ("plot", "bar", "scatter", "text", "hist", "set_title")
        for _ in range(4)
    )
    drawn = [hit.severity for hit in check.check(page_of(draw.format(x="shop"), draw.format(x="town")), weight=2.0)]
    assert drawn == ["minor"]
    computed = "total = {{}}\n" + draw + "    total[n] = {x} / sum({x}s) * days[n]\n" * 7
    (hit,) = check.check(page_of(computed.format(x="shop"), computed.format(x="town"), "total"), weight=2.0)
    assert hit.severity is None


def test_a_function_defined_twice() -> None:
    function = "def clean(frame):\n" + "\n".join("    " + line for line in FIRST.splitlines())
    (hit,) = hits(function, function)
    assert hit.message == "cells 1 and 2 hold the same 8 lines; define `clean` once"


def test_the_outermost_block_only() -> None:
    looped = "for day in days:\n" + "\n".join("    " + line for line in FIRST.splitlines())
    (hit,) = hits(looped, looped)
    assert (hit.at.line, hit.at.end_line) == (1, 8)


def test_blocks_of_the_same_cells_are_one_finding() -> None:
    other = "".join(
        f"{name} = orders.{method}(orders[orders.day > 3], by='shop', fill=0.5).round(2)\n" for name, method in PAIRS
    )
    (hit,) = hits(FIRST + "report(train, best)\n" + other, SECOND + "save(test)\n" + other)
    assert "in 2 blocks" in hit.message
    assert len(hit.related) == 3


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nimport pandas as pd\nfrom sklearn.metrics import f1_score\nimport os, sys, re, json, math\n",
        "plt.figure()\nplt.plot(a)\nplt.title('x')\nplt.xlabel('y')\nplt.ylabel('z')\nplt.legend()\nplt.show()\n",
        "df.head()\ndf.info()\nprint(df.shape)\ndf.describe()\ndf.columns\ndf.isna()\n",
        "a = 1\nb = 2\nc = 'x'\nd = [1, 2]\ne = None\nf = 4\ng = 5\nh = 6\n",
        "".join(f"df['{c}'] = df['{c}'].fillna(df['{c}'].median()).astype(float)\n" for c in "abcdefghij"),
        "".join(f"model.add(Dense({n}, activation='relu', name='n{n}'))\n" for n in range(20)),
    ],
)
def test_what_is_no_logic_is_no_copy(source: str) -> None:
    assert not hits(source, source, source)


@given(
    st.lists(
        st.sampled_from([FIRST, SECOND, "x = f(y)\n", "for a in b:\n    c(a)\n", "def g():\n    pass\n"]), max_size=12
    )
)
def test_any_page_survives(sources: list[str]) -> None:
    for hit in hits(*sources):
        assert hit.related
        assert hit.at < min(place.at for place in hit.related)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        (lambda size: FIRST * size, 40),
        (lambda size: "x = f(x)\n" * size, 500),
        (lambda size: "".join(f"a{i} = b{i}(c) + d[{i}]\n" for i in range(size)), 500),
    ],
    ids=["copies", "same", "shapes"],
)
def test_long_pages_are_near_linear(
    source: Callable[[int], str], size: int, work: Callable[[Callable[[], object]], int]
) -> None:
    def of(size: int) -> int:
        return work(lambda: hits(source(size), source(size)))

    of(2)  # loads what is loaded once
    assert of(2 * size) < 2.2 * of(size)


@pytest.mark.parametrize(
    "line, later, severity",
    [
        ("", "", "minor"),
        ("", "print(table)", None),  # a result is handed on
        ("model.fit(table, shares)\n", "", None),
    ],
)
def test_copies_whose_results_end_in_their_own_picture_are_minor(line: str, later: str, severity: str | None) -> None:
    block = (
        "table = orders.pivot_table(index='day', columns={x!r}, values='euro').fillna(0)\n"
        "table = table.loc[days].sort_index(ascending=False)\n"
        "shares = table.div(table.sum(axis=1), axis=0).cumsum(axis=1)\n"
        + line
        + "ax.bar(days, shares)\nax.plot(days, table)\nax.text(1, 2, {x!r})\nax.set_title({x!r})\n" * 2
    )
    found = check.check(page_of(block.format(x="shop"), block.format(x="town"), later or "pass"), weight=4.0)
    assert [hit.severity for hit in found] == [severity]


def test_assignments_that_only_feed_a_drawing_are_part_of_it() -> None:
    block = (
        "low, high = {x}.min(), {x}.max()\nedges = bins(low, high, 12)\nmiddle = edges.mean() - low\n"
        "fig, axes = plt.subplots(2)\naxes[0].hist({x}, bins=edges)\naxes[0].axvline(middle)\naxes[0].set_title('{x}')\n"
        "axes[1].plot({x})\naxes[1].set_xlabel('day')\naxes[1].set_ylim(low, high)\nfig.tight_layout()\nplt.show()\n"
    )
    drawn = check.check(page_of(block.format(x="euro"), block.format(x="days")), weight=4.0)
    assert [hit.severity for hit in drawn] == ["minor"]
    needed = check.check(page_of(block.format(x="euro"), block.format(x="days"), "print(middle)"), weight=4.0)
    assert [hit.severity for hit in needed] == [None]


def test_comments_and_blanks_are_no_lines() -> None:
    block = FIRST.replace("\n", "\n\n# and then\n")
    (hit,) = check.check(page_of(block, block), weight=4.0)
    assert "the same 7 lines" in hit.message


def test_old_work_is_left_in_peace() -> None:
    cells = (Cell(1, "code", FIRST), Cell(2, "code", SECOND))
    assert list(check.check(Page(Notebook("x.ipynb", cells)), weight=4.0))
    assert not list(check.check(Page(Notebook("attic/x.ipynb", cells)), weight=4.0))


def test_every_literal_that_differs_is_named() -> None:
    third = BLOCK.format(x="rest", i="place", t="rest_means", n=50)
    (hit,) = hits(FIRST, SECOND, third)
    assert "`train`/`test`/`rest`" in hit.message
    assert "`99`/`120`/`50`" in hit.message


def test_copies_within_one_cell_are_minor() -> None:
    (hit,) = hits("\n".join([FIRST, SECOND, BLOCK.format(x="rest", i="place", t="rest_means", n=50)]))
    assert hit.severity == "minor"
