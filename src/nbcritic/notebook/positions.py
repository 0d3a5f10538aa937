"""Where a notebook's source lines stand in its file: editors and code hosts show the raw file, not the cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from nbcritic.model import Notebook
from nbcritic.notebook import percent
from nbcritic.notebook.encoding import repair, utf8

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ITEMS = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)
_SPACE = re.compile(rb"[ \t\r\n]*")
_KEY = re.compile(rb'[ \t\r\n,]*("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_PIECE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]|[^"\[\]{},]+', re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


def file_lines(notebook: Notebook) -> tuple[tuple[int, ...], ...]:
    """For each cell, the line of the file (from 1) at which each of its source lines stands; an empty source has one line.

    Lines end at line feeds alone. Where the file does not tell, a line is 1. Never raises.
    """
    counts = [cell.source.count("\n") + 1 for cell in notebook.cells]
    try:
        found = _script(notebook) if notebook.script else _json(notebook.raw)
    except (ValueError, IndexError, RecursionError):  # ValueError is what every decoder raises
        found = []
    if len(found) != len(counts):
        found = [[] for _ in counts]
    return tuple(
        tuple(lines) if len(lines) == count else (1,) * count for lines, count in zip(found, counts, strict=True)
    )


def _script(notebook: Notebook) -> list[list[int]]:
    starts = percent.starts(utf8(notebook.raw).decode("utf-8", "replace"))
    return [
        list(range(start, start + cell.source.count("\n") + 1))
        for start, cell in zip(starts, notebook.cells, strict=True)
    ]


def _json(raw: bytes) -> list[list[int]]:
    text = utf8(raw)
    try:
        return _File(text).cells()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _File(repair(text)).cells()


class _File:
    """A walk over the file from front to back; values are skipped by their length, never searched for."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.view = memoryview(text)
        self.line = 1
        self.counted = 0

    def cells(self) -> list[list[int]]:
        """The lines of each cell, worksheet by worksheet where there are worksheets."""
        top = self.members(_space(self.text, 0), len(self.text))
        if "cells" in top:
            return self.cell_list(*top["cells"])
        return [
            lines
            for start, end in self.items(*top["worksheets"])
            if self.text[start] == ord("{") and (cells := self.members(start, end).get("cells"))
            for lines in self.cell_list(*cells)
        ]

    def cell_list(self, start: int, end: int) -> list[list[int]]:
        return [self.cell(*item) for item in self.items(start, end)]

    def cell(self, start: int, end: int) -> list[int]:
        if self.text[start] != ord("{"):
            return [self.at(start)]
        fields = self.members(start, end)
        for name in ("source", "input"):
            if name in fields and (lines := self.source(*fields[name])):
                return lines
        return [self.at(start)]
