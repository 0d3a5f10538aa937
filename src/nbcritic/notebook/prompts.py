r"""What IPython does to a cell before it looks for magics: common indentation and pasted prompts (`>>>`, `In [1]:`) go."""

from __future__ import annotations

import re
from textwrap import dedent

_PASTED = re.compile(r"\s*>>>")
_CLASSIC = re.compile(r"\s*(?:>>>|\.\.\.)[ \t]?")
_IPYTHON = re.compile(r"(?:(?:\[nav\]|\[ins\])? )?In \[\d+\]: |\s*\.{3,}: ?")
_TRIPLE = re.compile(r"(?<!\\)(\"\"\"|''')")
_PREFIX = re.compile(r"[rubf]*", re.IGNORECASE)


def cleaned(lines: list[str]) -> list[str]:
    """The lines without indentation and prompts, each at its place; `lines` start with one that is not blank."""
    lines = _dedented(lines)
    if any(_PASTED.match(line) for line in lines):
        lines = _without_classic(lines)
    if any(_IPYTHON.match(line) for line in lines[:2]):
        lines = [_IPYTHON.sub("", line, count=1) if _IPYTHON.match(line) else line for line in lines]
    return lines


def _dedented(lines: list[str]) -> list[str]:
    if not any(line[:1] in (" ", "\t") for line in lines[:1]):
        return lines
    result = dedent("\n".join(lines)).split("\n")
    return lines if result[0] == lines[0] else result


def _without_classic(lines: list[str]) -> list[str]:
    kept = _in_strings(lines)
    if not any(_PASTED.match(line) and not keep for line, keep in zip(lines, kept, strict=True)):
        return lines
    result: list[str] = []
    block: list[str] = []
    for line, keep in zip(lines, kept, strict=True):
        if keep:
            result += _dedented_block(block)
            block = []
            result.append(line)
        else:
            block.append(_CLASSIC.sub("", line, count=1) if _CLASSIC.match(line) else line)
    return result + _dedented_block(block)


def _dedented_block(lines: list[str]) -> list[str]:
    return dedent("\n".join(lines)).split("\n") if lines else []


def _in_strings(lines: list[str]) -> list[bool]:
    """Which lines stand inside a triple-quoted string that was written as such, so that prompts in it are text."""
    mask: list[bool] = []
    quote, keep, pasted = "", False, False
    for line in lines:
        mask.append(bool(quote) and keep)
        for found in _TRIPLE.finditer(line):
            if not quote:
                quote = found[1]
                before = line[: found.start()]
                code = _CLASSIC.sub("", before, count=1) if _CLASSIC.match(before) else before
                keep = (code == before or not pasted) and _PREFIX.fullmatch(code.strip()) is not None
                mask[-1] = keep
            elif quote == found[1]:
                quote, keep = "", False
        pasted = pasted or _PASTED.match(line) is not None
    return mask
