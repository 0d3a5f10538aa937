"""A small clean notebook, and packs made of it: what a real kernel proves in seconds."""

from collections.abc import Iterator

import pytest

from nbcritic.kit.inject.base import Base, of_file
from nbcritic.kit.inject.bench import Bench, bench
from nbcritic.kit.inject.roles import Roles
from nbcritic.kit.inject.variant import Variant, make
from nbcritic.kit.takehome.pack import Pack, write

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


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(CLEAN, encoding="utf-8")
    (folder / "data").mkdir()
    rows = "".join(f"{number % 9 + 0.5}\n" for number in range(21))
    (folder / "data" / "sales.csv").write_text("euro\n" + rows, encoding="utf-8")
    return of_file(folder / "shop.py", folder / "data", Roles(scores=("mean",)))


@pytest.fixture(scope="session")
def warm(base: Base) -> Iterator[Bench]:
    with bench(base.data) as ready:
        yield ready


@pytest.fixture(scope="session")
def variant(base: Base, warm: Bench) -> Variant:
    return make(base, 7, warm, 6)


@pytest.fixture(scope="session")
def pack(variant: Variant, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return write(variant, 60, tmp_path_factory.mktemp("packs") / "shop", None)
