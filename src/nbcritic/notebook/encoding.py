"""Bytes of a notebook file as the strict UTF-8 JSON that a fast decoder accepts, line for line the same."""

from __future__ import annotations

import json
import re

_ESCAPES = re.compile(
    rb"(\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}", re.DOTALL
)
_NOT_A_NUMBER = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")|-?Infinity|NaN', re.DOTALL)


def utf8(data: bytes) -> bytes:
    """The same text as UTF-8 without a byte order mark; UTF-16 and UTF-32 are recognised with and without one.

    Anything else comes back as it is, unchecked: `repair` mends what is not quite UTF-8.
    """
    encoding = json.detect_encoding(data)
    if encoding == "utf-8":
        return data
    if encoding == "utf-8-sig":
        return data[3:]
    text = data.decode(encoding, "replace")
    # without a mark two null bytes in four are a guess, and a guess that is right of JSON and scripts only
    is_text = encoding in ("utf-16", "utf-32") or text.lstrip()[:1] in ("{", "[", "#")
    return text.encode() if is_text else data


def repair(data: bytes) -> bytes:
    """Make strict JSON of what only a lenient reader takes; the number of lines stays.

    Bytes that are no UTF-8 and escaped halves of a surrogate pair become U+FFFD, NaN and Infinity become null.
    """
    data = data.decode("utf-8", "replace").encode()
    data = _ESCAPES.sub(lambda found: found[1] or rb"\ufffd", data)
    if b"NaN" in data or b"Infinity" in data:
        data = _NOT_A_NUMBER.sub(lambda found: found[1] or b"null", data)
    return data
