import numpy as np
import pytest
from conftest import POINTS
from hypothesis import given
from hypothesis import strategies as st

from nearest_town.search import Index, Nearest, by_blocks, by_loop
from nearest_town.sphere import Floats, distance_km

METRE = 1e-3


def agree(one: Nearest, other: Nearest, places: Floats, questions: Floats) -> None:
    """The same distances to the metre; where the rows differ, both places are as near."""
    assert one.km == pytest.approx(other.km, abs=METRE if one.km.max(initial=0) < 19_000 else 0.3)
    for number in np.flatnonzero(one.row != other.row):
        both = distance_km([questions[number], questions[number]], places[[one.row[number], other.row[number]]])
        assert both[0] == pytest.approx(both[1], abs=METRE if both[0] < 19_000 else 0.3)


@given(POINTS, POINTS)
def test_loop_blocks_and_index_agree(places: Floats, questions: Floats) -> None:
    plain = by_loop(places, questions)
    agree(by_blocks(places, questions, block=3), plain, places, questions)
    agree(Index(places).nearest(questions), plain, places, questions)


@given(POINTS, st.randoms(use_true_random=False))
def test_the_order_of_the_places_changes_no_distance(places: Floats, random: object) -> None:
    order = list(range(len(places)))
    random.shuffle(order)  # type: ignore[attr-defined]
    questions = np.array([(10.0, 20.0), (-80.0, 179.0)])
    assert Index(places[order]).nearest(questions).km == pytest.approx(Index(places).nearest(questions).km, abs=1e-9)


@given(POINTS)
def test_a_place_is_its_own_nearest(places: Floats) -> None:
    assert Index(places).nearest(places).km == pytest.approx(np.zeros(len(places)), abs=1e-6)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=20))
def test_the_nearest_other_is_never_oneself_and_nobody_is_nearer(drawn: list[tuple[float, float]]) -> None:
    places = np.array(drawn)
    others = Index(places).others()
    for row in range(len(places)):
        rest = [other for other in range(len(places)) if other != row]
        assert others.row[row] != row
        assert others.km[row] == pytest.approx(distance_km([places[row]], places[rest]).min(), abs=1e-6)


def test_across_the_date_line_and_over_the_pole() -> None:
    places = np.array([(-16.43, 179.37), (-13.83, -171.77), (-25.0, 150.0), (80.0, 0.0), (70.0, 170.0)])
    found = Index(places).nearest([(-16.8, -179.9), (88.0, 170.0)])
    assert found.row.tolist() == [0, 3]
    assert found.km == pytest.approx([87.9, 1333.0], rel=2e-3)


def test_where_degrees_on_a_plane_go_wrong() -> None:
    """At 60 degrees north, 1.5 degrees of longitude are nearer than 1 degree of latitude."""
    assert Index([(61.0, 10.0), (60.0, 11.5)]).nearest([(60.0, 10.0)]).row.tolist() == [1]


def test_of_equals_the_first_is_taken_however_many_there_are() -> None:
    ring = np.array([(60.0, lng) for lng in range(-180, 180, 30)])
    for way in (by_loop, by_blocks, lambda places, asked: Index(places).nearest(asked)):
        assert way(ring, np.array([(90.0, 0.0)])).row.tolist() == [0]
    assert Index(np.vstack([[(0.0, 0.0)], ring])).nearest([(90.0, 0.0)]).row.tolist() == [1]


def test_nearer_is_nearer_by_a_metre_and_equal_by_a_tenth_of_a_millimetre() -> None:
    metre, hair = 1 / 111_195, 1e-4 / 111_195
    for way in (by_loop, by_blocks, lambda places, asked: Index(places).nearest(asked)):
        assert way(np.array([(0, 1 + metre), (0, 1.0)]), np.array([(0.0, 0.0)])).row.tolist() == [1]
        assert way(np.array([(0, 1 + hair), (0, 1.0)]), np.array([(0.0, 0.0)])).row.tolist() == [0]


def test_twins_find_each_other() -> None:
    others = Index([(10.0, 10.0), (10.0, 10.0), (50.0, 50.0)]).others()
    assert others.row.tolist() == [1, 0, 0]
    assert others.km[:2].tolist() == [0, 0]
    many = Index(np.full((9, 2), 10.0)).others()
    assert many.row.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert Index(np.full((9, 2), 10.0)).nearest([(10.0, 10.0)]).row.tolist() == [0]


def test_five_of_which_the_first_is_oneself() -> None:
    """As many candidates as there are, the question's own place among them, all equally near."""
    ring = [(60.0, lng) for lng in (0, 90, 180, -90)]
    assert Index([(90.0, 0.0), *ring]).others().row[0] == 1
    assert Index([*ring, (90.0, 0.0)]).others().row[4] == 0


def test_blocks_of_any_size_give_the_same() -> None:
    rng = np.random.default_rng(0)
    places, questions = (np.column_stack([rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)]) for n in (40, 13))
    whole = by_blocks(places, questions)
    for block in (1, 5, 13, 14):
        part = by_blocks(places, questions, block)
        assert part.row.tolist() == whole.row.tolist()
        assert part.km.tolist() == whole.km.tolist()


def test_no_question_no_answer() -> None:
    empty = np.empty((0, 2))
    for found in (by_loop([(0, 0)], empty), by_blocks([(0, 0)], empty), Index([(0, 0)]).nearest(empty)):
        assert found.row.shape == found.km.shape == (0,)


def test_count_within_holds_the_border_and_the_place_itself() -> None:
    index = Index([(0.0, 0.0), (0.0, 1.0), (0.0, 179.5), (0.0, -179.5)])
    assert len(index) == 4
    assert index.count_within([(0.0, 0.0), (0.0, 180.0), (90.0, 0.0)], 112).tolist() == [2, 2, 0]
    assert index.count_within([(0.0, 0.0)], 111).tolist() == [1]
    assert index.count_within([(0.0, 0.0)], 0).tolist() == [1]
    assert index.count_within([(0.0, 0.0)], 30_000).tolist() == [4]


def test_what_cannot_be_searched_is_refused() -> None:
    empty = np.empty((0, 2))
    for way in (lambda: by_loop(empty, [(0, 0)]), lambda: by_blocks(empty, [(0, 0)]), lambda: Index(empty)):
        with pytest.raises(ValueError, match=r"^there are no places to search$"):
            way()
    with pytest.raises(ValueError, match=r"^one place alone has no other one$"):
        Index([(0, 0)]).others()
    with pytest.raises(ValueError, match=r"^a block holds at least one question, not 0$"):
        by_blocks([(0, 0)], [(0, 0)], block=0)
    with pytest.raises(ValueError, match=r"^a distance is not negative: -1$"):
        Index([(0, 0)]).count_within([(0, 0)], -1)
    with pytest.raises(ValueError, match="latitude"):
        Index([(0, 0)]).nearest([(91, 0)])
