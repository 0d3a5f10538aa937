"""Places of values, against what a decoder makes of the same text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.notebook.places import after_gap, after_value, items, members

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text('a"\\[]{},: \né', max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\[:', max_size=3), inner, max_size=3),
    max_leaves=12,
)
LAYOUT = st.sampled_from(
    [{}, {"indent": 1}, {"indent": "\t"}, {"separators": (" , ", " : ")}, {"separators": (",", ":")}]
)


@given(st.dictionaries(st.text('a"\\[:', max_size=3), VALUES), LAYOUT)
def test_members(table: dict[str, Any], layout: dict[str, Any]) -> None:
    text = json.dumps(table, **layout).encode()
    found = members(text, 0)
    assert {name: json.loads(text[start:end]) for name, (start, end) in found.items()} == table
    assert all(text[start:end].strip() == text[start:end] for start, end in found.values())


@given(st.lists(VALUES), LAYOUT)
def test_items(values: list[Any], layout: dict[str, Any]) -> None:
    text = json.dumps(values, **layout).encode()
    assert [json.loads(text[start:end]) for start, end in items(text, 0)] == values


@pytest.mark.parametrize("text", [b"[NaN, -Infinity]", b'["\xff\xfe", "\\ud800"]', b"[1e400 , null]"])
def test_what_need_not_be_understood(text: bytes) -> None:
    assert len(items(text, 0)) == 2


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    assert members(b'{"a": 1, "a": 22}', 0) == {"a": (14, 16)}


def test_depth_is_no_matter() -> None:
    text = b"[" * 100_000 + b"]" * 100_000
    assert after_value(text, 0) == len(text)
    assert after_gap(b" \n,x", 0) == 3
