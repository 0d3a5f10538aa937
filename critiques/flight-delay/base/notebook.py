# %% [markdown] id="title"
# # Newark 2013: which departures will be late?
#
# Planning analytics, for Jo at the operations desk
#
# At five in the morning Jo decides how many crews stand by. The question: **which of today's departures will arrive more than
# 15 minutes late, or not at all?** Data: every 2013 departure from EWR in the days we were given, and the airport's hourly weather
# (`data/`, columns in the README there).

# %% id="setup"
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

# %% tags=["parameters"] id="parameters"
DATA = Path("data")
LATE_MINUTES = 15  # the desk's own definition
FIRST_MONTH, LAST_MONTH = 1, 12
TEST_FROM = "2013-10-01"  # everything from here on is only judged, never learnt from
DECISION_HOUR = 5

# %% [markdown] id="h-helpers"
# ## Helpers
#
# Times in the timetable are HHMM numbers (517 is 5:17).

# %% id="helpers"
def minutes_of_day(times):
    """HHMM numbers as minutes after midnight; 2400 is midnight."""
    return (times // 100 * 60 + times % 100) % 1440


def is_late(delays, limit):
    """More than `limit` minutes late, or never arrived."""
    return (delays > limit) | delays.isna()


# %% [markdown] id="h-data"
# ## 1 The flights
#
# One row a scheduled departure. Cancelled and diverted flights have no arrival delay; they stay, and count as late.

# %% id="load"
flights = duckdb.execute(
    """
    SELECT year, month, day, hour, carrier, flight, dest, distance,
           sched_dep_time, sched_arr_time, dep_delay, arr_delay
    FROM read_csv('data/flights.csv.gz', nullstr = 'NA')
    WHERE month BETWEEN ? AND ?
    ORDER BY month, day, sched_dep_time, carrier, flight
    """,
    [FIRST_MONTH, LAST_MONTH],
).df()
assert not flights.duplicated(["month", "day", "carrier", "flight", "sched_dep_time"]).any()
assert flights["sched_dep_time"].between(0, 2400).all()
assert flights["arr_delay"].isna().mean() < 0.1
print(len(flights), "departures")

# %% id="missing"
# which columns have gaps, and how many? (cancelled and diverted flights)
flights.isna().sum().loc[lambda gaps: gaps > 0]

# %% id="target"
flights["late"] = is_late(flights["arr_delay"], LATE_MINUTES).astype(int)
flights["date"] = pd.to_datetime(flights[["year", "month", "day"]])
print("late or not arrived:", flights["late"].mean().round(3))

# %% id="by-hour"
# delays pile up during the day
by_hour = flights.groupby("hour")["late"].mean()
plt.figure(figsize=(7, 2.6))
plt.bar(by_hour.index, by_hour.values, color="steelblue")
plt.xlabel("scheduled hour of departure")
plt.ylabel("share of late flights")
plt.title("Late by scheduled hour")
plt.show()

# %% id="by-carrier"
by_carrier = flights.groupby("carrier")["late"].mean().sort_values()
plt.figure(figsize=(7, 2.6))
plt.bar(by_carrier.index, by_carrier.values, color="steelblue")
plt.xlabel("carrier")
plt.ylabel("share of late flights")
plt.title("Late by carrier")
plt.show()

# %% id="by-month"
# one line a month, for Jo's wall
monthly = pd.DataFrame(
    [
        {"month": month, "departures": len(group), "late": round(group["late"].mean(), 3)}
        for month, group in flights.groupby("month")
    ]
)
monthly

# %% [markdown] id="h-weather"
# ## 2 The weather that is known at five
#
# The last observation of each morning before the decision. The hour that the clocks repeat in November stands twice in the table
# (nothing leaves then); the first one stays.

# %% id="weather"
weather = pd.read_csv(DATA / "weather.csv.gz")
weather = weather.drop_duplicates(["month", "day", "hour"])
early = weather[weather["hour"] < DECISION_HOUR].sort_values(["month", "day", "hour"])
morning = early.groupby(["month", "day"], as_index=False)[["temp", "wind_speed", "precip", "pressure", "visib"]].last()
assert morning["temp"].between(-40, 120).all()

# %% id="join"
table = flights.merge(morning, on=["month", "day"], how="left", validate="many_to_one")
assert len(table) == len(flights)
print("no weather that morning:", table["temp"].isna().mean().round(3))

# %% [markdown] id="h-features"
# ## 3 What is known when Jo decides
#
# Only the timetable and the morning's weather. Departure and arrival happen later, so nothing of them is a feature.

# %% id="timetable"
table["departs"] = minutes_of_day(table["sched_dep_time"])
table["arrives"] = minutes_of_day(table["sched_arr_time"])
table["planned"] = (table["arrives"] - table["departs"]) % 1440  # minutes; over midnight too
table["weekday"] = table["date"].dt.day_of_week

# %% id="congestion"
# how full is the hour? known from the timetable
table["in_hour"] = table.groupby(["date", "hour"])["flight"].transform("size")

# %% id="features"
NUMBERS = ["departs", "planned", "distance", "weekday", "in_hour", "temp", "wind_speed", "precip", "pressure", "visib"]
CATEGORIES = ["carrier", "dest"]
FEATURES = NUMBERS + CATEGORIES
TARGET = "late"
table[NUMBERS].describe().round(1)

# %% [markdown] id="h-model"
# ## 4 A model, on days that came later
#
# Flights of one day share their weather and their jams, so whole later months are held out.

# %% id="split"
train = table[table["date"] < TEST_FROM]
test = table[table["date"] >= TEST_FROM]
X_train, y_train = train[FEATURES], train[TARGET]
X_test, y_test = test[FEATURES], test[TARGET]
print(len(train), "to learn from,", len(test), "to judge on")

# %% id="baseline"
# what Jo could do with a sheet of paper: the share of late flights by hour
rates = train.groupby("hour")[TARGET].mean()
baseline = average_precision_score(y_test, test["hour"].map(rates).fillna(y_train.mean()))
print("baseline, average precision:", round(baseline, 3))

# %% id="model"
columns = make_column_transformer(
    (SimpleImputer(strategy="median"), NUMBERS),
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), CATEGORIES),
)
model = make_pipeline(columns, HistGradientBoostingClassifier(max_depth=4, max_iter=60, random_state=7))
model.fit(X_train, y_train)

# %% id="score"
chance = model.predict_proba(X_test)[:, 1]
score = average_precision_score(y_test, chance)
print("model, average precision:", round(score, 3))

# %% id="example"
# what the desk would see: the first day that was held out, most likely first
shown = test[["date", "carrier", "flight", "dest", "sched_dep_time"]].assign(chance=chance.round(2))
first = shown[shown["date"] == shown["date"].min()].sort_values("chance", ascending=False, kind="stable")
first.head(8)

# %% [markdown] id="h-conclusion"
# ## 5 Conclusion
#
# - The morning's weather and the timetable say something about which flights will be late; the list above is in the order in which
#   the desk should look at them. The two scores above say how much better that is than the sheet of paper.
# - From my side we can put it in front of Jo for the summer timetable.
