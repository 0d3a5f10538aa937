"""What each fault of the nearest-city notebook costs, measured on the data that ship with it.

Pure functions over the two tables. `python critiques/nearest-city/probes.py` prints all numbers (under a minute).
"""

import math
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

DATA = Path(__file__).parents[2] / "notebooks" / "nearest-city" / "data"
RADIUS = 6371.0
FLATTENING = 1 / 298.257223563
EQUATOR = 6378.137
KM_PER_DEGREE = 111.32
LIMIT, EARLIER_LIMIT = 100, 80
ROAD = 1.3
"""How much longer than the straight line a road is taken to be: an assumption, used for one number."""
PRICE = 18_500
FAR = 50
TRUE_PLACE = {"DVT": (33.6883, -112.0825), "MYF": (32.8157, -117.1396)}
"""Where two of the misplaced airfields are: the airports' reference points, degrees."""
SAMPLE, SAMPLES = 300, 20

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def load(folder: Path = DATA) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Towns and airfields; the town called None keeps its name."""
    towns = pd.read_csv(folder / "towns.csv.gz", keep_default_na=False)
    return towns, pd.read_csv(folder / "airfields.csv")


def radians(table: pd.DataFrame, longitude: str = "lng") -> Floats:
    """Latitude and longitude of every row in radians, shape (rows, 2)."""
    degrees: Floats = table[["lat", longitude]].to_numpy(dtype=float)
    return np.radians(degrees)


def vectors(points: Floats) -> Floats:
    """Points on the unit sphere: on straight lines through it, near is near, at the poles and the date line too."""
    lat, lng = points.T
    return np.column_stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)])


def great_circle(one: Floats, other: Floats) -> Floats:
    """Kilometres between points in radians, pair by pair; broadcasts over all axes but the last."""
    half = (other - one) / 2
    square = np.sin(half[..., 0]) ** 2 + np.cos(one[..., 0]) * np.cos(other[..., 0]) * np.sin(half[..., 1]) ** 2
    kilometres: Floats = 2 * RADIUS * np.arcsin(np.sqrt(np.minimum(square, 1)))
    return kilometres


def other_than_self(index: Indices) -> Indices:
    """From two hits each, the one that is not the point itself (twins at one place may come in either order)."""
    return np.where(index[:, 0] == np.arange(len(index)), index[:, 1], index[:, 0])


def honest(points: Floats) -> tuple[Indices, Floats]:
    """For every point the nearest other one and its distance in kilometres, exactly."""
    near = other_than_self(cKDTree(vectors(points)).query(vectors(points), k=2)[1])
    return near, great_circle(points, points[near])


def on_a_plane(points: Floats) -> tuple[Indices, Floats]:
    """The same as the notebook has it: degrees as if they were squares of 111.32 km."""
    degrees = np.degrees(points)
    distance, index = cKDTree(degrees).query(degrees, k=2)
    return other_than_self(index), distance[:, 1] * KM_PER_DEGREE


def joined_by_name(names: pd.Series, kilometres: Floats) -> pd.DataFrame:
    """Towns joined with their distances by name: every namesake gets every namesake's distance."""
    table = pd.DataFrame({"name": names, "km": kilometres}).query("name != 'None'")
    return table[["name"]].merge(table, on="name")


def share_alone_in_samples(points: Floats) -> float:
    """Share of towns without another one *of the sample* within the limit, over several samples."""
    rng = np.random.default_rng(0)
    drawn = (points[rng.choice(len(points), SAMPLE, replace=False)] for _ in range(SAMPLES))
    return float(np.mean([(honest(sample)[1] > LIMIT).mean() for sample in drawn]))


def ellipsoid(one: Floats, other: Floats) -> Floats:
    """Kilometres on the WGS84 ellipsoid by Lambert's formula (error of metres at these distances)."""
    first, second = (np.arctan((1 - FLATTENING) * np.tan(points[..., 0])) for points in (one, other))
    half = (second - first) / 2, (other[..., 1] - one[..., 1]) / 2
    arc = 2 * np.arcsin(np.sqrt(np.sin(half[0]) ** 2 + np.cos(first) * np.cos(second) * np.sin(half[1]) ** 2))
    mean = (first + second) / 2
    safe = np.where(arc > 0, arc, 1)
    long = (arc - np.sin(arc)) * (np.sin(mean) * np.cos(half[0]) / np.cos(safe / 2)) ** 2
    short = (arc + np.sin(arc)) * (np.cos(mean) * np.sin(half[0]) / np.sin(safe / 2)) ** 2
    kilometres: Floats = EQUATOR * (arc - FLATTENING / 2 * (long + short))
    return kilometres


def alone_on_the_ellipsoid(points: Floats) -> int:
    """Towns without another one within the limit where the Earth is no ball; the five nearest by the ball are tried."""
    index = cKDTree(vectors(points)).query(vectors(points), k=6)[1]
    kilometres = ellipsoid(points[:, None, :], points[index])
    kilometres[index == np.arange(len(points))[:, None]] = np.inf
    return int((kilometres.min(axis=1) > LIMIT).sum())


