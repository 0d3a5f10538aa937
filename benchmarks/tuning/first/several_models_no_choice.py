# label: innocent
# Two models are described side by side and neither is made the result.
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
df = pd.read_csv("voters.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("voted", axis=1), df["voted"])
# %% [markdown]
# ## Logistic regression
# %%
logit = LogisticRegression().fit(X_train, y_train)
print(confusion_matrix(y_test, logit.predict(X_test)))
# %% [markdown]
# ## Decision tree
# The tree errs elsewhere: it finds more of the young voters.
# %%
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(confusion_matrix(y_test, tree.predict(X_test)))
