# label: innocent
# Within each fold the inner search on the fold's training rows chooses C; the fold's test rows score it once and folds are averaged.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
gene = pd.read_csv("leukemia.csv")
X, y = gene.drop(columns="type").to_numpy(), gene["type"].to_numpy()
# %%
out = []
for tr_idx, te_idx in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
    lr = LogisticRegressionCV(Cs=10, cv=4, max_iter=5000).fit(X[tr_idx], y[tr_idx])
    out.append(lr.score(X[te_idx], y[te_idx]))
print(np.mean(out), np.std(out))
