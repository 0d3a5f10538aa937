"""A made-up airline: small enough for a second, lawful enough to learn from. Large birds at take-off do grave damage."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
import uvicorn

from strike_triage.artifact import Artifact, load, save
from strike_triage.config import Config
from strike_triage.pipeline import train
from strike_triage.reports import PHASES, TIMES, read_reports
from strike_triage.service import create_app


def make_reports(rows: int = 900, seed: int = 1) -> pd.DataFrame:
    """A file as it arrives: the source's own headings, everything that is known later beside what is known at the gate."""
    rng = np.random.default_rng(seed)
    size = rng.choice(["Small", "Medium", "Large"], rows, p=[0.5, 0.3, 0.2])
    phase = rng.choice(PHASES[2:], rows)
    chance = 0.004 + 0.25 * (size == "Large") + 0.3 * ((size == "Large") & (phase == "Take-off run"))
    grave = rng.random(rows) < chance
    damage = np.where(grave, "Substantial", rng.choice(["None", "Minor", "Medium"], rows, p=[0.9, 0.07, 0.03]))
    speed = pd.Series(rng.integers(60, 260, rows)).astype(str).mask(rng.random(rows) < 0.25, "")
    return pd.DataFrame(
        {
            "Airport Name": "NOWHERE INTL",
            "Aircraft Make Model": rng.choice(["B-737", "DC-9", "ATR-42"], rows),
            "Effect Amount of damage": damage,
            "Flight Date": pd.date_range("1995-01-01", "2001-12-31", periods=rows).strftime("%Y-%m-%d"),
            "Aircraft Airline Operator": "SOMEBODY",
            "Origin State": "Texas",
            "Phase of flight": phase,
            "Wildlife Size": size,
            "Wildlife Species": np.where(grave, "Canada goose", "Unknown bird - small"),
            "Time of day": rng.choice(TIMES, rows),
            "Cost Other": 0,
            "Cost Repair": np.where(grave, 90_000, 0),
            "Cost Total $": np.where(grave, 90_000, 0),
            "Speed IAS in knots": speed,
        }
    )


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(resamples=20)


@pytest.fixture(scope="session")
def raw() -> pd.DataFrame:
    return make_reports()


@pytest.fixture(scope="session")
def file(raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "reports.csv"
    raw.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def reports(file: Path) -> pd.DataFrame:
    return read_reports(file)


@pytest.fixture(scope="session")
def artifact(reports: pd.DataFrame, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    folder = tmp_path_factory.mktemp("models") / "model"
    save(train(reports, config), folder)
    return load(folder)


@pytest.fixture
def client(artifact: Artifact) -> Iterator[httpx.Client]:
    """A client of the service over a real socket; the server is new for each test and ends with it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = uvicorn.Config(create_app(artifact), log_level="error", access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as http:
                yield http
        finally:
            server.should_exit = True
            thread.join()
