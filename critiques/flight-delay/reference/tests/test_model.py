import numpy as np
import pandas as pd
from conftest import make_flights, make_weather

from newark_ontime.config import Config
from newark_ontime.data import disrupted
from newark_ontime.features import design
from newark_ontime.model import RateTable, build, probability


def tables(config: Config) -> tuple[pd.DataFrame, pd.Series]:
    flights, weather = (
        t.assign(date=pd.to_datetime(t[["year", "month", "day"]])) for t in (make_flights(), make_weather())
    )
    return design(flights, flights, weather, config), disrupted(flights, 15)


def test_the_sheet_of_paper_counts_by_carrier_and_hour() -> None:
    table = pd.DataFrame({"carrier": ["AA", "AA", "UA"], "departs": [360, 419, 420]})
    baseline = RateTable().fit(table, pd.Series([True, False, True]))
    unknown = pd.DataFrame({"carrier": ["AA", "UA", "ZZ"], "departs": [400, 425, 400]})
    assert baseline.predict(unknown).tolist() == [0.5, 1.0, 2 / 3]


def test_fog_and_the_bad_carrier_raise_the_chance(config: Config) -> None:
    table, late = tables(config)
    chance = probability(build(config).fit(table, late), table)
    bad, foggy = table["carrier"] == "XX", table["visib"] < 5
    assert chance[bad].mean() > chance[~bad].mean() + 0.1
    assert chance[foggy].mean() > chance[~foggy].mean() + 0.1
    assert chance.min() >= 0
    assert chance.max() <= 1


def test_two_trainings_agree_to_the_last_digit(config: Config) -> None:
    table, late = tables(config)
    first, second = (probability(build(config).fit(table, late), table) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_carrier_and_weather_never_seen_are_no_error(config: Config) -> None:
    table, late = tables(config)
    model = build(config).fit(table, late)
    strange = table.head(3).assign(carrier="ZZ", dest="LHR", temp=np.nan, late_1d=np.nan)
    assert np.isfinite(probability(model, strange)).all()


def test_settings_reach_the_trees() -> None:
    trees = build(Config(learning_rate=0.3, iterations=3, leaves=4, smallest_leaf=5, seed=11))["trees"]
    asked = ("learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf", "random_state", "early_stopping")
    assert [trees.get_params()[name] for name in asked] == [0.3, 3, 4, 5, 11, False]
