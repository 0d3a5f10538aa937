"""Tables of places enter here and are checked. A name is text: the town in Piedmont that is called None keeps it."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from nearest_town.search import Index
from nearest_town.sphere import Floats

LONGITUDES = ("lng", "lon", "longitude")


class PlacesError(ValueError):
    """A table that cannot be used; the text names file, row and column."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places in the order of their table. `ids` are rows or codes and unique; names need not be."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    degrees: Floats
    """Shape (n, 2): latitude, longitude."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Region:
    """Where points are expected: south, west, north, east in degrees. West may be greater than east: across the date line."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def parse(cls, text: str) -> Region:
        """A region from `18,170,72,-65`.

        Raises:
            PlacesError: There are not four numbers, or the south is not below the north.
        """
        try:
            south, west, north, east = (float(part) for part in text.split(","))
        except ValueError:
            raise PlacesError(f"a region is four numbers, south,west,north,east; not {text!r}") from None
        if not -90 <= south < north <= 90 or not all(-180 <= side <= 180 for side in (west, east)):
            raise PlacesError(f"no region of the globe: {text}")
        return cls(south, west, north, east)

    def holds(self, degrees: Floats) -> NDArray[np.bool_]:
        """Which of the points lie inside, shape (n,)."""
        lat, lng = degrees.T
        east_of, west_of = lng >= self.west, lng <= self.east
        between = east_of & west_of if self.west <= self.east else east_of | west_of
        inside: NDArray[np.bool_] = (lat >= self.south) & (lat <= self.north) & between
        return inside


@dataclass(frozen=True, slots=True)
class Anchor:
    """A town that every full list has."""

    name: str
    lat: float
    lng: float


ANCHORS = (
    Anchor("Berlin", 52.52, 13.40), Anchor("Buenos Aires", -34.61, -58.38), Anchor("Cairo", 30.04, 31.24),
    Anchor("Chicago", 41.88, -87.63), Anchor("Detroit", 42.33, -83.05), Anchor("Jakarta", -6.21, 106.85),
    Anchor("Lagos", 6.52, 3.38), Anchor("London", 51.51, -0.13), Anchor("Los Angeles", 34.05, -118.24),
    Anchor("Mexico City", 19.43, -99.13), Anchor("Minneapolis", 44.98, -93.27), Anchor("Moscow", 55.76, 37.62),
    Anchor("Mumbai", 19.08, 72.88), Anchor("Nairobi", -1.29, 36.82), Anchor("New York City", 40.71, -74.01),
    Anchor("Sydney", -33.87, 151.21), Anchor("São Paulo", -23.55, -46.63), Anchor("Tokyo", 35.68, 139.69),
)  # fmt: skip
ANCHOR_KM = 15.0


def missing_anchors(places: Places, anchors: Sequence[Anchor] = ANCHORS) -> list[tuple[str, float]]:
    """Well-known towns that have no place of the list within 15 km, and how far the nearest is: holes in the list."""
    near = Index(places.degrees).nearest([(anchor.lat, anchor.lng) for anchor in anchors])
    return [(anchor.name, round(float(km), 1)) for anchor, km in zip(anchors, near.km, strict=True) if km > ANCHOR_KM]


def read_places(path: Path, id_column: str | None = None) -> Places:
    """Read a CSV (or .csv.gz) with the columns `name`, `lat`, and `lng` or `lon`.

    Without `id_column` the ids are the rows, counted from 0.

    Raises:
        PlacesError: The file cannot be read, lacks a column, has no rows, repeats an id, or a row is not on the globe.
    """
    try:
        with _open(path) as file:
            return _parse(csv.DictReader(file), path.name, id_column)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise PlacesError(f"cannot read {path.name}: {error}") from error


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _parse(reader: csv.DictReader[str], file: str, id_column: str | None) -> Places:
    columns = reader.fieldnames or ()
    longitude = next((name for name in LONGITUDES if name in columns), "lng")
    for column in ("name", "lat", longitude, *([id_column] if id_column else [])):
        if column not in columns:
            raise PlacesError(f"{file} has no column {column!r}; it has {', '.join(columns) or 'none'}")
    ids, names, degrees = [], [], []
    for number, row in enumerate(reader):
        ids.append(row[id_column] if id_column else str(number))
        names.append(_name(row["name"], f"{file}, row {number}"))
        degrees.append(tuple(_coordinates(row, longitude, f"{file}, row {number}")))
    if not ids:
        raise PlacesError(f"{file} has no rows")
    if len(set(ids)) < len(ids):
        raise PlacesError(
            f"{file}: {next(id_ for id_ in ids if ids.count(id_) > 1)!r} stands there twice as {id_column}"
        )
    return Places(tuple(ids), tuple(names), np.array(degrees, dtype=np.float64))


def _name(text: str | None, where: str) -> str:
    if text is None or not text.strip():
        raise PlacesError(f"{where}: the name is empty")
    return text


def _coordinates(row: dict[str, str], longitude: str, where: str) -> Iterator[float]:
    for column, bound in (("lat", 90.0), (longitude, 180.0)):
        try:
            value = float(row[column])
        except (TypeError, ValueError):
            raise PlacesError(f"{where}: {column} is {row[column]!r}, no number") from None
        if not math.isfinite(value) or abs(value) > bound:
            raise PlacesError(f"{where}: {column} is {row[column]}, beyond {bound:.0f} degrees")
        yield value
