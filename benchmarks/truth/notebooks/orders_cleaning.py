# %%
import io

import pandas as pd

# %%
RAW = """order,customer,amount,placed
1,ann,12.50,2024-01-03
2,bob,,2024-01-04
3,ann,7.25,2024-02-10
4,cho,100,2024-02-11
5,bob,3.10,2024-03-01
"""

# %%
orders = pd.read_csv(io.StringIO(RAW))
orders.head()

# %%
def tidy(frame):
    frame = frame.rename(columns=str.strip)
    frame["amount"] = frame["amount"].fillna(DEFAULT_AMOUNT)
    return frame

# %%
DEFAULT_AMOUNT = 0.0
clean = tidy(orders)

# %%
clean["placed"] = pd.to_datetime(clean["placed"])
clean["month"] = clean["placed"].dt.month

# %%
limit = 5
big = clean.query("amount > @limit")
len(big)

# %%
monthly = clean.groupby("month")["amount"].sum()
shares = monthly / monthly.sum()

# %%
clean["amount"] = clean["amount"] * 1.19
total = clean["amount"].sum()

# %%
for customer, group in clean.groupby("customer"):
    print(customer, group["amount"].mean())

# %%
assert abs(shares.sum() - 1) < 1e-9
print(customer, total, big.shape)
