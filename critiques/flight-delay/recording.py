"""How Marta's notebook came to be: its cells, the ones she deleted or rewrote, and the order in which she ran them.

Not run as a script: `python -m nbcritic.kit.record flight-delay` replays it in a live kernel.
"""

RUNS = [
    # Wednesday: what is in the export?
    "setup",
    "load",
    "missing@1",
    "delays",
    "by-carrier",
    "by-month",
    "by-hour",
    "destinations",  # a look around, deleted on Friday when she tidied up
    # Thursday: weather, features, a first model on what the timetable and the sky say
    "to-minutes",
    "times",
    "hours@1",
    "speed",
    "weather",
    "gaps",
    "traffic",
    "calendar",
    "part-of-day",
    "monthly",
    "encode",
    "features@1",
    "scale",
    "split@1",
    "helpers",
    "linear",
    "first-forest",  # 0.27: not what one shows to the desk
    # Thursday evening: all columns
    "history",
    "features",
    "scale",
    "split@1",
    "linear",
    "forest",
    "importance",
    # Friday: rounds the hours, cuts the tail, tunes, exports
    "hours",
    "features",
    "check",
    "outliers",
    "features",
    "scale",
    "split@1",
    "forest",
    "tuning",
    "final",
    "example",
    "export",
]

# %% [markdown] id="title"
# # Newark 2013: how late will it arrive?
#
# Marta K., planning analytics
#
# Jo from the operations desk asked: *when I come in at five, which of today's flights are going to be more than 15
# minutes late?* With that they could call crews and start rebooking before the queue forms.
#
# Data: every 2013 departure from EWR plus the airport's hourly weather (`data/`, see the README there).

# %% id="setup"
import warnings
warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
%matplotlib inline

plt.rcParams["figure.figsize"] = (8, 3)
plt.rcParams["figure.dpi"] = 72
pd.set_option("display.max_columns", 50)
print("pandas", pd.__version__)

# %% [markdown] id="h-data"
# ## 1 The flights

# %% id="load"
# DATA = "/Users/marta/Documents/newark/data/"
DATA = "data/"

df = pd.read_csv(DATA + "flights.csv.gz")
print(df.shape)
df.head()

# %% id="missing" version=1
df.isna().sum()

# %% id="missing"
missing = df.isna().sum()
missing = missing[missing > 0]

# %% [markdown] id="n-missing"
# No arrival delay for about 3 % of the flights: cancelled or diverted, nothing to predict there.

# %% id="delays"
df["arr_delay"].hist(bins=120)
plt.xlim(-90, 300)
plt.xlabel("arrival delay (minutes)")
plt.show()
df["arr_delay"].describe()

# %% [markdown] id="n-delays"
# The median flight is *early*. Negative values are no mistake, I keep them (an early arrival needs a gate too). The tail on the
# right is long, the worst flight came in 18 hours late.

# %% id="by-carrier"
g = df.groupby("carrier")["arr_delay"].mean().sort_values()
plt.figure(figsize=(8, 3))
plt.bar(g.index.astype(str), g.values, color="steelblue")
plt.axhline(g.mean(), color="firebrick", ls="--")
plt.ylabel("mean arrival delay (min)")
plt.title("Arrival delay by carrier")
plt.show()

# %% id="by-month"
g = df.groupby("month")["arr_delay"].mean()
plt.figure(figsize=(8, 3))
plt.bar(g.index.astype(str), g.values, color="steelblue")
plt.axhline(g.mean(), color="firebrick", ls="--")
plt.ylabel("mean arrival delay (min)")
plt.title("Arrival delay by month")
plt.show()

# %% id="by-hour"
LATE = 15  # minutes; the desk's own definition (the on-time statistics count from 15 on)

df["late"] = (df["arr_delay"] > LATE).astype(int)
g = df.groupby("hour")["late"].mean()
plt.figure(figsize=(8, 3))
plt.bar(g.index.astype(str), g.values, color="steelblue")
plt.axhline(g.mean(), color="firebrick", ls="--")
plt.ylabel("share of late flights")
plt.title("More than 15 minutes late, by scheduled hour")
plt.show()

# %% [markdown] id="n-by-hour"
# Clear pattern: delays pile up during the day, worst around 19:00. EV is bad and flies a lot (OO is worse but hardly
# flies here), June, July and December stand out.
# So hour, month and carrier should carry a good part of it.

# %% id="destinations" ghost
big = df["dest"].value_counts().head(25).index
df[df["dest"].isin(big)].groupby("dest")["arr_delay"].mean().sort_values()

# %% [markdown] id="h-times"
# ## 2 Times
#
# All times are written as HHMM numbers (517 = 5:17).

# %% id="to-minutes"
def to_min(t):
    try:
        return int(t) // 100 * 60 + int(t) % 100
    except:
        return 0

# %% id="times"
# midnight is written as 2400 in the recorded times, on a clock it is 0
df["dep_time"] = df["dep_time"].replace(2400, 0)
df["arr_time"] = df["arr_time"].replace(2400, 0)

