"""What is known at five in the morning, as numbers. Pure functions: the same code serves training and the morning run.

Three kinds, and nothing else: the timetable, the last weather observation before the decision, and how the days before
went. Nothing of the day itself that happens after the decision can get in; `tests/test_features.py` holds us to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from newark_ontime.config import Config
from newark_ontime.data import WEATHER, disrupted

CATEGORIES = ("carrier", "dest")
_PRIOR_FLIGHTS = 5
"""A window with few flights leans towards the overall share, as if it had seen this many more of them."""


def minutes_after_midnight(times: pd.Series) -> pd.Series:
    """HHMM numbers as minutes after midnight, 0 to 1439; 2400 is midnight."""
    return (times // 100 * 60 + times % 100) % 1440


def timetable(schedule: pd.DataFrame) -> pd.DataFrame:
    """Minute, weekday, planned duration by the clock (minutes), distance (miles), and how full the hour is."""
    departs = minutes_after_midnight(schedule["sched_dep_time"])
    arrives = minutes_after_midnight(schedule["sched_arr_time"])
    hour = departs // 60
    return pd.DataFrame(
        {
            "carrier": schedule["carrier"],
            "dest": schedule["dest"],
            "departs": departs,
            "weekday": schedule["date"].dt.day_of_week,
            "planned_minutes": (arrives - departs) % 1440,
            "distance": schedule["distance"],
            "departures_in_hour": schedule.groupby([schedule["date"], hour])["flight"].transform("size"),
        },
        index=schedule.index,
    )


def morning_weather(weather: pd.DataFrame, before_hour: int) -> pd.DataFrame:
    """The last observation of each day before `before_hour`, indexed by date."""
    early = weather[weather["hour"] < before_hour].sort_values(["date", "hour"])
    return early.groupby("date")[list(WEATHER)].last()


def recent_share(history: pd.DataFrame, days: int, late_minutes: int, by: Sequence[str] = ()) -> pd.DataFrame:
    """Share of disrupted flights over the `days` days *before* each date, for every date and one day beyond.

    Columns are `date`, `by` and `share`. Shrunk towards the share of all flights in the same days.
    """
    late = disrupted(history, late_minutes)
    dates = pd.date_range(history["date"].min(), history["date"].max() + pd.Timedelta(days=1), name="date")
    total = _window(late.groupby(history["date"]).agg(["sum", "size"]), dates, days)
    overall = total["sum"] / total["size"]
    if not by:
        return overall.rename("share").reset_index()
    groups = late.groupby([history["date"], *(history[name] for name in by)]).agg(["sum", "size"])
    window = _window(groups.unstack(list(by)), dates, days)
    shrunk = (window["sum"].add(overall * _PRIOR_FLIGHTS, axis="index")) / (window["size"] + _PRIOR_FLIGHTS)
    return shrunk.stack(list(by), future_stack=True).rename("share").reset_index()


def _window(counts: pd.DataFrame, dates: pd.DatetimeIndex, days: int) -> pd.DataFrame:
    """Sums over the days before each date; the shift keeps the date itself out."""
    return counts.reindex(dates).fillna(0).rolling(days, min_periods=1).sum().shift(1)


def design(schedule: pd.DataFrame, history: pd.DataFrame, weather: pd.DataFrame, config: Config) -> pd.DataFrame:
    """One row a scheduled flight, in the order of `schedule`; unknown weather and history stay NaN.

    No row is lost: what cannot be known is left to the model, which takes missing values.
    """
    table = timetable(schedule).join(schedule["date"])
    table = table.join(morning_weather(weather, config.decision_hour), on="date")
    windows = [(days, ()) for days in config.recent_days] + [(days, ("carrier",)) for days in config.carrier_days]
    for days, by in windows:
        name = "_".join(["late", *by, f"{days}d"])
        share = recent_share(history, days, config.late_minutes, by).rename(columns={"share": name})
        table = table.merge(share, on=["date", *by], how="left", validate="many_to_one")
    return table.drop(columns="date").set_index(schedule.index)
