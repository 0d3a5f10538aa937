"""The nearest place on the globe, exactly.

Coordinates are degrees, latitude first, in arrays of shape (n, 2); distances are kilometres on a sphere. Three ways to the same
answer: `by_loop` is slow and plain, `by_blocks` is NumPy, `Index` is what one uses.
"""

from nearest_town.places import Places, PlacesError, Region, read_places
from nearest_town.search import Index, Nearest, by_blocks, by_loop
from nearest_town.sphere import EARTH_RADIUS_KM, distance_km

__version__ = "1.0.0"
__all__ = [
    "EARTH_RADIUS_KM",
    "Index",
    "Nearest",
    "Places",
    "PlacesError",
    "Region",
    "by_blocks",
    "by_loop",
    "distance_km",
    "read_places",
]
