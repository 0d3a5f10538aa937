# label: innocent
# Three models are tried on the validation rows, the text picks one by them, and it alone meets the test rows.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
users = pd.read_csv("users_behavior.csv")
df_train, df_rest = train_test_split(users, test_size=0.4, random_state=12345)
df_valid, df_test = train_test_split(df_rest, test_size=0.5, random_state=12345)
target = "is_ultra"
cols = ["calls", "minutes", "messages", "mb_used"]
# %%
for depth in range(1, 8):
    m = DecisionTreeClassifier(max_depth=depth, random_state=1).fit(df_train[cols], df_train[target])
    print("max_depth =", depth, ":", accuracy_score(df_valid[target], m.predict(df_valid[cols])))
# %%
for n in range(10, 60, 10):
    m = RandomForestClassifier(n_estimators=n, random_state=1).fit(df_train[cols], df_train[target])
    print("trees =", n, ":", m.score(df_valid[cols], df_valid[target]))
# %%
m = LogisticRegression(solver="liblinear").fit(df_train[cols], df_train[target])
print("logistic regression:", m.score(df_valid[cols], df_valid[target]))
# %% [markdown]
# The best model on the validation set is the random forest with 40 trees, so we choose it for the final check.
# %%
best = RandomForestClassifier(n_estimators=40, random_state=1).fit(df_train[cols], df_train[target])
print("test accuracy:", best.score(df_test[cols], df_test[target]))