def cosine_of_degrees(fields: pd.DataFrame, towns: pd.DataFrame) -> tuple[Indices, Floats, float]:
    """The notebook's `nearest_town` for every airfield: which town, which distance, share of distances that are NaN."""
    lat, lng = (towns[name].to_numpy() for name in ("lat", "lng"))
    found, claimed, invalid = [], [], 0.0
    with np.errstate(invalid="ignore"):
        for here, there in fields[["lat", "lon"]].to_numpy():
            square = np.sin(np.radians(lat - here) / 2) ** 2
            square = square + np.cos(here) * np.cos(lat) * np.sin(np.radians(lng - there) / 2) ** 2
            kilometres = 2 * RADIUS * np.arcsin(np.sqrt(square))
            found.append(int(np.nanargmin(kilometres)))
            claimed.append(float(kilometres[found[-1]]))
            invalid += float(np.isnan(kilometres).mean())
    return np.array(found), np.array(claimed), invalid / len(fields)


def loop_cost(towns: pd.DataFrame, rows: int = SAMPLE) -> tuple[float, float]:
    """Seconds for the nearest of so many towns: two nested `iterrows`, and one NumPy table (equal results)."""
    small = towns.sample(rows, random_state=0)
    start = time.perf_counter()
    looped = []
    for i, one in small.iterrows():
        best = math.inf
        for j, other in small.iterrows():
            if i == j:
                continue
            lat1, lng1, lat2, lng2 = map(math.radians, (one["lat"], one["lng"], other["lat"], other["lng"]))
            square = math.sin((lat2 - lat1) / 2) ** 2
            square += math.cos(lat1) * math.cos(lat2) * math.sin((lng2 - lng1) / 2) ** 2
            best = min(best, 2 * RADIUS * math.asin(math.sqrt(square)))
        looped.append(best)
    middle = time.perf_counter()
    points = radians(small)
    table = great_circle(points[:, None, :], points[None, :, :])
    np.fill_diagonal(table, np.inf)
    at_once = table.min(axis=1)
    end = time.perf_counter()
    if not np.allclose(looped, at_once, rtol=0, atol=1e-9):
        raise ValueError("the two forms disagree")
    return middle - start, end - middle


def index_cost(points: Floats) -> float:
    """Seconds for the nearest other town of every town, exactly, with an index on the unit sphere."""
    start = time.perf_counter()
    honest(points)
    return time.perf_counter() - start


def growing_cost(rows: int = 2_000) -> tuple[float, float]:
    """Seconds to collect so many lines: by concatenating frames, and as a list that becomes one frame."""
    line = {"name": ["a"], "next": ["b"], "km": [1.0]}
    start = time.perf_counter()
    grown = pd.DataFrame()
    for _ in range(rows):
        grown = pd.concat([grown, pd.DataFrame(line)])
    middle = time.perf_counter()
    listed = pd.DataFrame([{"name": "a", "next": "b", "km": 1.0} for _ in range(rows)])
    end = time.perf_counter()
    if len(grown) != len(listed):
        raise ValueError("the two forms disagree")
    return middle - start, end - middle


@cache
def _tables() -> tuple[pd.DataFrame, pd.DataFrame, Floats]:
    towns, fields = load()
    return towns, fields, radians(towns)


@cache
def _honest() -> tuple[Indices, Floats]:
    return honest(_tables()[2])


@cache
def _plane() -> tuple[Indices, Floats]:
    return on_a_plane(_tables()[2])


def _alone(kilometres: Floats, limit: float = LIMIT, *, north_of: float = -90) -> int:
    return int(((kilometres > limit) & (_tables()[0]["lat"] > north_of)).sum())


@cache
def _joined() -> pd.DataFrame:
    return joined_by_name(_tables()[0]["name"], _plane()[1])


@cache
def _fields() -> tuple[Indices, Floats]:
    """The true nearest town of every airfield, where the file says that it is."""
    _, fields, points = _tables()
    here = radians(fields, "lon")
    index = cKDTree(vectors(points)).query(vectors(here))[1]
    return index, great_circle(here, points[index])


@cache
def _degrees() -> tuple[Indices, Floats, float]:
    towns, fields, _ = _tables()
    return cosine_of_degrees(fields, towns)


def _true_distance_of_the_named() -> Floats:
    _, fields, points = _tables()
    return great_circle(radians(fields, "lon"), points[_degrees()[0]])


def _field(code: str) -> float:
    return float(_fields()[1][(_tables()[1]["faa"] == code).to_numpy()][0])


def _off_with_the_sign_turned(code: str) -> float:
    """Kilometres from the true place to where the airfield lands if only the sign of its longitude is turned."""
    _, fields, _ = _tables()
    written = fields.loc[fields["faa"] == code, ["lat", "lon"]].to_numpy(dtype=float) * (1, -1)
    return float(great_circle(np.radians(written), np.radians([TRUE_PLACE[code]]))[0])


