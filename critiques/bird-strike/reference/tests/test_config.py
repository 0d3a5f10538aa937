from pathlib import Path

import pytest

from strike_triage.config import Config, ConfigError, config_from, read_config


def test_a_visit_pays_where_the_expected_loss_is_dearer() -> None:
    config = Config(visit_cost=2_000, missed_cost=60_000)
    even = config.break_even
    assert even == pytest.approx(1 / 31)
    assert config.visit_cost * (1 - even) == pytest.approx(config.missed_cost * even)


def test_the_defaults_are_what_the_brief_says() -> None:
    assert read_config(None) == Config()
    assert Config().as_dict() == {
        "visit_cost": 2000.0, "missed_cost": 60000.0, "validate_from": "1997-01-01", "test_from": "2000-01-01",
        "rare": 20, "strength": 0.3, "resamples": 500, "seed": 7,
    }  # fmt: skip


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('visit_cost = 1500\nvalidate_from = "1996-01-01"\n')
    config = read_config(tmp_path / "c.toml")
    assert config == Config(visit_cost=1500.0, validate_from="1996-01-01")
    assert type(config.visit_cost) is float
    assert config_from(config.as_dict()) == config


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"visit": 1}, "unknown setting visit; there are visit_cost, missed_cost, "),
        ({"visit_cost": "1"}, "visit_cost must be float, not '1'"),
        ({"rare": 2.5}, "rare must be int, not 2.5"),
        ({"rare": True}, "rare must be int, not True"),
        ({"visit_cost": 0}, "dearer than a visit"),
        ({"visit_cost": 60_000}, "dearer than a visit"),
        ({"validate_from": "2000-01-01"}, "validate_from must lie before test_from"),
        ({"validate_from": "soon"}, "validate_from is no date: "),
        ({"test_from": "later"}, "test_from is no date: "),
        ({"rare": 0}, "at least 1"),
        ({"resamples": 0}, "at least 1"),
        ({"strength": 0}, "strength above zero"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config_from(values)
    assert word in str(refused.value)


def test_the_smallest_values_that_make_sense() -> None:
    assert Config(rare=1, resamples=1, strength=0.1, visit_cost=0.5, missed_cost=0.75).break_even == pytest.approx(0.4)


@pytest.mark.parametrize(("content", "word"), [("a = [", "is not valid TOML"), (None, "cannot read the configuration")])
def test_an_unreadable_file_is_named(tmp_path: Path, content: str | None, word: str) -> None:
    path = tmp_path / "c.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=word) as refused:
        read_config(path)
    assert "c.toml" in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_config(tmp_path / "c.toml")


def test_an_umlaut_in_a_comment_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes("# für Ingrid\nrare = 5\n".encode())
    assert read_config(tmp_path / "c.toml").rare == 5
