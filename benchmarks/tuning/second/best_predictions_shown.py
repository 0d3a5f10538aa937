# label: innocent
# The test rows with the largest errors of one model are shown; argmax is over rows, not over models.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
flats = pd.read_csv("flats.csv")
train, test = train_test_split(flats, test_size=0.2, random_state=1)
cols = ["area", "rooms", "floor"]
ridge = RidgeCV(alphas=np.logspace(-3, 3, 13)).fit(train[cols], train["price"])
pred = ridge.predict(test[cols])
print("alpha", ridge.alpha_, "R2", r2_score(test["price"], pred))
# %%
err = np.abs(test["price"] - pred)
worst = err.idxmax()
test.loc[worst]
# %%
test.assign(err=err).sort_values("err", ascending=False).head(10)
