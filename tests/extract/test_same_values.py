"""What is extracted computes what the notebook computed: both are run, and every value that both have is the same."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbcritic import read
from nbcritic.analysis.page import Page
from nbcritic.extract.plan import Plan, plan
from nbcritic.extract.write import write
from nbcritic.model import Notebook
from nbcritic.notebook import percent

RUN = """
import pickle, sys, types
import matplotlib
matplotlib.use("agg")
cells = pickle.load(open(sys.argv[1], "rb"))
space = {"__name__": "__main__"}
for source in cells:
    exec(compile(source, "<cell>", "exec"), space)
kept = {}
for name, value in space.items():
    own = type(value).__module__.partition(".")[0] in ("__main__", sys.argv[3])
    if name.startswith("__") or own or isinstance(value, (types.ModuleType, types.FunctionType, type)):
        continue
    try:
        kept[name] = pickle.dumps(value)
    except Exception:
        pass
pickle.dump(kept, open(sys.argv[2], "wb"))
"""

ORDERS = '''
# %%
import numpy as np
import pandas as pd
# %% [markdown]
# ## Load the orders
# %%
RATE = 1.19
SHOPS = ["north", "south"]
rng = np.random.default_rng(3)
orders = pd.DataFrame({"shop": rng.choice(SHOPS, 40), "gross": rng.normal(100, 20, 40).round(2)})
orders["net"] = orders["gross"] / RATE  # without tax
orders["day"] = np.arange(40) % 7
orders.head()
# %%
def share(values):
    """How much of the whole each is."""
    total = values.sum()
    return values / (total * RATE)
# %%
# add what the week looks like
orders["weekend"] = orders["day"] >= 5
orders["share"] = share(orders["net"])
text = """first line
    second line
third"""
orders["text"] = text
print(orders["text"].str.len().sum())
# %%
best, worst = None, None
for shop, rows in orders.groupby("shop"):
    mean = rows["net"].mean()
    if best is None or mean > best[1]:
        best = (shop, mean)
    if worst is None or mean < worst[1]:
        worst = (shop, mean)
print(best, worst, mean)
# %%
gap = best[1] - worst[1]
'''

LOOPS = """
# %%
total = 0
seen = []
limit = 4
# %%
for number in range(10):
    if number > limit:
        last = number
        break
    total += number
    seen.append(number)
squares = [number ** 2 for number in seen]
# %%
try:
    ratio = total / len(squares)
except ZeroDivisionError:
    ratio = 0.0
else:
    seen = seen + [ratio]
table = {}
table["ratio"] = ratio
table.update(total=total)
# %%
if ratio > 1:
    verdict = "high"
else:
    verdict = "low"
words = [f"{name}={value:.1f}" for name, value in table.items()]
label = ", ".join(words).upper()
# %%
print(verdict, label, last, seen)
"""

MODEL = """
# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_absolute_error
# %%
rng = np.random.default_rng(0)
X = rng.normal(size=(80, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + rng.normal(size=80) / 10
X = X - X.mean(axis=0)
# %% [markdown]
# # Train and test
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7)
model = Ridge(alpha=0.3)
model.fit(X_train, y_train)
guess = model.predict(X_test)
error = mean_absolute_error(y_test, guess)
print(f"error {error:.3f}")
# %%
order = np.argsort(guess)
plt.figure(figsize=(4, 3))
plt.plot(guess[order], label="guess")
plt.plot(y_test[order], label="truth")
plt.xlabel("row")
plt.ylabel("value")
plt.title("Guess and truth")
plt.legend()
plt.show()
# %%
order.mean(), error
"""

REUSED = """
# %%
import math
base = 10
def scale(x, by=base):
    return x * by
def helper(x):
    return scale(x) + math.pi
class Box:
    size = base
    def __init__(self, value):
        self.value = helper(value)
# %%
x = 1
y = helper(x)
box = Box(y)
z = box.value + Box.size
x = z / 3
# %%
result = []
for x in range(3):
    result.append(x + z)
x = sum(result)
double = lambda v: v * x
# %%
w = double(2); v = w + 1
u = v - x; t = u * 2
s = helper(t)
# %%
del result
print(x, w, v, u, t, s)
"""

GLOBALS = """
# %%
import json
threshold = 0.5
data = [0.2, 0.7, 0.9, 0.4]
# %%
def above():
    return [value for value in data if value > threshold]
def count(values):
    return len(values)
# %%
kept = above()
number = count(kept)
mean = sum(kept) / number
report = {"number": number, "mean": mean}
text = json.dumps(report)
# %%
data = [value * 2 for value in data]
lowest = min(data)
highest = max(data)
spread = highest - lowest
again = above()
# %%
print(text, again, spread)
"""

QUOTED = """
# %%
import pandas as pd
frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})
low = int(frame["a"].min())
frame["c"] = frame["a"] * 2
frame["d"] = frame["c"] + frame["b"]
# %%
floor = low + 1
kept = frame.query("a > @floor and b > @low")
kept = kept.assign(e=lambda rows: rows["a"] + floor)
sums = {name: kept[name].sum() for name in kept.columns}
most = max(sums, key=sums.get)
# %%
if most == "z":
    never = 1
    other = 2
    third = never + other
