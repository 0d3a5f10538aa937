# label: innocent
# argmax picks the class of each row, not a model.
# %%
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from tensorflow import keras
df = pd.read_csv("gestures.csv")
X_train, X_test, y_train, y_test = train_test_split(df.iloc[:, 1:].values, df["gesture"].values)
net = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(6, "softmax")])
net.compile("adam", "sparse_categorical_crossentropy")
net.fit(X_train, y_train, epochs=20, validation_data=(X_test, y_test))
classes = np.argmax(net.predict(X_test), axis=1)
print(accuracy_score(y_test, classes))
