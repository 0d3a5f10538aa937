# %%
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.linear_model import LinearRegression

# %%
EPSILON = 1e-6

class Logger(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        self.low_ = X.min(axis=0) - EPSILON
        return self

    def transform(self, X):
        return np.log(X - self.low_ + OFFSET)

# %%
OFFSET = 1.0
rng = np.random.default_rng(5)
X = rng.uniform(1, 9, size=(40, 2))
y = np.log(X[:, 0]) * 3 + X[:, 1]

# %%
pipe = Pipeline([("log", Logger()), ("line", LinearRegression())])
pipe.fit(X, y)

# %%
fitted = pipe.predict(X)
rmse = float(np.sqrt(((fitted - y) ** 2).mean()))

# %%
class Clipper(Logger):
    def transform(self, X):
        logged = super().transform(X)
        return np.clip(logged, -LIMIT, LIMIT)

# %%
LIMIT = 1.5
clipped = Clipper().fit(X).transform(X)

# %%
steps = [name for name, step in pipe.steps]
line = pipe.named_steps["line"]

# %%
weights = dict(zip(["a", "b"], line.coef_.round(3)))
print(rmse, steps, weights, clipped.max())
