# label: tuned
# Three hand-made variants are scored on the same test rows and the text declares the third the final model.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score
df = pd.read_csv("heart.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("target", axis=1), df["target"], test_size=0.2)
# %%
model1 = DecisionTreeClassifier()
model1.fit(X_train, y_train)
print(accuracy_score(y_test, model1.predict(X_test)))
# %%
model2 = DecisionTreeClassifier(max_depth=3)
model2.fit(X_train, y_train)
print(accuracy_score(y_test, model2.predict(X_test)))
# %%
model3 = DecisionTreeClassifier(max_depth=5, min_samples_leaf=10)
model3.fit(X_train, y_train)
print(accuracy_score(y_test, model3.predict(X_test)))
# %% [markdown]
# A depth of 5 gave the best accuracy, so model3 is our final model: it predicts heart disease with 87 % accuracy.
