"""Every number that somebody may want to change, in one typed place."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any


class ConfigError(ValueError):
    """The configuration names something that does not exist or makes no sense."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the desk decided, and how the model is made.

    Costs are dollars a flight: a crew that stood by for nothing, and a late flight that nobody was there for.
    """

    late_minutes: int = 15
    wasted_crew_cost: float = 300.0
    missed_flight_cost: float = 1200.0
    decision_hour: int = 5
    test_days: int = 92
    recent_days: tuple[int, ...] = (1, 7)
    carrier_days: tuple[int, ...] = (7, 28)
    learning_rate: float = 0.05
    iterations: int = 150
    leaves: int = 15
    smallest_leaf: int = 200
    seed: int = 7

    def __post_init__(self) -> None:
        if self.wasted_crew_cost <= 0 or self.missed_flight_cost <= 0:
            raise ConfigError("costs must be above zero: without them there is no best threshold")
        if not 0 < self.decision_hour < 24:
            raise ConfigError(f"decision_hour must be 1 to 23, not {self.decision_hour}")
        if self.test_days < 1:
            raise ConfigError(
                f"test_days must be at least 1, not {self.test_days}: without later days nothing is judged"
            )
        if min((*self.recent_days, *self.carrier_days), default=1) < 1:
            raise ConfigError("windows of recent days must be at least one day long")

    @property
    def threshold(self) -> float:
        """From which probability a crew pays: wasted · (1 - p) < missed · p, for calibrated p."""
        return self.wasted_crew_cost / (self.wasted_crew_cost + self.missed_flight_cost)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact's metadata."""
        return asdict(self)


def read_config(path: Path | None) -> Config:
    """Read a TOML file; without one, the defaults.

    Raises:
        ConfigError: The file is missing, is no TOML, or has a key that `Config` does not know.
    """
    if path is None:
        return Config()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the configuration: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    return config_from(values)


def config_from(values: dict[str, Any]) -> Config:
    """Make a configuration of plain values; lists become tuples, whole numbers may stand for decimals.

    Raises:
        ConfigError: A key is unknown, or a value has the wrong type.
    """
    defaults = {field.name: field.default for field in fields(Config)}
    if unknown := sorted(set(values) - set(defaults)):
        raise ConfigError(f"unknown setting {', '.join(unknown)}; there are {', '.join(defaults)}")
    return Config(**{name: _typed(name, value, defaults[name]) for name, value in values.items()})


def _typed(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        return tuple(_typed(name, item, 1) for item in value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise ConfigError(f"{name} must be {type(default).__name__}, not {value!r}")
    return value
