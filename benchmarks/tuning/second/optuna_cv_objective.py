# label: innocent
# The optuna objective cross-validates on the training rows; the best setting meets the test rows once.
# %%
import optuna
import pandas as pd
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.svm import SVR
boston = pd.read_csv("housing.csv")
X_train, X_test, y_train, y_test = train_test_split(boston.drop("MEDV", axis=1), boston["MEDV"], test_size=0.2)
# %%
def objective(trial):
    svr = SVR(C=trial.suggest_float("C", 1e-2, 1e3, log=True), epsilon=trial.suggest_float("epsilon", 0.01, 1.0))
    return cross_val_score(svr, X_train, y_train, cv=5).mean()
study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=40)
# %%
svr = SVR(**study.best_params).fit(X_train, y_train)
print("R2", svr.score(X_test, y_test))
