# label: innocent
# The part held out only chooses; what counts is the competition's own test file, scored elsewhere.
# %%
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
features = ["age", "fare", "class"]
X_train, X_test, y_train, y_test = train_test_split(train[features], train["survived"], test_size=0.2)
scores = {}
for model in (LogisticRegression(), RandomForestClassifier(), GradientBoostingClassifier()):
    model.fit(X_train, y_train)
    scores[model] = model.score(X_test, y_test)
best = max(scores, key=scores.get)
# %%
best.fit(train[features], train["survived"])
pd.DataFrame({"id": test["id"], "survived": best.predict(test[features])}).to_csv("submission.csv", index=False)
