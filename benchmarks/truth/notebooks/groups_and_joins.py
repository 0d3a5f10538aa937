# %%
import numpy as np
import pandas as pd

# %%
people = pd.DataFrame({"id": range(1, 7), "city": list("xxyyzz"), "age": [20, 31, 45, 28, 60, 39]})
cities = pd.DataFrame({"city": list("xyz"), "name": ["Xanten", "York", "Zug"], "size": [21, 200, 30]})

# %%
merged = people.merge(cities, on="city", how="left")

# %%
merged.loc[merged["age"] > 40, "group"] = "old"
merged["group"] = merged["group"].fillna("young")

# %%
summary = merged.groupby(["name", "group"], as_index=False).agg(n=("id", "count"), age=("age", "mean"))

# %%
wide = summary.pivot(index="name", columns="group", values="n").fillna(0)
wide.columns.name = None

# %%
MINIMUM = 1

def share(row):
    total = row["old"] + row["young"]
    return row["old"] / max(total, MINIMUM)

# %%
wide["share"] = wide.apply(share, axis=1)

# %%
people.drop(columns="age", inplace=True)
people["rank"] = np.arange(len(people))[::-1]

# %%
people = people.sort_values("rank").reset_index(drop=True)

# %%
mask = wide["share"] > 0.4
chosen = wide[mask].index.tolist()

# %%
lookup = dict(zip(cities["city"], cities["name"]))
people["name"] = [lookup[city] for city in people["city"]]

# %%
print(chosen, people.shape, summary["n"].sum())
