"""What the board says, on rows small enough to reckon by hand."""

import pytest
from conftest import AIRPORTS, CLEAR, Feed, flight, sky

from weatherboard import report
from weatherboard.config import Config

HEADER = "origin,month,departures,bad_departures,bad_not_arrived,weather_unknown,seats_estimated,passenger_hours"


def test_hours_are_minutes_late_in_bad_weather_times_seats(feed: Feed) -> None:
    feed.tables([sky(), sky("2013-01-10 18:00", **CLEAR)])
    feed.month(
        [
            flight(),  # 30 minutes, 100 seats: 50 hours
            flight(flight=2, arr_delay=-20),  # early: nothing, neither for nor against
            flight(flight=3, arr_delay=None),
            flight(flight=4, tailnum="N9", arr_delay=6),  # 100 seats, estimated: 10 hours
            flight("2013-01-10 18:00", arr_delay=600),  # late in good weather
            flight("2013-01-10 19:00"),  # no weather known
        ]
    )
    feed.load()
    assert report.as_csv(report.hours(feed.con, Config())) == f"{HEADER}\nEWR,2013-01,6,4,1,1,1,60.0\n"
    agreed = Config(minutes_if_not_arrived=120)
    assert report.as_csv(report.hours(feed.con, agreed)).endswith(",260.0\n")


def test_an_airport_without_bad_weather_has_a_line_too(feed: Feed) -> None:
    feed.tables([sky(**CLEAR)])
    feed.month([flight()])
    feed.load()
    assert report.as_csv(report.hours(feed.con, Config())).splitlines()[1] == "EWR,2013-01,1,0,0,0,0,0.0"


def test_the_usual_lateness_is_not_blamed_on_the_weather(feed: Feed) -> None:
    feed.tables([sky(), sky("2013-01-11 17:00", **CLEAR), sky("2013-01-11 18:00", **CLEAR)])
    feed.month(
        [
            flight(arr_delay=30),
            flight(flight=2, arr_delay=None),
            flight("2013-01-11 17:00", arr_delay=12),
            flight("2013-01-11 18:00", arr_delay=300),  # another hour of the day
        ]
    )
    feed.load()
    assert report.excess(feed.con) == {"EWR": pytest.approx((30 - 12) * 100 / 60)}


def test_an_airline_outside_the_registry_pays_too(feed: Feed) -> None:
    feed.month(
        [
            flight(tailnum="N2"),
            flight(carrier="AA", tailnum="N9"),
            flight(carrier="ZZ", flight=3, tailnum="N2", arr_delay=-1),
        ]
    )
    feed.load()
    levy = report.levy(feed.con, Config(regional_seats_below=50))
    assert levy == {"American": pytest.approx(0.5), "United": pytest.approx(0.5), "ZZ": 0.0}


def test_small_aircraft_are_charged_at_the_regional_rate(feed: Feed) -> None:
    feed.month([flight(tailnum="N2"), flight(carrier="AA")])
    feed.load()
    levy = report.levy(feed.con, Config())  # 50 seats at half the rate, 100 seats at the full one
    assert levy == {"American": pytest.approx(0.8), "United": pytest.approx(0.2)}
    assert list(levy) == ["American", "United"]


def test_the_interval_draws_whole_days(feed: Feed) -> None:
    hours = [f"2013-01-{day:02} 17:00" for day in range(1, 21)]
    feed.tables([sky(hour, origin=origin) for hour in hours for origin in ("EWR", "JFK")])
    rows = [flight(hour, origin="JFK", flight=n) for hour in hours for n in range(6)]
    feed.month(rows + [flight(hour, origin="EWR") for hour in hours])
    feed.load()
    steady = report.lead(feed.con, draws=200)
    assert (steady.first, steady.second) == ("JFK", "EWR")
    assert steady.share == steady.low == steady.high == pytest.approx(5 / 7)

    # The same sums, but Kennedy's come from one storm: sixty flights of a day come and go together.
    storm = [flight(hours[0], origin="JFK", flight=n) for n in range(120)]
    feed.month(storm + [flight(hour, origin="EWR") for hour in hours])
    feed.load()
    stormy = report.lead(feed.con)
    assert stormy.share == pytest.approx(5 / 7)
    assert stormy.low == pytest.approx(-1.0)
    assert 5 / 7 < stormy.high < 1
    assert report.lead(feed.con) == stormy


def test_the_seed_decides_which_days_are_drawn(feed: Feed) -> None:
    hours = [f"2013-01-{day:02} 17:00" for day in range(1, 16)]
    feed.tables([sky(hour, origin=origin) for hour in hours for origin in ("EWR", "JFK")])
    late = [flight(hour, origin="JFK", arr_delay=n * n) for n, hour in enumerate(hours, 3)]
    feed.month(late + [flight(hour, arr_delay=50 - n) for n, hour in enumerate(hours)])
    feed.load()
    assert report.lead(feed.con) == report.lead(feed.con)
    assert report.lead(feed.con) == report.lead(feed.con, seed=7, draws=4000)
    assert report.lead(feed.con, seed=8) != report.lead(feed.con)


def test_a_lead_needs_two_airports(feed: Feed) -> None:
    feed.month([flight()])
    feed.load()
    with pytest.raises(report.ReportError, match="two airports"):
        report.lead(feed.con)


def test_a_page_by_code_and_by_name(feed: Feed) -> None:
    feed.month([flight(), flight(flight=2, arr_delay=None), flight(dest="MVY", flight=3), flight(dest="SJU", flight=4)])
    feed.load()
    wanted = "airline,flights,not_arrived,mean_minutes_late\nUnited,2,1,30.0\n"
    assert report.as_csv(report.page(feed.con, "LAX")) == wanted
    assert report.as_csv(report.page(feed.con, "Los Angeles Intl")) == wanted
    for name in ("Martha's Vineyard", "SJU"):
        assert report.as_csv(report.page(feed.con, name)).endswith("United,1,0,30.0\n")


@pytest.mark.parametrize("typed", ["x' OR 'a' = 'a", "LAX'; DROP TABLE board; --", "", "lax"])
def test_a_name_is_never_read_as_sql(feed: Feed, typed: str) -> None:
    feed.month([flight()])
    feed.load()
    with pytest.raises(report.ReportError, match=r"nobody flies to .*; give a code such as LAX"):
        report.page(feed.con, typed)
    assert feed.rows("SELECT count(*) FROM board") == [(1,)]


def test_an_airport_that_is_listed_twice_doubles_nothing(feed: Feed) -> None:
    feed.tables([sky()], airports=AIRPORTS * 2)
    feed.month([flight()])
    feed.load()
    assert report.as_csv(report.page(feed.con, "LAX")).endswith("United,1,0,30.0\n")


def test_bad_weather_alone_is_on_a_page(feed: Feed) -> None:
    feed.tables([sky(), sky("2013-01-10 18:00", **CLEAR)])
    feed.month([flight(), flight("2013-01-10 18:00", arr_delay=500)])
    feed.load()
    assert report.as_csv(report.page(feed.con, "LAX")).endswith("United,1,0,30.0\n")
