# %%
import pandas as pd

# %%
sales = pd.DataFrame({"shop": list("aabbc"), "price": [3.0, 4.0, 5.5, 1.0, 2.0], "units": [1, 2, 3, 4, 5]})

# %%
def discount(price):
    return price * (1 - RATE)

# %%
RATE = 0.1
sales["reduced"] = sales["price"].apply(discount)

# %%
def band(row):
    return "high" if row["reduced"] * row["units"] > THRESHOLD else "low"

# %%
THRESHOLD = 6
sales["band"] = sales.apply(band, axis=1)

# %%
names = {"a": "Aachen", "b": "Bonn", "c": "Celle"}
sales["town"] = sales["shop"].map(names)

# %%
sales["size"] = sales["units"].map(lambda n: n * SCALE if (SCALE := 10) else n)

# %%
handlers = {"sum": lambda column: sales[column].sum(), "top": lambda column: sales[column].max()}

# %%
results = {name: handler("reduced") for name, handler in handlers.items()}

# %%
def spread(group):
    return group.max() - group.min()

by_town = sales.groupby("town")["price"].agg(spread)

# %%
ranked = sorted(sales["town"].unique(), key=lambda town: -by_town[town])
squares = list(map(lambda n: n**2 + RATE, range(3)))
print(ranked, results, squares)
