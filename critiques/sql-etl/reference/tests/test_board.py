"""The grain of the board: one row a departure, with its own weather, its own aircraft, its own clock."""

import pytest
from conftest import CLEAR, Feed, flight, sky


def test_a_departure_gets_the_weather_of_its_own_airport_only(feed: Feed) -> None:
    feed.tables([sky(**CLEAR), sky(origin="JFK"), sky(origin="LGA")])
    feed.month([flight(), flight(origin="JFK", flight=2)])
    feed.load()
    assert feed.rows("SELECT origin, bad FROM board ORDER BY origin") == [("EWR", False), ("JFK", True)]


def test_the_year_of_construction_does_not_matter(feed: Feed) -> None:
    feed.month(
        [flight(), flight(flight=2, tailnum="N2"), flight(flight=3, tailnum="N3"), flight(flight=4, tailnum=None)]
    )
    feed.load()
    assert feed.rows("SELECT flight, seats FROM board ORDER BY flight") == [(1, 100), (2, 50), (3, None), (4, None)]
    assert feed.rows("SELECT flight, seats, estimated FROM seated ORDER BY flight") == [
        (1, 100, False), (2, 50, False), (3, 75, True), (4, 75, True),
    ]  # fmt: skip


def test_an_aircraft_that_is_registered_twice_doubles_nothing(feed: Feed) -> None:
    feed.tables([sky()], planes=[{"tailnum": "N1", "year": 2001, "seats": 100}] * 2)
    feed.month([flight()])
    feed.load()
    assert feed.rows("SELECT seats FROM board") == [(100,)]


@pytest.mark.parametrize(
    ("weather", "bad"),
    [
        ({"visib": 2.9, "precip": 0.0, "wind_gust": None}, True),
        ({"visib": 3.0, "precip": 0.1, "wind_gust": 30.0}, False),
        ({"visib": 10.0, "precip": 0.11, "wind_gust": None}, True),
        ({"visib": 10.0, "precip": 0.0, "wind_gust": 30.1}, True),
        ({"visib": None, "precip": None, "wind_gust": 31.0}, True),
    ],
)
def test_what_bad_weather_is(feed: Feed, weather: dict[str, float | None], bad: bool) -> None:
    feed.tables([sky(**weather), sky("2013-01-10 18:00", visib=10.0, precip=0.0, wind_gust=1.0)])
    feed.month([flight()])
    feed.load()
    assert feed.rows("SELECT bad, weather_known FROM board") == [(bad, True)]


def test_an_hour_without_gusts_is_not_unknown(feed: Feed) -> None:
    feed.tables([sky(**CLEAR), sky("2013-01-10 18:00")])
    feed.month([flight(), flight("2013-01-10 18:00"), flight("2013-01-10 19:00")])
    feed.load()
    assert feed.rows("SELECT local_hour, bad, weather_known FROM board ORDER BY 1") == [
        (12, False, True), (13, True, True), (14, False, False),
    ]  # fmt: skip


def test_days_and_hours_are_those_on_the_wall(feed: Feed) -> None:
    feed.month([flight("2013-01-11 03:00")])
    feed.month([flight("2013-07-11 03:00", behind=4)], "2013-07")
    feed.load()
    shown = feed.rows("SELECT local_day::VARCHAR, local_hour FROM board ORDER BY month")
    assert shown == [("2013-01-10", 22), ("2013-07-10", 23)]


def test_the_hour_that_comes_twice_doubles_nothing(feed: Feed) -> None:
    feed.tables([sky("2013-11-03 05:00", **CLEAR), sky("2013-11-03 06:00")])
    feed.month([flight("2013-11-03 05:00", behind=4), flight("2013-11-03 06:00", flight=2)], "2013-11")
    feed.load()
    assert feed.rows("SELECT flight, local_hour, bad FROM board ORDER BY flight") == [(1, 1, False), (2, 1, True)]


def test_a_cancelled_flight_is_not_on_time(feed: Feed) -> None:
    feed.month([flight(arr_delay=None), flight(flight=2, arr_delay=0)])
    feed.load()
    assert feed.rows("SELECT arrived, minutes FROM board ORDER BY flight") == [(False, None), (True, 0)]


def test_the_clock_of_the_machine_does_not_matter(feed: Feed) -> None:
    feed.con.execute("SET TimeZone = 'Asia/Tokyo'")
    feed.month([flight("2013-01-11 03:00")])
    feed.tables([sky("2013-01-11 03:00")])
    feed.load()
    assert feed.rows("SELECT local_hour, bad FROM board") == [(22, True)]
