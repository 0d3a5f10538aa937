"""Text from a notebook, made fit for a terminal: harmless, measured, wrapped, cut and coloured.

A notebook may hold escape sequences, text that runs backwards and characters two columns wide. Nothing here trusts it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

JOINERS = "\u200c\u200d"
"""Invisible, and needed to spell Persian, Hindi and many emoji; they cannot reorder or hide a line."""

SPACES = "\u3000"
"""The space of Chinese and Japanese text."""

ASCII = str.maketrans(
    {
        "─": "-",
        "│": "|",
        "·": "-",
        "…": "~",
        "→": ">",
        "←": "<",
        "✖": "X",
        "▲": "!",
        "●": "*",
        "○": "o",
        "✔": "+",
        "•": "*",
        "’": "'",
    }
)
"""What to print instead of our own signs where the terminal's encoding has none."""

_CODES = MappingProxyType(
    {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36"}
)
_TAB = 4


@dataclass(frozen=True, slots=True)
class Style:
    """Paints text with ANSI codes, or leaves it alone."""

    color: bool = False

    def __call__(self, text: str, *names: str) -> str:
        """The text in these colours and weights."""
        if not self.color or not text or not names:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def quoted(self, text: str) -> str:
        """The text with what stands in backticks painted as code."""
        return re.sub(r"`[^`\n]+`", lambda found: self(found[0], "cyan"), text) if self.color else text


def visible(text: str) -> str:
    """The text on one line, with every character that could steer a terminal or reorder the line spelt out as an escape."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char in JOINERS or char in SPACES:
        return char
    return char.encode("unicode_escape").decode()


def width(text: str) -> int:
    """The columns that `visible` text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if char < "\u0300":
        return 1
    if char in JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, limit: int) -> str:
    """`visible` text, cut to `limit` columns."""
    if width(text) <= limit:
        return text
    kept = ""
    for char in text:
        if width(kept) + _char_width(char) > limit - 1:
            break
        kept += char
    return kept + "…"


def wrap(text: str, limit: int) -> list[str]:
    """Visible lines of at most `limit` columns; a word that is longer is broken."""
    lines = wrap_after(0, text, limit)
    return lines if lines[0] else []


def wrap_after(taken: int, text: str, limit: int) -> list[str]:
    """The same where `taken` columns of the first line are used already; that line may come out empty."""
    limit = max(limit, 10)
    lines: list[str] = []
    line, room = "", limit - taken
    for word in _words(visible(" ".join(text.split())), limit):
        size = width(word)
        if size + (1 if line else 0) > room and (line or not lines):
            if line or room < limit:
                lines.append(line)
            line, room = word, limit - size
        else:
            line, room = (f"{line} {word}", room - size - 1) if line else (word, room - size)
    return [*lines, line]


def _words(text: str, limit: int) -> list[str]:
    words: list[str] = []
    for word in text.split(" "):
        while width(word) > limit:
            end = limit if word.isascii() else _fitting(word, limit)
            words.append(word[:end])
            word = word[end:]
        words.append(word)
    return words


def _fitting(word: str, limit: int) -> int:
    taken = 0
    for index, char in enumerate(word):
        taken += _char_width(char)
        if taken > limit:
            return max(index, 1)
    return len(word)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of code as it can be shown, and the marks that go under it."""

    code: str
    marks: str


def excerpt(line: str, column: int, end_column: int, limit: int) -> Excerpt:
    """A line of code in at most `limit` columns, cut around the span that is marked.

    Columns count code points from 1 and the end is exclusive; column 0 means the whole line, an end before the start the rest
    of the line.
    """
    line = line.rstrip()
    blank = len(line) - len(line.lstrip())
    start = min(column - 1 if column > 0 else blank, len(line))
    end = min(end_column - 1, len(line)) if column > 0 and end_column > column else len(line)
    # Of a line with a million characters only the neighbourhood of the span can be seen.
    first, last = max(0, start - limit), min(len(line), start + limit + 1)
    pieces = [" " * _TAB if char == "\t" else _visible(char) for char in line[first:last]]
    sizes = [width(piece) for piece in pieces]
    low, high = _window(sizes, start - first, limit, first > 0, last < len(line))
    before, after = "…" if low + first > 0 else "", "…" if high + first < len(line) else ""
    lead = len(before) + sum(sizes[low : start - first])
    marked = sum(sizes[start - first : max(min(end - first, high), start - first)])
    return Excerpt(before + "".join(pieces[low:high]) + after, " " * lead + "^" * max(marked, 1))


def _window(sizes: list[int], start: int, limit: int, more_before: bool, more_after: bool) -> tuple[int, int]:
    """The part [low, high) of the characters to show so that `start` is seen with something before it."""
    if sum(sizes) <= limit and not more_before and not more_after:
        return 0, len(sizes)
    room = limit - 2  # an ellipsis at either end
    low, used = start, 0
    while low > 0 and used + sizes[low - 1] <= room // 3:
        low -= 1
        used += sizes[low]
    high = start
    while high < len(sizes) and used + sizes[high] <= room:
        used += sizes[high]
        high += 1
    while low > 0 and used + sizes[low - 1] <= room:
        low -= 1
        used += sizes[low]
    return low, high
