# label: innocent
# The threshold comes from the validation rows' ROC curve; the test rows are only judged with it.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_curve
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="bad"), loans["bad"]
X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y)
X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, test_size=0.25, stratify=y_tmp)
lr = LogisticRegression(max_iter=2000).fit(X_train, y_train)
# %%
fpr, tpr, thr = roc_curve(y_val, lr.predict_proba(X_val)[:, 1])
t = thr[np.argmax(tpr - fpr)]
# %%
print("F1", f1_score(y_test, lr.predict_proba(X_test)[:, 1] >= t))
