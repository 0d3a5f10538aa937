# label: innocent
# Precision and recall at several thresholds are tabled for the reader; the model's reported AUC does not depend on a threshold and none is chosen.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
claims = pd.read_csv("claims.csv")
X_train, X_test, y_train, y_test = train_test_split(claims.drop(columns="fraud"), claims["fraud"], random_state=6)
rf = RandomForestClassifier(500).fit(X_train, y_train)
p = rf.predict_proba(X_test)[:, 1]
# %%
pd.DataFrame([
    {"threshold": t, "precision": precision_score(y_test, p > t), "recall": recall_score(y_test, p > t)}
    for t in (0.1, 0.3, 0.5, 0.7, 0.9)
])
# %%
print("AUC", roc_auc_score(y_test, p))
