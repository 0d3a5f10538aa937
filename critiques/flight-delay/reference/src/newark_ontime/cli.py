"""`newark-ontime train | evaluate | predict | replay`. Exit code 0: done; 2: bad input, said in one line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from newark_ontime import __version__, pipeline
from newark_ontime.artifact import Artifact, ArtifactError, load, save
from newark_ontime.config import ConfigError, read_config
from newark_ontime.data import DataError, fingerprint, read_history, read_schedule, read_weather

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        options.run(options)
    except (ConfigError, DataError, ArtifactError, OSError) as error:
        print(f"newark-ontime: {error}", file=sys.stderr)
        return 2
    return 0


def _train(options: argparse.Namespace) -> None:
    config = read_config(options.config)
    artifact = pipeline.train(read_history(options.flights), read_weather(options.weather), config)
    sources = {path.name: fingerprint(path) for path in (options.flights, options.weather)}
    save(
        Artifact(artifact.model, config, artifact.columns, artifact.metadata | {"data_sha256": sources}), options.model
    )
    print(json.dumps(artifact.metadata["evaluation"], indent=2))


def _evaluate(options: argparse.Namespace) -> None:
    report = pipeline.evaluate(load(options.model), read_history(options.flights), read_weather(options.weather))
    print(json.dumps(report, indent=2))


def _predict(options: argparse.Namespace) -> None:
    listed = pipeline.morning_list(
        load(options.model),
        read_schedule(options.schedule),
        read_history(options.flights),
        read_weather(options.weather),
    )
    _write(listed.to_csv(index=False), options.out)
    log.info("%d flights, %d with a crew: %s", len(listed), int(listed["crew"].sum()), options.out)


def _replay(options: argparse.Namespace) -> None:
    artifact = load(options.model)
    mornings = sorted(path for path in options.mornings.iterdir() if path.is_dir())
    if not mornings:
        raise DataError(
            f"{options.mornings} holds no morning: a folder each, with flights.csv, weather.csv, schedule.csv"
        )
    for morning in mornings:
        listed = pipeline.morning_list(
            artifact,
            read_schedule(morning / "schedule.csv"),
            read_history(morning / "flights.csv"),
            read_weather(morning / "weather.csv"),
        )
        _write(listed.to_csv(index=False), options.out / f"{morning.name}.csv")
    log.info("%d lists: %s", len(mornings), options.out)


def _write(text: str, path: Path) -> None:
    """Beside, then rename: the desk sees yesterday's list or today's, never half of one. Running twice changes nothing."""
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
    parser = argparse.ArgumentParser(prog="newark-ontime", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    jobs = {
        "train": (_train, "fit on the past, judge on later days, save the model"),
        "evaluate": (_evaluate, "judge a saved model on days it has not seen"),
        "predict": (_predict, "make the morning list for a schedule"),
        "replay": (_replay, "make the lists of many mornings, each from what was known then"),
    }
    for name, (run, text) in jobs.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        command.add_argument("--model", type=Path, required=True, help="folder of the model")
        if name == "replay":
            command.add_argument("--mornings", type=Path, required=True, help="folder with a folder for each morning")
            command.add_argument("--out", type=Path, required=True, help="folder to write the lists into")
            continue
        command.add_argument("--flights", type=Path, required=True, help="CSV of past departures with their delays")
        command.add_argument("--weather", type=Path, required=True, help="CSV of hourly weather")
        if name == "train":
            command.add_argument("--config", type=Path, help="TOML file; without it, the defaults")
        if name == "predict":
            command.add_argument("--schedule", type=Path, required=True, help="CSV of the departures to judge")
            command.add_argument("--out", type=Path, required=True, help="CSV to write")
    return parser