df["sched_min"] = df["sched_dep_time"].apply(to_min)
df["dep_min"] = df["dep_time"].apply(to_min)
df["arr_min"] = df["arr_time"].apply(to_min)
df["sched_block"] = df["sched_arr_time"] - df["sched_dep_time"]  # planned duration

# %% id="hours" version=1
df["air_time"] = df["air_time"] / 60  # hours

# %% id="hours"
df["air_time"] = (df["air_time"] / 60).round(2)  # hours

# %% id="speed"
# sanity check: a jet does about 400-500 mph
speed = df["distance"] / df["air_time"]
print("air time: median %.2f h, longest %.2f h" % (df["air_time"].median(), df["air_time"].max()))
print("speed: median %.0f mph, 1%% %.0f, 99%% %.0f" % (speed.median(), speed.quantile(0.01), speed.quantile(0.99)))

# %% [markdown] id="h-weather"
# ## 3 Weather

# %% id="weather"
w = pd.read_csv(DATA + "weather.csv.gz")

# 3 November 01:00 is in there twice (clocks go back). Nothing leaves at that hour, keep the first
w = w.drop_duplicates(["month", "day", "hour"])

# gusts are empty for 4 hours out of 5
w = w.drop(columns=["wind_gust", "year", "origin", "time_hour"])

print(len(df))
df = df.merge(w, on=["month", "day", "hour"], how="left")
print(len(df))

# %% id="gaps"
df["pressure"][df["pressure"].isna()] = df["pressure"].median()
df["wind_dir"][df["wind_dir"].isna()] = 0  # calm
df = df.dropna()

# %% [markdown] id="n-gaps"
# Pressure has the most gaps, filled with the median. What is still incomplete after that (mostly the cancelled flights) goes.

# %% id="outliers"
# a few catastrophic days blow up the RMSE, nobody can predict those anyway
df = df[df["arr_delay"] < 180]

# %% [markdown] id="h-features"
# ## 4 Features

# %% id="traffic"
# how full is the hour? known from the timetable
df["n_hour"] = df.groupby(["month", "day", "hour"])["flight"].transform("count")

# %% id="calendar"
import datetime as dt

df["date"] = df.apply(lambda r: dt.date(r["year"], r["month"], r["day"]), axis=1)
df["weekday"] = df["date"].apply(lambda d: d.weekday())

# %% id="part-of-day"
%%time
part = []
for i, row in df.iterrows():
    if row["hour"] < 9:
        part.append("early")
    elif row["hour"] < 13:
        part.append("midday")
    elif row["hour"] < 17:
        part.append("afternoon")
    else:
        part.append("evening")
df["part"] = part

# %% id="monthly"
monthly = pd.DataFrame()
for m in range(1, 13):
    sub = df[df["month"] == m]
    line = pd.DataFrame({"month": [m], "flights": [len(sub)], "late": [sub["late"].mean()], "rain": [sub["precip"].mean()]})
    monthly = pd.concat([monthly, line])
monthly

# %% id="history"
# how does this destination / this carrier usually do, and is today a bad day?
df["dest_delay"] = df.groupby("dest")["arr_delay"].transform("mean")
df["carrier_delay"] = df.groupby("carrier")["arr_delay"].transform("mean")
df["day_delay"] = df.groupby("date")["arr_delay"].transform("mean")

# %% id="encode"
from sklearn.preprocessing import LabelEncoder, StandardScaler

df["dest_big"] = np.where(df["dest"].isin(big), df["dest"], "other")

le = LabelEncoder()
df["carrier_c"] = le.fit_transform(df["carrier"])
df["dest_c"] = le.fit_transform(df["dest_big"])
df["part_c"] = le.fit_transform(df["part"])

# %% id="features" version=1
features = [
    "month", "day", "weekday", "sched_min", "sched_block", "distance", "n_hour",
    "carrier_c", "dest_c", "part_c", "flight",
    "temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib",
]
X = df[features]
y = df["arr_delay"]

# %% id="features"
features = [
    "month", "day", "weekday", "sched_min", "sched_block", "distance", "n_hour",
    "carrier_c", "dest_c", "part_c", "flight",
    "temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib",
    "dep_min", "dep_delay", "arr_min", "air_time",
    "dest_delay", "carrier_delay", "day_delay",
]
X = df[features]
y = df["arr_delay"]

# %% [markdown] id="n-features"
# My first list had only the timetable and the weather. That was poor (a forest got R² 0.27), so I went through the
# table again and took everything that helps.

# %% id="check"
df[features].describe().round(2)

# %% [markdown] id="h-models"
# ## 5 Models

# %% id="scale"
scaler = StandardScaler()
X = scaler.fit_transform(X)

# %% id="split" version=1
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)
print(X_train.shape, X_test.shape)

# %% id="split"
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
print(X_train.shape, X_test.shape)

# %% id="linear"
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

