# label: innocent
# Four classifiers are compared in a bar chart and none is chosen.
# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
glass = pd.read_csv("glass.csv")
X_train, X_test, y_train, y_test = train_test_split(glass.drop("Type", axis=1), glass["Type"], random_state=4)
# %%
accs = {}
for clf in [LogisticRegression(max_iter=5000), GaussianNB(), KNeighborsClassifier(), DecisionTreeClassifier()]:
    clf.fit(X_train, y_train)
    accs[type(clf).__name__] = clf.score(X_test, y_test)
# %%
plt.bar(list(accs), list(accs.values()))
plt.ylabel("accuracy on the test rows")
plt.xticks(rotation=30)
