import math

import numpy as np
import pytest
from conftest import POINT
from hypothesis import given
from hypothesis import strategies as st

from nearest_town.sphere import EARTH_RADIUS_KM, chord, distance_km, haversine_km, points, unit_vectors

HALF_ROUND = math.pi * EARTH_RADIUS_KM


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ((48.8566, 2.3522), (51.5074, -0.1278), 343.6),  # Paris, London
        ((-1.2864, 36.8172), (-4.0435, 39.6682), 440.74),  # Nairobi, Mombasa
        ((60.0, 10.0), (60.0, 11.0), 55.6),  # a degree of longitude is half as wide there
        ((0.0, 179.5), (0.0, -179.5), 111.2),  # across the date line
        ((89.0, 0.0), (89.0, 180.0), 222.4),  # over the pole
    ],
)
def test_known_distances(one: tuple[float, float], other: tuple[float, float], kilometres: float) -> None:
    assert distance_km([one], [other]) == pytest.approx([kilometres], abs=0.06)
    assert haversine_km(np.array([one]), np.array([other])) == pytest.approx([kilometres], abs=0.06)


def test_the_far_side_is_half_way_round_to_the_millimetre() -> None:
    assert distance_km([(30.0, 40.0)], [(-30.0, -140.0)]) == pytest.approx([HALF_ROUND], abs=1e-6)


@given(POINT, POINT)
def test_symmetric_and_never_more_than_half_way_round(one: tuple[float, float], other: tuple[float, float]) -> None:
    there, back = distance_km([one], [other]), distance_km([other], [one])
    assert there == pytest.approx(back, abs=1e-9)
    assert 0 <= there[0] <= HALF_ROUND + 1e-9


@given(POINT)
def test_a_point_is_no_way_from_itself(one: tuple[float, float]) -> None:
    assert distance_km([one], [one])[0] == 0
    assert haversine_km(np.array([one]), np.array([one]))[0] == 0


@given(POINT, POINT, POINT)
def test_a_detour_is_never_shorter(
    one: tuple[float, float], other: tuple[float, float], third: tuple[float, float]
) -> None:
    direct = distance_km([one], [other])[0]
    assert direct <= distance_km([one], [third])[0] + distance_km([third], [other])[0] + 1e-6


@given(POINT, POINT)
def test_the_two_formulas_agree(one: tuple[float, float], other: tuple[float, float]) -> None:
    by_angle, by_haversine = distance_km([one], [other])[0], haversine_km(np.array([one]), np.array([other]))[0]
    assert by_angle == pytest.approx(by_haversine, abs=1e-6 if by_angle < 19_000 else 0.2)


@given(POINT, st.sampled_from([-180.0, 180.0]))
def test_turning_the_globe_changes_no_distance(one: tuple[float, float], turn: float) -> None:
    lat, lng = one
    same = (lat, lng + turn - 360 * (lng + turn > 180) + 360 * (lng + turn < -180))
    assert distance_km([one], [(10, 20)]) == pytest.approx(distance_km([same], [(10, 20 + turn % 360)]), abs=1e-6)


def test_vectors_have_length_one_and_point_where_they_should() -> None:
    vectors = unit_vectors(np.array([(0.0, 0.0), (0.0, 90.0), (90.0, 0.0), (-30.0, -60.0)]))
    assert vectors.shape == (4, 3)
    assert vectors[:3] == pytest.approx(np.eye(3), abs=1e-12)
    assert vectors[3] == pytest.approx([math.sqrt(3) / 4, -0.75, -0.5])


@given(POINT, POINT)
def test_the_chord_belongs_to_the_arc(one: tuple[float, float], other: tuple[float, float]) -> None:
    first, second = unit_vectors(points([one, other]))
    assert chord(distance_km([one], [other])[0]) == pytest.approx(float(np.linalg.norm(first - second)), abs=1e-9)


def test_no_chord_is_longer_than_the_globe() -> None:
    assert chord(0) == 0
    assert chord(HALF_ROUND) == pytest.approx(2)
    assert chord(1e9) == pytest.approx(2)


@pytest.mark.parametrize(
    ("degrees", "message"),
    [
        ([(1.0, 2.0, 3.0)], r"points have the shape \(n, 2\), latitude and longitude; this has \(1, 3\)"),
        ([1.0, 2.0], r"shape \(n, 2\), latitude and longitude; this has \(2,\)"),
        ([(0, 0), (math.nan, 0)], "point 1 is not finite"),
        ([(0, 0), (0, math.inf)], "point 1 is not finite"),
        ([(0, 0), (0, 0), (90.01, 0)], "point 2 has a latitude beyond 90 degrees"),
        ([(-90.01, 0)], "point 0 has a latitude beyond 90 degrees"),
        ([(0, -180.01)], "point 0 has a longitude outside -180 to 360 degrees"),
        ([(0, 0), (0, 360.01)], "point 1 has a longitude outside -180 to 360 degrees"),
    ],
)
def test_what_is_not_on_the_globe_is_refused(degrees: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"{message}$"):
        points(degrees)  # type: ignore[arg-type]


def test_the_edges_of_the_globe_are_on_it() -> None:
    edges = [(90, 0), (-90, 0), (0, -180), (0, 360)]
    assert points(edges).tolist() == [list(map(float, edge)) for edge in edges]
    assert points(np.empty((0, 2))).shape == (0, 2)
