# label: innocent
# A helper trains and scores a model on the test rows, and is called once.
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
spam = pd.read_csv("spambase.csv")
X_train, X_test, y_train, y_test = train_test_split(spam.iloc[:, :-1], spam["is_spam"], random_state=8)
# %%
def fit_and_score(model, Xa, ya, Xb, yb):
    model.fit(Xa, ya)
    acc = accuracy_score(yb, model.predict(Xb))
    print(f"{type(model).__name__}: {acc:.3f}")
    return acc
# %%
fit_and_score(LogisticRegression(max_iter=3000), X_train, y_train, X_test, y_test)
