from pathlib import Path

import pytest

from newark_ontime.config import Config, ConfigError, config_from, read_config


def test_a_crew_pays_from_the_probability_at_which_both_errors_cost_the_same() -> None:
    config = Config(wasted_crew_cost=300, missed_flight_cost=1200)
    p = config.threshold
    assert (1 - p) * config.wasted_crew_cost == pytest.approx(p * config.missed_flight_cost)
    assert p == pytest.approx(0.2)


def test_without_a_file_the_defaults_hold() -> None:
    assert read_config(None) == Config()


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("missed_flight_cost = 2000\nrecent_days = [1, 3]\n")
    config = read_config(path)
    assert (config.missed_flight_cost, config.recent_days) == (2000.0, (1, 3))
    assert config.late_minutes == Config().late_minutes


def test_plain_values_make_the_same_configuration_again() -> None:
    config = Config(carrier_days=(3,), seed=9)
    assert config_from(config.as_dict()) == config
    assert config_from({**config.as_dict(), "carrier_days": [3]}) == config


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"lateminutes": 15}, "unknown setting lateminutes"),
        ({"late_minutes": "15"}, "late_minutes must be int"),
        ({"late_minutes": True}, "late_minutes must be int"),
        ({"wasted_crew_cost": 0}, "above zero"),
        ({"missed_flight_cost": -1.0}, "above zero"),
        ({"decision_hour": 24}, "1 to 23, not 24"),
        ({"decision_hour": 0}, "1 to 23, not 0"),
        ({"test_days": 0}, "test_days must be at least 1, not 0"),
        ({"recent_days": [0]}, "at least one day"),
        ({"carrier_days": [7, 0]}, "at least one day"),
    ],
)
def test_nonsense_is_refused_by_name(values: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        config_from(values)


def test_borders_are_allowed() -> None:
    assert config_from({"decision_hour": 23, "recent_days": [1], "carrier_days": []}).decision_hour == 23
    assert config_from({"decision_hour": 1, "test_days": 1}).decision_hour == 1


def test_a_missing_file_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("late_minutes = ")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_config(tmp_path / "bad.toml")
