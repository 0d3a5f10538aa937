"""Patterns that wait to be compiled are patterns all the same."""

import re

import pytest

from nbcritic.analysis.pattern import regex


def test_it_finds_what_a_compiled_pattern_finds() -> None:
    late, early = regex(r"(?P<word>b+)", re.I), re.compile(r"(?P<word>b+)", re.I)
    text = "abBc b"
    assert [found["word"] for found in late.finditer(text)] == [found["word"] for found in early.finditer(text)]
    assert late.sub("-", text) == early.sub("-", text)
    assert (late.pattern, late.flags, late.groupindex) == (early.pattern, early.flags, early.groupindex)


def test_bytes_are_searched_too() -> None:
    assert regex(rb"\d").findall(b"a1b2") == [b"1", b"2"]


def test_an_error_shows_when_it_is_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("a")
