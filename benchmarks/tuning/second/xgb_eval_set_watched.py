# label: innocent
# The test rows are only logged during boosting: rounds are fixed and nothing stops early.
# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from xgboost import XGBRegressor
energy = pd.read_csv("PJME_hourly.csv", parse_dates=["Datetime"]).set_index("Datetime")
energy["hour"], energy["dow"] = energy.index.hour, energy.index.dayofweek
train, test = energy.loc[:"2014"], energy.loc["2015":]
# %%
reg = XGBRegressor(n_estimators=500)
reg.fit(train[["hour", "dow"]], train["PJME_MW"], eval_set=[(train[["hour", "dow"]], train["PJME_MW"]), (test[["hour", "dow"]], test["PJME_MW"])], verbose=False)
res = reg.evals_result()
plt.plot(res["validation_1"]["rmse"])
# %%
print(mean_absolute_error(test["PJME_MW"], reg.predict(test[["hour", "dow"]])))
