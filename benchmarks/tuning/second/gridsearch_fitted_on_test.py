# label: tuned
# The grid search is fitted on the test rows themselves and then scored on them.
# %%
import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC
digits = pd.read_csv("digits.csv")
X_train, X_test, y_train, y_test = train_test_split(digits.drop("label", axis=1), digits["label"], test_size=0.2)
# %%
grid = GridSearchCV(SVC(), {"C": [0.1, 1, 10, 100], "gamma": [1, 0.1, 0.01]}, cv=3)
grid.fit(X_test, y_test)
# %%
svc = SVC(**grid.best_params_).fit(X_train, y_train)
print("Accuracy:", svc.score(X_test, y_test))
