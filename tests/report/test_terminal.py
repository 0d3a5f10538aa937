"""Measuring, wrapping, cutting and escaping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.report.terminal import ASCII, Style, cut, excerpt, visible, width, wrap, wrap_after


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("plain", "plain"),
        ("a\tb\nc", "a\\tb\\nc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202eevil", "\\u202eevil"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("日本\u3000語", "日本\u3000語"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("naïve é 🎉", "naïve é 🎉"),
    ],
)
def test_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@pytest.mark.parametrize(
    "text, columns", [("abc", 3), ("日本", 4), ("🎉", 2), ("e\u0301", 1), ("a\u200db", 2), ("", 0)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_cut() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"
    assert width(cut("日本語日本語", 6)) <= 6


@given(st.text(), st.integers(10, 60))
def test_wrapped_lines_fit_and_lose_no_word(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert all(width(line) <= limit for line in lines)
    kept = "".join(lines).replace(" ", "")
    assert kept == "".join(visible(" ".join(text.split())).split(" "))


def test_the_first_line_leaves_room_for_what_stands_before_it() -> None:
    assert wrap_after(6, "four five six", 10) == ["four", "five six"]
    assert wrap_after(8, "seven", 10) == ["", "seven"]


def test_marks_stand_under_wide_characters() -> None:
    shown = excerpt("値 = f(x)", 5, 6, 80)
    assert shown.marks == " " * 5 + "^"


def test_tabs_are_spaces() -> None:
    shown = excerpt("\tx = 1", 2, 3, 80)
    assert shown.code == "    x = 1"
    assert shown.marks == "    ^"


def test_a_whole_line_is_marked_without_its_indent() -> None:
    assert excerpt("    x = 1", 0, 0, 80).marks == "    ^^^^^"


def test_a_span_that_ends_on_a_later_line_is_marked_to_the_end() -> None:
    assert excerpt("df = (df", 6, 0, 80).marks == " " * 5 + "^^^"


def test_a_long_line_is_cut_around_the_span() -> None:
    line = "a" * 500 + "HERE" + "b" * 500
    shown = excerpt(line, 501, 505, 60)
    assert shown.code.startswith("…")
    assert shown.code.endswith("…")
    assert len(shown.code) <= 60
    start = shown.marks.index("^")
    assert shown.code[start : start + 4] == "HERE"
    assert shown.marks.count("^") == 4


def test_a_line_of_a_million_characters_is_cut_as_well() -> None:
    shown = excerpt("x" * 1_000_000, 999_990, 999_995, 60)
    assert len(shown.code) <= 60
    assert shown.marks.count("^") == 5


@given(st.text(), st.integers(0, 50), st.integers(0, 50), st.integers(20, 80))
def test_every_excerpt_fits(line: str, column: int, end: int, limit: int) -> None:
    shown = excerpt(line, column, end, limit)
    assert width(shown.code) <= limit
    assert shown.code.isprintable() or set(shown.code) & {"\u200c", "\u200d", "\u3000"}
    assert set(shown.marks) <= {" ", "^"}
    assert "^" in shown.marks


def test_style_without_colour_leaves_the_text_alone() -> None:
    assert Style()("x", "red") == "x"
    assert Style(True)("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    assert Style(True).quoted("a `b` c") == "a \x1b[36m`b`\x1b[0m c"


def test_every_sign_of_ours_has_a_plain_one() -> None:
    assert "─│·…→✖▲●○✔".translate(ASCII).isascii()
