# label: innocent
# One model is described with many metrics on the test rows, printed and drawn.
# %%
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import ConfusionMatrixDisplay, classification_report, f1_score, precision_score, recall_score, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split
hr = pd.read_csv("hr_attrition.csv")
Xtrain, Xtest, ytrain, ytest = train_test_split(hr.drop(columns="left"), hr["left"], test_size=0.25)
gb = GradientBoostingClassifier().fit(Xtrain, ytrain)
pred = gb.predict(Xtest)
# %%
for metric in (precision_score, recall_score, f1_score, roc_auc_score):
    print(metric.__name__, round(metric(ytest, pred), 3))
print(classification_report(ytest, pred))
# %%
ConfusionMatrixDisplay.from_estimator(gb, Xtest, ytest)
fpr, tpr, _ = roc_curve(ytest, gb.predict_proba(Xtest)[:, 1])
plt.figure()
plt.plot(fpr, tpr)
