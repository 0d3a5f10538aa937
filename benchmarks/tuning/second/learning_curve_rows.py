# label: innocent
# Train and test error are drawn over the number of training rows, to see whether more data would help.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
power = pd.read_csv("power_plant.csv")
X_train, X_test, y_train, y_test = train_test_split(power[["AT", "V", "AP", "RH"]], power["PE"])
# %%
train_err, test_err = [], []
for m in range(10, len(X_train), 200):
    reg = LinearRegression().fit(X_train[:m], y_train[:m])
    train_err.append(mean_squared_error(y_train[:m], reg.predict(X_train[:m])))
    test_err.append(mean_squared_error(y_test, reg.predict(X_test)))
plt.plot(np.sqrt(train_err), "r-", label="train")
plt.plot(np.sqrt(test_err), "b-", label="test")
plt.legend()
