"""The jobs that the notebook was for, as functions from tables to tables."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
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
    """Share of the points for which the index says what comes out of every distance; at most `checked`, spread over the table."""
    rows = np.unique(np.linspace(0, len(questions) - 1, min(checked, len(questions))).astype(int))
    asked = questions.degrees[rows]
    fast, plain = Index(towns.degrees).nearest(asked), by_blocks(towns.degrees, asked)
    return float(np.mean((fast.row == plain.row) & (np.abs(fast.km - plain.km) < 1e-3)))


def bench(towns: Places, questions: int = 50) -> list[Row]:
    """Seconds for so many questions in each of the three ways, and for all towns with the index."""
    asked = towns.degrees[np.linspace(0, len(towns) - 1, questions).astype(int)]
    index = Index(towns.degrees)
    ways: list[tuple[str, int, Callable[[], object]]] = [
        ("loop", questions, lambda: by_loop(towns.degrees, asked)),
        ("blocks", questions, lambda: by_blocks(towns.degrees, asked)),
        ("index, built", 0, lambda: Index(towns.degrees)),
        ("index", questions, lambda: index.nearest(asked)),
        ("index, all others", len(towns), index.others),
    ]
    return [{"way": way, "questions": number, "seconds": round(_seconds(run), 4)} for way, number, run in ways]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def write_csv(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    """Write beside, then rename: a reader sees the old file or the new one. Twice gives the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _replace(path, text.getvalue())


def write_json(value: object, path: Path) -> None:
    """The same for JSON."""
    _replace(path, json.dumps(value, indent=2) + "\n")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
