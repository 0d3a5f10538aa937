"""Every contract can be broken, and says so."""

import pytest
from conftest import Feed, flight

from weatherboard.config import Config
from weatherboard.contracts import ContractError, check
from weatherboard.database import contracts

LAX = Config(least_weather_known=0.0, least_aircraft_known=0.0)


@pytest.fixture
def loaded(feed: Feed) -> Feed:
    feed.month([flight(), flight(flight=2, tailnum="N9")])
    feed.load()
    return feed


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "INSERT INTO board SELECT * REPLACE (9 AS flight) FROM board LIMIT 1",
            "the board has other rows than the file",
        ),
        ("UPDATE board SET flight = 1", "a departure stands there twice"),
        ("UPDATE board SET local_hour = 17", "the local hour is not the timetables"),
    ],
)
def test_damage_is_seen(loaded: Feed, damage: str, said: str) -> None:
    check(loaded.con, "2013-01", LAX)
    loaded.con.execute(damage)
    with pytest.raises(ContractError, match=f"2013-01: {said}"):
        check(loaded.con, "2013-01", LAX)


def test_the_message_counts_the_rows_and_shows_one(loaded: Feed) -> None:
    loaded.con.execute("UPDATE board SET local_hour = 17 WHERE flight = 2")
    with pytest.raises(ContractError, match=r"\(1 rows, such as origin EWR, time_hour .*, timetable 12, board 17\)"):
        check(loaded.con, "2013-01", LAX)


@pytest.mark.parametrize(("limit", "holds"), [(0.5, True), (0.51, False)])
def test_limits_are_the_least_that_is_good_enough(loaded: Feed, limit: float, holds: bool) -> None:
    loaded.con.execute("UPDATE board SET weather_known = flight = 1")
    for config, said in (
        (Config(least_weather_known=limit, least_aircraft_known=0.0), "find their weather .*known 0.5"),
        (Config(least_weather_known=0.0, least_aircraft_known=limit), "find their aircraft .*known 0.5"),
    ):
        if holds:
            check(loaded.con, "2013-01", config)
        else:
            with pytest.raises(ContractError, match=said):
                check(loaded.con, "2013-01", config)


def test_another_months_board_is_not_judged(loaded: Feed) -> None:
    loaded.con.execute(
        "INSERT INTO board SELECT * REPLACE ('2012-01' AS month, 9 AS flight, NULL AS seats) FROM board LIMIT 1"
    )
    check(loaded.con, "2013-01", Config(least_weather_known=1.0, least_aircraft_known=0.5))


def test_contracts_are_read_in_the_order_of_their_names() -> None:
    assert list(contracts()) == sorted(contracts())
    assert len(contracts()) == 5
