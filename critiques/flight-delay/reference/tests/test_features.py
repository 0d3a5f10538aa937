import numpy as np
import pandas as pd
import pytest
from conftest import make_flights, make_weather
from hypothesis import given
from hypothesis import strategies as st

from newark_ontime.config import Config
from newark_ontime.features import design, minutes_after_midnight, morning_weather, recent_share, timetable

PARTS = ["year", "month", "day"]


def dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(date=pd.to_datetime(table[PARTS]))


@given(st.integers(0, 23), st.integers(0, 59))
def test_clock_times_become_minutes(hour: int, minute: int) -> None:
    assert minutes_after_midnight(pd.Series([hour * 100 + minute])).tolist() == [hour * 60 + minute]


def test_midnight_may_be_written_as_2400() -> None:
    assert minutes_after_midnight(pd.Series([2400, 0, 2359])).tolist() == [0, 0, 1439]


def test_planned_minutes_go_by_the_clock_also_over_midnight() -> None:
    schedule = dated(make_flights(1)).head(2).assign(sched_dep_time=[1755, 2330], sched_arr_time=[1905, 115])
    assert timetable(schedule)["planned_minutes"].tolist() == [70, 105]


def test_the_timetable_says_how_full_the_hour_is_on_that_day() -> None:
    schedule = dated(make_flights(2))
    schedule.loc[schedule.index[-1], "sched_dep_time"] = 600
    table = timetable(schedule)
    assert table["departures_in_hour"].head(24).tolist() == [2] * 24
    assert table["departures_in_hour"].iloc[-1] == 3
    assert table["weekday"].iloc[0] == 6
    assert list(table.columns) == [
        "carrier", "dest", "departs", "weekday", "planned_minutes", "distance", "departures_in_hour",
    ]  # fmt: skip


def test_only_weather_from_before_the_decision_is_used() -> None:
    weather = dated(make_weather(2))
    weather["temp"] = weather["hour"].astype(float)
    assert morning_weather(weather, before_hour=5)["temp"].tolist() == [4.0, 4.0]
    assert morning_weather(weather, before_hour=4)["temp"].tolist() == [2.0, 2.0]


def test_a_gap_in_the_last_hour_is_filled_by_the_hour_before() -> None:
    weather = dated(make_weather(1)).sample(frac=1, random_state=0)
    weather.loc[weather["hour"] == 4, "pressure"] = np.nan
    weather.loc[weather["hour"] == 2, "pressure"] = 990.0
    assert morning_weather(weather, 5)["pressure"].tolist() == [990.0]


def test_shares_look_back_and_never_at_the_day_itself() -> None:
    history = pd.DataFrame(
        {
            "date": pd.to_datetime(["2013-01-01", "2013-01-01", "2013-01-02", "2013-01-03"]),
            "carrier": "AA",
            "arr_delay": [60.0, 0.0, 60.0, 0.0],
        }
    )
    shares = recent_share(history, days=1, late_minutes=15)
    assert shares["date"].dt.day.tolist() == [1, 2, 3, 4]
    assert shares["share"].tolist()[1:] == [0.5, 1.0, 0.0]
    assert np.isnan(shares["share"].iloc[0])
    assert recent_share(history, 2, 15)["share"].tolist()[1:] == [0.5, pytest.approx(2 / 3), 0.5]


def test_few_flights_lean_towards_the_share_of_all() -> None:
    history = pd.DataFrame(
        {
            "date": pd.Timestamp("2013-01-01"),
            "carrier": ["AA", *["UA"] * 9],
            "arr_delay": [60.0, *[0.0] * 9],
        }
    )
    shares = recent_share(history, 7, 15, by=["carrier"]).set_index(["date", "carrier"])["share"]
    assert shares[pd.Timestamp("2013-01-02"), "AA"] == pytest.approx((1 + 5 * 0.1) / 6)
    assert shares[pd.Timestamp("2013-01-02"), "UA"] == pytest.approx((0 + 5 * 0.1) / 14)


def test_a_day_without_flights_is_a_day_all_the_same() -> None:
    history = pd.DataFrame(
        {"date": pd.to_datetime(["2013-01-01", "2013-01-03"]), "carrier": "AA", "arr_delay": [60.0, 0.0]}
    )
    assert recent_share(history, 1, 15)["share"].fillna(-1).tolist() == [-1, 1.0, -1, 0.0]


def test_what_happens_on_a_day_changes_no_feature_of_that_day_or_before(config: Config) -> None:
    flights, weather = dated(make_flights()), dated(make_weather())
    before = design(flights, flights, weather, config)
    day = pd.Timestamp("2013-09-20")
    changed = flights.assign(arr_delay=flights["arr_delay"].mask(flights["date"] >= day, 500.0))
    storm = weather.assign(visib=weather["visib"].mask((weather["date"] == day) & (weather["hour"] >= 5), 0.0))
    after = design(changed, changed, storm, config)
    pd.testing.assert_frame_equal(before[flights["date"] <= day], after[flights["date"] <= day])
    assert not before[flights["date"] > day].equals(after[flights["date"] > day])


def test_no_row_is_lost_and_the_order_stays(config: Config) -> None:
    flights = dated(make_flights()).sample(frac=1, random_state=3)
    weather = dated(make_weather())
    table = design(flights, flights, weather[weather["date"] != "2013-09-05"], config)
    assert table.index.equals(flights.index)
    assert table["carrier"].equals(flights["carrier"])
    assert set(table.loc[table["temp"].isna()].index) == set(flights[flights["date"] == "2013-09-05"].index)
    assert [name for name in table.columns if name.startswith("late_")] == [
        "late_1d", "late_7d", "late_carrier_7d", "late_carrier_28d",
    ]  # fmt: skip
    assert "date" not in table.columns


def test_training_and_the_morning_run_see_the_same_numbers(config: Config) -> None:
    flights, weather = dated(make_flights()), dated(make_weather())
    day = flights["date"] == flights["date"].max()
    together = design(flights, flights, weather, config)[day]
    alone = design(flights[day].drop(columns="arr_delay"), flights[~day], weather, config)
    pd.testing.assert_frame_equal(together, alone)
