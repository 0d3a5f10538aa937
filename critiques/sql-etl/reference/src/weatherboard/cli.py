"""`weatherboard load | report | levy | page | roll-back`. Exit code 0: done; 2: bad input or a broken contract, said in one line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb

from weatherboard import __version__, report
from weatherboard.config import ConfigError, read_config
from weatherboard.contracts import ContractError
from weatherboard.database import opened
from weatherboard.landing import DataError
from weatherboard.load import load
from weatherboard.publish import publish, roll_back


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        options.run(options)
    except (ConfigError, DataError, ContractError, report.ReportError, OSError, duckdb.Error) as error:
        reason = str(error).strip().splitlines()[0]
        print(f"weatherboard: {reason}", file=sys.stderr)
        return 2
    return 0


def _load(options: argparse.Namespace) -> None:
    config = read_config(options.config)

    def build(con: duckdb.DuckDBPyConnection) -> None:
        load(con, options.data, config, options.month or ())

    publish(options.database, build, config.keep)


def _report(options: argparse.Namespace) -> None:
    config = read_config(options.config)
    with opened(options.database, read_only=True) as con:
        _write(report.as_csv(report.hours(con, config)), options.out)
        departures = con.execute("SELECT count(*) FROM board").fetchone()
        if options.claim:
            claim = {"metric": "departures", "value": departures[0] if departures else 0}
            _write(json.dumps(claim) + "\n", options.claim)
        excess = {origin: round(hours) for origin, hours in report.excess(con).items()}
        print(json.dumps({"lead": asdict(report.lead(con)), "excess_hours": excess}, indent=2))


def _levy(options: argparse.Namespace) -> None:
    with opened(options.database, read_only=True) as con:
        print(json.dumps(report.levy(con, read_config(options.config)), indent=2))


def _page(options: argparse.Namespace) -> None:
    with opened(options.database, read_only=True) as con:
        print(report.as_csv(report.page(con, options.airport)), end="")


def _roll_back(options: argparse.Namespace) -> None:
    roll_back(options.database)


def _write(text: str, path: Path) -> None:
    """Beside, then rename: who reads sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="weatherboard", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    jobs = {
        "load": (_load, "load the delivered months; a month that is there is replaced"),
        "report": (_report, "write hours by airport and month; print the lead and its interval"),
        "levy": (_levy, "print each airline's share of the bill"),
        "page": (_page, "print a destination's page as CSV"),
        "roll-back": (_roll_back, "show the last board but one again"),
    }
    for name, (run, text) in jobs.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--database", type=Path, required=True, help="the board's DuckDB file")
        if name in ("load", "report", "levy"):
            command.add_argument("--config", type=Path, help="TOML file; without it, the defaults")
        if name == "load":
            command.add_argument("--data", type=Path, required=True, help="folder with landing/ and the other tables")
            command.add_argument("--month", action="append", help="only this month, such as 2013-02; may be repeated")
        if name == "report":
            command.add_argument("--out", type=Path, required=True, help="CSV to write")
            command.add_argument("--claim", type=Path, help="JSON to write: how many departures the report counts")
        if name == "page":
            command.add_argument("--airport", required=True, help="a destination's code or name")
    return parser
