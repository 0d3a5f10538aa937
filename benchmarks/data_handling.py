"""What the rules on data handling promise, measured: the slow form over the form that they propose, on generated data.

    python benchmarks/data_handling.py [ROWS]

Each pair gives the same result, or the driver stops. Prints the best of three for both and their ratio.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

ROWS = 20_000
Form = Callable[[pd.DataFrame], object]


def orders(rows: int) -> pd.DataFrame:
    """Orders with a price, a quantity, a weight and a customer of a fifth as many."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "price": random.gamma(2.0, 20.0, rows).round(2),
            "quantity": random.integers(1, 9, rows),
            "weight": random.normal(5, 2, rows),
            "customer": random.integers(0, rows // 5, rows),
        }
    )


# -- NBC601 --------------------------------------------------------------------------------------------------------------


def by_iterrows(df: pd.DataFrame) -> object:
    return [row["price"] * row["quantity"] for _, row in df.iterrows()]


def by_itertuples(df: pd.DataFrame) -> object:
    return [row.price * row.quantity for row in df.itertuples()]


def by_index(df: pd.DataFrame) -> object:
    df = df.assign(total=0.0)
    for i in range(len(df)):
        df.loc[i, "total"] = df["price"][i] * df["quantity"][i]
    return df["total"].tolist()


def by_columns(df: pd.DataFrame) -> object:
    return (df["price"] * df["quantity"]).tolist()


def by_apply(df: pd.DataFrame) -> object:
    return df.apply(lambda row: "dear" if row["price"] > 50 and row["weight"] < 5 else "fair", axis=1).tolist()


def by_where(df: pd.DataFrame) -> object:
    return np.where((df["price"] > 50) & (df["weight"] < 5), "dear", "fair").tolist()


# -- NBC602 --------------------------------------------------------------------------------------------------------------

PART = 20


def by_concat(df: pd.DataFrame) -> object:
    grown = pd.DataFrame()
    for start in range(0, len(df), PART):
        grown = pd.concat([grown, df.iloc[start : start + PART]])
    return grown["price"].tolist()


def by_parts(df: pd.DataFrame) -> object:
    grown = pd.DataFrame()
    parts = [df.iloc[start : start + PART] for start in range(0, len(df), PART)]
    grown = pd.concat([grown, *parts])
    return grown["price"].tolist()


def by_np_append(df: pd.DataFrame) -> object:
    grown = np.array([])
    for price in df["price"].tolist():
        grown = np.append(grown, price)
    return grown.tolist()


def by_list(df: pd.DataFrame) -> object:
    parts = [price for price in df["price"].tolist()]  # noqa: C416
    return np.array(parts).tolist()


# -- NBC608 --------------------------------------------------------------------------------------------------------------


def by_element(df: pd.DataFrame) -> object:
    prices, taxed = df["price"].to_numpy(), np.zeros(len(df))
    for i in range(len(prices)):
        taxed[i] = prices[i] * 1.2 + 1
    return taxed.tolist()


def by_array(df: pd.DataFrame) -> object:
    prices = df["price"].to_numpy()
    return (prices * 1.2 + 1).tolist()


# -- NBC609 --------------------------------------------------------------------------------------------------------------


def by_list_search(df: pd.DataFrame) -> object:
    known = df["customer"].unique()[::2].tolist()
    return [customer for customer in df["customer"].tolist() if customer in known]


def by_set(df: pd.DataFrame) -> object:
    known = set(df["customer"].unique()[::2].tolist())
    return [customer for customer in df["customer"].tolist() if customer in known]


def customers(df: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"id": sorted(df["customer"].unique())}).assign(
        city=lambda table: "city " + table["id"].astype(str)
    )


def by_filter(df: pd.DataFrame) -> object:
    table = customers(df)
    return [table[table["id"] == row.customer]["city"].iloc[0] for row in df.itertuples()]


def by_series(df: pd.DataFrame) -> object:
    cities = customers(df).set_index("id")["city"]
    return df["customer"].map(cities).tolist()


PAIRS: list[tuple[str, str, Form, Form]] = [
    ("NBC601", "iterrows, append", by_iterrows, by_columns),
    ("NBC601", "itertuples, append", by_itertuples, by_columns),
    ("NBC601", "range(len(df)), df.loc[i, …] =", by_index, by_columns),
    ("NBC601", "apply(axis=1) with a condition", by_apply, by_where),
    ("NBC602", f"pd.concat in a loop, {PART} rows each", by_concat, by_parts),
    ("NBC602", "np.append in a loop", by_np_append, by_list),
    ("NBC608", "elements of an array", by_element, by_array),
    ("NBC609", "in a list", by_list_search, by_set),
    ("NBC609", "frame[frame.key == row.key]", by_filter, by_series),
]


def best(form: Form, df: pd.DataFrame) -> tuple[float, object]:
    """Seconds of the fastest of three runs, and the result."""
    taken = []
    result: object = None
    for _ in range(3):
        start = time.perf_counter()
        result = form(df)
        taken.append(time.perf_counter() - start)
        if sum(taken) > 20:
            break
    return min(taken), result


def main() -> None:
    """Measure every pair."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    df = orders(rows)
    print(f"{rows} rows, pandas {pd.__version__}, NumPy {np.__version__}")
    print("rule\tslow form\tslow ms\tproposed ms\tratio")
    for code, name, slow, fast in PAIRS:
        (before, one), (after, other) = best(slow, df), best(fast, df)
        assert one == other, name
        print(f"{code}\t{name}\t{before * 1000:.1f}\t{after * 1000:.2f}\t{before / after:.0f}")


if __name__ == "__main__":
    main()
