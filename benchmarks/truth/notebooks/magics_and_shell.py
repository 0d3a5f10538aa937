# %%
%precision 3
import matplotlib.pyplot as plt
import numpy as np

# %%
%%capture captured
print("this is kept", np.__name__)

# %%
text = captured.stdout
size = len(text)

# %%
lines = !echo one two
word = lines[0].split()[1]

# %%
%time squares = [n * n for n in range(size)]

# %%
%%time
cubes = [n ** 3 for n in squares[:5]]
largest = max(cubes)

# %%
!echo {largest} and $word

# %%
timing = %timeit -o -q -n 1 -r 1 sum(squares)
best = timing.best

# %%
%config InlineBackend.figure_format = "svg"
grid = np.linspace(0, 1, 20)
fig, ax = plt.subplots()
ax.plot(grid, grid**2)

# %%
%who_ls
fig.savefig("plot.png")
plt.close(fig)

# %%
where = %pwd
print(where != "", best >= 0, word)
