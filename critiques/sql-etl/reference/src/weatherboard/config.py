"""Every number that somebody may want to change, in one typed place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path


class ConfigError(ValueError):
    """The configuration names something that does not exist or makes no sense."""


@dataclass(frozen=True, slots=True)
class Config:
    """What operations decided. Miles, inches, miles per hour; minutes for a passenger whose flight did not arrive."""

    visibility_below: float = 3.0
    precipitation_above: float = 0.1
    gust_above: float = 30.0
    zone: str = "America/New_York"
    minutes_if_not_arrived: float = 0.0
    """To be agreed with operations; at 0 such flights are only counted."""
    regional_seats_below: int = 100
    regional_rate: float = 0.5
    least_weather_known: float = 0.95
    """Smallest share of a month's departures that must find their hour of weather."""
    least_aircraft_known: float = 0.7
    keep: int = 3
    """Earlier boards that are kept beside the one on show."""

    def __post_init__(self) -> None:
        for name in ("least_weather_known", "least_aircraft_known", "regional_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")
        if self.minutes_if_not_arrived < 0 or self.keep < 0:
            raise ConfigError("minutes_if_not_arrived and keep cannot be negative")


def read_config(path: Path | None) -> Config:
    """Read a TOML file; without one, the defaults.

    Raises:
        ConfigError: The file is missing, is no TOML, or has a key or a type that `Config` does not know.
    """
    if path is None:
        return Config()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the configuration {path}: {error}") from error
    known = {field.name: type(field.default) for field in fields(Config)}
    if unknown := sorted(set(values) - set(known)):
        raise ConfigError(f"{path}: unknown setting {', '.join(unknown)}; there are {', '.join(known)}")
    for name, value in values.items():
        wanted = known[name]
        if isinstance(value, bool) or not isinstance(value, (int, float) if wanted is float else wanted):
            raise ConfigError(f"{path}: {name} must be {wanted.__name__}, not {value!r}")
    return Config(**values)
