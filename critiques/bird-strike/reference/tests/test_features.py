from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strike_triage.features import CATEGORIES, NUMBERS, design
from strike_triage.reports import COLUMNS, read_reports


def one(**changed: object) -> pd.DataFrame:
    report = {
        "date": pd.Timestamp("2001-05-03"), "aircraft": "B-737", "phase": "Climb", "size": "Large",
        "time_of_day": "Day", "speed": 140.0,
    }  # fmt: skip
    return design(pd.DataFrame([report | changed]))


def test_a_report_becomes_one_row_of_these_columns() -> None:
    assert one().to_dict("records") == [
        {
            "size": "Large", "phase": "Climb", "time_of_day": "Day", "aircraft": "B-737", "season": "spring",
            "speed": 140.0, "energy": pytest.approx(1.96),
        }
    ]  # fmt: skip
    assert set(one().columns) == {*CATEGORIES, *NUMBERS}


@pytest.mark.parametrize(
    ("months", "season"),
    [((12, 1, 2), "winter"), ((3, 4, 5), "spring"), ((6, 7, 8), "summer"), ((9, 10, 11), "autumn")],
)
def test_seasons(months: tuple[int, ...], season: str) -> None:
    assert {one(date=pd.Timestamp(2001, month, 28))["season"].item() for month in months} == {season}


def test_spelling_of_the_aircraft_does_not_matter() -> None:
    assert one(aircraft=" b-737 ")["aircraft"].item() == "B-737"


@given(st.floats(0, 500))
def test_energy_goes_with_the_square_of_the_speed(speed: float) -> None:
    row = one(speed=speed)
    assert row["energy"].item() == pytest.approx((row["speed"].item() / 100) ** 2)


def test_a_missing_speed_stays_missing() -> None:
    row = one(speed=None)
    assert np.isnan(row["speed"].item())
    assert np.isnan(row["energy"].item())


def test_what_is_known_later_changes_no_feature(tmp_path: Path, raw: pd.DataFrame) -> None:
    later = [name for name in raw.columns if name not in COLUMNS or name == "Effect Amount of damage"]
    assert {"Cost Total $", "Wildlife Species", "Aircraft Airline Operator"} < set(later)
    other = raw.assign(**{name: raw[name].sample(frac=1, random_state=3).to_numpy() for name in later})
    tables = []
    for number, table in enumerate((raw, other)):
        path = tmp_path / f"{number}.csv"
        table.to_csv(path, index=False)
        tables.append(design(read_reports(path)))
    pd.testing.assert_frame_equal(*tables)


def test_rows_stay_in_order_and_in_number(reports: pd.DataFrame) -> None:
    mixed = reports.sample(frac=1, random_state=5)
    table = design(mixed)
    assert table.index.equals(mixed.index)
    assert table["size"].equals(mixed["size"])
