# label: innocent
# A lesson on what scaling does: the score without and with it, no result is claimed.
# %% [markdown]
# Why scale? Let us see what k-NN does with raw and with scaled features.
# %%
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
X_train, X_test, y_train, y_test = train_test_split(*load_wine(return_X_y=True), random_state=0)
knn = KNeighborsClassifier().fit(X_train, y_train)
print("raw", knn.score(X_test, y_test))
# %%
scaler = StandardScaler().fit(X_train)
knn = KNeighborsClassifier().fit(scaler.transform(X_train), y_train)
print("scaled", knn.score(scaler.transform(X_test), y_test))
