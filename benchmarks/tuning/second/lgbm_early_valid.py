# label: innocent
# Boosting stops early on a part of the training rows, and the test rows give the score once.
# %%
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
ctr = pd.read_csv("clicks.csv")
y = ctr.pop("click")
X_dev, X_test, y_dev, y_test = train_test_split(ctr, y, test_size=0.2)
X_train, X_valid, y_train, y_valid = train_test_split(X_dev, y_dev, test_size=0.1)
# %%
clf = lgb.LGBMClassifier(n_estimators=3000)
clf.fit(X_train, y_train, eval_set=[(X_valid, y_valid)], callbacks=[lgb.early_stopping(50), lgb.log_evaluation(100)])
# %%
print("AUC", roc_auc_score(y_test, clf.predict_proba(X_test)[:, 1]))
