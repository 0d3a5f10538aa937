# label: innocent
# Nested cross-validation: the inner folds choose, the outer folds only score.
# %%
import pandas as pd
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.svm import SVC
ion = pd.read_csv("ionosphere.csv")
X, y = ion.drop(columns="class"), ion["class"]
# %%
inner, outer = KFold(4, shuffle=True, random_state=0), KFold(5, shuffle=True, random_state=0)
search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": ["scale", 0.1]}, cv=inner)
nested = cross_val_score(search, X, y, cv=outer)
# %%
print(nested.mean(), nested.std())
