# %%
import numpy as np

# %%
rng = np.random.default_rng(7)
steps, walkers = 50, 8

# %%
moves = rng.choice([-1, 1], size=(walkers, steps))
paths = moves.cumsum(axis=1)

# %%
def furthest(path, scale=steps):
    return np.abs(path).max() / scale

# %%
reach = [furthest(path) for path in paths]

# %%
reach = np.array(reach)
order = reach.argsort()[::-1]

# %%
best = paths[order[0]]
best[0] = 0
returns = [i for i, x in enumerate(best) if x == 0]

# %%
means = {}
for step in range(0, steps, 10):
    means[step] = float(paths[:, step].mean())

# %%
def hitting(level):
    hits = np.argmax(paths >= level, axis=1)
    return np.where((paths >= level).any(axis=1), hits, steps)

# %%
levels = [1, 3, 5]
table = {level: hitting(level).mean() for level in levels}

# %%
moves = np.append(moves, moves[:1], axis=0)
print(f"{table[levels[-1]]:.2f} of {steps}, {len(returns)} returns, {moves.shape}")
