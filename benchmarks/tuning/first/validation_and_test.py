# label: innocent
# k is chosen on a validation part of its own, and the test rows are scored once at the end.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
df = pd.read_csv("wine.csv")
X_rest, X_test, y_rest, y_test = train_test_split(df.drop("label", axis=1), df["label"], test_size=0.2)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25)
scores = {}
for k in range(1, 30):
    scores[k] = KNeighborsClassifier(k).fit(X_train, y_train).score(X_val, y_val)
best_k = max(scores, key=scores.get)
# %%
final = KNeighborsClassifier(best_k).fit(X_rest, y_rest)
print("test accuracy", final.score(X_test, y_test))
