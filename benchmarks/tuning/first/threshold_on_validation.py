# label: innocent
# The threshold comes from the validation rows and is applied to the test rows once.
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.model_selection import train_test_split
df = pd.read_csv("fraud.csv")
X, y = df.drop(columns="fraud"), df["fraud"]
X_train, X_hold, y_train, y_hold = train_test_split(X, y, test_size=0.4, stratify=y)
X_val, X_test, y_val, y_test = train_test_split(X_hold, y_hold, test_size=0.5, stratify=y_hold)
rf = RandomForestClassifier().fit(X_train, y_train)
precision, recall, cuts = precision_recall_curve(y_val, rf.predict_proba(X_val)[:, 1])
f1 = 2 * precision * recall / (precision + recall + 1e-9)
cut = cuts[np.argmax(f1[:-1])]
# %%
print(f1_score(y_test, rf.predict_proba(X_test)[:, 1] >= cut))
