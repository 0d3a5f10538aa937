"""Settings: defaults, a file, and what is refused."""

from pathlib import Path

import pytest

from weatherboard.config import Config, ConfigError, read_config


def test_without_a_file_operations_own_definition_holds() -> None:
    config = read_config(None)
    assert (config.visibility_below, config.precipitation_above, config.gust_above) == (3.0, 0.1, 30.0)
    assert (config.zone, config.keep, config.minutes_if_not_arrived) == ("America/New_York", 3, 0.0)
    assert (config.regional_seats_below, config.regional_rate) == (100, 0.5)
    assert (config.least_weather_known, config.least_aircraft_known) == (0.95, 0.7)


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('gust_above = 40\nkeep = 0\nzone = "UTC"\nregional_rate = 1\nleast_weather_known = 0')
    assert read_config(path) == Config(gust_above=40, keep=0, zone="UTC", regional_rate=1, least_weather_known=0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gusts = 1", r"c\.toml: unknown setting gusts; there are visibility_below, "),
        ("keep = 1.5", r"c\.toml: keep must be int, not 1\.5"),
        ("keep = true", "keep must be int, not True"),
        ("zone = 1", "zone must be str, not 1"),
        ('gust_above = "high"', "gust_above must be float, not 'high'"),
        ("regional_rate = 1.1", r"regional_rate is a share from 0 to 1, not 1\.1"),
        ("least_weather_known = -0.1", "least_weather_known is a share"),
        ("least_aircraft_known = 2", "least_aircraft_known is a share"),
        ("keep = -1", "cannot be negative"),
        ("minutes_if_not_arrived = -1", "cannot be negative"),
        ("keep =", "cannot read the configuration .*c.toml: "),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_config(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the configuration"):
        read_config(tmp_path / "none.toml")
