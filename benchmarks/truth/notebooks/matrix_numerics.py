# %%
import numpy as np
from numpy.linalg import norm, solve

# %%
n = 6
A = np.eye(n) * 4 + np.diag(np.ones(n - 1), 1)
b = np.arange(n, dtype=float)

# %%
x = solve(A, b)
residual = norm(A @ x - b)

# %%
def jacobi(matrix, right, rounds=25):
    guess = np.zeros_like(right)
    diagonal = np.diag(matrix)
    for _ in range(rounds):
        guess = (right - (matrix @ guess - diagonal * guess)) / diagonal
        trace.append(norm(guess - x))
    return guess

# %%
trace = []
approximation = jacobi(A, b)

# %%
assert np.allclose(approximation, x, atol=1e-3)
rate = trace[-1] / trace[0]

# %%
A[0] += 1
A[:, -1] *= 2
values = np.linalg.eigvals(A)

# %%
values = np.sort(values.real)
gap = values[-1] - values[0]

# %%
from scipy.optimize import minimize

def cost(point):
    return ((point - centre) ** 2).sum()

# %%
centre = np.array([1.0, -2.0])
found = minimize(cost, np.zeros(2))

# %%
b -= b.mean()
print(found.x.round(3), residual < 1e-9, gap, rate)
