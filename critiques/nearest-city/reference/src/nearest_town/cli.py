"""`nearest-town alone | lookup | check | verify | bench`. Exit code 0: done; 1: `check` found something; 2: bad input, in one line."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from nearest_town import __version__, jobs
from nearest_town.places import PlacesError, Region, missing_anchors, read_places

log = logging.getLogger(__name__)
METRIC = "share of right answers"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        code: int = options.run(options)
    except (PlacesError, ValueError, OSError) as error:
        print(f"nearest-town: {error}", file=sys.stderr)
        return 2
    return code


def _alone(options: argparse.Namespace) -> int:
    rows = jobs.alone(read_places(options.towns), options.limit)
    jobs.write_csv(rows, ("id", "name", "lat", "lng", "next", "km"), options.out)
    log.info("%d towns without another one within %g km: %s", len(rows), options.limit, options.out)
    return 0


def _lookup(options: argparse.Namespace) -> int:
    towns, questions = read_places(options.towns), read_places(options.points, options.id)
    rows = jobs.lookup(towns, questions, options.within)
    jobs.write_csv(rows, ("id", "town", "km", "status"), options.out)
    outside = sum(row["status"] != "ok" for row in rows)
    if outside:
        log.warning("%d of %d points lie outside the region and got no town", outside, len(rows))
    log.info("%d points: %s", len(rows), options.out)
    return 0


def _check(options: argparse.Namespace) -> int:
    found = [
        f"no town within 15 km of {name}, the nearest is {km} km away"
        for name, km in missing_anchors(read_places(options.towns))
    ]
    if options.points:
        questions = read_places(options.points, options.id)
        outside = ~options.within.holds(questions.degrees) if options.within else []
        found += [
            f"{questions.ids[row]} {questions.names[row]} lies outside the region: {questions.degrees[row].tolist()}"
            for row, wrong in enumerate(outside)
            if wrong
        ]
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


def _verify(options: argparse.Namespace) -> int:
    share = jobs.verify(read_places(options.towns), read_places(options.points, options.id))
    jobs.write_json({"metric": METRIC, "value": share}, options.out)
    return 0


def _bench(options: argparse.Namespace) -> int:
    for row in jobs.bench(read_places(options.towns)):
        print(f"{row['way']:<18} {row['questions']:>6} questions {row['seconds']:>9} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nearest-town", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("alone", _alone, "list the towns that have no other one within a limit"),
        ("lookup", _lookup, "find the nearest town of every point of a table"),
        ("check", _check, "look for holes in the list of towns and for points that lie elsewhere"),
        ("verify", _verify, "compare the index with all distances computed, and write the share that agrees"),
        ("bench", _bench, "time the loop, NumPy and the index"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--towns", type=Path, required=True, help="CSV with name, lat, lng")
        if name in ("lookup", "check", "verify"):
            command.add_argument("--points", type=Path, required=name != "check", help="CSV with name, lat, lng or lon")
            command.add_argument("--id", help="column of the points that names them; without it, their row")
        if name in ("lookup", "check"):
            command.add_argument("--within", type=_region, help="south,west,north,east: where points are expected")
        if name == "alone":
            command.add_argument("--limit", type=float, default=100.0, help="kilometres (default: 100)")
        if name in ("alone", "lookup", "verify"):
            command.add_argument("--out", type=Path, required=True, help="file to write")
    return parser


def _region(text: str) -> Region:
    try:
        return Region.parse(text)
    except PlacesError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
