# label: innocent
# The search chooses by cross-validation on the training rows; the test rows are scored once.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.metrics import classification_report
df = pd.read_csv("churn.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("churn", axis=1), df["churn"], random_state=0)
search = GridSearchCV(RandomForestClassifier(), {"max_depth": [3, 5, None], "n_estimators": [100, 300]}, cv=5)
search.fit(X_train, y_train)
print(search.best_params_, search.best_score_)
# %%
best = search.best_estimator_
print(classification_report(y_test, best.predict(X_test)))
