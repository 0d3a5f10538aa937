"""The small part of a page that rules over several notebooks need: it is kept for a whole scan and can be cached.

A scan first reads every notebook for its digest, then judges them one by one as ever: reports stream, and what is said of a
notebook because of another stands in its own report, where the author's suppressions reach it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """Statements of a notebook that follow one another, by their shape: names and literals left out.

    `key` is the same for blocks of the same shape, in every process. `name` is that of a function, else empty.
    """

    key: int
    name: str
    cell: int
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What cross-notebook rules know about one notebook."""

    path: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Library:
    """The digests of a scan, by block."""

    holders: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """For the key of a block that stands in several notebooks, their paths."""

    @classmethod
    def of(cls, digests: Iterable[Digest]) -> Library:
        """The library of these notebooks; it remembers only what several share."""
        found: dict[int, dict[str, None]] = {}
        for digest in digests:
            for block in digest.blocks:
                found.setdefault(block.key, {})[digest.path] = None
        return cls({key: tuple(paths) for key, paths in found.items() if len(paths) > 1})


ALONE = Library()
"""What is known of other notebooks where only one is judged."""
