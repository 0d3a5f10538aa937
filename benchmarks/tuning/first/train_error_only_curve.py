# label: innocent
# The inertia over the number of clusters is drawn on all rows; no supervised score chooses.
# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
df = pd.read_csv("customers.csv")
inertia = []
for k in range(1, 11):
    inertia.append(KMeans(k, n_init=10).fit(df[["age", "income"]]).inertia_)
best_k = inertia.index(min(inertia))
# %%
X_train, X_test, y_train, y_test = train_test_split(df[["age", "income"]], df["bought"])
clf = LogisticRegression().fit(X_train, y_train)
print(clf.score(X_test, y_test))
