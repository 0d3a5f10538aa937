"""Where a saved error is placed: at the line of the traceback, as long as the cell still has it."""

import json

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.rules.hidden_state.saved_error import check

SOURCE = "x = 1\n\ny = x / 0\nprint(y)"


def line(*traceback: str) -> int:
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": traceback}
    cell = Cell(1, "code", SOURCE, execution_count=1, outputs=json.dumps([error]).encode())
    (hit,) = check.check(Page(Notebook("t.ipynb", (cell,))))
    return hit.at.line


@pytest.mark.parametrize(
    "frame, expected",
    [
        (
            "\x1b[0;32m<ipython-input-3-0f1>\x1b[0m in \x1b[0;36m<module>\x1b[0;34m()\x1b[0m\n      1 x = 1\n      2 \n----> 3 y = x / 0\n",
            3,
        ),
        (
            "Cell \x1b[0;32mIn[3], line 3\x1b[0m\n\x1b[1;32m      1\x1b[0m x = 1\n\x1b[0;32m----> 3\x1b[0m y = x / 0\n",
            3,
        ),
        ("----> 3 y = x / 1\n", 0),
        ("----> 99 y = x / 0\n", 0),
        ("no frame", 0),
    ],
)
def test_place(frame: str, expected: int) -> None:
    assert line("\x1b[0;31mZeroDivisionError\x1b[0m  Traceback (most recent call last)", frame) == expected
