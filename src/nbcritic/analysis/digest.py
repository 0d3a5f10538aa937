"""The small part of a page that rules over several notebooks need: it is kept for a whole scan and can be cached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A function of a notebook, by the shape of its code (names and literals left out)."""

    name: str
    shape: str
    cell: int
    line: int
    lines: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What cross-notebook rules know about one notebook."""

    path: str
    blocks: tuple[Block, ...] = ()
