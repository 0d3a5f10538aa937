from pathlib import Path

import numpy as np
import pytest

from townfinder.search import great_circle, has_neighbour, nearest, read_places

TOWNS = np.array([(48.8566, 2.3522), (51.5074, -0.1278), (50.8503, 4.3517)])


def test_the_nearest_of_paris_london_and_brussels():
    row, _ = nearest(TOWNS, np.array((51.0, 4.0)))
    assert row == 2


def test_paris_is_344_km_from_london():
    assert great_circle(TOWNS[:1], TOWNS[1])[0] == pytest.approx(344, abs=1)


def test_brussels_is_alone_within_200_km_and_not_within_300():
    assert not has_neighbour(TOWNS, 2, 200)
    assert has_neighbour(TOWNS, 2, 300)


def test_a_latitude_of_95_degrees_is_refused(tmp_path: Path):
    (tmp_path / "points.csv").write_text("name,lat,lng\nA,95,2\n")
    with pytest.raises(ValueError, match="not on the globe"):
        read_places(tmp_path / "points.csv")
