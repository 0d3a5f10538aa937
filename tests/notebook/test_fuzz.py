"""Whatever the bytes, a notebook or one plain sentence; whatever the notebook, what json itself would read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbcritic.model import NbcriticError
from nbcritic.notebook.magics import plain
from nbcritic.notebook.outputs import outputs
from nbcritic.notebook.positions import file_lines
from nbcritic.notebook.read import read

LINE = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('"\\\n\u2028 %!?')), max_size=12)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 2**70), st.floats(), LINE),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(LINE, inner, max_size=3)),
    max_leaves=8,
)
SOURCE = st.one_of(
    LINE, st.lists(LINE, max_size=5), st.lists(LINE, max_size=5).map(lambda lines: [f"{line}\n" for line in lines])
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]), "source": SOURCE},
    optional={
        "metadata": st.one_of(st.fixed_dictionaries({"tags": st.one_of(st.lists(LINE, max_size=2), JSON)}), JSON),
        "id": st.one_of(LINE, JSON),
        "execution_count": st.one_of(st.integers(0, 99), JSON),
        "outputs": st.one_of(
            st.lists(
                st.fixed_dictionaries(
                    {"output_type": st.sampled_from(["stream", "error", "pyout"]), "source": SOURCE, "text": SOURCE}
                )
            ),
            JSON,
        ),
    },
)


@st.composite
def notebooks(draw: st.DrawFn) -> dict[str, Any]:
    cells = []
    for cell in draw(st.lists(st.one_of(CELL, CELL, CELL, JSON), max_size=4)):
        keys = draw(st.permutations(list(cell))) if isinstance(cell, dict) else []
        cells.append({key: cell[key] for key in keys} if isinstance(cell, dict) else cell)
    head = {"nbformat": draw(st.sampled_from([2, 3, 4])), "nbformat_minor": 2, "metadata": draw(JSON)}
    body: dict[str, Any] = {"cells": cells} if draw(st.booleans()) else {"worksheets": [{"cells": cells}]}
    return {**body, **head} if draw(st.booleans()) else {**head, **body}


def text_of(cell: Any) -> str:
    source = cell.get("source", "") if isinstance(cell, dict) else ""
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str)).replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    notebooks(),
    st.sampled_from([None, 0, 1]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
)
def test_sources_are_those_that_json_reads(
    value: dict[str, Any], indent: int | None, ensure_ascii: bool, encoding: str
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ensure_ascii)
    found = read(text.encode(encoding), "a.ipynb")
    cells = value["cells"] if "cells" in value else value["worksheets"][0]["cells"]
    assert [cell.source for cell in found.cells] == [text_of(cell) for cell in cells]
    raw = text.split("\n")
    for given_cell, cell, numbers in zip(cells, found.cells, file_lines(found), strict=True):
        lines = cell.source.split("\n")
        assert len(numbers) == len(lines)
        exact = not isinstance(given_cell, dict) or "\r" not in json.dumps(given_cell, ensure_ascii=False)
        parts = given_cell.get("source") if isinstance(given_cell, dict) else None
        whole = isinstance(parts, str) or (isinstance(parts, list) and all(part.endswith("\n") for part in parts[:-1]))
        if exact and whole and r"\r" not in json.dumps(parts):
            for line, number in zip(lines, numbers, strict=True):
                assert json.dumps(line, ensure_ascii=ensure_ascii)[1:-1] in raw[number - 1]
        assert all(output.kind for output in outputs(cell))
        assert plain(cell.source).source.count("\n") == cell.source.count("\n")


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    for path in ("a.ipynb", "a.py", "-"):
        try:
            file_lines(read(data, path))
        except NbcriticError as error:
            assert str(error) and "\n" not in str(error)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks(), st.data())
def test_any_damage(value: dict[str, Any], data: st.DataObject) -> None:
    raw = bytearray(json.dumps(value, indent=1).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        found = read(bytes(raw), "a.ipynb")
    except NbcriticError as error:
        assert "\n" not in str(error)
    else:
        assert len(file_lines(found)) == len(found.cells)
        for cell in found.cells:
            outputs(cell)
