"""What the examples of the rules cannot show: file names, large outputs, other languages, and the last cell."""

import json
from dataclasses import replace

import pytest

from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.narrative import copied_notebook, empty_cell, oversized_output, unexplained_code, untitled


def code(*sources: str) -> tuple[Cell, ...]:
    return tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))


def page(*sources: str, path: str = "orders.ipynb", language: str = "python") -> Page:
    return Page(Notebook(path, code(*sources), language=language))


def shows(*outputs: dict[str, object]) -> list[Hit]:
    cell = Cell(1, "code", "run()", outputs=json.dumps(outputs).encode())
    return list(oversized_output.check.check(Page(Notebook("x.ipynb", (cell,)))))


@pytest.mark.parametrize(
    "name",
    [
        "Copy of Orders",
        "orders-Copy1",
        "orders (1)",
        "orders_final_v3",
        "orders-final-final",
        "orders_copy",
        "orders_new_2",
        "data/orders (Ann's conflicted copy 2020-08-20)",
        "C:\\work\\orders-Copy2",
    ],
)
def test_names_that_say_copy(name: str) -> None:
    assert len(list(copied_notebook.check.check(page("x", path=f"{name}.ipynb")))) == 1


@pytest.mark.parametrize(
    "name",
    [
        "orders",
        "final",
        "photocopy",
        "copying_files",
        "news",
        "version_2",
        "orders_v2",
        "2019 (Q1) orders",
        "orders-semi-final-1",
        "semi-final-final",
        "read-vote-and-copy",
        "deep-copy",
        "Copy1/orders",
    ],
)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not list(copied_notebook.check.check(page("x", path=f"{name}.ipynb")))


@pytest.mark.parametrize(
    ("beside", "said"), [("a/orders.ipynb", 1), ("a/stock.ipynb", 0), ("orders.ipynb", 1), ("a/orders.csv", 1)]
)
def test_the_word_copy_counts_beside_the_original(beside: str, said: int) -> None:
    project = replace(Project.of({beside: "", "a/orders_copy.ipynb": ""}), place="a/orders_copy.ipynb")
    notebook = Notebook("a/orders_copy.ipynb", code("x"))
    assert len(list(copied_notebook.check.check(Page(notebook, project)))) == said


def test_printed_lines_are_counted_and_the_turns_of_a_progress_bar_are_not() -> None:
    (hit,) = shows({"output_type": "stream", "text": ["epoch\n"] * 4000})
    assert "4,000 lines" in hit.message
    assert not shows({"output_type": "stream", "text": "\r 10 %" * 4000})
    assert not shows({"output_type": "stream", "text": "x" * 50_000})


def test_a_table_is_no_printed_text() -> None:
    data = {"text/plain": "row\n" * 5000, "text/html": "<table>"}
    assert not shows({"output_type": "execute_result", "data": data})


@pytest.mark.parametrize(
    ("mime", "advice"), [("image/png", "`dpi`"), ("text/html", "figure"), ("text/plain", "summary")]
)
def test_the_size_of_an_output_is_said_with_what_fits_its_form(mime: str, advice: str) -> None:
    (hit,) = shows({"output_type": "display_data", "data": {mime: "x" * 4_000_000}})
    assert "4.0 MB" in hit.message
    assert advice in hit.message


def test_the_last_cell_may_be_empty_and_no_other() -> None:
    (hit,) = empty_cell.check.check(page("x", "", "y", "", ""))
    assert hit.message == "2 cells are empty: 2, 4"
    assert not list(empty_cell.check.check(page("x", "")))
    assert not list(empty_cell.check.check(page("")))


def test_a_cell_that_carries_something_is_not_empty() -> None:
    tagged = Cell(1, "code", "", tags=("parameters",))
    shown = Cell(2, "code", "", outputs=b'[{"output_type": "stream", "text": "x"}]')
    assert not list(empty_cell.check.check(Page(Notebook("x.ipynb", (tagged, shown, *code("x"))))))


@pytest.mark.parametrize("language", ["r", "julia"])
def test_words_are_asked_of_every_language(language: str) -> None:
    sources = [f"x{n} <- f({n})" for n in range(6)]
    (hit,) = untitled.check.check(page(*sources, language=language))
    assert hit.at.cell == 0
    assert not list(untitled.check.check(page("# Orders of 2021\nx <- 1", *sources, language=language)))


def test_an_unnamed_file_is_said_by_its_name() -> None:
    (hit,) = untitled.check.check(page(*"abcdef", path="a/Untitled3.ipynb"))
    assert "`Untitled3`" in hit.message


def test_of_several_runs_without_words_the_longest_leads() -> None:
    def run(length: int) -> list[tuple[str, str]]:
        return [("markdown", "words here"), *[("code", "a = 1\nb = 2")] * length]

    cells = (Cell(n, kind, source) for n, (kind, source) in enumerate([*run(4), *run(6), *run(2)], 1))  # type: ignore[arg-type]
    (hit,) = unexplained_code.check.check(Page(Notebook("x.ipynb", tuple(cells))), cells=4, lines=4)
    assert (hit.at.cell, [place.at.cell for place in hit.related]) == (7, [2])
