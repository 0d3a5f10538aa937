"""Draw the bird-strike reports from the npm package `vega-datasets` (United States Government data) and say what came out.

All 10,000 rows and 14 columns, byte for byte as in the package, only packed. The trouble in the data is the trouble that
was in the data. Run it with::

    npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
    python critiques/bird-strike/make_data.py package/data/birdstrikes.csv notebooks/bird-strike/data

`duty_log.csv` beside it is not drawn: it was written for this exercise, and its people do not exist.
"""

import gzip
import hashlib
import sys
from pathlib import Path

EXPECTED = "45777edf69984b37599e73dbfb34dbc976055243547407214261a4fcb9466462"


def main(source: Path, folder: Path) -> None:
    """Write the packed table into `folder` and print what `scenario.toml` records about it."""
    text = source.read_bytes()
    found = hashlib.sha256(text).hexdigest()
    if found != EXPECTED:
        raise SystemExit(f"{source} is not the table that this scenario is about: sha256 {found}")
    packed = gzip.compress(text, compresslevel=9, mtime=0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "birdstrikes.csv.gz").write_bytes(packed)
    print(f"birdstrikes.csv.gz: {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}, csv {found}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
