"""What each fault of the flight-delay notebook costs, measured on the data that ships with it.

Pure functions over the two tables. `python critiques/flight-delay/probes.py` prints all numbers (a few minutes).
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import average_precision_score, mean_squared_error, r2_score, roc_auc_score
from sklearn.model_selection import train_test_split

DATA = Path(__file__).parents[2] / "notebooks" / "flight-delay" / "data"
LATE = 15
CUT = 180
FIRST_TEST_MONTH = 10

CALENDAR = ["month", "day", "flight"]
TIMETABLE = ["weekday", "sched_min", "distance", "n_hour", "carrier_code", "dest_code", "planned"]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
HISTORY = ["dest_delay", "carrier_delay", "day_delay"]
POST_DEPARTURE = ["dep_min", "dep_delay", "arr_min", "air_time"]
COLUMNS = {
    "everything, as in the notebook": CALENDAR + TIMETABLE + WEATHER + HISTORY + POST_DEPARTURE,
    "without departure and flight": CALENDAR + TIMETABLE + WEATHER + HISTORY,
    "without delay averages too": CALENDAR + TIMETABLE + WEATHER,
    "timetable and date, no weather": CALENDAR + TIMETABLE,
    "timetable, neither date nor weather": TIMETABLE,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """What `dropna()` takes away after the weather is joined and the imputation has silently done nothing."""

    rows: int
    kept: int
    flown_but_lost: int
    late_share_kept: float
    late_share_lost: float
    share_of_late_or_cancelled_lost: float


def load(folder: Path = DATA) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two tables as they ship."""
    return pd.read_csv(folder / "flights.csv.gz"), pd.read_csv(folder / "weather.csv.gz")


