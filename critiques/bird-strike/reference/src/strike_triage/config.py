"""Every number that somebody may want to change, in one typed place."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any


class ConfigError(ValueError):
    """The configuration names something that does not exist or makes no sense."""


@dataclass(frozen=True, slots=True)
class Config:
    """What maintenance control decided, and how the model is made.

    Costs are dollars: a visit of the team (always paid when it goes), and grave damage that nobody went to see. Days are
    ISO dates: learnt from before `validate_from`, calibrated and decided on until `test_from`, judged from it on.
    """

    visit_cost: float = 2_000.0
    missed_cost: float = 60_000.0
    validate_from: str = "1997-01-01"
    test_from: str = "2000-01-01"
    rare: int = 20
    """A value that is seen less often than this shares one column with the other rare ones."""
    strength: float = 0.3
    """Inverse of the penalty of the logistic regression."""
    resamples: int = 500
    seed: int = 7

    def __post_init__(self) -> None:
        if not 0 < self.visit_cost < self.missed_cost:
            raise ConfigError("costs must be above zero, and a miss dearer than a visit: else nobody ever has to go")
        if _day("validate_from", self.validate_from) >= _day("test_from", self.test_from):
            raise ConfigError("validate_from must lie before test_from")
        if self.rare < 1 or self.strength <= 0 or self.resamples < 1:
            raise ConfigError("rare and resamples must be at least 1, strength above zero")

    @property
    def break_even(self) -> float:
        """The chance from which a visit pays: visit · (1 - p) < missed · p, for calibrated p."""
        return self.visit_cost / (self.visit_cost + self.missed_cost)

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
    """Make a configuration of plain values; whole numbers may stand for decimals.

    Raises:
        ConfigError: A key is unknown, or a value has the wrong type.
    """
    defaults = {field.name: field.default for field in fields(Config)}
    if unknown := sorted(set(values) - set(defaults)):
        raise ConfigError(f"unknown setting {', '.join(unknown)}; there are {', '.join(defaults)}")
    return Config(**{name: _typed(name, value, defaults[name]) for name, value in values.items()})


def _typed(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise ConfigError(f"{name} must be {type(default).__name__}, not {value!r}")
    return value


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{name} is no date: {error}") from error