print(most, len(kept))
"""

NOTEBOOKS = {"orders": ORDERS, "loops": LOOPS, "model": MODEL, "reused": REUSED, "globals": GLOBALS, "quoted": QUOTED}


def of(text: str, name: str = "own") -> Plan:
    return plan(Page(percent.read(text.lstrip(), f"{name}.py")))


def values(notebook: Notebook, folder: Path, package: str, *paths: Path) -> dict[str, Any]:
    """The values that a notebook leaves behind; magics are left out."""
    page = Page(notebook)
    sources = [cell.plain.source for cell in page.code]
    given, found = folder / "cells.pickle", folder / "values.pickle"
    given.write_bytes(pickle.dumps(sources))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, given, found, package],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kept: dict[str, bytes] = pickle.loads(found.read_bytes())
    return {name: pickle.loads(value) for name, value in kept.items()} | {"printed": done.stdout}


def same(one: object, other: object) -> bool:
    if hasattr(one, "equals"):
        return bool(one.equals(other))
    if hasattr(one, "tolist"):
        return bool(one.tolist() == other.tolist())  # type: ignore[attr-defined]
    if type(one).__module__.startswith("sklearn"):
        return str(one) == str(other)
    return one == other


def compare(plan: Plan, folder: Path) -> set[str]:
    """The names whose values were compared."""
    package = folder / "package"
    write(plan, package)
    before = values(plan.page.notebook, folder, plan.package)
    after = values(read(next(package.glob("*.ipynb"))), folder, plan.package, package / "src")
    common = before.keys() & after.keys()
    assert {name for name in common if not same(before[name], after[name])} == set()
    return common


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_that_is_left_computes_the_same(name: str, tmp_path: Path) -> None:
    common = compare(of(NOTEBOOKS[name], name), tmp_path)
    assert "printed" in common
    assert len(common) > 3


@pytest.mark.slow
def test_the_flight_delay_notebook(tmp_path: Path) -> None:
    """As its author wrote it, it does not run; with the lost cell back, the helper above and short models it does."""
    path = Path(__file__).parents[2] / "notebooks/flight-delay/flight-delay.ipynb"
    notebook = read(path)
    cells = [cell for cell in notebook.cells if "!pip" not in cell.source and "to_csv" not in cell.source]
    helper = cells.pop(next(i for i, cell in enumerate(cells) if "def scatter" in cell.source))
    first = next(i for i, cell in enumerate(cells) if "sanity check" in cell.source)
    cells.insert(first, helper)
    text = "\n".join(f"# %%\n{cell.source}" for cell in cells if cell.kind == "code").replace(
        '"dest_big"] = ', '"dest_big"] = '
    )
    text = text.replace("le = LabelEncoder()", "le = LabelEncoder()", 1)
    text = text.replace(
        'df["dest_big"] = np.where', 'big = df["dest"].value_counts().index[:30]\ndf["dest_big"] = np.where'
    )
    text = text.replace("%matplotlib inline", "").replace("%%time\n", "")
    text = text.replace("np.random.choice(len(y_test), 3000)", "np.arange(300)")
    text = re.sub(r"max_iter=\d+", "max_iter=3", text).replace("n_estimators=30", "n_estimators=2, random_state=1")
    text = text.replace('df["pressure"][df["pressure"].isna()] =', 'df.loc[df["pressure"].isna(), "pressure"] =')
    text = text.replace('df["wind_dir"][df["wind_dir"].isna()] =', 'df.loc[df["wind_dir"].isna(), "wind_dir"] =')
    text = text.replace('DATA = "data/"', f"DATA = {str(path.parent / 'data')!r} + '/'")
    text = text.replace(
        'df = pd.read_csv(DATA + "flights.csv.gz")',
        'df = pd.read_csv(DATA + "flights.csv.gz").sample(4000, random_state=0)',
    )
    common = compare(of(text, "flight_delay"), tmp_path)
    assert {"df", "X", "y", "X_train", "results", "out", "rmse", "printed"} <= common
