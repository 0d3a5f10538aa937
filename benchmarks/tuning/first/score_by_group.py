# label: innocent
# One model is scored on groups of the test rows, and the group that it serves worst is named.
# %%
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
df = pd.read_csv("deliveries.csv")
train, test = train_test_split(df, random_state=0)
features = ["distance", "weight", "hour"]
model = HistGradientBoostingRegressor().fit(train[features], train["minutes"])
errors = {}
for city, rows in test.groupby("city"):
    errors[city] = mean_absolute_error(rows["minutes"], model.predict(rows[features]))
worst = max(errors, key=errors.get)
print("worst in", worst, errors[worst])
