"""What counts as the same output, and what does not."""

import base64
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.likeness import difference
from nbcritic.model import Cell


def cell(*outputs: dict[str, Any]) -> Cell:
    return Cell(1, "code", "", outputs=json.dumps(outputs).encode())


def out(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def result(**forms: str) -> dict[str, Any]:
    data = {
        {"plain": "text/plain", "html": "text/html", "png": "image/png"}[name]: text for name, text in forms.items()
    }
    return {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": data}


def error(name: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": []}


def png(width: int, height: int) -> str:
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(9)).decode()


@pytest.mark.parametrize(
    "one, other",
    [
        ("<object at 0x7f1122334455>", "<object at 0x55aa00112233>"),
        ("id 140234866534416", "id 139987654321008"),
        ("0.30000000000000004", "0.3"),
        ("loss 1.2345678e-05", "loss 1.2345679e-05"),
        ("-0.0", "0.0"),
        ("error 1.1e-17", "error 3.4e-17"),
        ("a  b\n\nc", "a b\nc"),
        (
            "CPU times: user 3 ms, sys: 1 ms, total: 4 ms\nWall time: 5 ms\n7",
            "CPU times: user 9 s, sys: 1 ns, total: 9 s\nWall time: 1min 5s\n7",
        ),
        ("12.3 ms ± 4 µs per loop (mean ± std. dev. of 7 runs)", "1.3 s ± 88 ns per loop (mean ± std. dev. of 7 runs)"),
        ("training took 3.25 s", "training took 11 s"),
        ("Elapsed: 0:00:12.5", "Elapsed: 0:01:03"),
        ("50%|█████     | 5/10 [00:01<00:01,  4.9it/s]\ndone", "done"),
        ("\r 1/10\r10/10", "10/10"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("2024-01-02 10:11:12,345 INFO read 7 rows", "2025-06-07 08:09:10,000 INFO read 7 rows"),
        ("<Figure size 640x480 with 1 Axes>", "<Figure size 432x288 with 1 Axes>"),
        ("1,234,567.0", "1234567.0"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert difference(cell(out(one)), cell(out(other))) is None
    assert difference(cell(result(plain=one)), cell(result(plain=other))) is None


@pytest.mark.parametrize(
    "one, other, what",
    [
        ("accuracy 0.87", "accuracy 0.88", "number"),
        ("rows: 1000", "rows: 1001", "number"),
        ("1e-3", "1e-4", "number"),
        ("mean delay 12.7 min", "mean delay 13.1 min", "number"),
        ("100000.0", "100000.2", "number"),
        ("2024-01-02", "2024-01-03", "number"),
        ("['a', 'b']", "['b', 'a']", "text"),
        ("nan", "0.5", "text"),
        ("True", "False", "text"),
        ("one two", "one", "text"),
        ("", "something", "text"),
    ],
)
def test_not_the_same(one: str, other: str, what: str) -> None:
    found = difference(cell(out(one)), cell(out(other)))
    assert found is not None
    assert found.what == what
    assert difference(cell(out(other)), cell(out(one))) is not None


def test_both_are_shown_at_the_line_that_differs() -> None:
    found = difference(cell(out("rows 7\nmean 3.5\nend")), cell(out("rows 7\nmean 4.5\nend")))
    assert found is not None
    assert (found.one, found.other) == ("mean 3.5", "mean 4.5")


def test_warnings_are_not_compared() -> None:
    assert difference(cell(out("x"), out("DeprecationWarning", "stderr")), cell(out("x"))) is None


def test_text_in_pieces_is_one_text() -> None:
    assert difference(cell(out("a\n"), result(plain="1"), out("b\n")), cell(out("a\nb\n"), result(plain="1"))) is None


def test_images_by_their_size() -> None:
    small, large, nearly = (
        cell(result(plain="<Axes>", png=png(*size))) for size in ((400, 300), (800, 300), (410, 295))
    )
    assert difference(small, nearly) is None
    found = difference(small, large)
    assert found is not None
    assert (found.what, found.one, found.other) == ("image", "400×300 pixels", "800×300 pixels")
    assert difference(small, cell(result(plain="<Axes>"))) is not None


def test_a_styled_table_by_its_words() -> None:
    page = "<style>#T_{id} {{}}</style><table id='T_{id}'><tr><td>{value}</td></tr></table>"
    tables = [
        cell(
            result(plain=f"<pandas.io.formats.style.Styler at 0x7f{n}aabbccdd>", html=page.format(id=id_, value=value))
        )
        for n, (id_, value) in enumerate([("ab12c", 7), ("99fe0", 7), ("99fe0", 8)])
    ]
    assert difference(tables[0], tables[1]) is None
    found = difference(tables[0], tables[2])
    assert found is not None
    assert found.what == "table"


def test_an_output_more_or_less() -> None:
    one, two = cell(result(plain="1")), cell(result(plain="1"), result(plain="2"))
    missing, new = difference(two, one), difference(one, two)
    assert missing is not None
    assert new is not None
    assert (missing.what, missing.one) == ("missing", "2")
    assert (new.what, new.other) == ("new", "2")


def test_an_error_that_is_gone() -> None:
    found = difference(cell(error("KeyError")), cell())
    assert found is not None
    assert found.what == "error"


@given(st.text(max_size=80), st.text(max_size=80))
def test_it_is_a_likeness(one: str, other: str) -> None:
    """Whatever is said is like itself, and the order does not matter."""
    cells = cell(out(one)), cell(out(other))
    assert difference(cells[0], cells[0]) is None
    assert (difference(*cells) is None) == (difference(cells[1], cells[0]) is None)


@given(st.binary(max_size=60))
def test_broken_outputs_harm_nothing(raw: bytes) -> None:
    difference(Cell(1, "code", "", outputs=raw), cell(out("x")))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-5, 10))
def test_a_number_is_another_from_a_hundred_thousandth_on(value: float, share: float) -> None:
    other = value * (1 + share)
    if abs(value) > 1e-3 and abs(value) < 1e300:
        assert difference(cell(out(repr(value))), cell(out(repr(other)))) is not None
