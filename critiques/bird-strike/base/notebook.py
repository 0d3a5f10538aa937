# %% [markdown] id="title"
# # Bird strikes: which reports need an inspection today?
#
# Safety analytics, for Amara at the inspection desk
#
# A report comes in: an aircraft has hit a bird. Amara sends an engineer at once, or lets it wait for the next routine check. The
# question: **how likely is damage, given what the report says on the day?** Data: reported strikes in the United States since 1990
# (`data/birdstrikes.csv.gz`, columns in the README).

# %% id="setup"
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
FROM_DAY = "1990-01-01"
TEST_FROM = "2000-01-01"  # everything from here on is only judged, never learnt from
LOW_PHASES = ["Approach", "Landing Roll", "Take-off run"]
SHOWN = 10  # reports on the first screen of the desk
ENGINEER_HOURS = 6

# %% [markdown] id="h-helpers"
# ## Helpers

# %% id="helpers"
def has_damage(levels):
    """Any damage at all: every level but the word None, which is a level and no gap."""
    return levels != "None"


def near_ground(phases, low):
    """Is the phase of flight one of those near the ground?"""
    return phases.isin(low).astype(int)


# %% [markdown] id="h-data"
# ## 1 The reports
#
# One row a reported strike. The level of damage may be the word None, which a careless reader takes for a gap: all values are read as
# text first.

# %% id="load"
reports = duckdb.execute(
    """
    SELECT "Flight Date", "Aircraft Make Model", "Aircraft Airline Operator", "Origin State", "Phase of flight",
           "Wildlife Size", "Time of day", "Speed IAS in knots", "Cost Repair", "Effect Amount of damage"
    FROM read_csv('data/birdstrikes.csv.gz', all_varchar = true)
    WHERE "Flight Date" >= ?
    ORDER BY "Flight Date", "Aircraft Make Model", "Airport Name", "Wildlife Species"
    """,
    [FROM_DAY],
).df()
reports.columns = [
    "date", "aircraft", "operator", "state", "phase", "size", "time_of_day", "knots", "cost", "damage",
]
assert set(reports["damage"]) <= {"None", "Minor", "Medium", "Substantial", "C", "B"}
assert reports["date"].notna().all()
print(len(reports), "reports")

# %% id="types"
# an empty speed is a gap and stays one
reports["knots"] = pd.to_numeric(reports["knots"], errors="coerce")
reports["cost"] = pd.to_numeric(reports["cost"], errors="coerce")
reports["date"] = pd.to_datetime(reports["date"])
assert reports["knots"].dropna().between(0, 400).all()

# %% id="target"
reports["damaged"] = has_damage(reports["damage"]).astype(int)
print("with damage:", reports["damaged"].mean().round(3))

# %% id="by-phase"
# most strikes happen near the ground
by_phase = reports.groupby("phase")["damaged"].mean().sort_values()
plt.figure(figsize=(7, 2.6))
plt.barh(by_phase.index, by_phase.values, color="darkolivegreen")
plt.xlabel("share with damage")
plt.title("Damage by phase of flight")
plt.show()

# %% id="by-size"
by_size = reports.groupby("size")["damaged"].mean().sort_values()
plt.figure(figsize=(7, 2.2))
plt.barh(by_size.index, by_size.values, color="darkolivegreen")
plt.xlabel("share with damage")
plt.title("Damage by size of the bird")
plt.show()

# %% id="by-year"
# one line a year, for the yearly report
yearly = pd.DataFrame(
    [
        {"year": year, "reports": len(group), "damaged": round(group["damaged"].mean(), 3)}
        for year, group in reports.groupby(reports["date"].dt.year)
    ]
)
yearly

# %% [markdown] id="h-features"
# ## 2 What the report says on the day
#
# The aircraft, where in the flight it happened, how large the bird was, and the speed. What the repair costs is known weeks later.

# %% id="seasons"
# birds travel in spring and autumn
seasons = pd.DataFrame({"month": range(1, 13), "season": ["winter", "winter", *["spring"] * 3, *["summer"] * 3, *["autumn"] * 3, "winter"]})
reports["month"] = reports["date"].dt.month
table = reports.merge(seasons, on="month", how="left", validate="many_to_one")
assert len(table) == len(reports)

# %% id="columns"
table["low"] = near_ground(table["phase"], LOW_PHASES)
table["mph"] = table["knots"] * 1.15078  # the desk thinks in miles
table["force"] = table["mph"] * table["mph"] / 1000  # grows with the square of the speed

# %% id="features"
NUMBERS = ["mph", "force", "low"]
CATEGORIES = ["operator", "aircraft", "state", "phase", "size", "time_of_day", "season"]
FEATURES = NUMBERS + CATEGORIES
TARGET = "damaged"
table[NUMBERS].describe().round(1)

# %% [markdown] id="h-model"
# ## 3 A model, on reports that came later

# %% id="split"
train = table[table["date"] < TEST_FROM]
test = table[table["date"] >= TEST_FROM]
X_train, y_train = train[FEATURES], train[TARGET]
X_test, y_test = test[FEATURES], test[TARGET]
print(len(train), "to learn from,", len(test), "to judge on")

# %% id="baseline"
# what Amara does today: large birds first, then medium ones
rates = train.groupby("size")[TARGET].mean()
baseline = average_precision_score(y_test, test["size"].map(rates).fillna(y_train.mean()))
print("baseline, average precision:", round(baseline, 3))

# %% id="model"
columns = make_column_transformer(
    (SimpleImputer(strategy="median"), NUMBERS),
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, min_frequency=20), CATEGORIES),
)
model = make_pipeline(columns, HistGradientBoostingClassifier(max_depth=3, max_iter=60, early_stopping=True, random_state=7))
model.fit(X_train, y_train)

# %% id="score"
chance = model.predict_proba(X_test)[:, 1]
score = average_precision_score(y_test, chance)
print("model, average precision:", round(score, 3))

# %% id="example"
# what the desk would see: the reports that most need somebody
shown = test[["date", "operator", "phase", "size", "mph"]].assign(chance=chance.round(2))
first = shown.sort_values("chance", ascending=False, kind="stable").head(SHOWN)
print("hours for these:", len(first) * ENGINEER_HOURS)
first

# %% [markdown] id="h-conclusion"
# ## 4 Conclusion
#
# - What the report says on the day puts the reports with damage further up than the size of the bird alone does; the two scores above
#   say by how much.
# - From my side the desk can work down this list from Monday.
