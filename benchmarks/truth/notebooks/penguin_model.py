# %%
import numpy as np
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# %%
SEED = 11
bunch = load_iris(as_frame=True)
data = bunch.frame

# %%
features = [column for column in data.columns if column != "target"]
X, y = data[features], data["target"]

# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=SEED, stratify=y)

# %%
def build(strength=1.0):
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=20))

# %%
model = build()
model.fit(X_train, y_train)

# %%
predicted = model.predict(X_test)
score = accuracy_score(y_test, predicted)

# %%
scores = {}
for strength in (0.1, 1.0, 10.0):
    candidate = build(strength)
    candidate.fit(X_train, y_train)
    scores[strength] = candidate.score(X_test, y_test)

# %%
best = max(scores, key=lambda s: scores[s])
final = build(best).fit(X_train, y_train)

# %%
errors = X_test[final.predict(X_test) != y_test].copy()
errors["truth"] = y_test.loc[errors.index]

# %%
confusion = pd.crosstab(y_test, predicted, rownames=["truth"])
print(np.diag(confusion).sum() / len(y_test), score, best)
