# %%
import numpy as np
import pandas as pd

# %%
np.random.seed(42)
sample = pd.Series(np.random.gamma(2.0, 3.0, 60), name="wait")

# %%
def resample(values):
    return np.random.choice(values, size=len(values), replace=True)

# %%
def bootstrap(values, statistic, rounds=None):
    rounds = rounds or ROUNDS
    return np.array([statistic(resample(values)) for _ in range(rounds)])

# %%
ROUNDS = 200
means = bootstrap(sample, np.mean)
medians = bootstrap(sample, np.median, 100)

# %%
def interval(draws, level=0.95):
    tail = (1 - level) / 2
    return tuple(np.quantile(draws, [tail, 1 - tail]).round(3))

# %%
low, high = interval(means)
table = pd.DataFrame({"mean": interval(means), "median": interval(medians)}, index=["low", "high"])

# %%
def trimmed(values):
    ordered = np.sort(values)
    cut = int(len(ordered) * TRIM)
    return ordered[cut : len(ordered) - cut].mean()

# %%
TRIM = 0.1
table["trimmed"] = interval(bootstrap(sample, trimmed))

# %%
widths = table.loc["high"] - table.loc["low"]
narrowest = widths.idxmin()

# %%
sample = sample[sample < high * 3]
print(narrowest, low < sample.mean() < high, widths.to_dict())
