# label: innocent
# One model, one score.
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("adverts.csv")
X_train, X_test, y_train, y_test = train_test_split(df[["tv", "radio"]], df["sales"], test_size=0.2)
lm = LinearRegression().fit(X_train, y_train)
pred = lm.predict(X_test)
print(mean_squared_error(y_test, pred), r2_score(y_test, pred))
print(max(pred), min(pred))
