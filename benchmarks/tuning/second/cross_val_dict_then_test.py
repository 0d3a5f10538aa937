# label: innocent
# Cross-validation on the training rows picks the model of a dict; the winner alone is scored on the test rows.
# %%
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_score, train_test_split
cal = pd.read_csv("california.csv")
X_train, X_test, y_train, y_test = train_test_split(cal.drop(columns="value"), cal["value"], random_state=0)
# %%
zoo = {"ridge": Ridge(), "rf": RandomForestRegressor(), "gb": GradientBoostingRegressor()}
cv = {n: cross_val_score(m, X_train, y_train, cv=5, scoring="neg_mean_absolute_error").mean() for n, m in zoo.items()}
winner = max(cv, key=cv.get)
print(cv, winner)
# %%
model = zoo[winner].fit(X_train, y_train)
print("MAE test", mean_absolute_error(y_test, model.predict(X_test)))
