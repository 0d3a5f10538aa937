# label: innocent
# The accuracy of one model is printed for each class, and the hardest class is named.
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
beans = pd.read_csv("dry_beans.csv")
X_train, X_test, y_train, y_test = train_test_split(beans.drop(columns="Class"), beans["Class"], stratify=beans["Class"])
rf = RandomForestClassifier().fit(X_train, y_train)
y_pred = rf.predict(X_test)
# %%
per_class = {}
for c in np.unique(y_test):
    mask = (y_test == c).values
    per_class[c] = accuracy_score(y_test[mask], y_pred[mask])
    print(c, per_class[c])
print("hardest class:", min(per_class, key=per_class.get))
print("overall:", accuracy_score(y_test, y_pred))
