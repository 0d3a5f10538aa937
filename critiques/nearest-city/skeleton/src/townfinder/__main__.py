"""`python -m townfinder lookup|alone|verify`."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from townfinder.search import great_circle, has_neighbour, nearest, read_places

CHECKED = 300


def lookup(options: argparse.Namespace) -> None:
    """Find the nearest town of every point."""
    names, towns = read_places(options.towns)
    _, points = read_places(options.points)
    found = (nearest(towns, point) for point in points)
    rows = ((number, names[row], round(km, 3)) for number, (row, km) in enumerate(found))
    write(options.out, ("id", "town", "km"), rows)


def alone(options: argparse.Namespace) -> None:
    """List the towns that have no other one within the limit."""
    names, towns = read_places(options.towns)
    places = enumerate(towns.tolist())
    rows = [(names[own], lat, lng) for own, (lat, lng) in places if not has_neighbour(towns, own, options.limit)]
    write(options.out, ("name", "lat", "lng"), rows)


def verify(options: argparse.Namespace) -> None:
    """Compare some answers with the great circle, and say how many are right."""
    _, towns = read_places(options.towns)
    _, points = read_places(options.points)
    chosen = points[:: max(1, len(points) // CHECKED)]
    right = [abs(nearest(towns, point)[1] / great_circle(towns, point).min() - 1) <= 0.01 for point in chosen]
    claim = {"metric": "share of right answers", "value": round(sum(right) / len(right), 4)}
    options.out.write_text(json.dumps(claim) + "\n", encoding="utf-8")


def write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file with these columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> int:
    """Run one command; bad input is one line and exit code 2."""
    parser = argparse.ArgumentParser(prog="townfinder", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for job, names in ((lookup, ("points",)), (alone, ()), (verify, ("points",))):
        command = commands.add_parser(job.__name__, help=job.__doc__)
        command.set_defaults(job=job)
        for name in ("towns", "out", *names):
            command.add_argument(f"--{name}", type=Path, required=True)
        if job is alone:
            command.add_argument("--limit", type=float, default=100.0, help="kilometres")
    options = parser.parse_args()
    try:
        options.job(options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"townfinder: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
