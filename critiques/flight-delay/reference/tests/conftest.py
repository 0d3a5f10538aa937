"""A made-up airport: small enough for a second, lawful enough to learn from. Late flights go with fog and carrier XX."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from newark_ontime.config import Config


def make_flights(days: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for number, date in enumerate(pd.date_range("2013-09-01", periods=days)):
        foggy = number % 4 == 0
        for slot in range(24):
            carrier = ("AA", "UA", "XX")[slot % 3]
            chance = 0.1 + 0.4 * foggy + 0.3 * (carrier == "XX")
            late = rng.random() < chance
            rows.append(
                {
                    "year": date.year,
                    "month": date.month,
                    "day": date.day,
                    "carrier": carrier,
                    "flight": 100 + slot,
                    "dest": ("BOS", "ORD")[slot % 2],
                    "sched_dep_time": (6 + slot // 2) * 100 + 30 * (slot % 2),
                    "sched_arr_time": (8 + slot // 2) * 100 + 15,
                    "distance": 200 if slot % 2 == 0 else 719,
                    "arr_delay": float(rng.integers(20, 90) if late else rng.integers(-30, 10)),
                }
            )
    table = pd.DataFrame(rows)
    table.loc[table.index % 50 == 7, "arr_delay"] = np.nan
    return table


def make_weather(days: int = 40) -> pd.DataFrame:
    rows = [
        {"year": date.year, "month": date.month, "day": date.day, "hour": hour}
        | {"temp": 50.0, "dewp": 40.0, "humid": 70.0, "wind_dir": 200.0, "wind_speed": 5.0}
        | {"precip": 0.0, "pressure": 1013.0, "visib": 1.0 if number % 4 == 0 else 10.0}
        for number, date in enumerate(pd.date_range("2013-09-01", periods=days))
        for hour in range(0, 24, 2)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def config() -> Config:
    return Config(test_days=10, iterations=20, smallest_leaf=20)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The tables as files, and a schedule for the day after the history ends."""
    flights, weather = make_flights(), make_weather(41)
    schedule = flights.head(24).drop(columns="arr_delay").assign(month=10, day=11)
    paths = {name: tmp_path / f"{name}.csv" for name in ("flights", "weather", "schedule")}
    for name, table in (("flights", flights), ("weather", weather), ("schedule", schedule)):
        table.to_csv(paths[name], index=False)
    return paths
