"""Which cells does somebody mean? `14`, `cells 14-16`, `In[31]`, a cell's id, a quoted fragment, `whole`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbcritic.kit.remark import Place
from nbcritic.model import Notebook

WHOLE = 0
NEAR = 0.5
_WHOLE = re.compile(r"\b(?:whole|notebook|everywhere|entire|all|general|overall|throughout)\b", re.IGNORECASE)
_COUNT = re.compile(r"(?:\bIn\s*|^\s*|\bcell\s*)\[\s*(\d+)\s*\]", re.IGNORECASE)
_NUMBERS = re.compile(r"\b(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?\b")
_QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|'([^']+)'")
_LONGEST_RANGE = 12
_SHORTEST_QUOTE = 4


class Places:
    """Finds cells of one notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self._cells = notebook.cells
        self._by_id = {cell.id: cell.number for cell in notebook.cells if cell.id}
        self._by_count = {cell.execution_count: cell.number for cell in notebook.cells if cell.execution_count}
        self._plain = [(cell.number, _plain(cell.source)) for cell in notebook.cells]

    def meant(self, where: str) -> frozenset[int]:
        """Numbers of the cells that a text names, with `WHOLE` for the notebook; empty where it names none."""
        if where.strip() in self._by_id:
            return frozenset({self._by_id[where.strip()]})
        found: set[int] = set()
        for quote in ("".join(groups) for groups in _QUOTED.findall(where)):
            found |= {self._by_id[quote]} if quote in self._by_id else self.quoted(quote)
        rest = _QUOTED.sub(" ", where)
        found |= {self._by_count[int(n)] for n in _COUNT.findall(rest) if int(n) in self._by_count}
        for first, last in _NUMBERS.findall(_COUNT.sub(" ", rest)):
            found |= set(range(int(first), min(int(last or first), int(first) + _LONGEST_RANGE) + 1))
        numbers = {number for number in found if 0 < number <= len(self._cells)}
        if not numbers and _WHOLE.search(rest):
            return frozenset({WHOLE})
        return frozenset(numbers or (self.quoted(where) if len(where.strip()) >= _SHORTEST_QUOTE else ()))

    def quoted(self, fragment: str) -> set[int]:
        """The cells whose source holds the fragment; white space does not matter."""
        plain = _plain(fragment)
        return {number for number, source in self._plain if len(plain) >= _SHORTEST_QUOTE and plain in source}

    def number(self, place: Place) -> int | None:
        """The number of a key's place, `WHOLE` for the notebook; None where there is no such cell."""
        return self._by_id.get(place.cell) if place.cell else WHOLE

    def overlap(self, where: str, places: Sequence[Place]) -> float:
        """1 where the text names one of the places, half for a neighbour or for `whole` in place of a cell, else 0.

        Who names many cells names none of them well: the share falls with their number.
        """
        meant = self.meant(where)
        wanted = {number for place in places if (number := self.number(place)) is not None}
        if not meant or not wanted:
            return 0.0
        if meant & wanted:
            return 1.0 if len(meant) <= max(3, len(wanted)) else max(3, len(wanted)) / len(meant)
        near = any(abs(one - other) == 1 for one in meant - {WHOLE} for other in wanted - {WHOLE})
        return NEAR if near or WHOLE in meant | wanted else 0.0


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)
