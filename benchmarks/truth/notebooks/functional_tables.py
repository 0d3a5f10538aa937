# %%
import pandas as pd

# %%
frame = pd.DataFrame({"t": [1, 2, 3, 4], "v": [2.0, 4.0, 8.0, 16.0], "k": list("abab")})

# %%
SCALE = 2

def scaled(data, column):
    return data.assign(**{column: data[column] / SCALE})

def lagged(data, column, by=1):
    return data.assign(**{f"{column}_lag": data[column].shift(by)})

# %%
result = frame.pipe(scaled, "v").pipe(lagged, "v", by=2).dropna()

# %%
growth = frame.assign(growth=lambda d: d["v"].pct_change() * PERCENT if (PERCENT := 100) else 0)

# %%
def zscore(values):
    return (values - values.mean()) / (values.std() + TINY)

# %%
TINY = 1e-9
frame["z"] = frame.groupby("k")["v"].transform(zscore)

# %%
columns = ["v", "z"]
frame[columns] = frame[columns].round(2)

# %%
kinds = frame["k"].unique()
parts = {kind: frame.loc[frame["k"] == kind, "v"].tolist() for kind in kinds}

# %%
best = frame.loc[frame["v"].idxmax()]
frame.eval("w = v * @SCALE", inplace=True)

# %%
renamed = frame.rename(columns=lambda name: name.upper())
print(renamed.columns.tolist(), parts, best["t"], result.shape, growth.shape)
