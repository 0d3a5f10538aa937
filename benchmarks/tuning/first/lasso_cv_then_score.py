# label: innocent
# LassoCV takes alpha from folds of the training rows.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LassoCV
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
df = pd.read_csv("house.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="price"), np.log(df["price"]), random_state=2)
lasso = LassoCV(alphas=np.logspace(-4, 1, 40), cv=10).fit(X_train, y_train)
print("alpha", lasso.alpha_)
# %%
print("rmse", np.sqrt(mean_squared_error(y_test, lasso.predict(X_test))))
