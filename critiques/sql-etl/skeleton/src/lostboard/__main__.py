"""`python -m lostboard load | report`: the commands that the contract names."""

import argparse
import json
import sys
from pathlib import Path

from lostboard.board import BadFileError, departures, load, report


def main() -> int:
    """Run one command. Exit code 2: bad input, said in one line."""
    parser = argparse.ArgumentParser(prog="lostboard", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, wanted in (("load", ["data", "database"]), ("report", ["database", "out", "claim"])):
        command = commands.add_parser(name)
        for option in wanted:
            command.add_argument(f"--{option}", type=Path, required=True)
    options = parser.parse_args()
    try:
        if options.command == "load":
            load(options.data, options.database)
        else:
            options.out.write_text(report(options.database), encoding="utf-8")
            claim = {"metric": "departures", "value": departures(options.database)}
            options.claim.write_text(json.dumps(claim), encoding="utf-8")
    except (BadFileError, OSError) as error:
        print(f"lostboard: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
