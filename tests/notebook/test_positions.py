"""The line of the file at which a line of source stands."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from nbcritic.notebook.positions import file_lines
from nbcritic.notebook.read import read


def notebook(*cells: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def code(source: Any, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], **fields, "source": source}


def check(text: str, encoding: str = "utf-8") -> tuple[tuple[int, ...], ...]:
    """Every line of source must stand, escaped, in the line of the file that it is said to stand in."""
    found = read(text.encode(encoding), "a.ipynb")
    lines = file_lines(found)
    raw = text.split("\n")
    assert len(lines) == len(found.cells)
    for cell, numbers in zip(found.cells, lines, strict=True):
        sources = cell.source.split("\n")
        assert len(numbers) == len(sources)
        for source, number in zip(sources, numbers, strict=True):
            forms = {json.dumps(source)[1:-1], json.dumps(source, ensure_ascii=False)[1:-1]}
            assert any(form in raw[number - 1] for form in forms), (source, number)
    return lines


TRAP = code(
    ["x = 1\n", "y = 2"],
    outputs=[{"data": {"application/json": {"source": ["x = 1\n", "y = 2"], "text": '"source": ["x = 1\\n"]'}}}],
)


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
def test_layouts(indent: int | None) -> None:
    lines = check(
        json.dumps(notebook(code(["a = 1\n", "b = 2\n", "\n", "c"]), code("one\ntwo"), code([])), indent=indent)
    )
    if indent is None:
        assert lines == ((1, 1, 1, 1), (1, 1), (1,))
    else:
        assert lines[0][-1] - lines[0][0] == 3


def test_the_same_bytes_in_an_output_before() -> None:
    lines = check(json.dumps(notebook(TRAP, TRAP), indent=1))
    raw = json.dumps(notebook(TRAP, TRAP), indent=1).split("\n")
    assert raw[lines[0][0] - 2] == '   "source": [' and raw[lines[1][0] - 2] == '   "source": ['


def test_identical_cells_have_lines_of_their_own() -> None:
    lines = check(json.dumps(notebook(*[code(["x\n", "y"])] * 3), indent=1))
    assert len(set(lines)) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_encodings(encoding: str, ensure_ascii: bool) -> None:
    value = notebook(code(["é = '🦊'\n", "ü\u2028x\n", "z"]), code(["z"]))
    check(json.dumps(value, indent=1, ensure_ascii=ensure_ascii), encoding)


def test_old_formats() -> None:
    cells = [{"cell_type": "code", "input": ["a\n", "b"], "outputs": []}, {"cell_type": "markdown", "source": ["t"]}]
    value = {"nbformat": 3, "worksheets": [{"cells": cells}, None, {"cells": cells}]}
    assert len(check(json.dumps(value, indent=1))) == 4


def test_entries_that_are_no_cells() -> None:
    lines = check(json.dumps(notebook(None, 5, {}, code(None), code([None, "a\n", None, "b"])), indent=1))
    assert len(set(lines)) == 5


def test_names_that_come_twice() -> None:
    cell = '{"source": ["a\\n",\n"long text\\n",\n"x"],\n"outputs": [{"a": [1, "]"]}],\n"source": ["b\\n",\n"c"]}'
    text = f'{{"cells": [1],\n"nbformat": 4, "cells": [\n{cell},\n{cell}]}}'
    assert check(text) == ((7, 8), (13, 14))


def test_escaped_names() -> None:
    assert check('{"nbformat": 4,\n"c\\u0065lls": [\n{"sourc\\u0065": [\n"a\\n",\n"b"]}]}') == ((4, 5),)


def test_sources_cut_at_odd_places() -> None:
    text = json.dumps(notebook(code(["a", "b\nc\n", "", "d\r", "\ne", "\n", ""])), indent=1)
    found = read(text.encode(), "a.ipynb")
    assert found.cells[0].source == "ab\nc\nd\ne\n"
    start = text.split("\n").index('    "a",') + 1
    assert file_lines(found) == ((start, start + 1, start + 3, start + 4, start + 6),)


def test_json_that_needs_repair() -> None:
    text = json.dumps(notebook(code(["a\n", "SIGN"], outputs=[12345])), indent=1)
    text = text.replace("SIGN", r"\ud800").replace("12345", "NaN")
    found = read(text.encode(), "a.ipynb")
    start = text.split("\n").index('    "a\\n",') + 1
    assert file_lines(found) == ((start, start + 1),)


def test_windows_line_ends() -> None:
    text = json.dumps(notebook(code(["a\n", "b"])), indent=1).replace("\n", "\r\n")
    check(text)


def test_scripts() -> None:
    found = read(b"import os\n\n# %%\nx = 1\ny = 2\n# %% [markdown]\n# T\n", "a.py")
    assert file_lines(found) == ((1,), (4, 5), (7,)) or file_lines(found)[1] == (4, 5)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"nbformat": 4}', b"[" * 100_000, b'{"cells": []}'])
def test_a_file_that_does_not_tell(raw: bytes) -> None:
    found = read(json.dumps(notebook(code("a\nb"), code(""))).encode(), "a.ipynb")
    assert file_lines(replace(found, raw=raw)) == ((1, 1), (1,))
    assert file_lines(replace(found, raw=raw, script=True)) == ((1, 1), (1,))


def test_only_the_cells_that_are_asked_for_are_looked_through() -> None:
    found = read(json.dumps(notebook(code("a\nb"), code(["c\n", "d"]), code("e")), indent=1).encode(), "a.ipynb")
    every = file_lines(found)
    assert file_lines(found, {2}) == ((1, 1), every[1], (1,))
    assert file_lines(found, {1, 2, 3}) == every
