"""`strike-triage train | evaluate | serve`. Exit code 0: done; 2: bad input, said in one line."""

from __future__ import annotations

import argparse
import json
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from strike_triage import __version__, pipeline
from strike_triage.artifact import ArtifactError, load, save
from strike_triage.config import ConfigError, read_config
from strike_triage.reports import DataError, fingerprint, read_reports


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        options.run(options)
    except (ConfigError, DataError, ArtifactError, OSError) as error:
        print(f"strike-triage: {error}", file=sys.stderr)
        return 2
    return 0


def _train(options: argparse.Namespace) -> None:
    artifact = pipeline.train(read_reports(options.reports), read_config(options.config))
    source = {options.reports.name: fingerprint(options.reports)}
    save(replace(artifact, metadata=artifact.metadata | {"data_sha256": source}), options.model)
    print(json.dumps({"threshold": artifact.threshold, **artifact.metadata["evaluation"]}, indent=2))


def _evaluate(options: argparse.Namespace) -> None:
    print(json.dumps(pipeline.evaluate(load(options.model), read_reports(options.reports)), indent=2))


def _serve(options: argparse.Namespace) -> None:
    """The socket is opened here and first, so that a port that is taken is an error of one line."""
    artifact = load(options.model)
    with socket.create_server((options.host, options.port)) as listening:
        import uvicorn

        from strike_triage.service import create_app

        print(f"http://{options.host}:{listening.getsockname()[1]} model {artifact.name}", flush=True)
        settings = uvicorn.Config(
            create_app(artifact), log_level="warning", access_log=False, lifespan="off", ws="none"
        )
        uvicorn.Server(settings).run(sockets=[listening])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="strike-triage", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    jobs = {
        "train": (_train, "learn, calibrate, set the threshold, judge, save the model"),
        "evaluate": (_evaluate, "judge a saved model on newer reports"),
        "serve": (_serve, "answer requests over HTTP"),
    }
    for name, (run, text) in jobs.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--model", type=Path, required=True, help="folder of the model")
        if name == "serve":
            command.add_argument(
                "--host", default="127.0.0.1", help="address to listen at (default: this machine only)"
            )
            command.add_argument("--port", type=int, default=8080, help="0: any free one (default: 8080)")
        else:
            command.add_argument("--reports", type=Path, required=True, help="CSV of reports with the damage found")
        if name == "train":
            command.add_argument("--config", type=Path, help="TOML file; without it, the defaults")
    return parser
