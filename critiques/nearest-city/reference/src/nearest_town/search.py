"""Which place is nearest? Three ways, one answer; the slow ones are the proof of the fast one.

Where several places are equally near (within a millimetre), the one that comes first in the table is taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from nearest_town.sphere import EARTH_RADIUS_KM, Floats, chord, haversine_km, points, unit_vectors, vector_distance_km

EQUAL_KM = 1e-6
CANDIDATES = 4
"""Of so many by the tree the nearest is chosen; where they are all equally near, every one that is gets a look."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """For every question the row of the nearest place and how far it is, both of shape (n,)."""

    row: NDArray[np.intp]
    km: Floats


def by_loop(places: ArrayLike, questions: ArrayLike) -> Nearest:
    """The oracle: two loops and the haversine as in a textbook. For tests and benchmarks, not for work.

    Raises:
        ValueError: There are no places, or a point is not on the globe.
    """
    checked, asked = _both(places, questions)
    towns = checked.tolist()
    rows, distances = [], []
    for lat, lng in asked.tolist():
        found = [_haversine(lat, lng, *town) for town in towns]
        nearest = min(found)
        row = next(row for row, km in enumerate(found) if km <= nearest + EQUAL_KM)
        rows.append(row)
        distances.append(found[row])
    return Nearest(np.array(rows, dtype=np.intp), np.array(distances, dtype=np.float64))


def _haversine(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    lat1, lng1, lat2, lng2 = map(math.radians, (lat1, lng1, lat2, lng2))
    square = math.sin((lat2 - lat1) / 2) ** 2
    square += math.cos(lat1) * math.cos(lat2) * math.sin((lng2 - lng1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(square)))


def by_blocks(places: ArrayLike, questions: ArrayLike, block: int = 64) -> Nearest:
    """Every distance at once, in blocks of questions: 64 against 45,000 places take 100 MB, all of them would take 16 GB a table.

    Raises:
        ValueError: There are no places, a point is not on the globe, or the block holds nothing.
    """
    if block < 1:
        raise ValueError(f"a block holds at least one question, not {block}")
    towns, asked = _both(places, questions)
    rows, distances = [np.empty(0, dtype=np.intp)], [np.empty(0)]
    for start in range(0, len(asked), block):
        table = haversine_km(asked[start : start + block, None, :], towns[None, :, :])
        row = np.argmax(table <= table.min(axis=1, keepdims=True) + EQUAL_KM, axis=1)
        rows.append(row)
        distances.append(table[np.arange(len(table)), row])
    return Nearest(np.concatenate(rows), np.concatenate(distances))


class Index:
    """Places that are asked again and again. Built once in n log n; a question costs log n."""

    def __init__(self, places: ArrayLike) -> None:
        towns = points(places)
        if not len(towns):
            raise ValueError("there are no places to search")
        self._vectors = unit_vectors(towns)
        self._tree = cKDTree(self._vectors)

    def __len__(self) -> int:
        return len(self._vectors)

    def nearest(self, questions: ArrayLike) -> Nearest:
        """The nearest place of every question, which may itself be one.

        Raises:
            ValueError: A point is not on the globe.
        """
        return self._search(unit_vectors(points(questions)), own=None)

    def others(self) -> Nearest:
        """For every place the nearest other one. A twin at the same spot is another one, 0 km away.

        Raises:
            ValueError: There is only one place.
        """
        if len(self) < 2:
            raise ValueError("one place alone has no other one")
        return self._search(self._vectors, own=np.arange(len(self)))

    def count_within(self, questions: ArrayLike, kilometres: float) -> NDArray[np.intp]:
        """How many places lie within so many kilometres of every question.

        Raises:
            ValueError: A point is not on the globe, or the distance is negative.
        """
        if not kilometres >= 0:
            raise ValueError(f"a distance is not negative: {kilometres}")
        asked = unit_vectors(points(questions))
        counted = self._tree.query_ball_point(asked, chord(kilometres), return_length=True)
        return np.asarray(counted, dtype=np.intp)

    def _search(self, asked: Floats, own: NDArray[np.intp] | None) -> Nearest:
        """`own` is the row that each question may not get."""
        candidates = min(CANDIDATES, len(self))
        rows = np.asarray(self._tree.query(asked, k=[*range(1, candidates + 1)])[1], dtype=np.intp)
        km = vector_distance_km(asked[:, None, :], self._vectors[rows])
        if own is not None:
            km[rows == own[:, None]] = np.inf
        nearest = km.min(axis=1)
        equal = km <= nearest[:, None] + EQUAL_KM
        row = np.where(equal, rows, len(self)).min(axis=1)
        for number in self._crowded(km, nearest):
            row[number] = self._first_of_all(asked[number], nearest[number], None if own is None else own[number])
        return Nearest(row, vector_distance_km(asked, self._vectors[row]))

    def _crowded(self, km: Floats, nearest: Floats) -> Iterator[int]:
        """Questions whose last candidate is as near as the first: there may be more of them, with an earlier row."""
        if km.shape[1] < len(self):
            last = np.where(np.isinf(km), -1.0, km).max(axis=1)
            yield from np.flatnonzero(last <= nearest + EQUAL_KM).tolist()

    def _first_of_all(self, asked: Floats, kilometres: float, own: int | None) -> int:
        rows = np.array(self._tree.query_ball_point(asked, chord(kilometres + 2 * EQUAL_KM)), dtype=np.intp)
        km = vector_distance_km(asked, self._vectors[rows])
        return int(rows[(km <= kilometres + EQUAL_KM) & (rows != (-1 if own is None else own))].min())


def _both(places: ArrayLike, questions: ArrayLike) -> tuple[Floats, Floats]:
    towns, asked = points(places), points(questions)
    if not len(towns):
        raise ValueError("there are no places to search")
    return towns, asked
