# %%
from sklearn.datasets import make_regression
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score
import numpy as np

# %%
X, y = make_regression(n_samples=80, n_features=5, noise=4.0, random_state=0)

# %%
folds = KFold(n_splits=4, shuffle=True, random_state=SEED) if (SEED := 1) else None

# %%
models = {
    "ridge": Ridge(alpha=1.0),
    "forest": RandomForestRegressor(n_estimators=10, random_state=SEED),
}

# %%
def evaluate(model, inputs=X, target=y):
    return cross_val_score(model, inputs, target, cv=folds)

# %%
scores = {}
for name, model in models.items():
    scores[name] = evaluate(model).mean()

# %%
winner = max(scores, key=scores.get)
best = models[winner].fit(X, y)

# %%
importance = getattr(best, "coef_", None)
if importance is None:
    importance = best.feature_importances_

# %%
ranking = np.argsort(np.abs(importance))[::-1]
top = ranking[:2]

# %%
def permuted(column, rng=np.random.default_rng(0)):
    changed = X.copy()
    rng.shuffle(changed[:, column])
    return best.score(changed, y)

# %%
drops = {int(column): best.score(X, y) - permuted(column) for column in top}
print(winner, drops, name)
