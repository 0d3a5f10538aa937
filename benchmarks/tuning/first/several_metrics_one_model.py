# label: innocent
# A loop over metrics scores one model: nothing competes.
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("sepsis.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("sepsis", axis=1), df["sepsis"], stratify=df["sepsis"])
model = LogisticRegression(class_weight="balanced").fit(X_train, y_train)
pred = model.predict(X_test)
report = {}
for metric in (accuracy_score, precision_score, recall_score, f1_score):
    report[metric.__name__] = metric(y_test, pred)
print(report, "highest", max(report.values()))
