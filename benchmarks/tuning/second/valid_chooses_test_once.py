# label: innocent
# The depth is chosen on a validation part of the training rows, and the holdout is used once at the end.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
data = pd.read_csv("titanic_clean.csv")
rest, holdout = train_test_split(data, test_size=0.2, random_state=1)
train, valid = train_test_split(rest, test_size=0.25, random_state=1)
cols = ["Pclass", "Age", "Fare", "SibSp"]
# %%
best, best_depth = 0, None
for d in range(1, 16):
    t = DecisionTreeClassifier(max_depth=d).fit(train[cols], train["Survived"])
    acc = t.score(valid[cols], valid["Survived"])
    if acc > best:
        best, best_depth = acc, d
# %%
final = DecisionTreeClassifier(max_depth=best_depth).fit(rest[cols], rest["Survived"])
print("holdout accuracy", final.score(holdout[cols], holdout["Survived"]))
