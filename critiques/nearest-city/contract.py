"""Does a package find the nearest town, everywhere on the globe, and which towns have none?

The truth is computed here, by every distance there is: no index, nothing to be wrong in a clever way.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nbcritic.kit.contract import Item, Job, deterministic, honest, refuses

RADIUS = 6371.0
NEAR_ENOUGH = 0.01
"""Relative: the shape of the Earth is worth 0.6 %, so both a ball and an ellipsoid are right."""
LIMIT = 140
BLOCK = 50
Floats = NDArray[np.float64]


def judge(job: Job) -> Iterator[Item]:
    """Hidden points, the lonely towns, the town called None, everything twice, and a latitude that is none."""
    packed = job.data("towns.csv.gz")
    towns = job.folder / "towns.csv"
    towns.write_bytes(gzip.decompress(packed.read_bytes()))
    names, places = _places(towns)
    points, hidden = job.folder / "points.csv", _points(seed=20)
    _write(points, hidden)
    out = job.folder / "answers.csv"
    ran = job.call("lookup", towns=towns, points=points, out=out)
    yield job.worked("runs", "`lookup` answers 1,000 points among 45,065 towns", ran, wrote=out)
    answers, fault = _answers(out, len(hidden)) if ran.ok else ([], ran.ended)
    yield Item(
        "one-answer-each",
        "`lookup` gives every point one answer, in order",
        float(not fault),
        fault or f"{len(answers)} answers",
        "Who reads the file joins it by id. A point that is left out, or comes twice, shifts everything after it.",
        2,
        "data-validation",
    )
    score = None if fault else _share_right([km for _, km in answers], _nearest(places, hidden))
    familiar, claim = job.folder / "familiar.csv", job.folder / "claim.json"
    _write(familiar, _points(seed=7))
    job.call("verify", towns=towns, points=familiar, out=claim)
    yield from honest(job, score, job.claim(claim))
    yield _none(job, towns, names, places)
    yield _alone(job, towns, names, places)
    again = job.folder / "again.csv"
    job.call("lookup", towns=towns, points=points, out=again)
    yield deterministic(out, again)
    broken, bad = job.folder / "broken.csv", job.folder / "bad.csv"
    _write(broken, np.array([(10.0, 20.0), (95.0, 20.0)]))
    yield refuses(
        job, "lookup", what="a latitude of 95 degrees", towns=towns, points=broken, out=bad, leaves=bad
    )  # fmt: skip


def _none(job: Job, towns: Path, names: list[str], places: Floats) -> Item:
    """Is the town whose name looks like a missing value still there?"""
    point, out = job.folder / "piedmont.csv", job.folder / "piedmont-answer.csv"
    _write(point, places[[names.index("None")]])
    ran = job.call("lookup", towns=towns, points=point, out=out)
    answers, fault = _answers(out, 1) if ran.ok else ([], ran.ended)
    town = answers[0][0] if answers else ""
    return Item(
        "none-is-a-town",
        "Somebody who stands in None, Piedmont, is told so",
        float(town == "None"),
        fault or f"the answer is {town or 'empty'}",
        "A reader that guesses missing values eats real names: None, NA (Namibia's code), Null. Read names as text "
        "(`keep_default_na=False`) and refuse an empty one.",
        2,
        "data-validation",
    )


def _alone(job: Job, towns: Path, names: list[str], places: Floats) -> Item:
    """Are the lonely towns the right ones, each once? Towns are told apart by where they are, for names repeat."""
    out = job.folder / "alone.csv"
    ran = job.call("alone", towns=towns, limit=LIMIT, out=out)
    kilometres = _nearest_other(places)
    truth = {_place(*place) for place in places[kilometres > LIMIT]}
    spared = {_place(*place) for place in places[np.abs(kilometres / LIMIT - 1) <= NEAR_ENOUGH]}
    try:
        rows = _read(out) if ran.ok else []
        listed = [_place(float(row["lat"]), float(row["lng"])) for row in rows]
        fault = "" if ran.ok else ran.ended
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        listed, fault = [], f"the list cannot be read: {error!r}"
    missing, extra = truth - set(listed) - spared, set(listed) - truth - spared
    twice = len(listed) - len(set(listed))
    wrong = len(missing) + len(extra) + twice
    return Item(
        "alone",
        f"`alone` lists the {len(truth)} towns without another one within {LIMIT} km",
        0.0 if fault else max(0.0, 1 - 2 * wrong / len(truth)),
        fault or f"{len(listed)} rows: {len(missing)} missing, {len(extra)} that are not alone, {twice} twice",
        "Each row is a fridge that is paid for. Towns too many often come from degrees taken as a plane (in the north a degree of "
        "longitude is short), towns twice from a join by name.",
        4,
        "evaluation-and-baseline",
    )


def _points(seed: int) -> Floats:
    """1,000 points: all over the globe, far north and south, along the date line, and near the poles."""
    rng = np.random.default_rng(seed)
    everywhere = np.column_stack([np.degrees(np.arcsin(rng.uniform(-1, 1, 400))), rng.uniform(-180, 180, 400)])
    north = np.column_stack([rng.uniform(55, 75, 250), rng.uniform(-180, 180, 250)])
    side = rng.choice([-1.0, 1.0], 250)
    line = np.column_stack([rng.uniform(-60, 70, 250), side * rng.uniform(172, 180, 250)])
    poles = np.column_stack([rng.choice([-1.0, 1.0], 100) * rng.uniform(80, 90, 100), rng.uniform(-180, 180, 100)])
    return np.round(np.vstack([everywhere, north, line, poles]), 5)


def _great_circle(one: Floats, other: Floats) -> Floats:
    half = (other - one) / 2
    square = np.sin(half[..., 0]) ** 2 + np.cos(one[..., 0]) * np.cos(other[..., 0]) * np.sin(half[..., 1]) ** 2
    kilometres: Floats = 2 * RADIUS * np.arcsin(np.sqrt(np.minimum(square, 1)))
    return kilometres


def _nearest(places: Floats, points: Floats) -> Floats:
    """Kilometres to the nearest town, by every distance there is."""
    there, here = np.radians(places), np.radians(points)
    blocks = (here[start : start + BLOCK] for start in range(0, len(here), BLOCK))
    return np.concatenate([_great_circle(block[:, None, :], there[None, :, :]).min(axis=1) for block in blocks])


def _nearest_other(places: Floats) -> Floats:
    """Kilometres to the nearest other town; exact up to twice the limit, and infinite beyond.

    Towns are compared with those whose latitude is so near that they can be in reach: nothing else is left out.
    """
    order = np.argsort(places[:, 0], kind="stable")
    there = np.radians(places[order])
    reach = 2 * LIMIT / RADIUS
    sine, cosine = np.sin(there[:, 0]), np.cos(there[:, 0])
    vectors = np.column_stack([cosine * np.cos(there[:, 1]), cosine * np.sin(there[:, 1]), sine])
    found = np.full(len(places), np.inf)
    for start in range(0, len(there), 500):
        end = min(start + 500, len(there))
        low, high = np.searchsorted(there[:, 0], [there[start, 0] - reach, there[end - 1, 0] + reach])
        alike = vectors[start:end] @ vectors[low:high].T
        alike[np.arange(end - start), np.arange(start, end) - low] = -2
        best = low + alike.argmax(axis=1)
        found[order[start:end]] = _great_circle(there[start:end], there[best])
    return found


def _share_right(answers: list[float], truth: Floats) -> float:
    return float(np.mean(np.abs(np.array(answers) - truth) <= NEAR_ENOUGH * truth + 0.05))


def _answers(path: Path, number: int) -> tuple[list[tuple[str, float]], str]:
    """Town and kilometres of every answer, or what is wrong with the file."""
    try:
        rows = _read(path)
        answers = [(row["town"], float(row["km"])) for row in rows]
        ids = [int(row["id"]) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        return [], f"the answers cannot be read: {error!r}"
    if ids != list(range(number)):
        return [], f"{len(ids)} answers for {number} points, or in another order"
    return answers, ""


def _place(lat: float, lng: float) -> tuple[float, float]:
    return round(float(lat), 4), round(float(lng), 4)


def _places(path: Path) -> tuple[list[str], Floats]:
    rows = _read(path)
    return [row["name"] for row in rows], np.array([(float(row["lat"]), float(row["lng"])) for row in rows])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, points: Floats) -> None:
    lines = [f"point {number},{lat},{lng}" for number, (lat, lng) in enumerate(points)]
    path.write_text("\n".join(["name,lat,lng", *lines, ""]), encoding="utf-8")
