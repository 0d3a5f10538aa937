# label: innocent
# A randomized search on the training rows chooses, and the test rows are scored once.
# %%
import pandas as pd
from scipy.stats import randint
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import RandomizedSearchCV, train_test_split
bank = pd.read_csv("bank.csv", sep=";")
X = pd.get_dummies(bank.drop(columns="y"))
X_tr, X_te, y_tr, y_te = train_test_split(X, bank["y"], test_size=0.2)
# %%
rs = RandomizedSearchCV(RandomForestClassifier(), {"max_depth": randint(2, 20)}, n_iter=25, cv=5)
rs.fit(X_tr, y_tr)
best_rf = rs.best_estimator_
# %%
print("test accuracy:", accuracy_score(y_te, best_rf.predict(X_te)))
