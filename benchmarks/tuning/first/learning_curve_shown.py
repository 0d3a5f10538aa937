# label: innocent
# The score is drawn over the size of the training set; nothing is chosen.
# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
df = pd.read_csv("spam.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("spam", axis=1), df["spam"])
sizes, scores = [100, 300, 1000, 3000], []
for n in sizes:
    model = LogisticRegression().fit(X_train[:n], y_train[:n])
    scores.append(model.score(X_test, y_test))
plt.plot(sizes, scores)
plt.xlabel("training rows")
