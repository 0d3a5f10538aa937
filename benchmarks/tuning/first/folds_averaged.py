# label: innocent
# Each fold is scored once and the mean is reported.
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
df = pd.read_csv("tumours.csv")
X, y = df.drop(columns="malignant").values, df["malignant"].values
f1 = []
for train_idx, test_idx in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
    model = ExtraTreesClassifier(200).fit(X[train_idx], y[train_idx])
    f1.append(f1_score(y[test_idx], model.predict(X[test_idx])))
print("F1", np.mean(f1), "worst fold", min(f1))
