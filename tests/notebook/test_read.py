"""Every shape in which a notebook comes, and a plain sentence for what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbcritic.model import NbcriticError, Notebook
from nbcritic.notebook import read as read_module
from nbcritic.notebook.read import read


def notebook(*cells: Any, **fields: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **fields}


def code(source: Any = "x = 1", **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "execution_count": None, "outputs": [], **fields}


def load(value: Any, path: str = "a.ipynb") -> Notebook:
    return read(json.dumps(value).encode(), path)


def source_of(value: Any) -> str:
    return load(notebook(value)).cells[0].source


def problem(data: bytes, path: str = "a.ipynb") -> str:
    with pytest.raises(NbcriticError) as caught:
        read(data, path)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message and "msgspec" not in message and "Expecting" not in message
    return message


def test_an_ordinary_notebook() -> None:
    found = load(
        notebook(
            {"cell_type": "markdown", "source": ["# Title\n", "text"], "metadata": {}, "id": "a"},
            code(["x = 1\n", "y"], id="b", execution_count=7, metadata={"tags": ["parameters"]}, outputs=[{"a": 1}]),
            {"cell_type": "raw", "source": "raw", "metadata": {}},
        )
    )
    assert [cell.kind for cell in found.cells] == ["markdown", "code", "raw"]
    assert [cell.number for cell in found.cells] == [1, 2, 3]
    assert [cell.id for cell in found.cells] == ["a", "b", None]
    assert found.cells[0].source == "# Title\ntext"
    assert found.cells[1].execution_count == 7
    assert found.cells[1].tags == ("parameters",)
    assert json.loads(found.cells[1].outputs) == [{"a": 1}]
    assert found.version == (4, 5) and found.language == "python" and not found.script


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\nb", "a\nb"),
        (["a\n", "b"], "a\nb"),
        (None, ""),
        (["a\n", None, "b"], "a\nb"),
        (5, ""),
        ({"x": 1}, ""),
        ([], ""),
        ("a\r\nb\rc", "a\nb\nc"),
        (["a\r", "\nb"], "a\nb"),
        ("a\x0cb\u2028c\x85d", "a\x0cb\u2028c\x85d"),
    ],
)
def test_source(source: Any, text: str) -> None:
    assert source_of(code(source)) == text


def test_a_cell_that_is_none_keeps_its_number() -> None:
    found = load(notebook(code("a"), None, 3, "x", [], code("b")))
    assert [(cell.number, cell.kind, cell.source) for cell in found.cells] == [
        (1, "code", "a"),
        (2, "raw", ""),
        (3, "raw", ""),
        (4, "raw", ""),
        (5, "raw", ""),
        (6, "code", "b"),
    ]


@pytest.mark.parametrize("kind", [None, "strange", 5, ""])
def test_an_unknown_kind_of_cell_is_raw(kind: Any) -> None:
    assert load(notebook({"cell_type": kind, "source": "x"})).cells[0].kind == "raw"
    assert load(notebook({"source": "x"})).cells[0].kind == "raw"


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (3, 3),
        (0, 0),
        (None, None),
        ("3", 3),
        (3.0, 3),
        (3.5, None),
        (-1, None),
        (True, None),
        ("*", None),
        ([1], None),
        (2**60, None),
        pytest.param(10**400, None, id="huge"),
    ],
)
def test_execution_counts(given: Any, count: int | None) -> None:
    assert load(notebook(code(execution_count=given))).cells[0].execution_count == count


def test_a_count_beyond_what_python_converts() -> None:
    data = json.dumps(notebook(code(execution_count=777))).replace("777", "7" * 5000).encode()
    assert read(data, "a.ipynb").cells[0].execution_count is None


@pytest.mark.parametrize(
    ("metadata", "tags"),
    [
        ({"tags": ["a", "b"]}, ("a", "b")),
        ({"tags": ["a", 1, None, ["b"]]}, ("a",)),
        ({"tags": None}, ()),
        ({"tags": "a"}, ()),
        ({}, ()),
        (None, ()),
        ([], ()),
    ],
)
def test_tags(metadata: Any, tags: tuple[str, ...]) -> None:
    assert load(notebook(code(metadata=metadata))).cells[0].tags == tags


def test_ids_that_are_no_ids() -> None:
    cells = load(notebook(code(id="a"), code(id="a"), code(id=5), code(id=""), code(id=None), code())).cells
    assert [cell.id for cell in cells] == ["a", None, None, None, None, None]


@pytest.mark.parametrize("outputs", [None, [], {}, "text"])
def test_odd_outputs(outputs: Any) -> None:
    assert load(notebook(code("x", outputs=outputs))).cells[0].source == "x"


@pytest.mark.parametrize("metadata", [None, [], "x", 5])
def test_odd_metadata(metadata: Any) -> None:
    assert load(notebook(code(), metadata=metadata)).metadata == {}


def test_metadata_is_kept_and_cannot_be_changed() -> None:
    found = load(notebook(metadata={"title": "x", "n": [1, 2.5]}))
    assert found.metadata == {"title": "x", "n": [1, 2.5]}
    with pytest.raises(TypeError):
        found.metadata["title"] = "y"  # type: ignore[index]


def test_no_metadata_at_all() -> None:
    assert load({"nbformat": 4, "cells": [code("x")]}).version == (4, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    data = json.dumps(notebook(code("x = 'é — 🦊'")), ensure_ascii=False).encode(encoding)
    found = read(data, "a.ipynb")
    assert found.cells[0].source == "x = 'é — 🦊'"
    assert found.raw == data


def test_half_a_surrogate_pair_becomes_a_replacement_sign() -> None:
    text = json.dumps(notebook(code("SOURCE", outputs=[{"text": "OUT"}]), metadata={"title": "META"}))
    text = text.replace("SOURCE", r"a\ud800b\\ud800\ud83e\udd8a").replace("OUT", r"\udfff").replace("META", r"\udc00")
    found = read(text.encode(), "a.ipynb")
    assert found.cells[0].source == "a\ufffdb\\ud800🦊"
    assert found.metadata["title"] == "\ufffd"


def test_bytes_that_are_no_utf8_become_replacement_signs() -> None:
    data = json.dumps(notebook(code("x = 'SIGN'"))).encode().replace(b"SIGN", b"\xe9")
    assert read(data, "a.ipynb").cells[0].source == "x = '\ufffd'"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("where", ["outputs", "metadata", "other"])
def test_numbers_that_json_does_not_have(literal: str, where: str) -> None:
    text = json.dumps(notebook(code("x = 'NaN, Infinity'", **{where: [{"n": 12345}]}), metadata={"m": 1}))
    found = read(text.replace("12345", literal).encode(), "a.ipynb")
    assert found.cells[0].source == "x = 'NaN, Infinity'"
    assert found.metadata == {"m": 1}


def test_of_two_values_for_one_key_the_last_counts() -> None:
    cell = '{"cell_type": "markdown", "cell_type": "code", "source": ["a"], "source": ["b"]}'
    assert read(f'{{"nbformat": 4, "cells": [], "cells": [{cell}]}}'.encode(), "a.ipynb").cells[0].source == "b"


def test_large_outputs_are_passed_through() -> None:
    image = "A" * 50_000_000
    data = json.dumps(notebook(code("x", outputs=[{"data": {"image/png": image}}]))).encode()
    found = read(data, "a.ipynb")
    assert found.cells[0].source == "x"
    assert len(found.cells[0].outputs) > len(image)


def test_a_very_long_expression() -> None:
    source = " + ".join(["x"] * 20_000)
    assert source_of(code(source)) == source


def test_outputs_of_markdown_cells_are_no_outputs() -> None:
    cell = {"cell_type": "markdown", "source": "x", "outputs": [1], "execution_count": 3}
    found = load(notebook(cell)).cells[0]
    assert found.outputs == b"[]" and found.execution_count is None


def old(version: int, *cells: Any, **metadata: Any) -> dict[str, Any]:
    return {"nbformat": version, "nbformat_minor": 0, "metadata": metadata, "worksheets": [{"cells": list(cells)}]}


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats(version: int) -> None:
    found = load(
        old(
            version,
            {"cell_type": "heading", "level": 2, "source": "Title"},
            {"cell_type": "code", "input": ["print 1\n", "x"], "language": "python", "prompt_number": 4, "outputs": []},
            {"cell_type": "html", "source": "<b>x</b>"},
            {"cell_type": "raw", "source": "raw"},
            name="old",
        )
    )
    assert [(cell.kind, cell.source) for cell in found.cells] == [
        ("markdown", "## Title"),
        ("code", "print 1\nx"),
        ("markdown", "<b>x</b>"),
        ("raw", "raw"),
    ]
    assert found.cells[1].execution_count == 4
    assert found.version == (version, 0) and found.language == "python" and found.language_version == ""


def test_several_worksheets_are_one_notebook() -> None:
    value = old(3, {"cell_type": "code", "input": "a"})
    value["worksheets"] += [None, {}, {"cells": None}, {"cells": [{"cell_type": "code", "input": "b"}]}]
    assert [cell.source for cell in load(value).cells] == ["a", "b"]


def test_an_old_cell_tells_its_language() -> None:
    assert load(old(3, {"cell_type": "code", "input": "x", "language": "julia"})).language == "julia"


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": None, "language_info": []}, "python"),
        ({"language_info": {"name": ""}}, "python"),
        ({"language_info": {"name": ""}, "kernelspec": {"name": "ir", "language": "R"}}, "r"),
        ({"language_info": {"name": "R"}}, "r"),
        ({"language_info": {"name": "ipython"}}, "python"),
        ({"kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"name": "julia-1.6"}}, "julia"),
        ({"kernelspec": {"name": "python3"}}, "python"),
        ({"kernelspec": {"name": "Python [default]", "language": "python"}}, "python"),
        ({"kernelspec": {"name": "conda-root-py"}}, "python"),
        ({"kernelspec": {"name": "conda-env-stats-r"}}, "r"),
        ({"kernelspec": {"name": "my-project"}}, "python"),
        ({"kernelspec": {"name": "scala", "language": "scala"}}, "scala"),
        ({"kernelspec": {"name": "pysparkkernel"}, "language_info": {"name": "pyspark"}}, "python"),
        ({"kernelspec": {"name": "pysparkkernel", "language": ""}}, "python"),
        ({"kernelspec": {"name": "sos", "language": "sos"}}, "sos"),
        ({"kernelspec": {"name": "plaintext"}}, "plaintext"),
        ({"kernelspec": {"name": ".net-csharp", "language": "C#"}}, "c#"),
        ({"kernelspec": {"name": ".net-fsharp"}}, "fsharp"),
        ({"kernelspec": {"name": 5, "language": 6}}, "python"),
        ({"language": "Julia"}, "julia"),
        ({"application/vnd.databricks.v1+notebook": {"language": "scala"}}, "scala"),
    ],
)
def test_language(metadata: Any, language: str) -> None:
    assert load(notebook(metadata=metadata)).language == language


@pytest.mark.parametrize(("version", "said"), [("3.11.4", "3.11.4"), ("", ""), (3, ""), (None, "")])
def test_language_version(version: Any, said: str) -> None:
    found = load(notebook(metadata={"language_info": {"name": "python", "version": version}}))
    assert found.language_version == said


@pytest.mark.parametrize("path", ["a.py", "-"])
def test_percent_scripts(path: str) -> None:
    found = read(b"\xef\xbb\xbf# %% [markdown]\n# Title\n# %%\nx = 1\n", path)
    assert found.script and [cell.kind for cell in found.cells] == ["markdown", "code"]


def test_a_notebook_on_standard_input() -> None:
    assert load(notebook(code("# %%\nx")), "-").cells[0].source == "# %%\nx"


def test_a_script_in_utf16() -> None:
    assert read("# %%\nx = 'é'\n".encode("utf-16"), "a.py").cells[0].source == "x = 'é'"


def test_a_script_without_utf8_is_read_all_the_same() -> None:
    assert read(b"# %%\nx = '\xe9'\n", "a.py").cells[0].source == "x = '\ufffd'"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b'{"nbformat": 4, "cells": [', "cut off"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "co', "cut off"),
        (b'{"nbformat": 4,\n  "cells": oops}', "line 2, column 12"),
        (b'{"nbformat": 4, "cells": []} {}', "after its end"),
        (b'{"nbformat": 4, "x": "a\nb"}', "line break"),
        (
            b'{"nbformat": 4,\n "cells": [\n<<<<<<< HEAD\n {}\n=======\n>>>>>>> b\n]}',
            "merge conflict stands in line 3 (<<<<<<<)",
        ),
        (b"<<<<<<< HEAD\n{}", "merge conflict stands in line 1"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"abc\x00\x01\x02def" * 9, "binary"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "macOS"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html>", "web page"),
        (b"# %%\nimport os\n", "name it `.py`"),
        (b"404: Not \x1b[31mFound", "begins with “404: Not �[31mFound”"),
        (b"[]", "a list"),
        (b'"text"', "a text"),
        (b"5", "a number"),
        (b"null", "holds null"),
        (b'{"a": 1}', "nbformat"),
        (b'{"cells": []}', "nbformat"),
        (b'{"nbformat": "x", "cells": []}', "nbformat"),
        (b'{"nbformat": 5, "cells": []}', "nbformat 5, which is newer"),
        (b'{"nbformat": 1, "cells": []}', "nbformat 1, which is older"),
        (b'{"nbformat": 4}', 'no list of "cells"'),
        (b'{"nbformat": 4, "cells": null}', 'no list of "cells"'),
        (b'{"nbformat": 4, "cells": {}}', 'no list of "cells"'),
        (b'{"nbformat": 3, "worksheets": 5}', 'no list of "cells"'),
        (b"[" * 100_000, "too deeply"),
        (b'{"nbformat": 4, "cells": [{"outputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "too deeply"),
        (b'{"a": NaN, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
    ],
)
def test_what_cannot_be_read_is_explained(data: bytes, words: str) -> None:
    assert words in problem(data)


def test_a_binary_script() -> None:
    assert "binary" in problem(b"# %%\nabc\x00def", "a.py")


def test_a_file_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_module, "MAX_BYTES", 1_000_000)
    assert problem(b" " * 2_000_000) == "the file has 2 MB; files over 1 MB are not read"
