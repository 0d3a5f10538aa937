# label: innocent
# Each family is searched by cross-validation, the best by its cross-validated score is tested once.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
df = pd.read_csv("coupons.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("used", axis=1), df["used"], random_state=4)
searches = [
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1, 10]}, cv=5),
    GridSearchCV(RandomForestClassifier(), {"max_depth": [3, 6, 12]}, cv=5),
]
for search in searches:
    search.fit(X_train, y_train)
best = max(searches, key=lambda search: search.best_score_)
# %%
print(best.best_estimator_, best.score(X_test, y_test))
