"""A small clean notebook, of which a real kernel proves variants in seconds."""

from pathlib import Path

CLEAN = '''\
# %% [markdown]
# # How much did the shop take in a day?
# %%
import csv
import math
from pathlib import Path
# %%
DATA = Path("data")
LEAST = 2  # smaller sales are returns of deposits
DAYS = 7
# %%
def taken(rows, least):
    """Sum of the sales from `least` on."""
    return sum(row for row in rows if row >= least)


def a_day(total, days):
    """Mean of a day."""
    return total / days
# %%
sales = [float(row["euro"]) for row in csv.DictReader((DATA / "sales.csv").open())]
assert len(sales) == 21
assert min(sales) > 0
assert not any(math.isnan(sale) for sale in sales)
print(len(sales), "sales")
# %%
total = taken(sales, LEAST)
mean = a_day(total, DAYS)
print("a day:", round(mean, 2))  # the owner asked for it
# %% [markdown]
# ## Conclusion
# The mean above is what the owner can count on.
'''


def lay_out(folder: Path) -> None:
    """The notebook and its sales, as `--from shop.py --data data` names them."""
    (folder / "shop.py").write_text(CLEAN, encoding="utf-8")
    (folder / "data").mkdir()
    rows = "".join(f"{number % 9 + 0.5}\n" for number in range(21))
    (folder / "data" / "sales.csv").write_text("euro\n" + rows, encoding="utf-8")
