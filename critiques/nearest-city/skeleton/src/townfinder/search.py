"""The nearest of many towns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KM_PER_DEGREE = 111.2


def read_places(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    """Names, and latitude and longitude as an array of shape (n, 2). ValueError: a row is not on the globe."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = np.array([(float(row["lat"]), float(row["lng"])) for row in rows])
    if not len(places) or not (np.abs(places) <= (90, 180)).all():
        raise ValueError(f"{path}: a latitude or longitude is not on the globe")
    return [row["name"] for row in rows], np.asfortranarray(places)


def nearest(towns: NDArray[np.float64], point: NDArray[np.float64]) -> tuple[int, float]:
    """Row of the nearest town and its distance in kilometres."""
    difference = towns - point
    square = difference[:, 0] ** 2 + difference[:, 1] ** 2
    row = int(square.argmin())
    return row, float(np.sqrt(square[row]) * KM_PER_DEGREE)


def has_neighbour(towns: NDArray[np.float64], own: int, limit: float) -> bool:
    """Is there another town within so many kilometres? Only those of about the same latitude are asked."""
    alike = np.abs(towns[:, 0] - towns[own, 0]) * KM_PER_DEGREE <= limit * 1.01
    alike[own] = False
    return bool((great_circle(towns[alike], towns[own]) <= limit).any())


def great_circle(towns: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kilometres from the point to every town."""
    lat, lng = np.radians(towns).T
    here, across = np.radians(point)
    a = np.sin((lat - here) / 2) ** 2 + np.cos(lat) * np.cos(here) * np.sin((lng - across) / 2) ** 2
    kilometres: NDArray[np.float64] = 2 * 6371 * np.arcsin(np.sqrt(np.minimum(a, 1)))
    return kilometres
