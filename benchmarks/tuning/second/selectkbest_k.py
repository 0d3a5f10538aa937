# label: tuned
# k of SelectKBest is the one with the highest score on the test rows, and that score is printed as the result.
# %%
import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
wdbc = pd.read_csv("breast_cancer.csv")
y = wdbc["diagnosis"] == "M"
X = wdbc.drop(columns=["id", "diagnosis"])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3)
# %%
acc_by_k = {}
for k in range(1, X.shape[1] + 1):
    skb = SelectKBest(f_classif, k=k).fit(X_train, y_train)
    nb = GaussianNB().fit(skb.transform(X_train), y_train)
    acc_by_k[k] = nb.score(skb.transform(X_test), y_test)
k_opt = max(acc_by_k, key=acc_by_k.get)
# %%
print("Optimal number of features:", k_opt, "accuracy:", acc_by_k[k_opt])
