# label: innocent
# Cross-validation on the training rows chooses; the test rows are scored once.
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsRegressor
df = pd.read_csv("flats.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["area", "rooms"]], df["price"])
means = []
for k in range(1, 25):
    means.append(cross_val_score(KNeighborsRegressor(k), X_train, y_train, cv=5).mean())
k = int(np.argmax(means)) + 1
# %%
model = KNeighborsRegressor(k).fit(X_train, y_train)
print(model.score(X_test, y_test))
