"""Where a notebook's source lines stand in its file: editors and code hosts show the raw file, not the cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container
from itertools import accumulate

import msgspec
from msgspec import Raw

from nbcritic.model import Notebook
from nbcritic.notebook import percent
from nbcritic.notebook.encoding import repair, utf8
from nbcritic.notebook.places import KEY, Place, after_gap, members

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ITEMS = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder()
_LINE_END = re.compile(r"\r\n|\r|\n")


def file_lines(notebook: Notebook, only: Container[int] | None = None) -> tuple[tuple[int, ...], ...]:
    """For each cell, the line of the file (from 1) at which each of its source lines stands; an empty source has one line.

    Lines end at line feeds alone. Where the file does not tell, and in cells whose number is not among `only`, a line is 1. Never
    raises.
    """
    counts = [cell.source.count("\n") + 1 for cell in notebook.cells]
    try:
        found = _script(notebook, counts) if notebook.script else _json(notebook.raw, only)
    except (ValueError, LookupError, RecursionError):  # every decoder's errors are ValueErrors
        found = []
    if len(found) != len(counts):
        found = [[] for _ in counts]
    return tuple(
        tuple(lines) if len(lines) == count else (1,) * count for lines, count in zip(found, counts, strict=True)
    )


def _script(notebook: Notebook, counts: list[int]) -> list[list[int]]:
    starts = percent.starts(utf8(notebook.raw).decode("utf-8", "replace"))
    return [list(range(start, start + count)) for start, count in zip(starts, counts, strict=True)]


def _json(raw: bytes, only: Container[int] | None) -> list[list[int]]:
    text = utf8(raw)
    try:
        return _Walk(text, only).notebook()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Walk(repair(text), only).notebook()


class _Walk:
    """A walk over the file from front to back. A value is stepped over by its length, nothing is searched for."""

    def __init__(self, text: bytes, only: Container[int] | None) -> None:
        self.text = text
        self.only = only
        self.number = 0
        """How many cells were passed."""
        self.view = memoryview(text)
        self.counted = 0
        self.line = 1

    def notebook(self) -> list[list[int]]:
        """The lines of each cell, in the order in which `read` numbers them."""
        top = self.members((after_gap(self.text, 0), len(self.text)))
        if "cells" in top and self.starts_with(top["cells"], b"["):
            return self.cells(top["cells"])
        sheets = [self.members(sheet) for sheet in self.items(top["worksheets"]) if self.starts_with(sheet, b"{")]
        return [lines for sheet in sheets if "cells" in sheet for lines in self.cells(sheet["cells"])]

    def cells(self, place: Place) -> list[list[int]]:
        """The lines of each cell of a list of cells."""
        return [self.cell(item) for item in self.items(place)] if self.starts_with(place, b"[") else []

    def cell(self, place: Place) -> list[int]:
        """The lines of one cell's source; none where nobody wants them."""
        self.number += 1
        if self.only is not None and self.number not in self.only:
            return []
        fields = self.members(place) if self.starts_with(place, b"{") else {}
        for name in ("source", "input"):
            if name in fields and (lines := self.source(fields[name])):
                return lines
        return [self.line_at(fields.get("source", place)[0])]

    def source(self, place: Place) -> list[int]:
        """The line of each source line; none for an empty source."""
        if self.starts_with(place, b'"'):
            text = _ANY.decode(self.view[slice(*place)])
            return [self.line_at(place[0])] * (len(_LINE_END.findall(text)) + 1) if text else []
        if not self.starts_with(place, b"["):
            return []
        parts = _ANY.decode(self.view[slice(*place)])
        if _one_a_line(self.text[slice(*place)], len(parts)):
            first = self.line_at(place[0]) + 1
            lines = list(range(first, first + len(parts)))
        else:
            lines = [self.line_at(start) for start, _ in self.items(place)]
        texts = [part if isinstance(part, str) else "" for part in parts]
        return _lines_of_parts(texts, lines) if any(texts) else []

    def starts_with(self, place: Place, mark: bytes) -> bool:
        """Does the value there start with this byte?"""
        return self.text.startswith(mark, place[0])

    def line_at(self, offset: int) -> int:
        """The line (from 1) at an offset; cheap when asked from front to back."""
        if offset >= self.counted:
            self.line += self.text.count(b"\n", self.counted, offset)
        else:
            self.line -= self.text.count(b"\n", offset, self.counted)
        self.counted = offset
        return self.line

    def items(self, place: Place) -> list[Place]:
        """The places of a list's items."""
        places, at = [], place[0] + 1
        for raw in _ITEMS.decode(self.view[slice(*place)]):
            at = after_gap(self.text, at)
            places.append((at, at + len(raw)))
            at += len(raw)
        return places

    def members(self, place: Place) -> dict[str, Place]:
        """The places of an object's values, by name; of a name that comes twice, the last."""
        places: dict[str, Place] = {}
        at = place[0] + 1
        for name, raw in _FIELDS.decode(self.view[slice(*place)]).items():
            key = KEY.match(self.text, at)
            if (
                key is None
                or _ANY.decode(key[1]) != name
                or not self.text.startswith(bytes(memoryview(raw)[:64]), key.end())
            ):
                # a name that came twice: lengths no longer lead from value to value
                return members(self.text, place[0])
            at = key.end() + len(raw)
            places[name] = (key.end(), at)
        return places


def _one_a_line(text: bytes, count: int) -> bool:
    """Does a list of `count` strings stand as most writers put it, each string on a line of its own?"""
    lines = text.split(b"\n")
    # a string never holds a line break of the file, so as many lines as strings that start with a quote are one string each
    return (
        len(lines) == count + 2
        and lines[0].strip() == b"["
        and all(line.lstrip().startswith(b'"') for line in lines[1:-1])
    )


def _lines_of_parts(parts: list[str], lines: list[int]) -> list[int]:
    """The line of each line of the joined parts: that of the part in which it starts."""
    whole = "".join(parts)
    if "\r" not in whole and whole.count("\n") == len(parts) - 1 and all(part.endswith("\n") for part in parts[:-1]):
        return lines
    starts = [0, *(found.end() for found in _LINE_END.finditer(whole))]
    ends = list(accumulate(len(part) for part in parts))
    return [lines[min(bisect_right(ends, start), len(lines) - 1)] for start in starts]
