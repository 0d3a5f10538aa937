"""Writes clean.ipynb beside it: a notebook as we would like to receive it. `python tests/data/make_clean.py`."""

import json
from pathlib import Path

TITLE = """# Do morning departures leave on time?

**Question.** The operations desk wants to know whether flights before 09:00 are delayed less often than later ones.

**Data.** The January extract of departures, read by `punctuality.data.load`, which checks columns, types and ranges."""

IMPORTS = """from pathlib import Path

import numpy as np

from punctuality import data, delays"""

PARAMETERS = """SOURCE = Path("data/departures.csv")
LATE_AFTER_MINUTES = 15
SEED = 20130101"""

LOAD = """departures = data.load(SOURCE)
assert departures["flight_id"].is_unique, "one row a flight"
assert departures["dep_delay"].between(-120, 2_000).all()
print(f"{len(departures):,} departures")"""

SHARES = """shares = delays.late_share(departures, by="hour_band", after=LATE_AFTER_MINUTES)
assert shares.between(0, 1).all()
shares.round(3)"""

INTERVAL = """rng = np.random.default_rng(SEED)
low, high = delays.bootstrap_difference(departures, "before 09:00", "later", rng=rng)
print(f"later flights are late more often by {low:.1%} to {high:.1%}")"""

CONCLUSION = """## Conclusion

Later flights are late more often by 9 to 11 percentage points. The figure is descriptive: carriers and routes differ
between the bands, so it does not say what moving a flight would do."""


def stream(text: str) -> dict[str, object]:
    return {"name": "stdout", "output_type": "stream", "text": [text]}


def code(
    id_: str, count: int, source: str, *outputs: dict[str, object], tags: tuple[str, ...] = ()
) -> dict[str, object]:
    metadata = {"tags": list(tags)} if tags else {}
    lines = source.splitlines(keepends=True)
    head = {"cell_type": "code", "execution_count": count, "id": id_, "metadata": metadata}
    return {**head, "outputs": list(outputs), "source": lines}


def words(id_: str, source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": id_, "metadata": {}, "source": source.splitlines(keepends=True)}


def table(count: int, text: str) -> dict[str, object]:
    data = {"text/plain": text.splitlines(keepends=True)}
    return {"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}


CELLS = [
    words("title", TITLE),
    code("imports", 1, IMPORTS),
    code("parameters", 2, PARAMETERS, tags=("parameters",)),
    words(
        "data", "## Data\n\nOne row is one departure; cancelled flights are a separate table and are not counted here."
    ),
    code("load", 3, LOAD, stream("26,483 departures\n")),
    words("shares", "## Share of late departures\n\nLate means more than 15 minutes, as the desk defines it."),
    code(
        "late-shares",
        4,
        SHARES,
        table(4, "hour_band\nbefore 09:00    0.121\nlater           0.221\nName: late, dtype: float64"),
    ),
    words(
        "uncertainty",
        "## How sure is the difference?\n\nA bootstrap over days, because flights of one day share its weather.",
    ),
    code("interval", 5, INTERVAL, stream("later flights are late more often by 9.0% to 11.0%\n")),
    words("conclusion", CONCLUSION),
]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "version": "3.12.4"},
}

if __name__ == "__main__":
    notebook = {"cells": CELLS, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    path = Path(__file__).with_name("clean.ipynb")
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
