"""Points on the globe and the distance between them. Degrees come in; radians never leave this module."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0
"""Mean radius. The true shape moves a distance by 0.56 % at most."""

Floats: TypeAlias = NDArray[np.float64]


def points(degrees: ArrayLike) -> Floats:
    """Latitude and longitude in degrees as an array of shape (n, 2), checked.

    Raises:
        ValueError: Another shape, no finite number, or not on the globe. Longitudes from -180 to 360 are taken.
    """
    array: Floats = np.asarray(degrees, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"points have the shape (n, 2), latitude and longitude; this has {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"point {_first(~np.isfinite(array))} is not finite")
    if (wrong := np.abs(array[:, 0]) > 90).any():
        raise ValueError(f"point {_first(wrong)} has a latitude beyond 90 degrees")
    if (wrong := (array[:, 1] < -180) | (array[:, 1] > 360)).any():
        raise ValueError(f"point {_first(wrong)} has a longitude outside -180 to 360 degrees")
    return array


def _first(wrong: NDArray[np.bool_]) -> int:
    return int(np.argwhere(wrong)[0][0])


def unit_vectors(degrees: Floats) -> Floats:
    """Points on the sphere of radius 1, shape (n, 3).

    Here the straight line orders neighbours as the great circle does, at the poles and across the date line too: this is why a
    k-d tree on these vectors is exact, and one on degrees is not.
    """
    lat, lng = np.radians(degrees).T
    return np.column_stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)])


def distance_km(one: ArrayLike, other: ArrayLike) -> Floats:
    """Great-circle distances between points in degrees, pair by pair, shape (n,). One point stands for many.

    Kahan's form of the angle, 2 atan2(|u - v|, |u + v|), keeps its digits for twins and for antipodes; the haversine loses
    them at the far side.
    """
    return vector_distance_km(unit_vectors(points(one)), unit_vectors(points(other)))


def haversine_km(one: Floats, other: Floats) -> Floats:
    """The same by the haversine, without a check; broadcasts over all axes but the last. Metres are lost at the far side only."""
    lat1, lat2 = np.radians(one[..., 0]), np.radians(other[..., 0])
    lng = np.radians(other[..., 1]) - np.radians(one[..., 1])
    square = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(lng / 2) ** 2
    kilometres: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(square, 1.0)))
    return kilometres


def vector_distance_km(one: Floats, other: Floats) -> Floats:
    """The same between unit vectors; broadcasts over all axes but the last."""
    chord, sum_ = np.linalg.norm(one - other, axis=-1), np.linalg.norm(one + other, axis=-1)
    kilometres: Any = 2 * EARTH_RADIUS_KM * np.arctan2(chord, sum_)
    return np.asarray(kilometres, dtype=np.float64)


def chord(kilometres: float) -> float:
    """Length of the straight line through a sphere of radius 1 under an arc of so many kilometres."""
    return float(2 * np.sin(min(kilometres / EARTH_RADIUS_KM, np.pi) / 2))
