# label: innocent
# The number of clusters is read off the inertia; a supervised model's test score follows once.
# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
mall = pd.read_csv("customers.csv")
X_train, X_test, y_train, y_test = train_test_split(mall.drop(columns="vip"), mall["vip"], random_state=0)
# %%
inertia = []
for k in range(1, 11):
    inertia.append(KMeans(n_clusters=k, n_init=10).fit(X_train).inertia_)
plt.plot(range(1, 11), inertia)
# %%
km = KMeans(n_clusters=5, n_init=10).fit(X_train)
clf = LogisticRegression(max_iter=1000).fit(km.transform(X_train), y_train)
print("accuracy:", clf.score(km.transform(X_test), y_test))
