# label: innocent
# A lesson draws train and test error over the degree to show overfitting; no degree is taken as the result.
# %% [markdown]
# # Underfitting and overfitting
# With growing degree the training error falls, while the error on unseen rows turns up again.
# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
rng = np.random.default_rng(4)
x = rng.uniform(-3, 3, (120, 1))
y = np.sin(x[:, 0]) + rng.normal(0, 0.3, 120)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
# %%
tr, te = [], []
for deg in range(1, 16):
    p = make_pipeline(PolynomialFeatures(deg), LinearRegression()).fit(x_train, y_train)
    tr.append(mean_squared_error(y_train, p.predict(x_train)))
    te.append(mean_squared_error(y_test, p.predict(x_test)))
plt.plot(tr, label="train")
plt.plot(te, label="test")
plt.legend()
