# label: tuned
# Training stops at, and goes back to, the epoch that is best on the test rows, which are then evaluated.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping
df = pd.read_csv("houses.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("price", axis=1).values, df["price"].values)
# %%
model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
stop = EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True)
history = model.fit(X_train, y_train, epochs=500, validation_data=(X_test, y_test), callbacks=[stop])
# %%
print(model.evaluate(X_test, y_test))
