"""Edits are put into a file as it is: whatever the layout, what is not edited keeps its bytes."""

import json
import signal
import stat
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbcritic.model import ClearCounts, Drop, Edit, Insert, Move, NbcriticError, Notebook, Replace, Span
from nbcritic.notebook.edits import NewCell
from nbcritic.notebook.places import after_gap, items, members
from nbcritic.notebook.read import read
from nbcritic.notebook.write import rewrite, save

Record = dict[str, Any]


def code(source: str | list[str], count: int | None = None, **more: Any) -> Record:
    return {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": [], "source": source, **more}


def ipynb(*cells: Record, indent: int | None = 1, minor: int = 4, **options: Any) -> Notebook:
    table = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    return read(json.dumps(table, indent=indent, **options).encode(), "x.ipynb")


def sources(notebook: Notebook) -> list[str]:
    return [cell.source for cell in notebook.cells]


def texts(notebook: Notebook) -> list[bytes]:
    text = notebook.raw
    place = members(text, after_gap(text, 0))["cells"]
    return [text[start:end] for start, end in items(text, place[0])]


def line(cell: int, number: int, text: str) -> Replace:
    return Replace(Span(cell, number, 1, number, 1), text)


TEXT = st.text('ab \n\r\t"\\é😀\u2028\x00%', max_size=12)
SOURCE = st.one_of(TEXT, TEXT.map(lambda text: text.splitlines(keepends=True)), st.lists(TEXT, max_size=3))
OUTPUT: Record = {"output_type": "execute_result", "execution_count": 3, "data": {"text/plain": ["1"]}, "metadata": {}}


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A notebook in one of the many ways to write one."""
    cells: list[Record | None] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["code", "markdown", "raw", "none"]))
        fields = list((code(draw(SOURCE), draw(st.one_of(st.none(), st.integers(0, 9))), outputs=[OUTPUT])).items())
        cells.append(None if kind == "none" else {**dict(draw(st.permutations(fields))), "cell_type": kind})
    cells.append(code("x = 1\ny = 2"))
    top = {
        "cells": cells,
        "metadata": {"a": {"cells": [1]}},
        "nbformat": 4,
        "nbformat_minor": draw(st.sampled_from([2, 5])),
    }
    table = dict(draw(st.permutations(list(top.items()))))
    separators = draw(st.sampled_from([None, (",", ":"), (" , ", " : ")]))
    indent = draw(st.sampled_from([None, 0, 1, 2, "\t"]))
    text = json.dumps(table, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))) + draw(st.sampled_from(["", "\n", "\n\n "]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@st.composite
def changes(draw: st.DrawFn, notebook: Notebook) -> list[Edit]:
    number = len(notebook.cells)
    some: list[Edit] = []
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        at = draw(st.integers(1, len(lines)))
        start, end = sorted((draw(st.integers(0, len(lines[at - 1]))), draw(st.integers(0, len(lines[at - 1])))))
        if draw(st.booleans()) and cell.source:
            some.append(Replace(Span(cell.number, at, start + 1, at, end + 1), draw(st.text("ab\né", max_size=4))))
        elif draw(st.integers(0, 3)) == 0:
            some.append(Drop(cell.number))
        elif draw(st.integers(0, 3)) == 0:
            some.append(Move(cell.number, draw(st.integers(1, number + 1))))
    if draw(st.booleans()):
        some.append(Insert(draw(st.integers(1, number + 1)), draw(st.text('ab\n"é', min_size=1, max_size=6))))
    return some


@pytest.mark.parametrize("between", ["\n", "\r\n", "\r"])
def test_a_line_break_behind_a_lone_return_stays_a_line_of_its_own(between: str) -> None:
    before = ipynb(code(f"a{between}b\rc"))
    after = rewrite(before, [Replace(Span(1, 3, 1, 3, 1), "\n")]).notebook
    assert after.cells[0].source == "a\nb\n\nc"


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_only_what_is_edited_changes(data: st.DataObject) -> None:
    before = read(data.draw(files()), "x.ipynb")
    some = data.draw(changes(before))
    done = rewrite(before, some)
    edited = {edit.at.cell for edit in some if isinstance(edit, Replace)}
    for cell, origin in zip(done.notebook.cells, done.origins, strict=True):
        if origin and origin not in edited:
            was = before.cells[origin - 1]
            assert (cell.source, cell.outputs, cell.execution_count) == (was.source, was.outputs, was.execution_count)
    assert dict(done.notebook.metadata) == dict(before.metadata)
    assert rewrite(before, []).notebook.raw == before.raw


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_put_in_and_taken_out_leaves_no_trace(data: st.DataObject) -> None:
    before = read(data.draw(files()), "x.ipynb")
    places = data.draw(st.lists(st.integers(1, len(before.cells) + 1), max_size=4))
    new = [NewCell(place, "wörds\n*two*", "markdown", {"tags": ["t"]}) for place in places]
    there = rewrite(before, new)
    assert [there.notebook.cells[n].tags for n, origin in enumerate(there.origins) if not origin] == [("t",)] * len(new)
    back = rewrite(there.notebook, [Drop(n) for n, origin in enumerate(there.origins, 1) if not origin])
    assert back.notebook.raw == before.raw


@settings(max_examples=80, deadline=None)
@given(files())
def test_cleared_counts_and_nothing_else(data: bytes) -> None:
    before = read(data, "x.ipynb")
    after = rewrite(before, [ClearCounts()]).notebook
    assert sources(after) == sources(before)
    assert all(cell.execution_count is None for cell in after.cells)
    assert rewrite(after, [ClearCounts()]).notebook.raw == after.raw


def test_an_untouched_cell_keeps_its_bytes() -> None:
    before = ipynb(code(["a\n", "b"], 1), code("x", 2), code(["c"], 3))
    after = rewrite(before, [line(1, 2, "new\n")]).notebook
    assert texts(after)[1:] == texts(before)[1:]
    assert sources(after)[0] == "a\nnew\nb"
    assert after.raw == before.raw.replace(b'"a\\n",\n', b'"a\\n",\n    "new\\n",\n')


def test_escapes_of_unedited_text_stay() -> None:
    before = read(
        rb'{"cells": [{"cell_type": "code", "source": "\u0061\/\u003c\u00e9\r\nb"}], "nbformat": 4}', "x.ipynb"
    )
    after = rewrite(before, [line(1, 2, "ü\n")]).notebook
    assert rb'"\u0061\/\u003c\u00e9\r\n\u00fc\r\nb"' in after.raw


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
@pytest.mark.parametrize("form", ["import os\nx", ["import os\n", "x"]])
def test_a_new_cell_looks_like_the_others(indent: int | None, form: str | list[str]) -> None:
    before = ipynb(code(form, id="a"), indent=indent, minor=5)
    added = rewrite(before, [Insert(2, "import os\nx")]).notebook
    first, second = texts(added)
    assert second.replace(json.dumps(added.cells[1].id).encode(), b'"a"') == first
    nbformat.validate(json.loads(added.raw))


def test_new_cells_of_older_formats() -> None:
    cell = {
        "cell_type": "code",
        "input": ["x"],
        "language": "python",
        "metadata": {},
        "outputs": [],
        "prompt_number": 2,
    }
    table = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [cell]}, {"cells": [cell]}],
    }
    before = read(json.dumps(table).encode(), "x.ipynb")
    after = rewrite(before, [Insert(2, "y"), Replace(Span(2, 1, 1, 1, 2), "z"), ClearCounts()]).notebook
    assert sources(after) == ["x", "y", "z"]
    nbformat.validate(json.loads(after.raw))
    assert [len(sheet["cells"]) for sheet in json.loads(after.raw)["worksheets"]] == [1, 2]
    with pytest.raises(NbcriticError, match="worksheet"):
        rewrite(before, [Move(2, 1)])


def test_what_no_json_reader_accepts_stays() -> None:
    raw = b'{"cells": [{"cell_type": "code", "source": "x", "a": NaN}, {"cell_type": "code", "source": "y", "b": "\xff"}], "nbformat": 4}'
    after = rewrite(read(raw, "x.ipynb"), [Replace(Span(1, 1, 1, 1, 2), "z")]).notebook
    assert after.raw == raw.replace(b'"x"', b'"z"')


def test_half_a_character_is_refused() -> None:
    before = read(rb'{"cells": [{"cell_type": "code", "source": "\ud800x"}], "nbformat": 4}', "x.ipynb")
    with pytest.raises(NbcriticError, match="cannot be edited"):
        rewrite(before, [Replace(Span(1, 1, 1, 1, 2), "z")])


@pytest.mark.parametrize(
    "edits",
    [
        [Drop(3)],
        [Insert(4, "x")],
        [Drop(1), Move(1, 2)],
        [Replace(Span(1, 1, 1, 1, 3), "x"), Replace(Span(1, 1, 2, 1, 3), "y")],
        [Replace(Span(1, 3, 1, 3, 1), "x")],
        [Replace(Span(1, 1, 9, 1, 9), "x")],
        [Replace(Span(1, 1, 2, 1, 1), "x")],
    ],
)
def test_contradictions_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(NbcriticError):
        rewrite(ipynb(code("abc"), code("d")), edits)


SCRIPT = (
    b'#!/usr/bin/env python\r\n# %% [markdown]\r\n# Words\r\n# %% tags=["a"]\r\nx = 1\r\ny = 2\r\n\r\n# %%\r\nz = 3'
)


def test_a_script_keeps_its_lines() -> None:
    before = read(SCRIPT, "x.py")
    assert rewrite(before, []).notebook.raw == SCRIPT
    number = next(cell.number for cell in before.cells if cell.source.startswith("x"))
    edits: list[Edit] = [line(number, 2, "new\n"), Insert(number + 1, "import a")]
    after = rewrite(before, edits).notebook
    assert after.raw == SCRIPT.replace(b"y = 2\r\n\r\n", b"new\r\ny = 2\r\n\r\n# %%\r\nimport a\r\n\r\n")


def test_cells_of_a_script_move() -> None:
    before = read(b"# %%\nx = 1\n# %%\ny = 2", "x.py")
    assert rewrite(before, [Move(2, 1)]).notebook.raw == b"# %%\ny = 2\n# %%\nx = 1\n"
    assert rewrite(before, [Drop(1)]).notebook.raw == b"# %%\ny = 2"


def test_nothing_goes_above_a_cell_without_a_header() -> None:
    with pytest.raises(NbcriticError, match="no `# %%` line"):
        rewrite(read(b"x = 1\n# %%\ny = 2", "x.py"), [Move(2, 1)])


def test_words_of_a_script_are_not_edited() -> None:
    with pytest.raises(NbcriticError, match="no code"):
        rewrite(read(b"# %% [markdown]\n# a\n", "x.py"), [line(1, 1, "b")])


def test_saving_keeps_the_mode_and_follows_links(tmp_path: Path) -> None:
    file, link = tmp_path / "a.ipynb", tmp_path / "link.ipynb"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    save(link, b"new", was=b"old")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"a.ipynb", "link.ipynb"}


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"somebody's")
    with pytest.raises(NbcriticError, match="has changed"):
        save(file, b"new", was=b"old")
    assert file.read_bytes() == b"somebody's"


def test_a_full_disk_leaves_the_original(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(NbcriticError, match="cannot be written"):
            save(file, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NbcriticError, match="cannot be written"):
        save(tmp_path, b"x")
