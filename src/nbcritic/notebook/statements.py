r"""Where logical lines of a cell start and end, and which of them IPython takes for its own.

IPython looks for its syntax among the tokens of the cell as Python: a `%` inside a string or an open bracket is none. Here one
regular expression steps from one token that matters to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["python", "escape", "assign", "help"]

_TRIPLE = (
    r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:'''|\\?\Z)|" + r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:"""|\\?\Z)'
)
_SINGLE = r"'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+(?:'|(?=\n)|\\?\Z)|" + r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?:"|(?=\n)|\\?\Z)'
_TOKEN = re.compile(
    rf"(?P<string>{_TRIPLE}|{_SINGLE})"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])"
    r"|(?P<end>\n)"
    r"|\\\n"
    r"|(?://|\*\*|>>|<<|[=!<>:+\-*/%&|^@])="
    r"|(?P<assign>=)(?:(?:[ \t\f]|\\\n)*(?P<escape>%(?=[ \t\f]*[^\W\d])|!(?!=)))?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"(?:[ \t\f]|\\\n)*(?P<mark>%(?!=)|!(?!=)|\?|,|;|/(?![/=]))")
_HELP = re.compile(r"(?P<target>%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?[0-9]+\])*)(?P<mark>\?\??)$")
_INDENT = re.compile(r"(?:[ \t\f]|\\\n)*")
_LONGEST_TARGET = 300


@dataclass(frozen=True, slots=True)
class Statement:
    """One logical line: `text[start:end]`, without its line break.

    `at` is where IPython's own part starts (the `%` of `x = %who`), `mark` the sign itself, `body` what follows it with its
    continuation lines, or the target of a help request. All are offsets into the text or pieces of it.
    """

    start: int
    end: int
    form: Form
    at: int = 0
    mark: str = ""
    body: str = ""


def statements(text: str, start: int = 0) -> Iterator[Statement]:
    """The logical lines of `text` from offset `start` on, blank ones included."""
    length = len(text)
    while start < length:
        statement = _statement(text, start)
        yield statement
        start = statement.end + 1


def _statement(text: str, start: int) -> Statement:
    escape = _ESCAPE.match(text, start)
    if escape:
        return _escaped(text, start, escape.start("mark"))
    end, assign, asks = _walk(text, start, len(text))
    if asks and (request := _help(text, start, end)):
        return request
    if assign >= 0:
        end = _continued(text, assign)
        return Statement(start, end, "assign", assign, text[assign], text[assign + 1 : end])
    return Statement(start, end, "python")


def _escaped(text: str, start: int, at: int) -> Statement:
    """A line that starts with an escape character; asking for help (`%who?`) goes before running it."""
    end = _continued(text, at)
    if text.endswith("?", at, end) and _walk(text, start, end)[2] and (request := _help(text, start, end)):
        return request
    mark = text[at : at + 2] if text[at : at + 2] in ("!!", "??") else text[at]
    body = text[at + len(mark) : end]
    if mark == "/" and not body.split(" ", 1)[0]:
        end = _walk(text, start, len(text))[0]
        return Statement(start, end, "python")
    return Statement(start, end, "escape", at, mark, body)


def _walk(text: str, start: int, stop: int) -> tuple[int, int, bool]:
    """Where the logical line ends, where a magic is assigned in it (-1: nowhere), and whether it ends in a question mark."""
    depth, assign, assigned = 0, -1, False
    last = start
    for token in _TOKEN.finditer(text, start, stop):
        kind = token.lastgroup
        if kind == "end":
            if depth == 0:
                return token.start(), assign, _asks(text, last, token.start())
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif depth == 0 and not assigned and token["assign"]:
            assigned, assign = True, token.start("escape")
        last = token.end()
    return stop, assign, depth == 0 and _asks(text, last, stop)


def _asks(text: str, start: int, end: int) -> bool:
    """Is the last sign between the last token and the end a question mark?"""
    return text.find("?", start, end) >= 0 and text[start:end].rstrip(" \t\f").endswith("?")


def _help(text: str, start: int, end: int) -> Statement | None:
    found = _HELP.search(text, max(start, end - _LONGEST_TARGET), end)
    if found is None:
        return None
    indent = _INDENT.match(text, start)
    return Statement(start, end, "help", indent.end() if indent else start, found["mark"], found["target"])


def _continued(text: str, at: int) -> int:
    """The end of the physical line at `at`, or of the last that a backslash joins to it."""
    end = text.find("\n", at)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end