def join(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Flights with the weather of their scheduled hour, as the notebook joins them."""
    hourly = weather.drop_duplicates(["month", "day", "hour"])
    hourly = hourly.drop(columns=["wind_gust", "year", "origin", "time_hour"])
    return flights.merge(hourly, on=["month", "day", "hour"], how="left", validate="many_to_one")


def rows_lost(flights: pd.DataFrame, weather: pd.DataFrame) -> Loss:
    """Which flights an unconditional `dropna()` removes, and how late those were."""
    joined = join(flights, weather)
    complete = joined.notna().all(axis="columns")
    flown = joined["arr_delay"].notna()
    late = joined["arr_delay"] > LATE
    trouble = late | ~flown
    return Loss(
        rows=len(joined),
        kept=int(complete.sum()),
        flown_but_lost=int((flown & ~complete).sum()),
        late_share_kept=float(late[complete].mean()),
        late_share_lost=float(late[flown & ~complete].mean()),
        share_of_late_or_cancelled_lost=float((trouble & ~complete).sum() / trouble.sum()),
    )


def late_share_by_pressure(flights: pd.DataFrame, weather: pd.DataFrame) -> tuple[float, float]:
    """Share of late flights where the pressure was recorded, and where it is missing."""
    flown = join(flights, weather).dropna(subset=["arr_delay"])
    share = (flown["arr_delay"] > LATE).groupby(flown["pressure"].isna()).mean()
    return float(share[False]), float(share[True])


def clock(times: pd.Series) -> pd.Series:
    """HHMM numbers as minutes after midnight; 2400 is midnight."""
    return (times // 100 * 60 + times % 100) % 1440


def design(joined: pd.DataFrame) -> pd.DataFrame:
    """Every column that the notebook's final list has, plus the honest versions of those it got wrong."""
    table = joined.copy()
    table["weekday"] = pd.to_datetime(table[["year", "month", "day"]]).dt.day_of_week
    table["sched_min"], table["dep_min"], table["arr_min"] = (
        clock(table[name]) for name in ("sched_dep_time", "dep_time", "arr_time")
    )
    table["planned"] = (clock(table["sched_arr_time"]) - table["sched_min"]) % 1440
    table["n_hour"] = table.groupby(["month", "day", "hour"])["flight"].transform("count")
    table["carrier_code"] = table["carrier"].astype("category").cat.codes
    table["dest_code"] = table["dest"].astype("category").cat.codes
    for name, keys in (("dest", ["dest"]), ("carrier", ["carrier"]), ("day", ["month", "day"])):
        table[f"{name}_delay"] = table.groupby(keys)["arr_delay"].transform("mean")
    return table


def halves(table: pd.DataFrame, *, by_time: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flown flights to train and to test on: at random, or January-September and October-December."""
    flown = table.dropna(subset=["arr_delay"])
    if by_time:
        return flown[flown["month"] < FIRST_TEST_MONTH], flown[flown["month"] >= FIRST_TEST_MONTH]
    train, test = train_test_split(flown, test_size=0.3, random_state=42)
    return train, test


def r2(table: pd.DataFrame, columns: Sequence[str], *, by_time: bool) -> float:
    """The notebook's question, minutes: R² of boosted trees on these columns."""
    train, test = halves(table, by_time=by_time)
    model = HistGradientBoostingRegressor(random_state=42).fit(train[list(columns)], train["arr_delay"])
    return float(r2_score(test["arr_delay"], model.predict(test[list(columns)])))


def ranking(table: pd.DataFrame, columns: Sequence[str], *, by_time: bool) -> tuple[float, float]:
    """The desk's question, late or not: average precision and AUC of boosted trees on these columns."""
    train, test = halves(table, by_time=by_time)
    model = HistGradientBoostingClassifier(random_state=42)
    chance = model.fit(train[list(columns)], train["arr_delay"] > LATE).predict_proba(test[list(columns)])[:, 1]
    late = test["arr_delay"] > LATE
    return float(average_precision_score(late, chance)), float(roc_auc_score(late, chance))


def late_share(table: pd.DataFrame, *, by_time: bool) -> float:
    """Share of late flights among those tested: what average precision is without any knowledge."""
    return float((halves(table, by_time=by_time)[1]["arr_delay"] > LATE).mean())


def rate_table(table: pd.DataFrame) -> tuple[float, float, float]:
    """A baseline without a model: R², average precision and AUC of the rates by carrier and hour, January-September."""
    train, test = halves(table, by_time=True)
    rates = train.assign(late=train["arr_delay"] > LATE).groupby(["carrier", "hour"])[["late", "arr_delay"]].mean()
    guess = test[["carrier", "hour"]].merge(rates, left_on=["carrier", "hour"], right_index=True, how="left")
    chance = guess["late"].astype(float).fillna((train["arr_delay"] > LATE).mean())
    minutes = guess["arr_delay"].fillna(train["arr_delay"].mean())
    late = test["arr_delay"] > LATE
    return (
        float(r2_score(test["arr_delay"], minutes)),
        float(average_precision_score(late, chance)),
        float(roc_auc_score(late, chance)),
    )


def cut_tail(table: pd.DataFrame) -> dict[str, float]:
    """What leaving out delays of three hours and more does to a linear model's RMSE and R² without improving it."""
    complete = table.dropna()
    columns = COLUMNS["everything, as in the notebook"]

    def linear(rows: pd.DataFrame) -> tuple[float, float]:
        train, test = train_test_split(rows, test_size=0.3, random_state=42)
        predicted = LinearRegression().fit(train[columns], train["arr_delay"]).predict(test[columns])
        return float(np.sqrt(mean_squared_error(test["arr_delay"], predicted))), float(
            r2_score(test["arr_delay"], predicted)
        )

    whole, cut = linear(complete), linear(complete[complete["arr_delay"] < CUT])
    flown = table["arr_delay"].dropna()
    return {
        "flights cut": float((complete["arr_delay"] >= CUT).sum()),
        "share of all late minutes": float(flown[flown >= CUT].sum() / flown[flown > LATE].sum()),
        "rmse": whole[0],
        "r2": whole[1],
        "rmse after the cut": cut[0],
        "r2 after the cut": cut[1],
    }


def air_time_values(flights: pd.DataFrame) -> tuple[int, int]:
    """How many different air times there are, and how many are left after the rounding cell ran on hours again."""
    minutes = flights["air_time"].dropna()
    return minutes.nunique(), (minutes / 60 / 60).round(2).nunique()


def wrong_block(flights: pd.DataFrame) -> tuple[float, float, float]:
    """Share of flights whose HHMM difference is not the clock difference; the two means in minutes."""
    naive = flights["sched_arr_time"] - flights["sched_dep_time"]
    planned = (clock(flights["sched_arr_time"]) - clock(flights["sched_dep_time"])) % 1440
    return float((naive != planned).mean()), float(naive.mean()), float(planned.mean())


def loop_cost(flights: pd.DataFrame, rows: int = 20_000) -> tuple[float, float]:
    """Seconds for the part of the day of so many flights: row by row, and all at once (equal results)."""
    sample = flights.head(rows)
    start = time.perf_counter()
    looped = []
    for _, row in sample.iterrows():
        hour = row["hour"]
        looped.append("early" if hour < 9 else "midday" if hour < 13 else "afternoon" if hour < 17 else "evening")
    middle = time.perf_counter()
    labels = ["early", "midday", "afternoon", "evening"]
    at_once = pd.cut(sample["hour"], [-1, 8, 12, 16, 24], labels=labels)
    end = time.perf_counter()
    if looped != at_once.tolist():
        raise ValueError("the two forms disagree")
    return middle - start, end - middle


@cache
def _tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Flights, weather, the designed table, and its rows that the notebook keeps; made once."""
    flights, weather = load()
    table = design(join(flights, weather))
    kept = table[list(flights.columns) + WEATHER].notna().all(axis="columns")
    return flights, weather, table, table[kept]


@cache
def _loss() -> Loss:
    return rows_lost(*_tables()[:2])


@cache
def _r2(columns: str, *, kept: bool, by_time: bool) -> float:
    return r2(_tables()[3 if kept else 2], COLUMNS[columns], by_time=by_time)


@cache
def _ranking(columns: str, *, kept: bool, by_time: bool) -> tuple[float, float]:
    return ranking(_tables()[3 if kept else 2], COLUMNS[columns], by_time=by_time)


@cache
def _rate_table() -> tuple[float, float, float]:
    return rate_table(_tables()[2])


@cache
def _tail() -> dict[str, float]:
    return cut_tail(_tables()[2])


@cache
def _loop() -> tuple[float, float]:
    return loop_cost(_tables()[0])


def _scores() -> dict[str, Callable[[], float]]:
    """Every column list under both splits on the rows that the notebook keeps; two of them on all flown flights."""
    found: dict[str, Callable[[], float]] = {}
    for columns in COLUMNS:
        name = f"scores.{columns.replace(',', '').replace(' ', '_')}"
        for split, by_time in (("random", False), ("time", True)):
            found[f"{name}.r2_{split}"] = partial(_r2, columns, kept=True, by_time=by_time)
            found[f"{name}.ap_{split}"] = partial(lambda c, t: _ranking(c, kept=True, by_time=t)[0], columns, by_time)
    for columns in ("without delay averages too", "timetable, neither date nor weather"):
        name = f"all_flown.{columns.replace(',', '').replace(' ', '_')}"
        found[f"{name}.r2_time"] = partial(_r2, columns, kept=False, by_time=True)
        found[f"{name}.ap_time"] = partial(lambda c: _ranking(c, kept=False, by_time=True)[0], columns)
        found[f"{name}.auc_time"] = partial(lambda c: _ranking(c, kept=False, by_time=True)[1], columns)
    return found


MEASURES: dict[str, Callable[[], float]] = {
    **_scores(),
    "scores.late_share.random": lambda: late_share(_tables()[3], by_time=False),
    "scores.late_share.time": lambda: late_share(_tables()[3], by_time=True),
    "all_flown.late_share": lambda: late_share(_tables()[2], by_time=True),
    "all_flown.rate_table.r2_time": lambda: _rate_table()[0],
    "all_flown.rate_table.ap_time": lambda: _rate_table()[1],
    "all_flown.rate_table.auc_time": lambda: _rate_table()[2],
    "rows.all": lambda: _loss().rows,
    "rows.cancelled_or_diverted": lambda: int(_tables()[0]["arr_delay"].isna().sum()),
    "rows.kept": lambda: _loss().kept,
    "rows.flown_but_lost": lambda: _loss().flown_but_lost,
    "rows.late_share_kept": lambda: _loss().late_share_kept,
    "rows.late_share_lost": lambda: _loss().late_share_lost,
    "rows.share_of_late_or_cancelled_lost": lambda: _loss().share_of_late_or_cancelled_lost,
    "rows.late_share_pressure_recorded": lambda: late_share_by_pressure(*_tables()[:2])[0],
    "rows.late_share_pressure_missing": lambda: late_share_by_pressure(*_tables()[:2])[1],
    "other.flights_cut_at_180_minutes": lambda: _tail()["flights cut"],
    "other.share_of_late_minutes_cut": lambda: _tail()["share of all late minutes"],
    "other.linear_rmse.before_cut": lambda: _tail()["rmse"],
    "other.linear_rmse.after_cut": lambda: _tail()["rmse after the cut"],
    "other.linear_r2.before_cut": lambda: _tail()["r2"],
    "other.linear_r2.after_cut": lambda: _tail()["r2 after the cut"],
    "other.air_time_values.in_minutes": lambda: air_time_values(_tables()[0])[0],
    "other.air_time_values.after_two_runs": lambda: air_time_values(_tables()[0])[1],
    "other.planned_duration_mean.as_written": lambda: wrong_block(_tables()[0])[1],
    "other.planned_duration_mean.by_the_clock": lambda: wrong_block(_tables()[0])[2],
    "other.iterrows_20000_seconds": lambda: _loop()[0],
    "other.vectorised_20000_seconds": lambda: _loop()[1],
}
"""Every number under `[measured]` in scenario.toml, by its dotted name."""


def main() -> int:
    """Print every number that the key and the scenario quote."""
    for name, measure in MEASURES.items():
        print(f"{name} = {measure():.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
