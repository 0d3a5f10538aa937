# label: innocent
# A forecast is set against last year's value on the test months: a reference, no choice.
# %%
import pandas as pd
from sklearn.metrics import mean_absolute_percentage_error
from statsmodels.tsa.holtwinters import ExponentialSmoothing
air = pd.read_csv("airline.csv", index_col="month", parse_dates=True)["passengers"]
train, test = air[:-24], air[-24:]
# %%
naive = air.shift(24)[-24:]
hw = ExponentialSmoothing(train, trend="add", seasonal="mul", seasonal_periods=12).fit()
fc = hw.forecast(24)
# %%
print("naive MAPE", mean_absolute_percentage_error(test, naive))
print("Holt-Winters MAPE", mean_absolute_percentage_error(test, fc))
print("better than naive:", mean_absolute_percentage_error(test, fc) < mean_absolute_percentage_error(test, naive))