def _nearest_in_russia() -> int:
    """Airfields whose nearest town lies on the Asian side of the Bering Sea; the misplaced three do not count."""
    towns, fields, _ = _tables()
    near = towns.iloc[_fields()[0]]
    bering = (near["lat"].gt(50) & near["lng"].gt(150)).to_numpy()
    return int((bering & fields["tzone"].eq("America/Anchorage").to_numpy()).sum())


def _in_minnesota(table: pd.DataFrame, longitude: str) -> int:
    """Rows in a box well inside the state."""
    return int((table["lat"].between(43.6, 48.0) & table[longitude].between(-96.3, -93.2)).sum())


@cache
def _loop() -> tuple[float, float]:
    return loop_cost(_tables()[0])


@cache
def _growing() -> tuple[float, float]:
    return growing_cost()


MEASURES: dict[str, Callable[[], float]] = {
    "rows.towns": lambda: len(_tables()[0]),
    "rows.airfields": lambda: len(_tables()[1]),
    "rows.towns_that_share_a_name": lambda: int(_tables()[0]["name"].duplicated(keep=False).sum()),
    "rows.after_the_join_by_name": lambda: len(_joined()),
    "rows.named_none": lambda: int((_tables()[0]["name"] == "None").sum()),
    "alone.honest": lambda: _alone(_honest()[1]),
    "alone.in_degrees": lambda: _alone(_plane()[1]),
    "alone.in_degrees_joined_by_name": lambda: int((_joined()["km"] > LIMIT).sum()),
    "alone.joined_by_name_only": lambda: int((joined_by_name(_tables()[0]["name"], _honest()[1])["km"] > LIMIT).sum()),
    "alone.as_exported_at_80_km": lambda: int((_joined()["km"] > EARLIER_LIMIT).sum()),
    "alone.honest_at_80_km": lambda: _alone(_honest()[1], EARLIER_LIMIT),
    "alone.honest_if_roads_are_longer": lambda: _alone(_honest()[1], LIMIT / ROAD),
    "alone.between_95_and_105_km": lambda: _alone(_honest()[1], 95) - _alone(_honest()[1], 105),
    "alone.on_the_ellipsoid": lambda: alone_on_the_ellipsoid(_tables()[2]),
    "alone.north_of_60.honest": lambda: _alone(_honest()[1], north_of=60),
    "alone.north_of_60.in_degrees": lambda: _alone(_plane()[1], north_of=60),
    "alone.million_dollars_too_much": lambda: (
        (int((_joined()["km"] > LIMIT).sum()) - _alone(_honest()[1])) * PRICE / 1e6
    ),
    "neighbours.wrong_share": lambda: float((_plane()[0] != _honest()[0]).mean()),
    "neighbours.wrong_share_north_of_60": lambda: float(
        (_plane()[0] != _honest()[0])[(_tables()[0]["lat"] > 60).to_numpy()].mean()
    ),
    "sample.share_alone": lambda: share_alone_in_samples(_tables()[2]),
    "sample.true_share_alone": lambda: _alone(_honest()[1]) / len(_tables()[0]),
    "airfields.wrong_town_share": lambda: float((_degrees()[0] != _fields()[0]).mean()),
    "airfields.share_of_distances_nan": lambda: _degrees()[2],
    "airfields.sent_over_100_km_too_far": lambda: int((_true_distance_of_the_named() - _fields()[1] > LIMIT).sum()),
    "airfields.far_as_written": lambda: int((_degrees()[1] > FAR).sum()),
    "airfields.far_honest": lambda: int((_fields()[1] > FAR).sum()),
    "airfields.median_km_as_written": lambda: float(np.median(_degrees()[1])),
    "airfields.median_km_honest": lambda: float(np.median(_fields()[1])),
    "airfields.km_from_jfk": lambda: _field("JFK"),
    "airfields.km_from_dillant_hopkins": lambda: _field("EEN"),
    "airfields.km_off_with_the_sign_turned.deer_valley": lambda: _off_with_the_sign_turned("DVT"),
    "airfields.km_off_with_the_sign_turned.montgomery_field": lambda: _off_with_the_sign_turned("MYF"),
    "airfields.nearest_in_russia": _nearest_in_russia,
    "airfields.in_minnesota": lambda: _in_minnesota(_tables()[1], "lon"),
    "towns.in_minnesota": lambda: _in_minnesota(_tables()[0], "lng"),
    "cost.loop_300_seconds": lambda: _loop()[0],
    "cost.numpy_300_seconds": lambda: _loop()[1],
    "cost.index_all_seconds": lambda: index_cost(_tables()[2]),
    "cost.growing_2000_seconds": lambda: _growing()[0],
    "cost.list_2000_seconds": lambda: _growing()[1],
}
"""Every number under `[measured]` in scenario.toml, by its dotted name."""


def main() -> int:
    """Print every number that the key and the scenario quote."""
    for name, measure in MEASURES.items():
        print(f"{name} = {measure():.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
