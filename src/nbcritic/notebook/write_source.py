"""Edits to the source of one cell as JSON: what is not edited keeps its very bytes, escapes and line ends included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nbcritic.model import NbcriticError, Replace
from nbcritic.notebook.edits import offsets
from nbcritic.notebook.places import items

_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_RETURNS = ("\\r", "\\u000d", "\\u000D")
"""How a carriage return is spelt."""
_ESCAPED = re.compile(rb"\\u(?!00[0-7])[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file spells what JSON lets it choose, for text that is new in it.

    `opening`, `between` and `closing` stand around the lines of a source that is a list: line breaks and spaces in most files.
    """

    ascii: bool = False
    """Characters beyond ASCII are escaped."""
    listed: bool = True
    """A source is a list of lines, not one text."""
    opening: str = ""
    between: str = ", "
    closing: str = ""

    def string(self, text: str) -> str:
        """The text as JSON, without its quotes."""
        return json.dumps(text, ensure_ascii=self.ascii)[1:-1]

    def source(self, text: str) -> str:
        """The text as the source of a cell."""
        if not self.listed:
            return f'"{self.string(text)}"'
        lines = [self.string(line) for line in re.findall(r"[^\n]*\n|[^\n]+", text)]
        return _listed(lines, self.opening, self.between, self.closing)


def escapes(text: bytes) -> bool:
    """Does a file escape what is beyond ASCII? One that holds nothing of the kind does not."""
    return text.isascii() and _ESCAPED.search(text) is not None


class JsonSource:
    """The source of a cell as its file spells it; `plain` is the text as `read` gives it.

    Raises NbcriticError where the value is neither a text nor a list of texts.
    """

    def __init__(self, value: bytes) -> None:
        self.is_list = value.startswith(b"[")
        places = items(value, 0) if self.is_list else [(0, len(value))]
        self._chars: list[str] = []
        self._units: list[str] = []
        """For each character of `plain` how the file spells it: a line break may be two characters there."""
        for start, end in places:
            self._add(value[start:end])
        self.plain = "".join(self._chars)
        self.opening = self.between = self.closing = ""
        if self.is_list and places:
            self.opening = value[1 : places[0][0]].decode()
            self.between = value[places[0][1] : places[1][0]].decode() if len(places) > 1 else ""
            self.closing = value[places[-1][1] : -1].decode()

    def _add(self, string: bytes) -> None:
        if not string.startswith(b'"'):
            raise NbcriticError("its source holds something else than text")
        try:
            body = string[1:-1].decode("utf-8")
        except UnicodeDecodeError:
            raise NbcriticError("its source is not UTF-8") from None
        for unit in _UNIT.findall(body):
            char = json.loads(f'"{unit}"') if unit[0] == "\\" else unit
            if char == "\n" and self._units and _is_return(self._units[-1]):
                self._units[-1] += unit
            else:
                self._chars.append("\n" if char == "\r" else char)
                self._units.append(unit)

    def edited(self, replacements: Iterable[Replace], spelling: Spelling) -> bytes:
        """The JSON after these replacements, which come in order and do not overlap."""
        line_end = next((unit for unit, char in zip(self._units, self._chars, strict=True) if char == "\n"), "\\n")
        units, chars, done = list[str](), list[str](), 0
        for edit in replacements:
            start, end = offsets(self.plain, edit.at)
            units += self._units[done:start]
            units += [line_end if char == "\n" else spelling.string(char) for char in edit.text]
            chars += [*self._chars[done:start], *edit.text]
            done = end
        units += self._units[done:]
        chars += self._chars[done:]
        for index, (before, after) in enumerate(pairwise(units), 1):
            if _is_return(before) and chars[index] == "\n" and not after.startswith(_RETURNS):
                units[index] = before + after  # a lone return and the break that came behind it would be read as one
        if not self.is_list:
            return f'"{"".join(units)}"'.encode()
        opening, closing = (self.opening, self.closing) if self._units else (spelling.opening, spelling.closing)
        between = self.between or ("," + opening if opening else spelling.between)
        return _listed(_lines(units, chars), opening, between, closing).encode()


def _is_return(unit: str) -> bool:
    return unit in _RETURNS


def _lines(units: Sequence[str], chars: Sequence[str]) -> list[str]:
    ends = [index + 1 for index, char in enumerate(chars) if char == "\n"]
    bounds = [0, *ends, *([len(units)] if not ends or ends[-1] < len(units) else [])]
    return ["".join(units[start:end]) for start, end in pairwise(bounds) if start < end]


def _listed(lines: Iterable[str], opening: str, between: str, closing: str) -> str:
    strings = [f'"{line}"' for line in lines]
    return f"[{opening}{between.join(strings)}{closing}]" if strings else "[]"
