from pathlib import Path

import duckdb
import pytest

from lostboard.board import SEATS, BadFileError, departures, load, report


def deliver(folder: Path, columns: str) -> None:
    (folder / "landing").mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {columns}) TO '{folder}/landing/flights-2013-01.parquet'")


def test_late_minutes_become_passenger_hours(tmp_path: Path) -> None:
    deliver(tmp_path, "'EWR' AS origin, 2013 AS year, 1 AS month, 60 AS arr_delay")
    load(tmp_path, tmp_path / "b.duckdb")
    assert report(tmp_path / "b.duckdb") == f"origin,month,passenger_hours\nEWR,2013-01,{SEATS}.0\n"
    assert departures(tmp_path / "b.duckdb") == 1


def test_a_month_without_origins_is_refused(tmp_path: Path) -> None:
    deliver(tmp_path, "2013 AS year, 1 AS month, 60 AS arr_delay")
    with pytest.raises(BadFileError, match="origin"):
        load(tmp_path, tmp_path / "b.duckdb")
    assert not (tmp_path / "b.duckdb").exists()
