# label: tuned
# Kernels are compared on the test rows, the text takes the best and calls its score the final accuracy.
# %%
import pandas as pd
from sklearn import metrics, svm
from sklearn.model_selection import train_test_split
df = pd.read_csv("seeds.csv")
X_train, X_test, y_train, y_test = train_test_split(df.iloc[:, :-1], df.iloc[:, -1], test_size=0.25)
# %%
for kernel in ["linear", "poly", "rbf", "sigmoid"]:
    clf = svm.SVC(kernel=kernel)
    clf.fit(X_train, y_train)
    print(kernel, metrics.accuracy_score(y_test, clf.predict(X_test)))
# %% [markdown]
# The rbf kernel has the highest accuracy, therefore we select it.
# %%
final = svm.SVC(kernel="rbf").fit(X_train, y_train)
print("Final accuracy", metrics.accuracy_score(y_test, final.predict(X_test)))
