"""`python -m ontime train|replay`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

from ontime.rates import chances, late, read_flights, share_by_hour


def train(options: argparse.Namespace) -> None:
    """Count, and keep the counts."""
    from sklearn.metrics import average_precision_score

    flights = read_flights(options.flights)
    rates = share_by_hour(flights)
    options.model.mkdir(parents=True, exist_ok=True)
    rates.to_csv(options.model / "rates.csv")
    score = average_precision_score(late(flights), chances(flights, rates))
    claim = {"metric": "average precision", "value": round(float(score), 4)}
    (options.model / "claim.json").write_text(json.dumps(claim) + "\n")


def replay(options: argparse.Namespace) -> None:
    """Look up, morning by morning."""
    rates = pd.read_csv(options.model / "rates.csv", index_col=["carrier", "hour"])["late"]
    options.out.mkdir(parents=True, exist_ok=True)
    for morning in sorted(options.mornings.iterdir()):
        schedule = pd.read_csv(morning / "schedule.csv")
        listed = schedule[["carrier", "flight", "sched_dep_time"]].assign(chance=chances(schedule, rates))
        listed.to_csv(options.out / f"{morning.name}.csv", index=False)


def main() -> int:
    """Run one command; bad input is one line and exit code 2."""
    parser = argparse.ArgumentParser(prog="ontime", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for job, names in ((train, ("flights", "weather")), (replay, ("mornings", "out"))):
        command = commands.add_parser(job.__name__, help=job.__doc__)
        command.set_defaults(job=job)
        for name in ("model", *names):
            command.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    try:
        options.job(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"ontime: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
