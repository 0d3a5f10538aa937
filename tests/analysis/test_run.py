"""What follows from one or two runs."""

import json

import pytest

from nbcritic.analysis.run import Failure, Run, Trial
from nbcritic.model import Cell, Notebook


def shown(text: str) -> bytes:
    return json.dumps([{"output_type": "stream", "name": "stdout", "text": text}]).encode() if text else b"[]"


def notebook(*cells: tuple[str, str]) -> Notebook:
    """Sources with their saved outputs; `-` was never run."""
    return Notebook(
        "x.ipynb",
        tuple(
            Cell(n, "code", source, execution_count=None if text == "-" else n, outputs=shown(text.replace("-", "")))
            for n, (source, text) in enumerate(cells, 1)
        ),
    )


def trial(*texts: str, failure: Failure | None = None) -> Trial:
    return Trial({n: shown(text) for n, text in enumerate(texts, 1)}, {}, failure)


def test_cells_that_differ() -> None:
    run = Run(notebook(("a", "1"), ("b", "2"), ("c", "-")), (trial("1", "3", "4"),))
    assert [cell for cell, _ in run.differing] == [2]


def test_what_changes_every_time_is_not_compared_with_the_page() -> None:
    run = Run(notebook(("a", "1"), ("b", "2")), (trial("1", "3"), trial("1", "4")))
    assert run.differing == ()
    assert [cell for cell, _ in run.disagreeing] == [2]


def test_nothing_to_compare_with() -> None:
    assert Run(notebook(("a", ""), ("b", "")), (trial("1", "2"),)).differing == ()
    assert Run(notebook(("a", "1")), (trial("2"),), parameters=True).differing == ()


def test_the_cell_that_fails_is_no_difference() -> None:
    run = Run(notebook(("a", "1"), ("b", "2")), (trial("1", "", failure=Failure(2, "KeyError", "'x'")),))
    assert run.differing == ()


def test_a_failure_in_one_of_two_runs() -> None:
    failed = trial("1", "", failure=Failure(2, "TimeoutError", ""))
    for trials in ((failed, trial("1", "2")), (trial("1", "2"), failed)):
        assert [cell for cell, _ in Run(notebook(("a", "1"), ("b", "2")), trials).disagreeing] == [2]
    assert Run(notebook(("a", "1"), ("b", "2")), (failed, failed)).disagreeing == ()


@pytest.mark.parametrize(
    "ename, evalue, missing",
    [
        ("ModuleNotFoundError", "No module named 'xgboost.sklearn'", "the package `xgboost` is not installed"),
        ("ImportError", "Missing optional dependency 'openpyxl'.  Use pip", "the package `openpyxl` is not installed"),
        ("ImportError", "cannot import name 'x' from 'y'", ""),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '../data/sales.csv'", "`sales.csv` is not here"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'made.csv'", ""),
        ("URLError", "<urlopen error>", "it needs the network, or a service that does not answer"),
        ("_ArrayMemoryError", "Unable to allocate 80 GiB", "it needs more memory than the run was given"),
        ("NameError", "name 'x' is not defined", ""),
        ("KeyError", "'price'", ""),
    ],
)
def test_what_the_machine_lacks_is_no_fault(ename: str, evalue: str, missing: str) -> None:
    page = notebook(("pd.read_csv('made.csv')", ""), ("df.to_csv('made.csv')", ""))
    assert Run(page, (trial("", failure=Failure(1, ename, evalue)),)).missing == missing
