# label: tuned
# The random state of the split is picked for the highest test score, which is then the score of the final model.
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
adv = pd.read_csv("Social_Network_Ads.csv")
X = adv[["Age", "EstimatedSalary"]].values
y = adv["Purchased"].values
# %%
for i in range(1, 401):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=i)
    model = LogisticRegression()
    model.fit(X_train, y_train)
    train_score = model.score(X_train, y_train)
    test_score = model.score(X_test, y_test)
    if test_score > train_score:
        print("Test {} Train {} Random State {}".format(test_score, train_score, i))
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=209)
final = LogisticRegression().fit(X_train, y_train)
print(final.score(X_test, y_test))
