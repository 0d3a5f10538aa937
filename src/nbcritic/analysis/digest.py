"""The small part of a page that rules over several notebooks need: it is kept for a whole scan and can be cached.

A scan first reads every notebook for its digest, then judges them one by one as ever: reports stream, and what is said of a
notebook because of another stands in its own report, where the author's suppressions reach it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

BANDS, ROWS = 24, 3
ALIKE = 13
"""Two notebooks with so many bands in common have about four of five of their statements in common."""
FEWEST = 30
"""Different statements that a notebook must have for its likeness to another to say something."""


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
    bands: tuple[int, ...] = ()
    """See `bands_of`."""

    @property
    def keys(self) -> set[int]:
        """All that other notebooks need of it."""
        return {*(block.key for block in self.blocks), *self.bands}


def bands_of(statements: Collection[int]) -> tuple[int, ...]:
    """A few numbers for the set of a notebook's statements, each given by a hash: of notebooks that are alike many agree.

    Each is made of the statements that lie nearest to `ROWS` fixed points; two sets of which the share J is in both agree in
    one with probability J to the power of `ROWS` (A. Broder's min-hash, in bands). Few statements have none.
    """
    if len(statements) < FEWEST:
        return ()
    numbers = sorted(statements)
    nearest = [_nearest(numbers, point) for point in _points()]
    return tuple(_hash(f"band {n}", *nearest[n * ROWS : (n + 1) * ROWS]) for n in range(BANDS))


def _nearest(numbers: Sequence[int], point: int) -> int:
    """The number with the least `number ^ point`, the numbers in order: found bit by bit, without a look at each."""
    low, high, first, bit = 0, len(numbers), 0, 63
    while high - low > 1:
        # Between `low` and `high` stand the numbers from `first` on that agree with it in all higher bits.
        middle = bisect_left(numbers, first | 1 << bit, low, high)
        upper = middle < high if point >> bit & 1 else middle == low
        if upper:
            low, first = middle, first | 1 << bit
        else:
            high = middle
        bit -= 1
    return numbers[low]


@cache
def _points() -> tuple[int, ...]:
    return tuple(_hash("point", n) for n in range(BANDS * ROWS))


def _hash(*parts: object) -> int:
    return int.from_bytes(blake2b(" ".join(map(str, parts)).encode(), digest_size=8).digest())


@dataclass(frozen=True)
class Library:
    """The digests of a scan, by block and by band."""

    holders: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """For a key that several notebooks have, their paths."""

    def alike(self, digest: Digest) -> list[str]:
        """The other notebooks that hold nearly the same statements, names and literals aside."""
        common = Counter(path for band in digest.bands for path in self.holders.get(band, ()) if path != digest.path)
        return [path for path, bands in common.items() if bands >= ALIKE]

    @classmethod
    def of(cls, digests: Iterable[Digest]) -> Library:
        """The library of these notebooks; it remembers only what several share."""
        found: dict[int, dict[str, None]] = {}
        for digest in digests:
            for key in digest.keys:
                found.setdefault(key, {})[digest.path] = None
        return cls({key: tuple(paths) for key, paths in found.items() if len(paths) > 1})


ALONE = Library()
"""What is known of other notebooks where only one is judged."""
