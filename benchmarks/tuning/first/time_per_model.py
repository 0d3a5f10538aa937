# label: innocent
# Models are compared by how long they take; the fastest is named, the scores choose nothing.
# %%
import time
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
df = pd.read_csv("trips.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("minutes", axis=1), df["minutes"])
seconds = {}
for model in (Ridge(), RandomForestRegressor()):
    start = time.perf_counter()
    model.fit(X_train, y_train)
    seconds[type(model).__name__] = time.perf_counter() - start
    print(type(model).__name__, model.score(X_test, y_test))
print("fastest:", min(seconds, key=seconds.get))
