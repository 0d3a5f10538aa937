"""What does not look as agreed stays outside, with a line that says which file and why."""

from pathlib import Path

import pytest
from conftest import PLANES, Feed, flight, sky, write

from weatherboard.landing import DataError, months


def test_months_are_read_from_the_names_of_the_files(tmp_path: Path) -> None:
    for name in ("flights-2013-11.parquet", "flights-2013-02.parquet", "flights-2013-13.parquet", "x.parquet"):
        (tmp_path / name).touch()
    (tmp_path / "flights-2013-01.csv").touch()
    assert list(months(tmp_path)) == ["2013-02", "2013-11"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no flights-YYYY-MM\.parquet"):
        months(tmp_path)


def test_a_missing_table_is_named(feed: Feed) -> None:
    feed.month([flight()])
    (feed.folder / "planes.csv.gz").unlink()
    with pytest.raises(DataError, match=r"planes\.csv\.gz is missing"):
        feed.load()


@pytest.mark.parametrize("gone", ["origin", "time_hour", "arr_delay"])
def test_a_missing_column_is_named(feed: Feed, gone: str) -> None:
    feed.month([{name: value for name, value in flight().items() if name != gone}])
    with pytest.raises(DataError, match=rf"flights-2013-01\.parquet is not the flights table .*{gone}"):
        feed.load()


def spoil(feed: Feed, name: str, value: str | None) -> None:
    path = feed.folder / "landing" / "flights-2013-01.parquet"
    rows = [flight() | {name: value}, flight(flight=2) | ({name: value} if value else {})]
    write(path, rows if value else rows[::-1])


@pytest.mark.parametrize(("name", "value"), [("origin", None), ("time_hour", "noon"), ("arr_delay", "late")])
def test_a_value_that_cannot_be_is_refused(feed: Feed, name: str, value: str | None) -> None:
    spoil(feed, name, value)
    with pytest.raises(DataError, match="is not the flights table that was agreed on: "):
        feed.load()
    assert feed.rows("SELECT count(*) FROM board") == [(0,)]


@pytest.mark.parametrize("column", ["visib", "precip", "wind_gust"])
def test_weather_below_zero_is_refused(feed: Feed, column: str) -> None:
    feed.month([flight()])
    feed.tables([sky(**{column: -1.0})])
    with pytest.raises(DataError, match="is not the weather table"):
        feed.load()


def test_flights_of_another_month_are_refused(feed: Feed) -> None:
    feed.month([flight(), flight("2013-02-10 17:00")])
    with pytest.raises(DataError, match="1 of 2 departures are not of 2013-01"):
        feed.load()
    feed.month([flight("2012-01-10 17:00")])
    with pytest.raises(DataError, match="1 of 1 departures are not of 2013-01"):
        feed.load()


def test_a_month_without_flights_is_refused(feed: Feed) -> None:
    import duckdb

    path = feed.month([flight()])
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS SELECT * FROM '{path}' WHERE false")
        con.execute(f"COPY t TO '{path}'")
    with pytest.raises(DataError, match="0 of 0 departures"):
        feed.load()


def test_the_order_of_the_columns_does_not_matter(feed: Feed) -> None:
    feed.month([dict(reversed(flight().items())) | {"more": 1}])
    write(feed.folder / "planes.csv.gz", [dict(reversed(row.items())) for row in PLANES])
    feed.load()
    assert feed.rows("SELECT origin, seats FROM board") == [("EWR", 100)]
