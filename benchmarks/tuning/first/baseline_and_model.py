# label: innocent
# A naive baseline stands beside one model: a reference, no choice.
# %%
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("loans.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("default", axis=1), df["default"])
dummy = DummyClassifier(strategy="prior").fit(X_train, y_train)
boost = GradientBoostingClassifier().fit(X_train, y_train)
for model in (dummy, boost):
    print(type(model).__name__, roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
# %% [markdown]
# Boosting is better than the baseline.
