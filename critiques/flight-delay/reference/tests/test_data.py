from pathlib import Path

import pandas as pd
import pytest
from conftest import make_flights, make_weather

from newark_ontime.data import (
    SCHEDULE,
    WEATHER,
    DataError,
    disrupted,
    fingerprint,
    read_history,
    read_schedule,
    read_weather,
)


def test_a_flight_that_never_arrived_counts_and_fifteen_minutes_do_not() -> None:
    table = pd.DataFrame({"arr_delay": [15.0, 15.5, 16.0, -20.0, None]})
    assert disrupted(table, 15).tolist() == [False, True, True, False, True]


def test_history_keeps_every_row_and_gains_a_date(files: dict[str, Path]) -> None:
    table = read_history(files["flights"])
    assert list(table.columns) == [*SCHEDULE, "arr_delay"]
    assert len(table) == len(make_flights())
    assert table["date"].iloc[-1] == pd.Timestamp("2013-10-10")
    assert table["arr_delay"].isna().sum() == make_flights()["arr_delay"].isna().sum()


def test_a_schedule_never_carries_an_outcome(tmp_path: Path) -> None:
    make_flights(2).to_csv(tmp_path / "schedule.csv", index=False)
    assert list(read_schedule(tmp_path / "schedule.csv").columns) == list(SCHEDULE)


def test_the_repeated_hour_is_kept_once(tmp_path: Path) -> None:
    weather = make_weather(1)
    twice = pd.concat([weather, weather.tail(1).assign(temp=99.0)])
    twice.to_csv(tmp_path / "weather.csv", index=False)
    table = read_weather(tmp_path / "weather.csv")
    assert len(table) == len(weather)
    assert table["temp"].max() == 50.0
    assert list(table.columns) == ["date", "hour", *WEATHER]


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("sched_dep_time", 1275, "sched_dep_time.*HHMM.*line 2"),
        ("sched_dep_time", 2401, "sched_dep_time.*HHMM"),
        ("sched_arr_time", -10, "sched_arr_time.*HHMM"),
        ("dest", "NEWARK", "dest"),
        ("carrier", "A", "carrier"),
        ("month", 13, "month"),
        ("distance", 3, "distance"),
        ("flight", 0, "flight"),
        ("arr_delay", 9999, "arr_delay"),
        ("arr_delay", -181, "arr_delay"),
    ],
)
def test_bad_values_are_named_with_their_line(tmp_path: Path, column: str, value: object, text: str) -> None:
    table = make_flights(2).astype({column: object})
    table.loc[0, column] = value
    table.to_csv(tmp_path / "flights.csv", index=False)
    with pytest.raises(DataError, match=text):
        read_history(tmp_path / "flights.csv")


def test_borders_of_the_schema_are_allowed(tmp_path: Path) -> None:
    table = make_flights(2)
    table["sched_dep_time"] = table["sched_dep_time"].mask(table.index == 0, 2400)
    table.loc[1, ["distance", "arr_delay"]] = [10, -180.0]
    table.to_csv(tmp_path / "flights.csv", index=False)
    assert len(read_history(tmp_path / "flights.csv")) == len(table)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    make_flights(2).drop(columns="dest").to_csv(tmp_path / "flights.csv", index=False)
    with pytest.raises(DataError, match="column `dest` is missing"):
        read_history(tmp_path / "flights.csv")


def test_the_same_departure_twice_is_refused(tmp_path: Path) -> None:
    table = make_flights(2)
    pd.concat([table, table.head(1)]).to_csv(tmp_path / "flights.csv", index=False)
    with pytest.raises(DataError, match="multiple_fields_uniqueness"):
        read_history(tmp_path / "flights.csv")


def test_a_day_that_does_not_exist_is_named(tmp_path: Path) -> None:
    table = make_flights(1)
    table.loc[3, ["month", "day"]] = [2, 30]
    table.to_csv(tmp_path / "flights.csv", index=False)
    with pytest.raises(DataError, match="no day 2013-02-30"):
        read_history(tmp_path / "flights.csv")


def test_a_schedule_is_no_history(tmp_path: Path) -> None:
    make_flights(2).assign(arr_delay=None).to_csv(tmp_path / "flights.csv", index=False)
    with pytest.raises(DataError, match="no flight has an arrival delay"):
        read_history(tmp_path / "flights.csv")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "flights.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"cannot read .*flights\.csv"):
        read_history(path)


def test_a_fingerprint_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert fingerprint(tmp_path / "a").startswith("ba7816bf8f01cfea")
