"""Loading replaces a month, whatever was there, and leaves everything as it was if a contract is broken."""

import pytest
from conftest import Feed, flight
from hypothesis import given, settings
from hypothesis import strategies as st

from weatherboard.config import Config
from weatherboard.contracts import ContractError
from weatherboard.database import opened
from weatherboard.landing import DataError
from weatherboard.load import load

JANUARY, FEBRUARY = "2013-01", "2013-02"


def test_loading_a_month_again_changes_nothing(feed: Feed) -> None:
    feed.month([flight(), flight(flight=2)])
    assert feed.load() == {JANUARY: (0, 2)}
    first = feed.rows("SELECT * FROM board ORDER BY ALL")
    assert feed.load() == {JANUARY: (2, 2)}
    assert feed.rows("SELECT * FROM board ORDER BY ALL") == first


def test_a_corrected_file_replaces_its_month_and_no_other(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    feed.month([flight(), flight(flight=2)])
    feed.month([flight("2013-02-10 17:00")], FEBRUARY)
    assert feed.load() == {JANUARY: (0, 2), FEBRUARY: (0, 1)}
    feed.month([flight(arr_delay=99)])
    assert feed.load(JANUARY) == {JANUARY: (2, 1)}
    assert feed.rows("SELECT month, minutes FROM board ORDER BY month") == [(JANUARY, 99), (FEBRUARY, 30)]
    assert "2013-01: 1 departures, before 2" in caplog.text


def test_a_month_whose_file_is_gone_stays(feed: Feed) -> None:
    delivered = feed.month([flight()])
    feed.load()
    delivered.unlink()
    feed.month([flight("2013-02-10 17:00")], FEBRUARY)
    feed.load()
    assert feed.rows("SELECT DISTINCT month FROM board ORDER BY 1") == [(JANUARY,), (FEBRUARY,)]


def test_a_broken_contract_leaves_the_month_as_it_was(feed: Feed) -> None:
    feed.month([flight()])
    feed.load()
    feed.month([flight(arr_delay=99), flight(arr_delay=98)])
    with pytest.raises(ContractError, match="2013-01: a departure stands there twice"):
        feed.load()
    assert feed.rows("SELECT minutes FROM board") == [(30,)]


def test_a_month_that_was_not_delivered_is_refused(feed: Feed) -> None:
    feed.month([flight()])
    with pytest.raises(DataError, match="no file for 2013-02, 2013-03; there are 2013-01"):
        feed.load("2013-03", "2013-02", JANUARY)


def test_settings_reach_the_sql(feed: Feed) -> None:
    feed.config = Config(visibility_below=0.5, least_aircraft_known=0.0, zone="Europe/Berlin")
    feed.month([flight(behind=-1)])
    feed.load()
    assert feed.rows("SELECT bad, local_hour FROM board") == [(False, 18)]


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    with opened(":memory:") as con:
        feed = Feed(tmp_path_factory.mktemp("feed"), con)
    feed.month([flight(), flight(flight=2)])
    feed.month([flight("2013-02-10 17:00")], FEBRUARY)
    return feed


@settings(max_examples=8, deadline=None)
@given(order=st.lists(st.sampled_from([JANUARY, FEBRUARY]), min_size=1, max_size=4))
def test_any_order_of_loads_gives_the_same_board(two_months: Feed, order: list[str]) -> None:
    boards = []
    for months in (order, sorted(set(order))):
        with opened(":memory:") as con:
            for month in months:
                load(con, two_months.folder, two_months.config, [month])
            boards.append(con.execute("SELECT * FROM board ORDER BY ALL").fetchall())
    assert boards[0] == boards[1]
