# %%
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

# %%
index = pd.date_range("2024-01-01", periods=24, freq="D")
series = pd.Series(range(24), index=index, name="load")

# %%
COLOURS = {"load": "tab:blue", "trend": "tab:red"}

def draw(data, axis, label):
    axis.plot(data.index, data.values, color=COLOURS[label], label=label)
    axis.set_title(TITLE)
    return axis

# %%
TITLE = "Load"
fig, ax = plt.subplots(figsize=(4, 2))
draw(series, ax, "load")

# %%
trend = series.rolling(5).mean().dropna()
draw(trend, ax, "trend")
ax.legend()

# %%
frames = []
for offset in (0, 7, 14):
    part = series.iloc[offset : offset + 7].reset_index(drop=True)
    frames.append(part.rename(f"week {offset // 7}"))

# %%
weeks = pd.concat(frames, axis=1)
weeks.columns = [column.replace(" ", "_") for column in weeks.columns]

# %%
weekly = weeks.agg(["mean", "max"]).T
weekly["range"] = weekly["max"] - weekly["mean"]

# %%
axes = weekly.plot.bar()
axes.figure.savefig("weekly.png")

# %%
plt.close("all")
print(weekly.shape, len(trend), offset, part.name)
