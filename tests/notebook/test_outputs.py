"""Saved outputs of every age, and broken ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbcritic.model import Cell
from nbcritic.notebook.outputs import Output, outputs


def cell(*items: Any) -> Cell:
    return Cell(1, "code", "", outputs=json.dumps(items).encode())


def one(item: Any) -> Output:
    (found,) = outputs(cell(item))
    return found


def test_no_outputs() -> None:
    assert outputs(Cell(1, "code", "")) == ()


def test_stream() -> None:
    item = {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]}
    assert one(item) == Output("stream", "a\nb", name="stderr")


def test_result() -> None:
    data = {"text/plain": "1", "text/html": ["<b>", "1</b>"], "image/png": "AAAA"}
    found = one({"output_type": "execute_result", "execution_count": 3, "data": data, "metadata": {}})
    assert found.kind == "result" and found.text == "1" and found.html == "<b>1</b>"
    assert found.mime == ("text/plain", "text/html", "image/png") and found.execution_count == 3


def test_display() -> None:
    found = one({"output_type": "display_data", "data": {"application/json": {"a": 1}}})
    assert found == Output("display", "", mime=("application/json",))


def test_error() -> None:
    found = one({"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["a", None, "b"]})
    assert found == Output("error", "ValueError: bad", ename="ValueError", evalue="bad", traceback=("a", "b"))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"output_type": "stream", "stream": "stderr", "text": "a"}, Output("stream", "a", name="stderr")),
        (
            {"output_type": "pyout", "prompt_number": 2, "text": ["1"], "html": "<b>", "metadata": {}},
            Output("result", "1", mime=("text/plain", "text/html"), execution_count=2, html="<b>"),
        ),
        ({"output_type": "display_data", "png": "AAAA"}, Output("display", "", mime=("image/png",))),
        (
            {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": []},
            Output("error", "E: v", ename="E", evalue="v"),
        ),
    ],
)
def test_old_shapes(item: Any, expected: Output) -> None:
    assert one(item) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"{}",
        b'"text"',
        b"",
        b"[",
        b"[null]",
        b"[1]",
        b"[{}]",
        b'[{"output_type": null}]',
        b'[{"output_type": "new"}]',
        b'[{"output_type": "\xff"}]',
        b"[" * 100000,
        b'[{"a": ' + b"[" * 100000,
    ],
)
def test_what_makes_no_sense_is_left_out(raw: bytes) -> None:
    assert outputs(Cell(1, "code", "", outputs=raw)) == ()


@pytest.mark.parametrize(
    "item",
    [
        {"output_type": "stream", "text": None},
        {"output_type": "stream", "text": [None, 1]},
        {"output_type": "execute_result", "data": None},
        {"output_type": "execute_result", "data": [], "execution_count": "x"},
        {"output_type": "error", "traceback": "text"},
        {"output_type": "error", "ename": 5, "evalue": None},
    ],
)
def test_fields_that_make_no_sense_are_empty(item: Any) -> None:
    found = one(item)
    assert found.text.strip(": ") == "" and found.traceback == () and found.execution_count is None


def test_numbers_and_signs_that_json_does_not_have() -> None:
    raw = rb'[{"output_type": "stream", "text": "a\ud800", "x": NaN}, {"output_type": "stream", "text": "' + b'\xff"}]'
    assert [output.text for output in outputs(Cell(1, "code", "", outputs=raw))] == ["a\ufffd", "\ufffd"]
