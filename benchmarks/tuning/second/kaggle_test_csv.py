# label: innocent
# The Kaggle test file has no target: it is predicted for a submission by the model that cross-validation chose.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, cross_val_score
train = pd.read_csv("/kaggle/input/home-data/train.csv", index_col="Id")
test = pd.read_csv("/kaggle/input/home-data/test.csv", index_col="Id")
features = ["LotArea", "YearBuilt", "1stFlrSF", "FullBath"]
X, y, X_test = train[features], train["SalePrice"], test[features]
# %%
scores = {}
for n in (50, 100, 200, 400):
    rf = RandomForestRegressor(n_estimators=n, random_state=0)
    scores[n] = -cross_val_score(rf, X, y, cv=3, scoring="neg_mean_absolute_error").mean()
best_n = min(scores, key=scores.get)
# %%
rf = RandomForestRegressor(n_estimators=best_n, random_state=0).fit(X, y)
pd.DataFrame({"Id": X_test.index, "SalePrice": rf.predict(X_test)}).to_csv("submission.csv", index=False)
