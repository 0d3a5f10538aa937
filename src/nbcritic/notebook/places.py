"""Where the values of a JSON text stand, found by looking at brackets and strings alone.

A decoder tells what a value is and not where; and it refuses what real notebooks hold (NaN, half a surrogate pair, bytes that are
no UTF-8), which need not be understood to be stepped over.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

Place: TypeAlias = tuple[int, int]
"""Where a JSON value starts and ends, as offsets into the text."""

_GAP = re.compile(rb"[ \t\r\n,]*")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
KEY = re.compile(rb"[ \t\r\n,]*(" + _STRING + rb")[ \t\r\n]*:[ \t\r\n]*", re.DOTALL)
"""A name in an object, with the gap before it and what stands between it and its value."""
_PIECE = re.compile(_STRING + rb'|[\[{]|[\]}]|[^"\[\]{},]+', re.DOTALL)
_ANY = msgspec.json.Decoder()


def after_gap(text: bytes, at: int) -> int:
    """The next offset from `at` on where no space, line break or comma stands."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def after_value(text: bytes, at: int) -> int:
    """Where the value that starts at `at` ends."""
    depth = 0
    for piece in _PIECE.finditer(text, at):
        first = text[piece.start()]
        depth += (first in b"[{") - (first in b"]}")
        if depth <= 0:
            return piece.start() if depth < 0 else piece.start() + len(piece[0].rstrip(b" \t\r\n"))
    return len(text)


def members(text: bytes, at: int) -> dict[str, Place]:
    """The places of the values of the object that starts at `at`, by name; of a name that comes twice, the last.

    Raises ValueError where a name is no text.
    """
    places: dict[str, Place] = {}
    at += 1
    while key := KEY.match(text, at):
        at = after_value(text, key.end())
        places[_ANY.decode(key[1])] = (key.end(), at)
    return places


def items(text: bytes, at: int) -> list[Place]:
    """The places of the items of the list that starts at `at`."""
    places = list[Place]()
    at = after_gap(text, at + 1)
    while at < len(text) and not text.startswith(b"]", at):
        end = after_value(text, at)
        if end <= at:
            raise ValueError("no list")
        places.append((at, end))
        at = after_gap(text, end)
    return places
