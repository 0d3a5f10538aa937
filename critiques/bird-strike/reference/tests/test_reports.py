import hashlib
from pathlib import Path

import pandas as pd
import pytest

from strike_triage.reports import AT_THE_GATE, COLUMNS, GRAVE, HARMLESS, DataError, fingerprint, grave, read_reports

SPELT = {short: name for name, short in COLUMNS.items()}


def written(folder: Path, raw: pd.DataFrame, **changed: object) -> Path:
    """The first reports as a file, with one column changed in the third row."""
    table = raw.head(20).astype(object)
    for name, value in changed.items():
        table.loc[2, SPELT[name]] = value
    path = folder / "some.csv"
    table.to_csv(path, index=False)
    return path


def test_the_word_none_is_an_answer_and_no_gap(raw: pd.DataFrame, reports: pd.DataFrame) -> None:
    assert len(reports) == len(raw)
    assert (reports["damage"] == "None").sum() == (raw["Effect Amount of damage"] == "None").sum() > 0
    assert reports["damage"].notna().all()


def test_only_what_is_known_at_the_gate_comes_in_and_the_answer(reports: pd.DataFrame) -> None:
    assert list(reports.columns) == [*AT_THE_GATE, "damage"]
    assert AT_THE_GATE == ("date", "aircraft", "phase", "size", "time_of_day", "speed")


def test_an_empty_speed_is_a_gap_and_the_row_stays(raw: pd.DataFrame, reports: pd.DataFrame) -> None:
    assert reports["speed"].isna().sum() == (raw["Speed IAS in knots"] == "").sum() > 0
    assert reports["speed"].dtype == float


def test_reports_come_oldest_first(tmp_path: Path, raw: pd.DataFrame) -> None:
    path = tmp_path / "mixed.csv"
    raw.sample(50, random_state=1).to_csv(path, index=False)
    read = read_reports(path)
    assert read["date"].is_monotonic_increasing
    assert read.index.tolist() == list(range(50))


def test_a_grave_case_is_one_that_grounds_the_aircraft() -> None:
    values = [*HARMLESS, *GRAVE]
    assert grave(pd.DataFrame({"damage": values})).tolist() == [False, False, False, True, True, True]
    assert values == ["None", "Minor", "Medium", "Substantial", "B", "C"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"damage": "Destroyed"}, "`damage` may not be 'Destroyed' (line 4)"),
        ({"damage": ""}, "`damage` may not be '' (line 4)"),
        ({"phase": "En route"}, "`phase` may not be 'En route' (line 4)"),
        ({"size": "Huge"}, "`size` may not be 'Huge' (line 4)"),
        ({"time_of_day": "Noon"}, "`time_of_day` may not be 'Noon' (line 4)"),
        ({"speed": "501"}, "`speed` may not be '501.0' (line 4)"),
        ({"speed": "-1"}, "`speed` may not be '-1.0' (line 4)"),
        ({"aircraft": ""}, "`aircraft` may not be '' (line 4)"),
        ({"date": "1979-12-31"}, "`date` may not be '1979-12-31 00:00:00' (line 4)"),
    ],
)
def test_a_value_that_nobody_decided_about_stops_the_file(
    tmp_path: Path, raw: pd.DataFrame, changed: dict[str, object], words: str
) -> None:
    path = written(tmp_path, raw, **changed)
    with pytest.raises(DataError) as refused:
        read_reports(path)
    assert str(refused.value) == f"{path}: {words}"


@pytest.mark.parametrize("speed", ["0", "500"])
def test_the_slowest_and_the_fastest_are_allowed(tmp_path: Path, raw: pd.DataFrame, speed: str) -> None:
    assert float(speed) in read_reports(written(tmp_path, raw, speed=speed))["speed"].tolist()


@pytest.mark.parametrize("changed", [{"speed": "fast"}, {"date": "yesterday"}])
def test_what_is_no_number_or_no_day_is_refused_with_its_column(
    tmp_path: Path, raw: pd.DataFrame, changed: dict[str, object]
) -> None:
    with pytest.raises(DataError, match=f"`{next(iter(changed))}` may not be"):
        read_reports(written(tmp_path, raw, **changed))


def test_several_faults_are_told_at_once_but_not_all_of_them(tmp_path: Path, raw: pd.DataFrame) -> None:
    path = written(tmp_path, raw, damage="X", phase="X", size="X", time_of_day="X")
    with pytest.raises(DataError) as refused:
        read_reports(path)
    assert str(refused.value).count("may not be") == 3
    assert str(refused.value).count("; ") == 2


def test_a_missing_column_is_named_as_the_file_spells_it(tmp_path: Path, raw: pd.DataFrame) -> None:
    path = tmp_path / "short.csv"
    raw.drop(columns="Wildlife Size").to_csv(path, index=False)
    with pytest.raises(DataError) as refused:
        read_reports(path)
    assert str(refused.value) == f"{path}: column `Wildlife Size` is missing"


def test_no_file_and_no_rows_are_refused(tmp_path: Path, raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nothing\.csv"):
        read_reports(tmp_path / "nothing.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"cannot read .*empty\.csv"):
        read_reports(tmp_path / "empty.csv")
    raw.head(0).to_csv(tmp_path / "headings.csv", index=False)
    with pytest.raises(DataError, match=r"headings\.csv holds no report"):
        read_reports(tmp_path / "headings.csv")


def test_a_fingerprint_is_the_sha256(file: Path) -> None:
    assert fingerprint(file) == hashlib.sha256(file.read_bytes()).hexdigest()