lr = LinearRegression()
lr.fit(X_train, y_train)
pred = lr.predict(X_test)
rmse = np.sqrt(mean_squared_error(y_test, pred))
mae = mean_absolute_error(y_test, pred)
r2 = r2_score(y_test, pred)
print("linear regression: RMSE %.2f  MAE %.2f  R2 %.3f" % (rmse, mae, r2))
scatter("linear regression")

# %% id="first-forest" ghost
from sklearn.ensemble import RandomForestRegressor

rf = RandomForestRegressor(n_estimators=30, max_depth=14, max_features=0.4, n_jobs=-1)
rf.fit(X_train, y_train)
print("forest: R2 %.3f" % r2_score(y_test, rf.predict(X_test)))

# %% id="forest"
from sklearn.ensemble import RandomForestRegressor

rf = RandomForestRegressor(n_estimators=30, max_depth=14, max_features=0.4, n_jobs=-1)
rf.fit(X_train, y_train)
pred = rf.predict(X_test)
rmse = np.sqrt(mean_squared_error(y_test, pred))
mae = mean_absolute_error(y_test, pred)
r2 = r2_score(y_test, pred)
print("random forest: RMSE %.2f  MAE %.2f  R2 %.3f" % (rmse, mae, r2))
scatter("random forest")

# %% id="importance"
imp = pd.Series(rf.feature_importances_, index=features).sort_values()
imp.tail(10).plot.barh(figsize=(7, 3), color="steelblue")
plt.xlabel("importance")
plt.show()

# %% [markdown] id="n-importance"
# The departure delay is by far the strongest driver, which is what the desk has been saying for years. Good sign.

# %% id="tuning"
from sklearn.ensemble import HistGradientBoostingRegressor

results = pd.DataFrame()
for depth in [4, 8, 12]:
    for rate in [0.1, 0.2]:
        gb = HistGradientBoostingRegressor(max_depth=depth, learning_rate=rate, max_iter=100, random_state=42)
        gb.fit(X_train, y_train)
        r2 = r2_score(y_test, gb.predict(X_test))
        results = pd.concat([results, pd.DataFrame({"depth": [depth], "rate": [rate], "r2": [r2]})])
results.sort_values("r2", ascending=False).head()

# %% id="final"
best = HistGradientBoostingRegressor(max_depth=8, learning_rate=0.2, max_iter=300, random_state=42)
best.fit(X_train, y_train)
pred = best.predict(X_test)
rmse = np.sqrt(mean_squared_error(y_test, pred))
mae = mean_absolute_error(y_test, pred)
r2 = r2_score(y_test, pred)
print("boosting: RMSE %.2f  MAE %.2f  R2 %.3f" % (rmse, mae, r2))
scatter("boosting")

# %% [markdown] id="n-models"
# | model | RMSE | R² |
# |---|---|---|
# | linear regression | 12.83 | 0.911 |
# | random forest | 13.77 | 0.898 |
# | boosting | **6.68** | **0.962** |
#
# Boosting wins clearly. Even the linear model is decent, so the signal is really there.

# %% id="example"
# what the desk would see: some flights of one evening
out = df[["month", "day", "carrier", "flight", "dest", "sched_dep_time", "arr_delay"]].copy()
out["predicted"] = best.predict(X).round(0)
out[(out["month"] == 7) & (out["day"] == 22)].tail(8)

# %% id="export"
import pickle

pickle.dump(best, open("model_final.pkl", "wb"))
try:
    out.to_csv("/Users/marta/Desktop/ops desk/predictions_final.csv", index=False)
except:
    out.to_csv("predictions_final.csv", index=False)  # on the server

# %% [markdown] id="h-conclusion"
# ## 6 Conclusion
#
# - We can predict the arrival delay with **R² 0.96**. The typical error is under **7 minutes**, well below the 15 minutes
#   that matter to the desk. For the morning list, cut the prediction at 15.
# - All numbers are on the 20 % of flights that the model has never seen.
# - What drives it: the departure delay first, then the time of day and whether it is a bad day overall.
# - The model is saved in `model_final.pkl`. From my side this is **ready for the desk**; we could start with the
#   summer timetable and stop over-staffing the evening standby.

# %% id="explain"
# for whoever takes over: Jo wants to see *why* a flight is flagged
!pip install shap
import shap

explainer = shap.TreeExplainer(best)
shap.summary_plot(explainer.shap_values(X_test[:500]), X_test[:500], feature_names=features)

# %% [markdown] id="h-helpers"
# ## Helpers
#
# (moved down here, they were in the way)

# %% id="helpers"
def scatter(title):
    i = np.random.choice(len(y_test), 3000)  # all of them is just a black cloud
    plt.figure(figsize=(4, 3.6))
    plt.scatter(y_test.iloc[i], pred[i], s=3, alpha=0.3)
    plt.plot([-60, 180], [-60, 180], color="firebrick")
    plt.xlabel("actual delay (min)")
    plt.ylabel("predicted (min)")
    plt.title(title)
    plt.show()
