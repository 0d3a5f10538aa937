# label: innocent
# Early stopping watches a validation part; the test part is scored once.
# %%
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from xgboost import XGBRegressor
df = pd.read_csv("energy.csv")
X, X_test, y, y_test = train_test_split(df.drop("kwh", axis=1), df["kwh"], test_size=0.2)
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.2)
model = XGBRegressor(n_estimators=3000, early_stopping_rounds=30)
model.fit(X_train, y_train, eval_set=[(X_valid, y_valid)], verbose=False)
print(mean_absolute_error(y_test, model.predict(X_test)))
