"""Do two outputs of a cell say the same? What changes from run to run without meaning anything is not compared.

That is: memory addresses and ids of objects, progress bars, what a timer measured, colours, the random ids in a styled table, warnings on
standard error, and the last digits of floating-point numbers. Images are compared by their size alone.
"""

from __future__ import annotations

import base64
import binascii
import html
import math
import re
import struct
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from nbcritic.analysis.pattern import regex
from nbcritic.model import Cell
from nbcritic.notebook.outputs import Output, outputs

What: TypeAlias = Literal["text", "number", "table", "image", "error", "missing", "new"]

RELATIVE = 1e-6
ABSOLUTE = 1e-9
"""Numbers that are nearer to one another are the same."""

DIGITS = 6
"""From so many digits on, the last one that is printed may differ by one."""

SIZE = 0.1
"""Images whose sides differ by less than this share are the same."""

_LONGEST = 1_000_000
_SHOWN = 60

_ESCAPES = regex(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
_BAR = re.compile(r".*\d+%\|.*\|.*|.*\b\d+/\d+ \[[=>.·━╸ -]*\].*|.*\[\d+:\d\d<.*(?:it/s|s/it).*|.*━{3,}.*")
_MEASURED = re.compile(r"\s*(?:CPU times?:|Wall time:|Compiler\s*:).*|.* per loop\b.*|The slowest run took .*")
"""What `%time` and `%timeit` print; which of their parts they print depends on the time, too."""

_UNIT = r"(?:ns|µs|μs|us|ms|s|secs?|seconds?|min|mins|minutes?|hours?|h)"
_TIMED = re.compile(
    r".*(?:\b(?:elapsed|runtime|took|(?:finished|done|completed) in)\b"
    r"|\b(?:run|training|fit|execution|processing|inference|total|computation|elapsed)[ _-]?time\b"
    r"|^\s*(?:time|seconds)(?: taken)?\s*[:=]).*",
    re.I,
)
_DURATION = regex(rf"\d+:\d\d(?::\d\d)?(?:\.\d+)?|\d[\d.,]*(?:e[-+]?\d+)?(?:\s*{_UNIT}\b)?", re.I)
_NOISE = (
    (regex(r"0x[0-9a-fA-F]{5,}"), "0x…"),
    (regex(r"\b(?:1[34]\d{13}|9[345]\d{12})\b"), "<id>"),  # what id() gives on 64-bit Linux and macOS
    (regex(r"\bT_[0-9a-f]{5}(?=_|\b)"), "T_"),  # pandas' Styler
    (regex(r"<Figure size \d+x\d+ with"), "<Figure with"),
    (regex(r"\bAxesSubplot\b"), "Axes"),
    (regex(r"/tmp/(?:tmp|\.nbcritic-|ipykernel_)\w+(?:/folder)?(?:/\d+\.py)?"), "<tmp>"),
    (
        regex(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?=\s.*\b(?:DEBUG|INFO|WARNING|ERROR)\b)", re.M),
        "<time>",
    ),
)
_TOKEN = regex(r"(?<![\w.])[-+]?(?:\d[\d_]*(?:,\d{3})*)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+|\w+|[^\w\s]")
_NUMBER = regex(r"[-+]?(?:\d|\.\d)[\d_,]*(?:\.\d*)?(?:[eE][-+]?\d+)?$")
_TAG = regex(r"<style.*?</style>|<script.*?</script>|<[^>]*>", re.S | re.I)
_OPAQUE = regex(r"\s*<[^<>]*(?:object| at )[^<>]*>\s*$")


@dataclass(frozen=True, slots=True)
class Difference:
    """What kind of thing differs, and how it stands in one and the other, cut to be shown."""

    what: What
    one: str = ""
    other: str = ""


def difference(one: Cell, other: Cell) -> Difference | None:
    """The first thing in which two outputs of the same cell differ; None where they say the same."""
    ours, theirs = outputs(one), outputs(other)
    printed, reprinted = (_settled("".join(out.text for out in shown if _is_stdout(out))) for shown in (ours, theirs))
    if found := _of_texts(printed, reprinted, "text"):
        return found
    errors = [[out.text for out in shown if out.kind == "error"] for shown in (ours, theirs)]
    if bool(errors[0]) != bool(errors[1]):
        return Difference("error", *(_cut("".join(texts)) or "no error" for texts in errors))
    things = [
        [(out, size) for out, size in zip(shown, _sizes(cell), strict=False) if out.kind in ("display", "result")]
        for shown, cell in ((ours, one), (theirs, other))
    ]
    pairs = zip(things[0], things[1], strict=False)
    found = next((found for a, b in pairs if (found := _of_things(*a, *b))), None)
    if found or len(things[0]) == len(things[1]):
        return found
    extra = things[len(things[1]) > len(things[0])][min(map(len, things))][0]
    words = _cut(_settled(extra.text)) or (extra.mime[0] if extra.mime else "an output")
    return (
        Difference("missing", words, "nothing")
        if len(things[0]) > len(things[1])
        else Difference("new", "nothing", words)
    )


def _is_stdout(output: Output) -> bool:
    return output.kind == "stream" and output.name == "stdout"


Size: TypeAlias = tuple[int, int] | None


def _of_things(one: Output, size: Size, other: Output, other_size: Size) -> Difference | None:
    images = [any(form.startswith("image/") for form in out.mime) for out in (one, other)]
    if images[0] != images[1]:
        return Difference("image", *("an image" if image else "no image" for image in images))
    if size and other_size and any(abs(a - b) > SIZE * max(a, b) for a, b in zip(size, other_size, strict=True)):
        return Difference("image", f"{size[0]}×{size[1]} pixels", f"{other_size[0]}×{other_size[1]} pixels")
    is_table = bool(one.html) and bool(other.html)
    opaque = _OPAQUE.match(one.text) or not one.text
    if opaque and is_table:
        texts = [html.unescape(_TAG.sub(" ", out.html)) for out in (one, other)]
    else:
        texts = [one.text, other.text]
    return _of_texts(_settled(texts[0]), _settled(texts[1]), "table" if is_table else "text")


def _settled(text: str) -> str:
    """Text as a person sees it at the end, without what means nothing."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    lines = [line.rpartition("\r")[2] if "\r" in line.rstrip("\r") else line.rstrip("\r") for line in text.split("\n")]
    lines = [_DURATION.sub("<time>", line) if _TIMED.match(line) else line for line in lines if not _is_noise(line)]
    text = "\n".join(lines)
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text


def _is_noise(line: str) -> bool:
    return bool(_BAR.match(line) or _MEASURED.match(line))


def _of_texts(one: str, other: str, what: Literal["text", "table"]) -> Difference | None:
    if one == other:
        return None
    ours, theirs = list(_TOKEN.finditer(one)), list(_TOKEN.finditer(other))
    for a, b in zip(ours, theirs, strict=False):
        if a[0] != b[0] and not _near(a[0], b[0]):
            numbers = _NUMBER.match(a[0]) and _NUMBER.match(b[0])
            kind: What = what if what == "table" or not numbers else "number"
            return Difference(kind, _line(one, a), _line(other, b))
    if len(ours) == len(theirs):
        return None
    longer, text = (ours, one) if len(ours) > len(theirs) else (theirs, other)
    words = _line(text, longer[min(len(ours), len(theirs))])
    return Difference(what, words, "nothing") if longer is ours else Difference(what, "nothing", words)


def _near(one: str, other: str) -> bool:
    """Are these the same number, but for the noise of floating point?"""
    if not (_NUMBER.match(one) and _NUMBER.match(other)):
        return False
    a, b = (float(text.replace(",", "").replace("_", "")) for text in (one, other))
    if not any(mark in one + other for mark in ".eE"):
        return a == b
    if math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return True
    decimals = [text.partition(".")[2] for text in (one, other)]
    if any(mark in one + other for mark in "eE") or len(decimals[0]) != len(decimals[1]):
        return False
    enough = all(len(text.replace(".", "").lstrip("-+0")) >= DIGITS for text in (one, other))
    return enough and abs(a - b) < 1.5 * 10 ** -len(decimals[0])


def _line(text: str, token: re.Match[str]) -> str:
    """The line of a token, cut around it."""
    start = text.rfind("\n", 0, token.start()) + 1
    end = text.find("\n", token.end())
    line = text[start : end if end >= 0 else len(text)]
    at = token.start() - start
    if at > _SHOWN // 2 and len(line) > _SHOWN:
        line = "…" + line[at - _SHOWN // 3 :]
    return _cut(line)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _sizes(cell: Cell) -> list[Size]:
    """Width and height of the PNG image in each output, in the order of `outputs`."""
    try:
        items: Any = msgspec.json.decode(cell.outputs)
    except (msgspec.DecodeError, UnicodeDecodeError):
        items = []
    sizes = [_png(item) for item in items] if isinstance(items, list) else []
    return sizes if len(sizes) == len(outputs(cell)) else [None] * len(outputs(cell))


def _png(item: Any) -> Size:
    data = item.get("data", item) if isinstance(item, dict) else {}
    text = (data.get("image/png") or data.get("png")) if isinstance(data, dict) else None
    text = "".join(map(str, text)) if isinstance(text, list) else text
    if not isinstance(text, str):
        return None
    try:
        head = base64.b64decode(text.replace("\n", "")[:64])
    except (binascii.Error, ValueError):
        return None
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height
