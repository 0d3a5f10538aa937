"""The jobs that the notebook was for, as functions from tables to tables."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nearest_town.places import Places, Region
from nearest_town.search import Index, by_blocks, by_loop

Row = dict[str, object]
SHOWN_DIGITS = 3
"""Decimals of a kilometre."""
CHECKED = 200


def alone(places: Places, limit_km: float) -> list[Row]:
    """Places with no other one within the limit, the loneliest first.

    A place is its row, never its name: 4,714 of the world's towns share theirs.

    Raises:
        ValueError: The limit is not positive, or there is only one place.
    """
    if not limit_km > 0:
        raise ValueError(f"the limit is a distance in kilometres, not {limit_km}")
    others = Index(places.degrees).others()
    order = np.argsort(-others.km, kind="stable")
    return [
        {
            "id": places.ids[row],
            "name": places.names[row],
            "lat": float(places.degrees[row, 0]),
            "lng": float(places.degrees[row, 1]),
            "next": places.names[others.row[row]],
            "km": round(float(others.km[row]), SHOWN_DIGITS),
        }
        for row in order[others.km[order] > limit_km].tolist()
    ]


def lookup(towns: Places, questions: Places, region: Region | None = None) -> list[Row]:
    """The nearest town of every point, in the points' order.

    A point outside the region gets no town: a wrong sign is a mistake to mend, not a place in China to drive to.
    """
    near = Index(towns.degrees).nearest(questions.degrees)
    inside = np.ones(len(questions), dtype=bool) if region is None else region.holds(questions.degrees)
    return [
        {
            "id": questions.ids[row],
            "town": towns.names[near.row[row]] if inside[row] else "",
            "km": round(float(near.km[row]), SHOWN_DIGITS) if inside[row] else "",
            "status": "ok" if inside[row] else "outside the region",
        }
        for row in range(len(questions))
    ]


def verify(towns: Places, questions: Places, checked: int = CHECKED) -> float:
    """Share of the points (at most `checked`, spread over the table) for which the index says what every distance, computed, says."""
    rows = np.unique(np.linspace(0, len(questions) - 1, min(checked, len(questions))).astype(int))
    asked = questions.degrees[rows]
    fast, plain = Index(towns.degrees).nearest(asked), by_blocks(towns.degrees, asked)
    return float(np.mean((fast.row == plain.row) & (np.abs(fast.km - plain.km) < 1e-3)))


def bench(towns: Places, questions: int = 50) -> list[Row]:
    """Seconds for so many questions in each of the three ways, and for all towns with the index."""
    asked = towns.degrees[np.linspace(0, len(towns) - 1, questions).astype(int)]
    rows: list[Row] = []
    for name, search in (("loop", by_loop), ("blocks", by_blocks)):
        start = time.perf_counter()
        search(towns.degrees, asked)
        rows.append({"way": name, "questions": questions, "seconds": round(time.perf_counter() - start, 4)})
    start = time.perf_counter()
    index = Index(towns.degrees)
    rows.append({"way": "index, built", "questions": 0, "seconds": round(time.perf_counter() - start, 4)})
    start = time.perf_counter()
    index.nearest(asked)
    rows.append({"way": "index", "questions": questions, "seconds": round(time.perf_counter() - start, 4)})
    start = time.perf_counter()
    index.others()
    rows.append({"way": "index, all others", "questions": len(towns), "seconds": round(time.perf_counter() - start, 4)})
    return rows


def write_csv(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    """Write beside, then rename: a reader sees the old file or the new one. Twice gives the same bytes."""
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _replace(path, [text.getvalue()])


def write_json(value: object, path: Path) -> None:
    """The same for JSON."""
    _replace(path, [json.dumps(value, indent=2), "\n"])


def _replace(path: Path, parts: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
